import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BASE_PICTURE,
  basePicture,
  clampView,
  detailPicture,
  FIT_MARGIN,
  fitView,
  MAX_ENLARGEMENT,
  MAX_PICTURE,
  nextScale,
  panBy,
  rectInPane,
  toPane,
  toPhoto,
  visibleRect,
  wheelIntent,
  zoomAbout,
} from './geometry';

const size = (low: number, high: number) =>
  fc.record({ width: fc.integer({ min: low, max: high }), height: fc.integer({ min: low, max: high }) });
const photo = size(1, 20_000);
const pane = size(120, 4000);
const ratio = fc.constantFrom(1, 1.25, 1.5, 2, 3);
const scale = fc.double({ min: 0.01, max: 32, noNaN: true });
const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const view = fc.record({
  x: fc.double({ min: -30_000, max: 30_000, noNaN: true }),
  y: fc.double({ min: -30_000, max: 30_000, noNaN: true }),
  scale,
});

describe('fit', () => {
  test('shows the whole photo inside the margin', () => {
    fc.assert(
      fc.property(photo, pane, ratio, (p, v, r) => {
        const place = rectInPane(fitView(p, v, r), v, { x: 0, y: 0, ...p });
        expect(place.x).toBeGreaterThanOrEqual(FIT_MARGIN - 1e-6);
        expect(place.y).toBeGreaterThanOrEqual(FIT_MARGIN - 1e-6);
        expect(place.x + place.width).toBeLessThanOrEqual(v.width - FIT_MARGIN + 1e-6);
        expect(place.y + place.height).toBeLessThanOrEqual(v.height - FIT_MARGIN + 1e-6);
      }),
    );
  });

  test('is left alone by the clamp', () => {
    fc.assert(
      fc.property(photo, pane, ratio, (p, v, r) => {
        const fitted = fitView(p, v, r);
        expect(clampView(fitted, p, v, r)).toEqual(fitted);
      }),
    );
  });
});

describe('zoom', () => {
  test('keeps the photo pixel under the pointer', () => {
    fc.assert(
      fc.property(view, pane, fraction, fraction, scale, (w, v, fx, fy, s) => {
        const at = { x: fx * v.width, y: fy * v.height };
        const before = toPhoto(w, v, at);
        const after = toPhoto(zoomAbout(w, v, at, s), v, at);
        expect(after.x).toBeCloseTo(before.x, 5);
        expect(after.y).toBeCloseTo(before.y, 5);
      }),
    );
  });

  test('buttons go up and down, and always pass through 100 %', () => {
    fc.assert(
      fc.property(scale, ratio, (s, r) => {
        expect(nextScale(s, r, 1)).toBeGreaterThan(s);
        expect(nextScale(s, r, -1)).toBeLessThan(s);
        const ahead = s * r < 1 ? 1 : -1;
        let at = s;
        for (let i = 0; i < 40 && (at * r - 1) * ahead < -1e-9; i++) at = nextScale(at, r, ahead);
        expect(at * r).toBeCloseTo(1, 6);
      }),
    );
  });
});

describe('clamp', () => {
  test('leaves no bare surround beside a photo that is larger than the pane, and centres a smaller one', () => {
    fc.assert(
      fc.property(view, photo, pane, ratio, (w, p, v, r) => {
        const clamped = clampView(w, p, v, r);
        const place = rectInPane(clamped, v, { x: 0, y: 0, ...p });
        for (const [start, length, room] of [
          [place.x, place.width, v.width],
          [place.y, place.height, v.height],
        ] as const) {
          if (length > room) {
            expect(start).toBeLessThanOrEqual(1e-4);
            expect(start + length).toBeGreaterThanOrEqual(room - 1e-4);
          } else {
            expect(start + length / 2).toBeCloseTo(room / 2, 4);
          }
        }
        expect(clamped.scale * r).toBeLessThanOrEqual(MAX_ENLARGEMENT + 1e-9);
      }),
    );
  });

  test('does not change what it has clamped', () => {
    fc.assert(
      fc.property(view, photo, pane, ratio, (w, p, v, r) => {
        const once = clampView(w, p, v, r);
        const twice = clampView(once, p, v, r);
        expect(twice.x).toBeCloseTo(once.x, 6);
        expect(twice.y).toBeCloseTo(once.y, 6);
        expect(twice.scale).toBe(once.scale);
      }),
    );
  });
});

