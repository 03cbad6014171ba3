import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MaskOp } from '../../contract/edit';
import { LightSettings, RECIPE_FORMAT, type Recipe, Step } from '../../contract/recipe';
import { putAside } from './keep';
import { runRecipe } from './run';
import { inRects, maskOf } from './testing/masks';
import { copyOf, toGrey } from './testing/rasters';
import { testScene } from './testing/scene';
import { fakeTools, fakeUpscaler } from './testing/tools';

const SIZE = { width: 120, height: 90 };
const scene = testScene(SIZE.width, SIZE.height, 6);

test('what is under the mask comes back bit for bit, and nothing else', async () => {
  const rect = fc.record({
    x: fc.integer({ min: 0, max: 100 }),
    y: fc.integer({ min: 0, max: 80 }),
    width: fc.integer({ min: 1, max: 60 }),
    height: fc.integer({ min: 1, max: 40 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(rect, { maxLength: 4 }), async (rects) => {
      const isKept = inRects(...rects);
      const raster = copyOf(scene);
      const putBack = putAside(raster, maskOf(SIZE, isKept));
      raster.data.fill(7);
      await putBack?.(raster, fakeTools());
      for (let i = 0; i < raster.data.length; i++) {
        const pixel = Math.floor(i / 3);
        const kept = isKept(pixel % SIZE.width, Math.floor(pixel / SIZE.width));
        if (raster.data[i] !== (kept ? scene.data[i] : 7)) throw new Error(`sample ${i}`);
      }
    }),
    { numRuns: 40 },
  );
});

test('a step that adds colours leaves the kept part grey', async () => {
  const grey = toGrey(scene);
  const putBack = putAside(grey, maskOf(SIZE, inRects({ x: 10, y: 10, width: 20, height: 20 })))!;
  const coloured = { ...copyOf(scene), data: scene.data.slice().fill(99) };
  const { data } = await putBack(coloured, fakeTools());
  const at = (15 * SIZE.width + 15) * 3;
  expect([...data.slice(at, at + 3)]).toEqual(Array(3).fill(grey.data[15 * SIZE.width + 15]));
  expect(data[0]).toBe(99);
});

const area: MaskOp = { kind: 'area', shape: 'polygon', mode: 'add', points: [20, 20, 60, 20, 60, 60, 20, 60] };
const keepMask = { ops: [area], bitmaps: new Map(), full: SIZE };
const recipe = (...steps: Recipe['steps']): Recipe => ({
  ...{ format: RECIPE_FORMAT, id: 'mine', name: 'Mine', gate: 'always' },
  steps,
});
const analysis = { needs: [], megapixels: 0.0108, fading: null } as unknown as Parameters<
  typeof runRecipe
>[0]['analysis'];
const brighter: Step = { kind: 'light', enabled: true, settings: LightSettings.parse({ exposure: 1 }) };

test('a recipe leaves it alone in every step', async () => {
  const raster = copyOf(scene);
  await runRecipe({ raster, recipe: recipe(brighter), analysis, damage: null, tools: fakeTools(), keepMask });
  const at = (x: number, y: number) => 3 * (y * SIZE.width + x);
  expect(raster.data.slice(at(40, 40), at(41, 40))).toEqual(scene.data.slice(at(40, 40), at(41, 40)));
  expect(raster.data[at(90, 40)]).toBeGreaterThan(scene.data[at(90, 40)]!);
});

test('enlarged, it shows the photo as it was, only larger', async () => {
  const twice = Step.parse({ kind: 'upscale', settings: { scale: 2 } });
  const flat = { ...copyOf(scene), data: scene.data.slice().fill(100) };
  const tools = fakeTools({ upscale: fakeUpscaler(2) });
  const { raster } = await runRecipe({
    raster: flat,
    recipe: recipe(brighter, twice),
    analysis,
    damage: null,
    tools,
    keepMask,
  });
  expect(raster).toMatchObject({ width: 240, height: 180 });
  const at = (x: number, y: number) => raster.data[3 * (y * 240 + x)]!;
  expect(Math.abs(at(80, 80) - 100)).toBeLessThanOrEqual(1);
  expect(at(180, 80)).toBeGreaterThan(120);
});
