import type { Scan } from '../../contract/scan';
import { inverse, ontoPage, project } from '../../document/quad';
import { isWholePage, printSize } from '../../document/scan';
import type { OpenPhoto } from '../photos/open';
import { createRaster, type Raster, type Rect } from '../restoration/raster';
import { assertCuttable } from './fault';
import { develop } from './negative/develop';
import { cutOut } from './warp';

/** Samples of one strip: a fraction of a second. */
const STRIP_SAMPLES = 3_000_000;

/**
 * The print on a page as a photo of its own, with its opacity and its infrared scan, developed if it is a negative. It is resampled
 * once, at the full depth of the page. `between` is called after each strip with the share that is done, and may throw to stop. Needs the memory of the print besides that of the page.
 *
 * Throws CROP_IMPOSSIBLE for a print that cannot be cut out.
 */
export async function cutPhoto(
  source: OpenPhoto,
  scan: Scan,
  between: (share: number) => Promise<void>,
): Promise<OpenPhoto> {
  assertCuttable(scan, source.raster);
  if (isWholePage(scan, source.raster)) return developOn(source, source, scan, between);
  const middle = scan.negative ? 0.5 : 1;
  const print = await cutPlanes(source, scan, (share) => between(middle * share));
  return developPhoto(print, scan, (share) => between(middle + (1 - middle) * share));
}

const pageOf = ({ raster: { width, height } }: OpenPhoto, scan: Scan) => ({ width, height, scan });

/** A print that was cut out of `page`, developed as its negative says. `between` as in {@link cutPhoto}. */
export function developOn(
  page: OpenPhoto,
  print: OpenPhoto,
  scan: Scan,
  between: (share: number) => Promise<void>,
): Promise<OpenPhoto> {
  return developPhoto({ ...print, page: pageOf(page, scan) }, scan, between);
}

async function developPhoto(print: OpenPhoto, { negative }: Scan, between: (share: number) => Promise<void>) {
  return negative ? { ...print, raster: await develop(print.raster, negative, print.colour, between) } : print;
}

async function cutPlanes(source: OpenPhoto, scan: Scan, between: (share: number) => Promise<void>): Promise<OpenPhoto> {
  const planes = [source.raster, source.alpha, source.infrared].filter((plane) => plane !== null).length;
  let done = 0;
  const whole = async (plane: Raster) => {
    const print = await cutInStrips(plane, scan, (share) => between((done + share) / planes));
    done += 1;
    return print;
  };
  const cut = async (plane: Raster | null) => plane && (await whole(plane));
  return {
    ...source,
    raster: await whole(source.raster),
    alpha: await cut(source.alpha),
    infrared: await cut(source.infrared),
    missing: source.missing.flatMap((rect) => partOf(rect, scan) ?? []),
    page: pageOf(source, scan),
  };
}

async function cutInStrips(page: Raster, scan: Scan, between: (share: number) => Promise<void>): Promise<Raster> {
  const size = printSize(scan);
  const print = createRaster(size.width, size.height, page.channels, page.depth);
  const rows = Math.max(1, Math.floor(STRIP_SAMPLES / (size.width * page.channels)));
  for (let top = 0; top < size.height; top += rows) {
    const count = Math.min(rows, size.height - top);
    print.data.set(cutOut(page, scan.corners, size, { top, count }).data, top * size.width * page.channels);
    await between((top + count) / size.height);
  }
  return print;
}

/** The upright rectangle of the print around one of the page, in whole pixels; null if they do not meet. */
function partOf({ x, y, width, height }: Rect, scan: Scan): Rect | null {
  const size = printSize(scan);
  const ontoPrint = inverse(ontoPage(scan.corners, size));
  const at = (
    [
      [x, y],
      [x + width, y],
      [x, y + height],
      [x + width, y + height],
    ] as const
  ).map((corner) => project(ontoPrint, corner));
  const inside = (axis: 0 | 1, most: number) => at.map((corner) => Math.min(most, Math.max(0, corner[axis])));
  const [xs, ys] = [inside(0, size.width), inside(1, size.height)];
  const [left, top] = [Math.floor(Math.min(...xs)), Math.floor(Math.min(...ys))];
  const [right, bottom] = [Math.ceil(Math.max(...xs)), Math.ceil(Math.max(...ys))];
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}
