import { expect, test } from 'vitest';
import { compileMask, DETECTED_MASK } from '../../document/mask';
import { PlaceSearch } from '../../document/places';
import { type DamageMap, detectDamage } from './damage';
import { evidenceOf } from './mask';
import { createRaster } from './raster';
import { fakeFourPlaneDetector, fakeTools } from './testing/tools';

/** A grey picture with a black line, a light grey area, a white loss and blue writing. */
function scene(scale: number) {
  const raster = createRaster(200 * scale, 150 * scale, 3, 8);
  raster.data.fill(120);
  const paint = (x: number, y: number, width: number, height: number, colour: readonly number[]) => {
    for (let row = y * scale; row < (y + height) * scale; row++) {
      for (let column = x * scale; column < (x + width) * scale; column++) {
        raster.data.set(colour, 3 * (row * raster.width + column));
      }
    }
  };
  paint(20, 10, 100, 3, [0, 0, 0]);
  paint(40, 60, 12, 10, [225, 225, 225]);
  paint(0, 120, 30, 30, [255, 255, 255]);
  paint(120, 100, 40, 6, [0, 0, 255]);
  return raster;
}

function placesOf(map: DamageMap, sensitivity: number, keepWriting = true) {
  const settings = { sensitivity, grow: 0 };
  const size = { width: map.fullWidth, height: map.fullHeight };
  const source = { ...size, evidence: evidenceOf(map, { keepWriting }), settings, bitmaps: new Map() };
  return new PlaceSearch(compileMask(DETECTED_MASK, source), source, DETECTED_MASK).step()!;
}

test('places are listed with box, kind and certainty, the largest first, without writing', async () => {
  const raster = scene(1);
  const map = await detectDamage(raster, fakeTools({ detect: fakeFourPlaneDetector }));
  const places = placesOf(map, 0.5);
  expect(places.map(({ kind }) => kind)).toEqual(['loss', 'line', 'area']);
  expect(places[0]).toMatchObject({ x: 0, y: 120, width: 30, height: 30, pixels: 900 });
  expect(places[1]).toMatchObject({ x: 20, y: 10, width: 100, height: 3 });
  for (const { certainty } of places) expect(certainty).toBeGreaterThan(0.9);
});

test('sizes are those of the full photo, whatever the size of the map', async () => {
  const raster = scene(8); // 1.9 megapixels: the coarse pass reduces it
  const map = await detectDamage(raster, fakeTools({ detect: fakeFourPlaneDetector }));
  expect(map.width).toBeLessThan(raster.width);
  const [loss] = placesOf(map, 0.5);
  expect(loss!.pixels / 57_600).toBeGreaterThan(0.8);
  expect(loss!.pixels / 57_600).toBeLessThan(1.1);
});

test('a clean photo has no places, and a higher sensitivity never has fewer damaged pixels', async () => {
  const clean = createRaster(64, 64, 3, 8);
  clean.data.fill(120);
  const tools = fakeTools({ detect: fakeFourPlaneDetector });
  expect(placesOf(await detectDamage(clean, tools), 1)).toEqual([]);
  const map = await detectDamage(scene(1), tools);
  const total = (sensitivity: number) => placesOf(map, sensitivity).reduce((sum, { pixels }) => sum + pixels, 0);
  expect(total(1)).toBeGreaterThanOrEqual(total(0));
});

test('writing is a place where it counts as damage', async () => {
  const map = await detectDamage(scene(1), fakeTools({ detect: fakeFourPlaneDetector }));
  const kept = placesOf(map, 0.5);
  const all = placesOf(map, 0.5, false);
  expect(all).toHaveLength(kept.length + 1);
  const written = all.filter(({ x, y }) => !kept.some((place) => place.x === x && place.y === y));
  expect(written).toEqual([expect.objectContaining({ x: 120, y: 100, width: 40, height: 6 })]);
});
