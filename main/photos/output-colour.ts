import type { Message } from '../../contract/basics';
import type { ProfileChoice } from '../../contract/output';
import { say } from '../../text/message';
import { type ColourTransform, createRaster, maxValue, type Raster, readSrgb, writeSrgb } from '../restoration/raster';
import { type Chromaticities, spaceOf } from './colour-numbers';
import { greyCurve, profileFor, readProfile } from './profile';

/** The colours and the depth of a result, as they were asked for. */

/** Primaries of Display P3 and of Adobe RGB (1998), with white at D65. */
const P3: Chromaticities = [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329];
const ADOBE: Chromaticities = [0.64, 0.33, 0.21, 0.71, 0.15, 0.06, 0.3127, 0.329];
/** The exact exponent of Adobe RGB (1998), 2 51/256. */
const ADOBE_GAMMA = 563 / 256;

interface Space {
  /** Null: sRGB. */
  profile: Uint8Array | null;
  colour: ColourTransform | null;
}

/** A profile of our own: the numbers of these spaces are public. */
function spaceFor(choice: Exclude<ProfileChoice, 'original'>): Space {
  if (choice === 'srgb') return { profile: null, colour: null };
  const space =
    choice === 'displayP3'
      ? spaceOf(P3, null, 'Display P3')
      : spaceOf(ADOBE, ADOBE_GAMMA, 'Compatible with Adobe RGB (1998)');
  if (space?.kind !== 'profile') throw new TypeError(`${choice} has no profile`);
  return { profile: space.profile, colour: readProfile(space.profile)!.transform };
}

/** Rows that are converted at once; bounds the memory of the planes. */
const PIXELS_AT_ONCE = 1 << 18;

/**
 * A raster with the wanted colours and depth, and the profile that describes it. Colours are converted, not only described in
 * another way; what the new space cannot hold is clipped to its nearest edge. Returns the raster itself where nothing changes.
 *
 * @param own the photo's profile and its transform, as `OpenPhoto` has them
 */
export function convertForOutput(
  raster: Raster,
  own: Space,
  { profile: choice, depth }: { profile: ProfileChoice; depth: 8 | 16 },
): { raster: Raster; profile: Uint8Array | null; notes: Message[] } {
  const notes: Message[] = [];
  if (raster.channels === 1) {
    const curve = choice === 'original' || own.profile === null ? null : greyCurve(own.profile);
    if (choice === 'displayP3' || choice === 'adobeRgb') notes.push(say('notes.greyHasNoColours'));
    const profile = choice === 'original' ? own.profile : null;
    return {
      raster: curve === null && raster.depth === depth ? raster : recoded(raster, depth, curve),
      profile,
      notes,
    };
  }
  // A photo that was grey and has colours now is in sRGB.
  const from = profileFor(raster, own.profile) === own.profile ? own : { profile: null, colour: null };
  const to = choice === 'original' ? from : spaceFor(choice);
  const isSame = choice === 'original' || (from.colour === null && to.colour === null);
  if (isSame) {
    return { raster: raster.depth === depth ? raster : recoded(raster, depth), profile: from.profile, notes };
  }
  const result = createRaster(raster.width, raster.height, 3, depth);
  const rows = Math.max(1, Math.floor(PIXELS_AT_ONCE / raster.width));
  for (let y = 0; y < raster.height; y += rows) {
    const rect = { x: 0, y, width: raster.width, height: Math.min(rows, raster.height - y) };
    const planes = new Float32Array(3 * rect.width * rect.height);
    readSrgb(raster, rect, from.colour, planes);
    writeSrgb(result, rect, to.colour, planes);
  }
  return { raster: result, profile: to.profile, notes };
}

/** The same picture in another depth, by rounding; `curve` is applied to shares of white. */
export function recoded(raster: Raster, depth: 8 | 16, curve: ((value: number) => number) | null = null): Raster {
  const result = createRaster(raster.width, raster.height, raster.channels, depth);
  const [from, to] = [maxValue(raster), maxValue(result)];
  const table = Uint16Array.from({ length: from + 1 }, (_, i) => {
    const share = i / from;
    return Math.round(Math.min(1, Math.max(0, curve === null ? share : curve(share))) * to);
  });
  for (let i = 0; i < raster.data.length; i++) result.data[i] = table[raster.data[i]!]!;
  return result;
}