test('pane and photo coordinates are each other’s inverse, and a pan moves by pane pixels', () => {
  fc.assert(
    fc.property(view, pane, fraction, fraction, (w, v, fx, fy) => {
      const at = { x: fx * v.width, y: fy * v.height };
      const back = toPane(w, v, toPhoto(w, v, at));
      expect(back.x).toBeCloseTo(at.x, 3);
      expect(back.y).toBeCloseTo(at.y, 3);
      const moved = toPane(panBy(w, 7, -3), v, toPhoto(w, v, at));
      expect(moved.x).toBeCloseTo(at.x + 7, 3);
      expect(moved.y).toBeCloseTo(at.y - 3, 3);
    }),
  );
});

describe('pictures to ask for', () => {
  test('the base holds the whole photo within its limit', () => {
    fc.assert(
      fc.property(photo, (p) => {
        const base = basePicture(p);
        expect(base.rect).toEqual({ x: 0, y: 0, ...p });
        expect(Math.max(base.width, base.height)).toBeLessThanOrEqual(BASE_PICTURE);
        expect(Math.min(base.width, base.height)).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  test('the detail covers all that is seen, in whole pixels of the photo, never above its own resolution', () => {
    fc.assert(
      fc.property(view, photo, pane, ratio, (w, p, v, r) => {
        const clamped = clampView(w, p, v, r);
        const detail = detailPicture(clamped, p, v, r);
        const seen = visibleRect(clamped, p, v);
        if (detail === null || seen === null) {
          // Then the base is as sharp as the screen (or as the photo itself).
          const base = basePicture(p);
          expect((base.width / p.width) * 1.02 + 1 / p.width).toBeGreaterThanOrEqual(Math.min(1, clamped.scale * r));
          return;
        }
        const { rect } = detail;
        for (const value of [rect.x, rect.y, rect.width, rect.height, detail.width, detail.height]) {
          expect(Number.isInteger(value)).toBe(true);
        }
        expect(rect.x).toBeLessThanOrEqual(seen.x);
        expect(rect.y).toBeLessThanOrEqual(seen.y);
        expect(rect.x + rect.width).toBeGreaterThanOrEqual(seen.x + seen.width - 1e-6);
        expect(rect.y + rect.height).toBeGreaterThanOrEqual(seen.y + seen.height - 1e-6);
        expect(rect.x).toBeGreaterThanOrEqual(0);
        expect(rect.x + rect.width).toBeLessThanOrEqual(p.width);
        expect(rect.y + rect.height).toBeLessThanOrEqual(p.height);
        expect(detail.width).toBeLessThanOrEqual(Math.min(MAX_PICTURE, rect.width));
        expect(detail.height).toBeLessThanOrEqual(Math.min(MAX_PICTURE, rect.height));
      }),
    );
  });
});

describe('wheel', () => {
  const still = { deltaX: 0, deltaY: 0, deltaMode: 0, ctrlKey: false, shiftKey: false };

  test('a notch zooms, and the notch back undoes it', () => {
    const closer = wheelIntent({ ...still, deltaY: -120 });
    const away = wheelIntent({ ...still, deltaY: 120 });
    if (!('zoom' in closer) || !('zoom' in away)) throw new Error('a notch has to zoom');
    expect(closer.zoom).toBeGreaterThan(1);
    expect(closer.zoom * away.zoom).toBeCloseTo(1);
  });

  test('two fingers pan, a pinch zooms, Shift pans sideways', () => {
    expect(wheelIntent({ ...still, deltaX: 4, deltaY: 9 })).toEqual({ pan: { x: -4, y: -9 } });
    expect(wheelIntent({ ...still, deltaY: -3, ctrlKey: true })).toHaveProperty('zoom');
    expect(wheelIntent({ ...still, deltaY: 120, shiftKey: true })).toEqual({ pan: { x: -120, y: 0 } });
  });
});
