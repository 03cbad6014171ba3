import type { Message } from '../../../contract/basics';
import type { INFRARED_REFUSALS, InfraredUse } from '../../../contract/photo';
import { say } from '../../../text/message';
import { maxValue, type Raster } from '../../restoration/raster';
import { measureCrosstalk } from './crosstalk';
import { type Dust, findDust } from './dust';
import { blurred, readWarped } from './planes';
import { type Registration, register } from './register';

/** Dust and scratches of a film scan, read off its infrared picture, which shows little else. */

/** Smaller pictures show nothing that could be compared. */
const LEAST_SIDE = 24;
/** From this share of the photo's contrast on it shows the picture, by how it adds up. */
const SHOWS = { density: 0.42, light: 0.47, inverse: 0.65 } as const;
/** More dust than this share of the photo is none. */
const MOST_DUST = 0.2;
/** Structure of an infrared picture of which nothing is in the photo, as a share of white. */
const STRUCTURE = 0.012;

/** Why an infrared picture is not used. */
export type Refusal = (typeof INFRARED_REFUSALS)[number];

export type InfraredReading =
  | { readonly outcome: 'used'; readonly dust: Dust; readonly registration: Registration; readonly share: number }
  | { readonly outcome: 'refused'; readonly refusal: Refusal; readonly share: number | null };

/**
 * Reads the dust off an infrared picture of the photo's size. Changes neither. Needs about six bytes for each pixel. `between` is called
 * with the share that is done, and may throw to stop.
 */
export async function readInfrared(
  photo: Raster,
  infrared: Raster,
  between: (share: number) => Promise<void> = async () => {},
): Promise<InfraredReading> {
  if (infrared.width !== photo.width || infrared.height !== photo.height || infrared.channels !== 1) {
    throw new RangeError(`An infrared picture of ${infrared.width} x ${infrared.height} does not fit the photo.`);
  }
  const refused = (refusal: Refusal, share: number | null = null) => ({ outcome: 'refused', refusal, share }) as const;
  if (Math.min(photo.width, photo.height) < LEAST_SIDE) return refused('small');
  if (isEmpty(infrared)) return refused('empty');
  const registration = await register(photo, infrared, () => between(0.1));
  await between(0.3);
  const crosstalk = await measureCrosstalk(photo, infrared, registration.map, () => between(0.35));
  const { share, law } = crosstalk;
  if (registration.isCertain && share >= SHOWS[law]) return refused('picture', share);
  const dust = await findDust(photo, infrared, registration.map, crosstalk, (done) => between(0.4 + 0.6 * done));
  if (dust.share > MOST_DUST) return refused('other', share);
  if (!registration.isCertain && (dust.pieces > 0 || structureOf(infrared) > STRUCTURE)) return refused('other', share);
  return { outcome: 'used', dust, registration, share };
}

/** What is told of a reading, for a photo of this size. */
export function tellInfrared(
  reading: InfraredReading,
  { width, height }: { width: number; height: number },
): InfraredUse {
  const crosstalk = reading.share;
  if (reading.outcome === 'refused') {
    return { outcome: 'refused', refusal: reading.refusal, places: 0, crosstalk, shift: null };
  }
  const { a, ax, ay, b, bx, by } = reading.registration.map;
  const [x, y] = [(width - 1) / 2, (height - 1) / 2];
  const shift = { x: a + ax * x + ay * y - x, y: b + bx * x + by * y - y };
  return { outcome: 'used', refusal: null, places: reading.dust.pieces, crosstalk, shift };
}

/** The sentence for an infrared picture that is not used. */
export function refusalMessage(refusal: Refusal): Message {
  return say(`notes.infraredRefused.${refusal}`);
}

/** Whether it is black, or of one value throughout: a clean film is even, but for the noise of the scanner. */
function isEmpty(infrared: Raster): boolean {
  const dark = 0.02 * maxValue(infrared);
  const { data } = infrared;
  let dim = 0;
  let isEven = true;
  for (let i = 0; i < data.length; i++) {
    if (data[i]! < dark) dim++;
    if (data[i] !== data[0]) isEven = false;
  }
  return isEven || dim > 0.97 * data.length;
}

/** How much an infrared picture varies from place to place, without noise and without the light of the scanner. */
function structureOf(infrared: Raster): number {
  const side = 96;
  const width = Math.min(side, infrared.width);
  const height = Math.min(side, infrared.height);
  const map = { a: 0, ax: infrared.width / width, ay: 0, b: 0, bx: 0, by: infrared.height / height };
  const values = readWarped(infrared, map, { x: 0, y: 0, width, height });
  const fine = blurred(values, width, height, 1.5);
  const broad = blurred(values, width, height, 12);
  let sum = 0;
  for (let i = 0; i < fine.length; i++) sum += (fine[i]! - broad[i]!) ** 2;
  return Math.sqrt(sum / fine.length);
}
