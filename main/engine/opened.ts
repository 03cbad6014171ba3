import { stat } from 'node:fs/promises';
import type { Crop, Orientation } from '../../contract/edit';
import type { Analysis, Histogram, InfraredUse, Photo } from '../../contract/photo';
import type { NegativeWish, Scan } from '../../contract/scan';
import { cropIn } from '../../document/crop';
import { wholeArea } from '../../document/quad';
import { type ScanWish, scanFor } from '../../document/scan';
import { EmulsionError, toEmulsionError } from '../errors';
import { missingShare, type OpenPhoto, openPhoto } from '../photos/open';
import { Pyramid } from '../photos/pyramid';
import { orientRaster, resizeRaster } from '../photos/raster';
import { type DamageMap, needsFinePass } from '../restoration/damage';
import { cropRaster, type Raster } from '../restoration/raster';
import { cutPhoto, developOn } from '../scan/cut';
import { baseAt, isColourNegative, measureNegative } from '../scan/negative/measure';
import { sampled } from '../scan/negative/sampled';
import { CODEC_SECONDS, watchDecoding } from './decoding';
import type { Job } from './job';
import type { Requests } from './protocol';
import { Paintings } from './renderings';

/** Longer edge of the picture that is kept of a photo at rest: enough for the light table. */
const REST_EDGE = 640;

/** The file of a photo, and how it is opened. */
export interface PhotoFile {
  path: string;
  page?: number;
  salvage?: boolean;
  /** The print that is cut out of it; absent or null: the whole page. */
  scan?: Scan | null;
  /** The same as a wish, whose print depends on the size of the page. */
  wish?: ScanWish;
  /** The part of it that is shown, and how it is turned. */
  shownAs?: { crop: Crop | null; orientation: Orientation };
}

/** The decoded photo, at the sizes in which renderings start. */
interface Originals {
  full: Pyramid;
  preview?: Pyramid;
  small?: Pyramid;
}

interface Decoded {
  source: OpenPhoto;
  originals: Originals;
  alpha: Pyramid | null;
}

/**
 * An open photo and everything computed for it, so that nothing is computed twice. While others are worked on it can rest: then
 * it holds a small picture instead of its pixels, and its file is decoded again when it is used.
 */
export class Opened {
  readonly file: PhotoFile;
  readonly photo: Photo;
  /** Size and time of the file, so that another file in its place is not taken for the photo. */
  readonly #mark: string;
  #decoded: Decoded | null;
  #resting: { pyramid: Pyramid; profile: Uint8Array | null } | null = null;
  /**
   * Undefined before detection, null if no detector is installed. The map of the coarse pass first, later that of both.
   */
  damage?: DamageMap | null;
  /** What its infrared picture was good for; null without one. */
  infrared: InfraredUse | null = null;
  analysis?: Analysis;
  paintings = new Paintings();
  readonly histograms = new Map<number, Histogram>();

  constructor(file: PhotoFile, photo: Photo, source: OpenPhoto, mark: string) {
    this.file = file;
    this.photo = photo;
    this.#mark = mark;
    this.#decoded = decodedOf(source);
  }

  get isResting(): boolean {
    return this.#decoded === null;
  }

  /** Throws INTERNAL while the photo rests, as the next three do. */
  get source(): OpenPhoto {
    return this.#awake.source;
  }

  get originals(): Originals {
    return this.#awake.originals;
  }

  get alpha(): Pyramid | null {
    return this.#awake.alpha;
  }

  get #awake(): Decoded {
    if (this.#decoded === null) throw new EmulsionError('INTERNAL', { detail: 'the pixels of a photo at rest' });
    return this.#decoded;
  }

  /** The small picture of a photo at rest, with its colour profile; null if it is awake. */
  get small(): { pyramid: Pyramid; profile: Uint8Array | null } | null {
    return this.#resting;
  }

  /** Whether it still needs the fine pass over damage. */
  get lacksFinePass(): boolean {
    return this.damage != null && needsFinePass(this.damage);
  }

