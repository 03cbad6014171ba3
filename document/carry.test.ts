import { describe, expect, test } from 'vitest';
import type { EditState, MaskOp } from '../contract/edit';
import type { Recipe } from '../contract/recipe';
import type { Scan } from '../contract/scan';
import { carriedTo, carryBitmap, carrying } from './carry';
import { applyAction, freshLog, freshState, stateOf } from './edit';
import { compileMask } from './mask';
import { project } from './quad';
import { type RunBitmap, RunWriter, readRuns } from './runs';
import { printSize, turnedRect } from './scan';

const recipe: Recipe = { format: 1, id: 'proposal', name: 'Proposal', gate: 'needed', steps: [] };
const page = { width: 320, height: 240 };
const drawn: MaskOp[] = [
  { kind: 'stroke', mode: 'paint', size: 30, hardness: 1, points: [80, 90, 1, 150, 120, 1] },
  { kind: 'area', shape: 'rectangle', mode: 'add', points: [170, 60, 230, 60, 230, 130, 170, 130] },
  { kind: 'area', shape: 'lasso', mode: 'subtract', points: [180, 80, 200, 75, 205, 110, 185, 105] },
];
const painted: EditState = {
  ...freshState(recipe),
  mask: drawn,
  keepMask: [{ kind: 'stroke', mode: 'paint', size: 12, hardness: 0.5, points: [100, 100, 1] }],
  hints: [{ colour: '#aa3020', radius: 9, points: [120, 90, 140, 95] }],
  repairs: [
    {
      id: 'a',
      enabled: true,
      mask: [{ kind: 'stroke', mode: 'paint', size: 10, hardness: 1, points: [140, 100, 1] }],
      source: { blend: 'heal', dx: 30, dy: -8 },
    },
  ],
  crop: { x: 60, y: 50, width: 180, height: 120 },
};

const turned: Scan = { corners: turnedRect({ x: 60, y: 40, width: 200, height: 140 }, 14) };
const onItsSide: Scan = { corners: [turned.corners[1], turned.corners[2], turned.corners[3], turned.corners[0]] };
const inPerspective: Scan = {
  corners: [
    [50, 40],
    [270, 55],
    [280, 200],
    [60, 170],
  ],
  size: { width: 420, height: 300 },
};

const noBitmap = () => {
  throw new Error('no bitmap');
};
const carry = (state: EditState, scan: Scan | null) =>
  applyAction(state, carriedTo(state, scan, carrying(state.scan, scan, page), noBitmap));

const sizeOf = ({ scan }: EditState) => (scan ? printSize(scan) : page);

function values(ops: readonly MaskOp[], size: { width: number; height: number }): Uint8Array {
  const source = { ...size, evidence: null, settings: { sensitivity: 0.5, grow: 2 }, bitmaps: new Map() };
  const out = new Uint8Array(size.width * size.height);
  compileMask(ops, source).read({ x: 0, y: 0, ...size }, out);
  return out;
}

/** Share of the new print whose mask differs by more than half from that of the same place before. */
function difference(before: EditState, after: EditState, of: 'mask' | 'keepMask'): number {
  const [from, to] = [sizeOf(before), sizeOf(after)];
  const [old, now] = [values(before[of], from), values(after[of], to)];
  const back = carrying(after.scan, before.scan, page).onto;
  let wrong = 0;
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      const [px, py] = project(back, [x + 0.5, y + 0.5]).map(Math.floor) as [number, number];
      const was = px < 0 || py < 0 || px >= from.width || py >= from.height ? 0 : old[py * from.width + px]!;
      if (Math.abs(was - now[y * to.width + x]!) > 128) wrong++;
    }
  }
  return wrong / (to.width * to.height);
}

