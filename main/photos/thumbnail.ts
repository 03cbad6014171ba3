import { MAX_PIXELS } from '../../contract/basics';
import { withFile } from './containers/file-bytes';
import { loadSharp, ownBytes } from './sharp';
import { SNIFF_BYTES, sniff } from './sniff';

const QUALITY = 80;
/** Formats whose decoder can leave out what a small picture does not need, and whose orientation it knows. */
const QUICK = ['jpeg', 'png', 'webp'];

/**
 * A small upright JPEG of a photo in sRGB, with a longer edge of at most `edge` pixels, from a file that may break off. Null
 * for a photo that has to be decoded in full. Throws the errors of `openRegular`.
 */
export async function quickThumbnail(path: string, edge: number): Promise<Uint8Array | null> {
  return withFile(path, async (file, place) => {
    if (!QUICK.includes(sniff(file.read(0, SNIFF_BYTES)))) return null;
    const sharp = await loadSharp();
    const small = sharp(place, { failOn: 'none', limitInputPixels: MAX_PIXELS })
      .autoOrient()
      .resize(edge, edge, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: QUALITY });
    // What cannot be read this way may still be read in full.
    return small.toBuffer().then(ownBytes, () => null);
  });
}
