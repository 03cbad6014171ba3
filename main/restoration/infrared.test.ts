import { expect, test } from 'vitest';
import { AT_THRESHOLD } from '../../document/evidence';
import { compileMask, DETECTED_MASK } from '../../document/mask';
import { PlaceSearch } from '../../document/places';
import { clearInfrared, type InfraredMap, reduceInfrared } from './infrared';
import { createMask, evidenceOf } from './mask';
import { damageMap } from './testing/damage-map';

const [WIDTH, HEIGHT] = [40, 30];

/** A map with a scratch from (5, 4) to (34, 4), and a speck of one pixel. */
function shown(certainty = 180): InfraredMap {
  const plane = new Uint8Array(WIDTH * HEIGHT);
  plane.fill(certainty, 4 * WIDTH + 5, 4 * WIDTH + 35);
  plane[20 * WIDTH + 20] = certainty;
  return { width: WIDTH, height: HEIGHT, plane, pieces: 2 };
}

const covered = (infrared: InfraredMap | null, settings: { sensitivity?: number; infrared?: boolean } = {}) => {
  const map = damageMap(WIDTH, HEIGHT, { infrared });
  return Math.round(createMask(map, { sensitivity: 0.5, grow: 0, ...settings }, map).coverage() * WIDTH * HEIGHT);
};

test('what infrared shows is in the mask at every sensitivity, unless it is switched off', () => {
  // A speck of one pixel gets the second that a piece needs.
  expect(covered(shown())).toBe(32);
  expect(covered(shown(), { sensitivity: 0 })).toBe(32);
  expect(covered(shown(), { infrared: false })).toBe(0);
  expect(covered(null)).toBe(0);
});

test('what is fainter than certain counts at a higher sensitivity only', () => {
  expect(covered(shown(AT_THRESHOLD - 30))).toBe(0);
  expect(covered(shown(AT_THRESHOLD - 4), { sensitivity: 1 })).toBeGreaterThan(0);
});

test('it adds to what the detector finds, as places of a kind of their own', () => {
  const map = damageMap(WIDTH, HEIGHT, { infrared: shown() });
  map.areas.fill(255, 25 * WIDTH, 25 * WIDTH + 6);
  const source = { ...map, evidence: evidenceOf(map), settings: { sensitivity: 0.5, grow: 0 }, bitmaps: new Map() };
  const places = new PlaceSearch(compileMask(DETECTED_MASK, source), source, DETECTED_MASK).step()!;
  expect(places.map(({ kind, pixels }) => [kind, pixels])).toEqual([
    ['infrared', 30],
    ['area', 6],
    ['infrared', 2],
  ]);
});

test('a reduced map loses no scratch', () => {
  const small = reduceInfrared(shown(), (WIDTH * HEIGHT) / 9);
  expect(small.width).toBeLessThanOrEqual(WIDTH / 3 + 1);
  const row = Math.floor((4.5 * small.height) / HEIGHT) * small.width;
  const from = Math.floor((5.5 * small.width) / WIDTH);
  const end = Math.floor((34.5 * small.width) / WIDTH);
  expect([...small.plane.subarray(row + from, row + end + 1)].every((value) => value === 180)).toBe(true);
});

test('parts that a file does not hold show no dust', () => {
  const map = shown();
  clearInfrared(map, [{ x: 0, y: 10, width: 400, height: 400 }]);
  expect(map.plane[20 * WIDTH + 20]).toBe(0);
  expect(map.plane[4 * WIDTH + 6]).toBe(180);
});