describe('what is painted', () => {
  test.each([
    ['turned', turned],
    ['on its side', onItsSide],
    ['in perspective, and enlarged', inPerspective],
  ])('follows the picture when it is cut out %s, and back to the whole page', (_, scan) => {
    const cut = carry(painted, scan);
    expect(cut.scan).toEqual(scan);
    // Only pixels at rims may differ: a stroke stays round.
    expect(difference(painted, cut, 'mask')).toBeLessThan(0.015);
    expect(difference(painted, cut, 'keepMask')).toBeLessThan(0.004);
    const whole = carry(cut, null);
    expect(difference(painted, whole, 'mask')).toBeLessThan(0.015);
    expect(whole.hints[0]!.radius).toBeCloseTo(9, 1);
  });

  test('keeps its places from one print to another one', () => {
    const direct = carry(painted, onItsSide);
    const around = carry(carry(painted, inPerspective), onItsSide);
    expect(around.hints[0]!.points.map(Math.round)).toEqual(direct.hints[0]!.points.map(Math.round));
  });

  test('takes its source along', () => {
    const { source, mask } = carry(painted, onItsSide).repairs[0]!;
    const { onto } = carrying(null, onItsSide, page);
    const [x, y] = project(onto, [170, 92]);
    expect(source!.dx).toBeCloseTo(x - mask[0]!.points[0]!, -0.3);
    expect(source!.dy).toBeCloseTo(y - mask[0]!.points[1]!, -0.3);
  });

  test('is scaled with the picture', () => {
    const double: Scan = {
      corners: turnedRect({ x: 40, y: 40, width: 200, height: 100 }, 0),
      size: { width: 400, height: 200 },
    };
    const spread: MaskOp = { kind: 'grow', radius: 4 };
    const { mask, hints, crop } = carry({ ...painted, mask: [...drawn, spread, { kind: 'invert' }] }, double);
    expect(mask[0]).toMatchObject({ size: 60, points: [80, 100, 1, 220, 160, 1] });
    expect(mask.slice(-2)).toEqual([{ kind: 'grow', radius: 8 }, { kind: 'invert' }]);
    expect(hints[0]!.radius).toBe(18);
    expect(crop).toEqual({ x: 40, y: 20, width: 360, height: 180 });
  });

  test('far outside of the print is left out, and what has no place stays as it is', () => {
    const steep: Scan = {
      corners: [
        [100, 100],
        [120, 100],
        [160, 120],
        [60, 120],
      ],
    };
    const state: EditState = {
      ...freshState(recipe),
      hints: [
        { colour: '#aa3020', radius: 3, points: [110, 110] },
        { colour: '#aa3020', radius: 3, points: [110, 20] },
      ],
    };
    const action = carriedTo(state, steep, carrying(null, steep, page), noBitmap);
    expect(action.hints).toHaveLength(1);
    expect(action.mask).toBeUndefined();
    expect(action.recipe).toBeUndefined();
  });

  test('comes back exactly when the crop is undone', () => {
    const log = { ...freshLog(recipe), base: painted };
    const action = carriedTo(painted, turned, carrying(null, turned, page), noBitmap);
    const cut = { ...log, actions: [action], at: 1 };
    expect(stateOf(cut).mask).not.toEqual(painted.mask);
    expect(stateOf({ ...cut, at: 0 })).toEqual(painted);
  });

  test('faces stay chosen where they are', () => {
    const faces = {
      kind: 'faces',
      enabled: true,
      settings: {
        strength: 1,
        fidelity: 1,
        chosen: [
          { x: 0.5, y: 0.5 },
          { x: 0.02, y: 0.02 },
        ],
      },
    };
    const state = { ...painted, recipe: { ...recipe, steps: [faces] } as Recipe };
    const half: Scan = { corners: turnedRect({ x: 80, y: 60, width: 200, height: 120 }, 0) };
    const [step] = carry(state, half).recipe.steps;
    expect(step!.settings).toMatchObject({ chosen: [{ x: 0.4, y: 0.5 }] });
  });
});

describe('a mask from a file', () => {
  const between = async () => {};
  const bitmap = (at: (x: number, y: number) => number): RunBitmap => {
    const writer = new RunWriter(page.width, page.height);
    for (let y = 0; y < page.height; y++) writer.add(Uint8Array.from({ length: page.width }, (_, x) => at(x, y)));
    return writer.finish();
  };
  const read = (mask: RunBitmap) => {
    const out = new Uint8Array(mask.width * mask.height);
    readRuns(mask, { x: 0, y: 0, width: mask.width, height: mask.height }, out);
    return out;
  };
  const busy = bitmap((x, y) => ((x * 7 + y * 13) % 5 === 0 ? 255 : (x * y) % 200));

  test('keeps its values where whole pixels are cropped', async () => {
    const scan: Scan = { corners: turnedRect({ x: 30, y: 20, width: 100, height: 90 }, 0) };
    const cut = await carryBitmap(carrying(null, scan, page), busy, between);
    expect([cut.width, cut.height]).toEqual([100, 90]);
    const [before, after] = [read(busy), read(cut)];
    for (let y = 0; y < 90; y++) {
      const from = (y + 20) * page.width + 30;
      expect(after.subarray(y * 100, (y + 1) * 100)).toEqual(before.subarray(from, from + 100));
    }
  });

  test('turns with the picture, and is empty where there was no picture', async () => {
    const disc = bitmap((x, y) => (Math.hypot(x - 150, y - 110) < 30 ? 255 : 0));
    const cut = await carryBitmap(carrying(null, turned, page), disc, between);
    const [x, y] = project(carrying(null, turned, page).onto, [150.5, 110.5]);
    const after = read(cut);
    expect(after[Math.floor(y) * cut.width + Math.floor(x)]).toBe(255);
    const area = after.reduce((sum, value) => sum + value, 0) / 255;
    expect(area / (Math.PI * 30 ** 2)).toBeCloseTo(1, 1);
    const whole = await carryBitmap(carrying(turned, null, page), cut, between);
    expect([whole.width, whole.height]).toEqual([page.width, page.height]);
    expect(read(whole)[0]).toBe(0);
  });
});