  /** Bytes of its pixels. */
  get bytes(): number {
    if (this.#decoded === null) return 0;
    const { originals, source, alpha } = this.#decoded;
    const all = new Set([originals.full, originals.preview, originals.small, alpha].filter((each) => each != null));
    const infrared = source.infrared?.data.byteLength ?? 0;
    return [...all].reduce((sum, each) => sum + each.bytes, infrared);
  }

  /** Lets go of the pixels and of what is quickly found again. What was measured stays. */
  async rest(): Promise<void> {
    if (this.#decoded === null) return;
    const { originals, source } = this.#decoded;
    const { width, height } = this.photo;
    const reduction = Math.max(1, Math.max(width, height) / REST_EDGE);
    const { raster } = await originals.full.copyFor(reduction);
    const [w, h] = [width, height].map((edge) => Math.max(1, Math.round(edge / reduction)));
    this.#resting = { pyramid: new Pyramid(await resizeRaster(raster, w!, h!)), profile: source.profile };
    this.#decoded = null;
    this.paintings = new Paintings();
    // The fine pass over damage is several times as large, and runs again when a result needs it.
    this.damage = this.damage?.coarse ?? this.damage;
  }

  /** Whether its file is the one that was opened. */
  async isCurrent(): Promise<boolean> {
    // A file that is gone is not that one either.
    return (await markOf(this.file.path).catch(() => null)) === this.#mark;
  }

  /** Decodes the file again. Throws PHOTO_CHANGED if it is no longer the same, and the errors of `openPhoto`. */
  async wake(job: Job): Promise<void> {
    if (this.#decoded !== null) return;
    if ((await markOf(this.file.path)) !== this.#mark) throw new EmulsionError('PHOTO_CHANGED');
    this.#decoded = decodedOf(await decode(job, this.file, 0));
    this.#resting = null;
  }
}

const decodedOf = (source: OpenPhoto): Decoded => ({
  source,
  originals: { full: new Pyramid(source.raster) },
  alpha: source.alpha && new Pyramid(source.alpha),
});

/** Changes when another file takes the place of one. */
async function markOf(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path).catch((error: unknown) => Promise.reject(toEmulsionError(error)));
  return `${size} ${mtimeMs}`;
}

/** @param known the whole page, where it is decoded already */
async function decode(job: Job, file: PhotoFile, until: number, known: OpenPhoto | null = null): Promise<OpenPhoto> {
  const { shownAs } = file;
  job.stage('opening', 0, 0);
  const isCut = file.scan != null || (file.wish !== undefined && Object.values(file.wish).some((each) => each != null));
  const middle = isCut && known === null ? until / 2 : isCut ? 0 : until;
  const page = known ?? (await decodePage(job, file, middle));
  const asked = file.scan ?? (file.wish ? scanFor(file.wish, page.raster) : null);
  const wish = asked?.negative ? null : file.wish?.negative;
  if (isCut) job.stage('opening', middle, until);
  const part = (from: number, to: number) => async (share: number) => {
    job.progress(from + share * (to - from));
    await job.breathe();
  };
  const print = asked ? await cutPhoto(page, asked, part(0, wish ? 0.5 : 1)) : page;
  const source = wish ? await developed(page, print, asked, wish, part(asked ? 0.5 : 0, 1)) : print;
  return shownAs === undefined ? source : asShown(source, shownAs);
}

/** The print of a page with the development that is asked for. Throws NEGATIVE_IMPOSSIBLE. */
async function developed(
  page: OpenPhoto,
  print: OpenPhoto,
  scan: Scan | null,
  wish: NegativeWish,
  between: (share: number) => Promise<void>,
): Promise<OpenPhoto> {
  const { negative, notes } = measureNegative(page.raster, print.raster, page.colour, wish);
  const told = { ...print, notes: [...print.notes, ...notes] };
  if (negative === null) return told;
  return developOn(page, told, { ...(scan ?? { corners: wholeArea(page.raster) }), negative }, between);
}

async function decodePage(job: Job, { path, page, salvage }: PhotoFile, until: number): Promise<OpenPhoto> {
  job.busy(CODEC_SECONDS);
  const watch = watchDecoding(job, until);
  const { onDecoding } = watch;
  const source = await job.orCancelled(openPhoto(path, { page, salvage, onDecoding })).finally(watch.end);
  watch.done();
  return source;
}

/** A photo without what a result has cut off, and turned as it is. */
async function asShown(source: OpenPhoto, { crop, orientation }: NonNullable<PhotoFile['shownAs']>) {
  const show = async (raster: Raster) => {
    const part = crop && cropIn(crop, source.raster, raster);
    return orientRaster(part ? cropRaster(raster, part) : raster, orientation);
  };
  const alpha = source.alpha && (await show(source.alpha));
  return { ...source, raster: await show(source.raster), alpha, infrared: null, missing: [] };
}

/** Opens a photo, as the first part of a job; `until` is its share of the job. `known`: its whole page, if that is decoded already. */
export async function openedFrom(
  job: Job,
  id: string,
  file: PhotoFile,
  name: string,
  until: number,
  known: OpenPhoto | null = null,
): Promise<Opened> {
  // A file that cannot be looked at cannot be opened either, and that is what is told.
  const mark = await markOf(file.path).catch(() => '');
  const source = await decode(job, file, until, known);
  const { raster, missing } = source;
  const photo: Photo = {
    id,
    name,
    format: source.format,
    width: raster.width,
    height: raster.height,
    depth: raster.depth,
    channels: raster.channels,
    alpha: source.alpha !== null,
    profile: source.profileName,
    bytes: source.bytes,
    notes: source.notes,
    missing: missing.length === 0 ? null : { share: missingShare(missing, raster), rects: missing },
    pages: source.pages,
    infrared: source.infrared !== null,
    negative: !source.page?.scan.negative && raster.channels === 3 && isColourNegative(sampled(raster, source.colour)),
    rating: source.rating,
    caption: source.caption,
    facts: source.facts,
    ...(source.page && { page: source.page }),
  };
  return new Opened(file, photo, source, mark);
}

/** How the negative on an open page is developed. Throws NEGATIVE_IMPOSSIBLE, BAD_REQUEST for a place beside the page. */
export async function negativeOn(
  { source }: Opened,
  { kind, base, at, scan }: Requests['measureNegative']['request'],
): Promise<Requests['measureNegative']['response']> {
  const { raster, colour } = source;
  const picked = at === null ? base : baseAt(raster, colour, at);
  if (at !== null && picked === null) throw new EmulsionError('BAD_REQUEST', { detail: 'a place beside the page' });
  const print =
    scan === null ? raster : (await cutPhoto(source, { ...scan, negative: undefined }, async () => {})).raster;
  const measured = measureNegative(raster, print, colour, { kind, base: picked });
  // Asked for a kind, it is developed in any case.
  return { ...measured, negative: measured.negative! };
}

/** The open photos. Those that were used last keep their pixels, as far as memory allows. */
export class OpenedPhotos {
  /** The least recently used first. */
  readonly #all = new Map<string, Opened>();
  #budget: number;

  /** @param budget bytes for the pixels of all photos; the one in use may exceed it */
  constructor(budget: number) {
    this.#budget = budget;
  }

  limit(budget: number): void {
    this.#budget = budget;
  }

  /** Without counting as a use. */
  find(photoId: string): Opened | undefined {
    return this.#all.get(photoId);
  }

  /** The page that a print is cut out of, if an open photo is that page and awake, and its file is the same still; or null. */
  async pageOf({ path, page, scan }: PhotoFile): Promise<OpenPhoto | null> {
    if (!scan) return null;
    const opened = [...this.#all.values()].find(({ file, photo, isResting }) => {
      const isPage = file.path === path && file.page === page && photo.page === undefined && !file.shownAs;
      return isPage && !isResting;
    });
    return opened && (await opened.isCurrent()) ? opened.source : null;
  }

  /** Throws UNKNOWN_PHOTO. */
  use(photoId: string): Opened {
    const opened = this.#all.get(photoId);
    if (!opened) throw new EmulsionError('UNKNOWN_PHOTO');
    this.add(photoId, opened);
    return opened;
  }

  add(photoId: string, opened: Opened): void {
    this.#all.delete(photoId);
    this.#all.set(photoId, opened);
  }

  delete(photoId: string): void {
    this.#all.delete(photoId);
  }

  /** Bytes of the pixels that are held. */
  get bytes(): number {
    return [...this.#all.values()].reduce((sum, each) => sum + each.bytes, 0);
  }

  /** Lets photos rest until the others fit, the least recently used first. Those in `needed` stay awake. */
  async settle(...needed: readonly (Opened | null | undefined)[]): Promise<Opened[]> {
    const rested: Opened[] = [];
    for (const opened of [...this.#all.values()]) {
      if (this.bytes <= this.#budget) break;
      if (opened.isResting || needed.includes(opened)) continue;
      await opened.rest();
      rested.push(opened);
    }
    return rested;
  }
}
