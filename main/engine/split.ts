import { basename } from 'node:path';
import { resultFormat } from '../../contract/photo';
import type { Recipe } from '../../contract/recipe';
import { uprightSize } from '../../document/quad';
import packageInfo from '../../package.json' with { type: 'json' };
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { assertFitsFormat, encodePhoto } from '../photos/encode';
import { EXPORT_EXTENSIONS } from '../photos/extensions';
import { withoutLocation } from '../photos/location';
import { metadataFor, NO_METADATA } from '../photos/metadata';
import type { OpenPhoto } from '../photos/open';
import { createRaster, type Raster } from '../restoration/raster';
import { findPrints, type Print, printsToCut } from '../scan/prints';
import { cutOut } from '../scan/warp';
import { writePhoto } from '../storage/write';
import { CODEC_SECONDS } from './decoding';
import type { Job } from './job';
import { openedFrom } from './opened';
import type { Requests } from './protocol';

type Request = Requests['split']['request'];
type Response = Requests['split']['response'];

/** What the metadata of a cut print name as their edit: it has no steps. */
const RECIPE: Recipe = { format: 1, id: 'split', name: 'Split', gate: 'needed', steps: [] };
/** Rows that are cut out at once; between them the engine answers. */
const STRIP = 256;

/** Finds the prints on a scan and writes each as an upright photo of its own. Throws NO_PRINTS on an empty lid. */
export async function splitScan(job: Job, request: Request): Promise<Response> {
  const { photo, source } = await openedFrom(job, 'once', request, basename(request.path), 0.2);
  job.stage('analysing', 0.2, 0.4);
  job.busy(CODEC_SECONDS);
  const prints = findPrints(source.raster);
  await job.breathe();
  if (prints.length === 0) throw new EmulsionError('NO_PRINTS');
  const format = request.format ?? resultFormat(source.format);
  for (const { corners } of prints) assertFitsFormat(uprightSize(corners), format);

  job.stage('writing', 0.4, 1);
  const written: Response['prints'] = [];
  // A print is cut out while the one before it is encoded.
  let encoding: Promise<void> = Promise.resolve();
  try {
    for (const [i, print] of prints.entries()) {
      const raster = await upright(job, source.raster, print);
      const alpha = source.alpha && (await upright(job, source.alpha, print));
      await encoding;
      job.busy(CODEC_SECONDS);
      encoding = write(job, { source, print, raster, alpha, format }, request, i + 1).then((each) => {
        written.push(each);
        job.progress(written.length / prints.length);
      });
      // It is awaited below, and until then nobody listens.
      encoding.catch(() => {});
    }
  } finally {
    await encoding;
  }
  return { photo, prints: written };
}

/** Finds the prints on a scan, as {@link splitScan} does. */
export async function printsOn(
  job: Job,
  request: Requests['printsOn']['request'],
): Promise<Requests['printsOn']['response']> {
  const { source } = await openedFrom(job, 'once', request, basename(request.path), 0.5);
  job.stage('analysing', 0.5, 1);
  job.busy(CODEC_SECONDS);
  const found = printsToCut(source.raster);
  await job.breathe();
  return found;
}

async function upright(job: Job, page: Raster, { corners }: Print): Promise<Raster> {
  const size = uprightSize(corners);
  const whole = createRaster(size.width, size.height, page.channels, page.depth);
  for (let top = 0; top < size.height; top += STRIP) {
    const strip = cutOut(page, corners, size, { top, count: Math.min(STRIP, size.height - top) });
    whole.data.set(strip.data, top * size.width * page.channels);
    await job.breathe();
  }
  return whole;
}

interface Cut {
  source: OpenPhoto;
  print: Print;
  raster: Raster;
  alpha: Raster | null;
  format: NonNullable<Request['format']>;
}

async function write(
  job: Job,
  { source, print, raster, alpha, format }: Cut,
  { target, quality, metadata: kept }: Request,
  number: number,
): Promise<Response['prints'][number]> {
  const given =
    kept === 'none'
      ? { metadata: NO_METADATA, notes: [] }
      : kept === 'withoutLocation'
        ? withoutLocation(source.metadata)
        : { metadata: source.metadata, notes: [] };
  const edit = {
    version: packageInfo.version,
    recipe: RECIPE,
    reports: [],
    at: new Date(),
    restrictions: [],
    rating: null,
  };
  const { width, height } = raster;
  const { metadata, notes } = metadataFor(given.metadata, edit, {
    width,
    height,
    crop: boundsOf(print, source.raster),
  });
  const encodedNotes: Response['prints'][number]['notes'] = [];
  const file = await writePhoto(
    { ...target, stem: `${target.stem}-${number}`, extension: EXPORT_EXTENSIONS[format] },
    async (path) => {
      const { profile } = source;
      encodedNotes.push(...(await encodePhoto({ raster, alpha, profile, metadata, format, quality, path })).notes);
    },
    { signal: job.signal },
  );
  const lost = source.infrared ? [say('notes.infraredLeftOut')] : [];
  return { ...print, ...file, width, height, notes: [...lost, ...given.notes, ...notes, ...encodedNotes] };
}

/** The box around a print, as shares of the page, by its middle. */
function boundsOf({ corners }: Print, page: Raster) {
  const within = (value: number, most: number) => Math.max(0, Math.min(1, value / most));
  const xs = corners.map(([x]) => within(x, page.width));
  const ys = corners.map(([, y]) => within(y, page.height));
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return { x: (left + right) / 2, y: (top + bottom) / 2, w: right - left, h: bottom - top };
}
