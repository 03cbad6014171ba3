import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BASE_PICTURE,
  basePicture,
  clampView,
  detailPicture,
  displayedSize,
  FIT_MARGIN,
  fitView,
  MAX_ENLARGEMENT,
  MAX_PICTURE,
  nextScale,
  panBy,
  rectInPane,
  type Turn,
  toPane,
  toPhoto,
  turned,
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
const orientation = fc.integer({ min: 1, max: 8 });
const view = fc.record({
  orientation,
  x: fc.double({ min: -30_000, max: 30_000, noNaN: true }),
  y: fc.double({ min: -30_000, max: 30_000, noNaN: true }),
  scale,
});

describe('fit', () => {
  test('shows the whole photo inside the margin', () => {
    fc.assert(
      fc.property(photo, pane, ratio, orientation, (p, v, r, o) => {
        const place = rectInPane(fitView(p, v, r, o), v, { x: 0, y: 0, ...p });
        expect(place.x).toBeGreaterThanOrEqual(FIT_MARGIN - 1e-6);
        expect(place.y).toBeGreaterThanOrEqual(FIT_MARGIN - 1e-6);
        expect(place.x + place.width).toBeLessThanOrEqual(v.width - FIT_MARGIN + 1e-6);
        expect(place.y + place.height).toBeLessThanOrEqual(v.height - FIT_MARGIN + 1e-6);
      }),
    );
  });

  test('is not changed by the clamp', () => {
    fc.assert(
      fc.property(photo, pane, ratio, orientation, (p, v, r, o) => {
        const fitted = fitView(p, v, r, o);
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

  test('buttons go up and down, and always stop at 100 %', () => {
    fc.assert(
      fc.property(scale, ratio, (s, r) => {
        expect(nextScale(s, r, 1)).toBeGreaterThan(s);
        expect(nextScale(s, r, -1)).toBeLessThan(s);
        // What is shown as 100 % is left by a button, as any step is.
        fc.pre(Math.abs(s * r - 1) > 1e-3);
        const ahead = s * r < 1 ? 1 : -1;
        let at = s;
        for (let i = 0; i < 40 && (at * r - 1) * ahead < -1e-9; i++) at = nextScale(at, r, ahead);
        expect(at * r).toBeCloseTo(1, 6);
      }),
    );
  });
});

describe('clamp', () => {
  test('leaves no empty space beside a photo larger than the pane, and centres a smaller one', () => {
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

  test('does not change a clamped view', () => {
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

describe('requested pictures', () => {
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

  test('the detail covers the visible part, in whole pixels of the photo, never above its own resolution', () => {
    fc.assert(
      fc.property(view, photo, pane, ratio, (w, p, v, r) => {
        const clamped = clampView(w, p, v, r);
        const detail = detailPicture(clamped, p, v, r);
        const seen = visibleRect(clamped, p, v);
        if (detail === null || seen === null) {
          // In that case the base is as sharp as the screen, or as the photo itself.
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

  test('a notch zooms, and the opposite notch undoes it', () => {
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

describe('rotation', () => {
  const turn = fc.constantFrom<Turn>('right', 'left', 'mirror', 'flip');

  test('right and left undo each other, mirrors undo themselves, and four quarters change nothing', () => {
    fc.assert(
      fc.property(orientation, (o) => {
        expect(turned(turned(o, 'right'), 'left')).toBe(o);
        expect(turned(turned(o, 'mirror'), 'mirror')).toBe(o);
        expect(turned(turned(o, 'flip'), 'flip')).toBe(o);
        expect(turned(turned(turned(turned(o, 'right'), 'right'), 'right'), 'right')).toBe(o);
        expect(turned(turned(o, 'mirror'), 'flip')).toBe(turned(turned(o, 'right'), 'right'));
      }),
    );
  });

  test('from upright gives the orientations of EXIF', () => {
    expect((['right', 'left', 'mirror', 'flip'] as const).map((each) => turned(1, each))).toEqual([6, 8, 2, 4]);
  });

  test('moves every point of the fitted photo to the expected place', () => {
    fc.assert(
      fc.property(photo, ratio, orientation, turn, fraction, fraction, (p, r, o, how, fx, fy) => {
        // A square pane, so that the fitted scale is the same before and after.
        const v = { width: 900, height: 900 };
        const at = { x: fx * p.width, y: fy * p.height };
        const before = toPane(fitView(p, v, r, o), v, at);
        const after = toPane(fitView(p, v, r, turned(o, how)), v, at);
        const [x, y] = [before.x - 450, before.y - 450];
        const expected = { right: [-y, x], left: [y, -x], mirror: [-x, y], flip: [x, -y] }[how];
        expect(after.x - 450).toBeCloseTo(expected[0]!, 3);
        expect(after.y - 450).toBeCloseTo(expected[1]!, 3);
      }),
    );
  });

  test('swaps the sides with each quarter', () => {
    fc.assert(
      fc.property(photo, orientation, (p, o) => {
        expect(displayedSize(p, turned(o, 'right'))).toEqual({
          width: displayedSize(p, o).height,
          height: displayedSize(p, o).width,
        });
        expect(displayedSize(p, turned(o, 'mirror'))).toEqual(displayedSize(p, o));
      }),
    );
  });
});

test('the visible region of a part of the pane lies in that part', () => {
  fc.assert(
    fc.property(view, photo, pane, ratio, fraction, (w, p, v, r, share) => {
      const clamped = clampView(w, p, v, r);
      const part = { x: 0, y: 0, width: Math.max(1, share * v.width), height: v.height };
      const seen = visibleRect(clamped, p, v, part);
      if (seen === null) return;
      const place = rectInPane(clamped, v, seen);
      expect(place.x).toBeGreaterThanOrEqual(-1e-3);
      expect(place.x + place.width).toBeLessThanOrEqual(part.width + 1e-3);
    }),
  );
});
