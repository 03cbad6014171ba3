import { expect, test } from 'vitest';
import type { DamageMap } from './damage';
import { createMask } from './mask';
import { withMissing } from './missing';
import { damageMap } from './testing/damage-map';

/** A map of a photo of 200 x 100 pixels, at half its size. */
function mapOf(fill: number): DamageMap {
  const plane = () => new Uint8Array(100 * 50).fill(fill);
  return damageMap(100, 50, {
    ...{ lines: plane(), areas: plane(), losses: plane(), writing: new Uint8Array(0) },
    ...{ fullWidth: 200, fullHeight: 100 },
  });
}

const rect = { x: 0, y: 96, width: 200, height: 4 };
const settings = { sensitivity: 0.5, grow: 0, keepWriting: true };

function covered(map: DamageMap): number {
  return createMask(map, settings, { width: 200, height: 100 }).coverage();
}

test('a small missing part is proposed for repair, and nothing else', () => {
  const map = withMissing(mapOf(0), { share: 0.04, rects: [rect] });
  expect(covered(map)).toBeCloseTo(0.04, 2);
});

test('a large missing part is never proposed, whatever a detector takes the grey for', () => {
  const half = { x: 0, y: 50, width: 200, height: 50 };
  const found = () => {
    const map = mapOf(0);
    map.areas.fill(255, 100 * 20);
    return map;
  };
  expect(covered(found())).toBeGreaterThan(0.5);
  // What the detector found above the break stays.
  expect(covered(withMissing(found(), { share: 0.5, rects: [half] }))).toBeCloseTo(0.1, 1);
});
