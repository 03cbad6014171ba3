import { expect, it } from 'vitest';
import type { Photo } from '../../contract/photo';
import { Recipe } from '../../contract/recipe';
import { detectDamage } from '../restoration/damage';
import { createRaster } from '../restoration/raster';
import { type FakeGenerator, fakeDetector, fakeInpainter, fakeTools } from '../restoration/testing/tools';
import { FurtherFindings } from './further-findings';

/** Finds what is dark, where the one that ships finds what is bright. */
const dark: FakeGenerator = {
  id: 'dark',
  inputs: 1,
  outputs: 1,
  run: (input) => input.map((value) => (value < 0.1 ? 0.9 : 0)),
};

function recipe(settings: object, enabled = true): Recipe {
  return Recipe.parse({
    format: 1,
    id: 'r',
    name: 'r',
    gate: 'always',
    steps: [{ kind: 'repair', enabled, settings }],
  });
}

it('what a further detector finds belongs to the mask as long as the recipe names it', async () => {
  const raster = createRaster(120, 90, 3, 8);
  raster.data.fill(128);
  raster.data.fill(255, 3 * 120 * 20, 3 * 120 * 22);
  raster.data.fill(0, 3 * 120 * 60, 3 * 120 * 62);
  const tools = fakeTools({ detect: [fakeDetector, dark], inpaint: fakeInpainter });
  const opened = { photo: { id: 'p' } as Photo, source: { raster }, damage: await detectDamage(raster, tools) };
  const changes: string[] = [];
  const further = new FurtherFindings((id) => changes.push(id));
  const linesAt = (map: typeof opened.damage | null | undefined, row: number) => map!.lines[row * 120 + 50]! > 127;

  expect(await further.of(opened, recipe({}), tools)).toBe(opened.damage);
  expect(changes).toEqual([]);
  const map = await further.of(opened, recipe({ detector: 'dark' }), tools);
  expect([linesAt(map, 20), linesAt(map, 60), linesAt(map, 40)]).toEqual([true, true, false]);
  expect(linesAt(opened.damage, 60)).toBe(false);
  expect(further.shown(opened)).toBe(map);
  expect(await further.of(opened, recipe({ detector: 'dark' }), tools)).toBe(map);
  expect(changes).toEqual(['p']);
  // Switched off, or named no more: the mask is that of the detector that ships.
  expect(await further.of(opened, recipe({ detector: 'dark' }, false), tools)).toBe(opened.damage);
  expect(further.shown(opened)).toBe(opened.damage);
  expect(changes).toEqual(['p', 'p']);
  await expect(further.of(opened, recipe({ detector: 'gone' }), tools)).rejects.toMatchObject({
    code: 'GENERATOR_MISSING',
    reason: [{ key: 'failures.generatorNotHere', values: { id: 'gone' } }],
  });
});
