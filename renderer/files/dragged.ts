/** Pictures that are dragged out of a browser or a mail program without being files: as the code of a page, or as addresses. */

export interface Dragged {
  pictures: { bytes: Uint8Array<ArrayBuffer>; type: string; name: string }[];
  /** Whether there were addresses of pictures elsewhere, which are not fetched. */
  hasLinks: boolean;
}

const EXTENSIONS: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/tiff': 'tif',
  'image/x-icon': 'ico',
};
/** A name given by a page may be of any length. */
const LONGEST_NAME = 80;

/**
 * What a drop without files holds.
 *
 * @param html the dragged part of a page; empty if there is none
 * @param uris addresses, one a line, as browsers give them
 * @param unnamed what a picture without a name is called
 */
export function draggedFrom(html: string, uris: string, unnamed: string): Dragged {
  const images = [...html.matchAll(/<img\b[^<>]*>/gi)].map(([tag]) => ({
    address: attributeOf(tag, 'src'),
    name: attributeOf(tag, 'alt') || attributeOf(tag, 'title'),
  }));
  const lines = uris.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  // The page says more of a picture than its address does, and an address may be that of the link around it.
  const all = images.some(({ address }) => address !== '') ? images : lines.map((address) => ({ address, name: '' }));
  const pictures: Dragged['pictures'] = [];
  let hasLinks = false;
  for (const { address, name } of all) {
    const decoded = /^data:/i.test(address) ? decodeDataUrl(address) : null;
    if (decoded === null) {
      hasLinks ||= address !== '';
      continue;
    }
    pictures.push({ ...decoded, name: `${cleanName(name) || unnamed}.${extensionOf(decoded.type)}` });
  }
  return { pictures, hasLinks };
}

/** The value of an attribute of a tag; empty if it has none. */
function attributeOf(tag: string, name: string): string {
  const [, double, single] = new RegExp(`\\s${name}=(?:"([^"]*)"|'([^']*)')`, 'i').exec(tag) ?? [];
  return (double ?? single ?? '').replaceAll('&amp;', '&').trim();
}

const cleanName = (name: string) =>
  name
    .replace(/[\\/:*?"<>|]/g, ' ')
    .replace(/\.(jpe?g|png|gif|webp|avif|tiff?|bmp)$/i, '')
    .slice(0, LONGEST_NAME)
    .trim();

const extensionOf = (type: string) => EXTENSIONS[type] ?? type.replace('image/', '').replace(/\+.*/, '');

/** The picture of a `data:` address; null if it holds none, or cannot be read. */
function decodeDataUrl(address: string): { bytes: Uint8Array<ArrayBuffer>; type: string } | null {
  const comma = address.indexOf(',');
  const [type = '', ...parameters] = address.slice('data:'.length, comma).toLowerCase().split(';');
  if (comma < 0 || !/^image\/[\w.+-]+$/.test(type)) return null;
  const body = address.slice(comma + 1);
  try {
    if (!parameters.includes('base64')) return { bytes: new TextEncoder().encode(decodeURIComponent(body)), type };
    return { bytes: Uint8Array.from(atob(decodeURIComponent(body)), (sign) => sign.charCodeAt(0)), type };
  } catch {
    // It counts as an address that cannot be opened.
    return null;
  }
}
