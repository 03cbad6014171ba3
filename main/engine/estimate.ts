import type { StepReport } from '../../contract/photo';
import { cropIn } from '../../document/crop';
import { writtenSize } from '../../document/output-size';
import type { Size } from '../../document/size';
import packageInfo from '../../package.json' with { type: 'json' };
import { encodedBytes } from '../photos/encode';
import { withoutLocation } from '../photos/location';
import { metadataFor, NO_METADATA } from '../photos/metadata';
import type { OpenPhoto } from '../photos/open';
import { convertForOutput } from '../photos/output-colour';
import { resizeRaster } from '../photos/raster';
import { markLines } from '../photos/xmp';
import { createRaster, cropRaster, type Raster } from '../restoration/raster';
import type { Requests } from './protocol';
import { type WriteChoice, writtenDepth } from './writing';

/** Up to this many pixels the whole picture is encoded. Of a larger one, tiles are, which make up about as much. */
const WHOLE_PIXELS = 1_500_000;
const TILES = 3;
const TILE = 320;

interface Known {
  source: OpenPhoto;
  /** Size of the whole result. */
  full: Size;
  /** The result at its full size, if it is computed; null: only `preview` is. */
  rendered: Raster | null;
  /** Result and original at screen size; null: nothing is computed yet. */
  preview: { before: Raster; after: Raster } | null;
  /** What the steps did; null: nothing is computed yet. */
  reports: readonly StepReport[] | null;
}

/**
 * About how large the file of a result will be. It encodes the picture itself, or tiles of it; where the full size is not computed
 * yet, those of the original, corrected by how much larger the result at screen size gets than its original.
 */
export async function estimate(
  { source, full, rendered, preview, reports }: Known,
  choice: WriteChoice,
): Promise<Requests['estimate']['response']> {
  const { crop, orientation, recipe } = choice;
  const base = rendered ?? source.raster;
  const part = partOf(base, crop ?? null, source.raster);
  const shown = partOf(full, crop ?? null, source.raster);
  const isTurned = orientation >= 5;
  const [width, height] = isTurned ? [shown.height, shown.width] : [shown.width, shown.height];
  // Two pictures beside one another take about twice the room.
  const times = choice.sideBySide ? 2 : 1;
  const size = writtenSize({ size: choice.size ?? null, dpi: choice.dpi ?? null }, { width: times * width, height });
  const scale = size.width / (times * (isTurned ? part.height : part.width));
  const tiles = await sampleOf(cropRaster(base, part), scale);
  const pixels = size.width * size.height;
  let bytes = ((await coded(tiles, source, choice)) / (tiles.width * tiles.height)) * pixels;
  if (rendered === null && preview !== null) {
    const before = await coded(preview.before, source, choice);
    bytes *= (await coded(preview.after, source, choice)) / Math.max(1, before);
  }
  const edit = { version: packageInfo.version, recipe, reports: reports ?? [], at: new Date() };
  return {
    width: size.width,
    height: size.height,
    dpi: size.dpi,
    isSmaller: size.isSmaller,
    bytes: Math.round(bytes + metadataBytes(source, choice, size)),
    mark: reports === null ? null : markLines(edit),
  };
}

const partOf = (of: Size, crop: WriteChoice['crop'], photo: Size) =>
  (crop && cropIn(crop, photo, of)) ?? { x: 0, y: 0, width: of.width, height: of.height };

/** The picture at this scale, or tiles of it, evenly spread. */
async function sampleOf(raster: Raster, scale: number): Promise<Raster> {
  const { width, height } = raster;
  const [wide, high] = [width, height].map((edge) => Math.max(1, Math.round(edge * scale))) as [number, number];
  if (wide * high <= WHOLE_PIXELS || Math.min(wide, high) < TILES * TILE) return resized(raster, wide, high);
  const edge = Math.max(1, Math.round(TILE / scale));
  const whole = createRaster(TILES * TILE, TILES * TILE, raster.channels, raster.depth);
  for (let i = 0; i < TILES * TILES; i++) {
    const [column, row] = [i % TILES, Math.floor(i / TILES)];
    const at = (index: number, length: number) => Math.floor(((length - edge) * (index + 0.5)) / TILES);
    const rect = { x: at(column, width), y: at(row, height), width: edge, height: edge };
    const tile = await resized(cropRaster(raster, rect), TILE, TILE);
    const line = TILE * raster.channels;
    for (let y = 0; y < TILE; y++) {
      whole.data.set(tile.data.subarray(y * line, (y + 1) * line), (row * TILE + y) * TILES * line + column * line);
    }
  }
  return whole;
}

const resized = async (raster: Raster, width: number, height: number): Promise<Raster> =>
  raster.width === width && raster.height === height ? raster : resizeRaster(raster, width, height, 'lanczos3');

function coded(raster: Raster, source: OpenPhoto, choice: WriteChoice): Promise<number> {
  const { format, quality, profile = 'original', depth } = choice;
  const own = { profile: source.profile, colour: source.colour };
  const shown = convertForOutput(raster, own, { profile, depth: writtenDepth(format, depth, raster) });
  const metadata = { ...NO_METADATA, shortXmp: '' };
  return encodedBytes({ raster: shown.raster, alpha: null, metadata, format, quality });
}

function metadataBytes(source: OpenPhoto, { metadata: kept, sideBySide, recipe }: WriteChoice, size: Size): number {
  const own = kept === 'withoutLocation' ? withoutLocation(source.metadata).metadata : source.metadata;
  const edit = { version: packageInfo.version, recipe, reports: [], at: new Date() };
  const { metadata } = metadataFor(kept === 'none' || sideBySide ? NO_METADATA : own, edit, size);
  const { exif, xmp, iptc } = metadata;
  return (exif?.length ?? 0) + (xmp?.length ?? 0) + (iptc?.length ?? 0) + (source.profile?.length ?? 0);
}
