import type { Face } from '../../../../contract/photo';
import { fromLab, type Lab, toLab } from '../../colour';
import type { Raster } from '../../raster';
import { readSrgb } from '../../raster';
import type { StepTools } from '../../tools';
import { densityOf } from './density';
import { curveAt, shifted, type ToneCurves } from './tone';

/**
 * Keeps the skin of faces within the hues of skin when faded colours are corrected. Skin of every shade has hues between red
 * and yellow: the median over the faces of a sound colour photograph has an angle of 15 to 71 degrees in CIELAB in 96 of 100
 * (measured on 223), and of 27 degrees or more in 95.
 */
const REDDEST = 25;
const YELLOWEST = 72;
/** Skin with less chroma has no hue to speak of. */
const LEAST_CHROMA = 5;
/** Largest change of a density. A face that would need more is painted, or lit by coloured light. */
const LARGEST_SHIFT = 0.2;
/** Part of a face's box that is skin: without hair, ears and chin. */
const INNER = { left: 0.25, right: 0.75, top: 0.25, bottom: 0.8 };

type Colour = readonly [red: number, green: number, blue: number];

/** The median colour of the faces in a small raster, in sRGB, 0..1; null if there is none. `ignore` selects damaged pixels. */
export function skinOf(
  small: Raster,
  faces: readonly Face[],
  colour: StepTools['colour'],
  ignore?: (x: number, y: number) => boolean,
): Colour | null {
  const samples: [number[], number[], number[]] = [[], [], []];
  for (const face of faces) {
    const left = Math.floor((face.x + INNER.left * face.width) * small.width);
    const top = Math.floor((face.y + INNER.top * face.height) * small.height);
    const width = Math.ceil((face.x + INNER.right * face.width) * small.width) - left;
    const height = Math.ceil((face.y + INNER.bottom * face.height) * small.height) - top;
    const rect = {
      x: left,
      y: top,
      width: Math.min(width, small.width - left),
      height: Math.min(height, small.height - top),
    };
    const count = rect.width * rect.height;
    if (count <= 0) continue;
    const planes = new Float32Array(3 * count);
    readSrgb(small, rect, colour, planes);
    for (let i = 0; i < count; i++) {
      if (ignore?.(left + (i % rect.width), top + Math.floor(i / rect.width))) continue;
      for (let c = 0; c < 3; c++) samples[c]!.push(planes[c * count + i]!);
    }
  }
  if (samples[0].length === 0) return null;
  return samples.map((each) => each.sort((a, b) => a - b)[Math.floor(each.length / 2)]!) as [number, number, number];
}

/** The curves, with densities shifted so that skin of this colour in the uncorrected photo gets a hue of skin. */
export function guardSkin(curves: ToneCurves, skin: Colour): ToneCurves {
  const channels = [curves.red, curves.green, curves.blue];
  const after = skin.map((value, c) => curveAt(channels[c]!, value)) as [number, number, number];
  const wanted = asSkin(toLab(...after));
  if (wanted === null) return curves;
  const target = fromLab(...wanted);
  const shifts = target.map((value, c) => {
    const shift = densityOf(Math.max(0.01, Math.min(1, value))) - densityOf(Math.max(0.01, Math.min(1, after[c]!)));
    return Math.max(-LARGEST_SHIFT, Math.min(LARGEST_SHIFT, shift));
  });
  return shifted(curves, shifts as [number, number, number]);
}

/** The colour at the nearest hue of skin, with its own lightness and chroma; null if it has one already, or none. */
function asSkin([lightness, a, b]: Lab): Lab | null {
  const chroma = Math.hypot(a, b);
  if (chroma < LEAST_CHROMA) return null;
  const hue = (Math.atan2(b, a) * 180) / Math.PI;
  if (hue >= REDDEST && hue <= YELLOWEST) return null;
  // Blues are as far from one end as from the other.
  const middle = (REDDEST + YELLOWEST) / 2;
  const away = ((hue - middle + 540) % 360) - 180;
  const nearest = ((away < 0 ? REDDEST : YELLOWEST) * Math.PI) / 180;
  return [lightness, chroma * Math.cos(nearest), chroma * Math.sin(nearest)];
}
