import { describe, expect, test } from 'vitest';
import type { MaskOp } from '../../../../contract/edit';
import { chooseFilling } from '../../../../document/fillings';
import { compileMask, FrameMask, type MaskSource } from '../../../../document/mask';
import { PlaceSearch } from '../../../../document/places';
import type { Raster, Rect } from '../../raster';
import { copyOf } from '../../testing/rasters';
import { testScene } from '../../testing/scene';
import { fakeInpainter, fakeTools } from '../../testing/tools';
import { chosenPlaces } from './chosen';
import { inpaint } from './inpaint';

const FULL = { width: 480, height: 360 };
const rectangle = (x: number, y: number, width: number, height: number): MaskOp => ({
  kind: 'area',
  shape: 'rectangle',
  mode: 'add',
  points: [x, y, x + width, y, x + width, y + height, x, y + height],
});
const NARROW: Rect = { x: 60, y: 50, width: 160, height: 8 };
const WIDE: Rect = { x: 200, y: 180, width: 60, height: 60 };
const OTHER: Rect = { x: 60, y: 300, width: 160, height: 8 };
const OPS: readonly MaskOp[] = [NARROW, WIDE, OTHER].map((r) => rectangle(r.x, r.y, r.width, r.height));
const source: MaskSource = { ...FULL, evidence: null, settings: { sensitivity: 0.5, grow: 0 }, bitmaps: new Map() };

/** The operation that chooses a filling for the place around a rectangle's middle. */
function choose(rect: Rect, filling: Parameters<typeof chooseFilling>[1]): MaskOp {
  const places = new PlaceSearch(compileMask(OPS, source), source, OPS).step()!;
  return chooseFilling(places.find((place) => place.x === rect.x && place.y === rect.y)!, filling);
}

async function filled(scene: Raster, ...ops: MaskOp[]): Promise<Raster> {
  const raster = copyOf(scene);
  const all = [...OPS, ...ops];
  const tools = fakeTools({ inpaint: fakeInpainter });
  const chosen = await chosenPlaces({ ops: all, bitmaps: new Map(), full: FULL }, source, raster, tools);
  const mask = new FrameMask(compileMask(all, source), raster);
  await inpaint(raster, mask, tools, { full: FULL.width, chosen });
  return raster;
}

/** Which of the three rectangles differ in two rasters, and whether anything else does. */
function differences(a: Raster, b: Raster): string[] {
  const scale = a.width / FULL.width;
  const found = new Set<string>();
  const names = Object.entries({ narrow: NARROW, wide: WIDE, other: OTHER });
  for (let i = 0; i < a.data.length; i++) {
    if (a.data[i] === b.data[i]) continue;
    const pixel = Math.floor(i / a.channels);
    const [x, y] = [(pixel % a.width) / scale, Math.floor(pixel / a.width) / scale];
    const at = names.find(([, r]) => x >= r.x - 1 && x < r.x + r.width + 1 && y >= r.y - 1 && y < r.y + r.height + 1);
    found.add(at?.[0] ?? 'outside');
  }
  return [...found].sort();
}

describe.each([
  ['at full size', testScene(480, 360, 5)],
  ['in a reduced photo', testScene(240, 180, 5)],
])('a place with a chosen filling, %s', (_, scene) => {
  test('changes alone, and every choice gives another picture', async () => {
    const automatic = await filled(scene);
    const texture = await filled(scene, choose(NARROW, 'texture'));
    const other = await filled(scene, choose(NARROW, 'otherTexture'));
    expect(differences(automatic, texture)).toEqual(['narrow']);
    expect(differences(automatic, other)).toEqual(['narrow']);
    expect(differences(texture, other)).toEqual(['narrow']);
    // The last choice counts, and taking it back gives the automatic filling.
    expect((await filled(scene, choose(NARROW, 'texture'), choose(NARROW, 'otherTexture'))).data).toEqual(other.data);
    expect((await filled(scene, choose(NARROW, 'texture'), choose(NARROW, null))).data).toEqual(automatic.data);
  });

  test('a wide one can be smooth, or have another texture', async () => {
    const automatic = await filled(scene);
    const smooth = await filled(scene, choose(WIDE, 'smooth'));
    const other = await filled(scene, choose(WIDE, 'otherTexture'));
    expect(differences(automatic, smooth)).toEqual(['wide']);
    expect(differences(automatic, other)).toEqual(['wide']);
    expect(differences(smooth, other)).toEqual(['wide']);
  });
});

test('a choice for a place that is no longer in the mask has no effect', async () => {
  const scene = testScene(480, 360, 5);
  const gone: MaskOp = { ...(rectangle(NARROW.x - 4, NARROW.y - 4, 320, 20) as object), mode: 'subtract' } as MaskOp;
  const without = await filled(scene, gone);
  expect((await filled(scene, choose(NARROW, 'texture'), gone)).data).toEqual(without.data);
});
