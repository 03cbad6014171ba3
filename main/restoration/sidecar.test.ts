import { describe, expect, test } from 'vitest';
import { EDIT_FORMAT } from '../../contract/edit';
import type { Recipe } from '../../contract/recipe';
import { freshLog } from '../../document/edit';
import { EmulsionError } from '../errors';
import { migrate, parseJournal, parseSidecar } from './sidecar';

const recipe: Recipe = { format: 1, id: 'proposal', name: 'Proposal', gate: 'needed', steps: [] };
const photo = { name: 'lake.jpg', sha256: 'a'.repeat(64), width: 40, height: 30 };
const sidecar = {
  emulsion: EDIT_FORMAT,
  photo,
  generation: 3,
  savedAt: '2026-11-25T00:00:00.000Z',
  log: freshLog(recipe),
  bitmaps: {},
  view: null,
};

const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof EmulsionError ? error.code : String(error);
  }
};

describe('an edit document', () => {
  test('is read as it was written', () => {
    expect(parseSidecar(JSON.stringify(sidecar))).toEqual(sidecar);
  });

  test('that is malformed, cut off, or of a newer version is reported', () => {
    expect(codeOf(() => parseSidecar('{"emulsion": 2, "ph'))).toBe('EDIT_INVALID');
    expect(codeOf(() => parseSidecar('[]'))).toBe('EDIT_INVALID');
    expect(codeOf(() => parseSidecar(JSON.stringify({ ...sidecar, emulsion: '1' })))).toBe('EDIT_INVALID');
    expect(codeOf(() => parseSidecar(JSON.stringify({ ...sidecar, emulsion: EDIT_FORMAT + 1 })))).toBe('EDIT_NEWER');
    const beyond = { ...sidecar, log: { ...sidecar.log, at: 1 } };
    expect(codeOf(() => parseSidecar(JSON.stringify(beyond)))).toBe('EDIT_INVALID');
  });

  test('of format 1, which has no orientation, gets that of the photo as opened', () => {
    const { orientation: _, ...base } = sidecar.log.base;
    const old = { ...sidecar, emulsion: 1, log: { ...sidecar.log, base } };
    expect(parseSidecar(JSON.stringify(old))).toEqual(sidecar);
    const delta = { base, from: 0, actions: [], at: 0 };
    const head = JSON.stringify({ generation: 3, photo });
    expect(parseJournal(`${head}\n${JSON.stringify(delta)}\n`)?.deltas[0]?.base?.orientation).toBe(1);
  });

  test('of format 3, which has no style mask, applies the style everywhere', () => {
    const { styleMask: _, ...base } = sidecar.log.base;
    const old = { ...sidecar, emulsion: 3, log: { ...sidecar.log, base } };
    expect(parseSidecar(JSON.stringify(old)).log.base.styleMask).toEqual([]);
  });

  test('of format 7, which has no sources, keeps its repairs as they were; format 8 keeps sources, eyes and erasures', () => {
    const stroke = { kind: 'stroke', mode: 'paint', size: 9, hardness: 1, points: [5, 5, 1] };
    const eraser = { ...stroke, mode: 'erase' };
    const filled = { id: 'a', enabled: true, filling: 'texture', mask: [stroke] };
    const old = { ...sidecar, emulsion: 7, log: { ...sidecar.log, base: { ...sidecar.log.base, repairs: [filled] } } };
    expect(parseSidecar(JSON.stringify(old)).log.base.repairs).toEqual([filled]);
    const actions = [
      { name: 'repair', repair: { id: 'b', enabled: true, mask: [stroke], source: { blend: 'heal', dx: 3, dy: -2 } } },
      { name: 'repairErased', erase: { ids: ['b'], stroke: eraser } },
      { name: 'redEyes', repair: { id: 'c', enabled: true, mask: [stroke], redEye: true } },
      { name: 'repairFilled', reblend: { id: 'b', blend: 'clone' } },
    ];
    const now = { ...sidecar, log: { ...sidecar.log, actions, at: 4 } };
    expect(parseSidecar(JSON.stringify(now)).log.actions).toEqual(actions);
    const bad = { ...actions[0]!, repair: { ...actions[0]!.repair, source: { blend: 'heal', dx: 0.5, dy: 1e9 } } };
    const broken = { ...sidecar, log: { ...sidecar.log, actions: [bad], at: 1 } };
    expect(codeOf(() => parseSidecar(JSON.stringify(broken)))).toBe('EDIT_INVALID');
  });

  test('of format 7, which has no colours given by hand, has none', () => {
    const { hints: _, ...base } = sidecar.log.base;
    const old = { ...sidecar, emulsion: 7, log: { ...sidecar.log, base } };
    expect(parseSidecar(JSON.stringify(old)).log.base.hints).toEqual([]);
  });

  test('of format 8, which has no prints on pages, is of the whole page; format 9 keeps the print', () => {
    const { scan: _, ...base } = sidecar.log.base;
    const old = { ...sidecar, emulsion: 8, log: { ...sidecar.log, base } };
    expect(parseSidecar(JSON.stringify(old)).log.base.scan).toBeNull();
    const corners = [
      [1, 2.5],
      [30, 1],
      [31, 28],
      [2, 27],
    ];
    const actions = [{ name: 'cropped', scan: { corners, size: { width: 60, height: 50 } } }];
    const now = { ...sidecar, log: { ...sidecar.log, actions, at: 1 } };
    expect(parseSidecar(JSON.stringify(now)).log.actions).toEqual(actions);
    const broken = { ...now, log: { ...now.log, actions: [{ name: 'cropped', scan: { corners: corners.slice(1) } }] } };
    expect(codeOf(() => parseSidecar(JSON.stringify(broken)))).toBe('EDIT_INVALID');
  });

  test('of an older format is upgraded format by format', () => {
    const migrations = {
      1: ({ masks, ...rest }: Record<string, unknown>) => ({ ...rest, mask: masks }),
      2: (file: Record<string, unknown>) => ({ ...file, mask: [file.mask] }),
    };
    expect(migrate({ emulsion: 1, masks: 'm' }, 3, migrations)).toEqual({ emulsion: 3, mask: ['m'] });
    expect(migrate({ emulsion: 2, mask: 'm' }, 3, migrations)).toEqual({ emulsion: 3, mask: ['m'] });
    expect(migrate({ emulsion: 3, mask: 'm' }, 3, migrations)).toEqual({ emulsion: 3, mask: 'm' });
    expect(codeOf(() => migrate({ emulsion: 4 }, 3, migrations))).toBe('EDIT_NEWER');
    expect(codeOf(() => migrate({ emulsion: 1 }, 3, {}))).toBe('INTERNAL');
  });
});

describe('a journal', () => {
  const head = JSON.stringify({ generation: 3, photo });
  const delta = { from: 0, actions: [{ name: 'mask', paint: { kind: 'invert' } }], at: 1 };

  test('gives every finished change', () => {
    const text = `${head}\n${JSON.stringify(delta)}\n${JSON.stringify({ ...delta, from: 1, at: 2 })}\n`;
    expect(parseJournal(text)).toEqual({ generation: 3, photo, deltas: [delta, { ...delta, from: 1, at: 2 }] });
  });

  test('cut off at any byte gives the changes before', () => {
    const text = `${head}\n${JSON.stringify(delta)}\n${JSON.stringify(delta)}\n`;
    for (let length = 0; length <= text.length; length++) {
      const read = parseJournal(text.slice(0, length));
      const lines = text.slice(0, length).split('\n').length - 1;
      // The head is complete with its last bracket; a change only with the end of its line.
      if (length < head.length) expect(read).toBeNull();
      else expect(read?.deltas).toHaveLength(Math.max(0, lines - 1));
    }
  });

  test('ends at a malformed line', () => {
    const text = `${head}\n${JSON.stringify(delta)}\n{"from":-1}\n${JSON.stringify(delta)}\n`;
    expect(parseJournal(text)?.deltas).toEqual([delta]);
    expect(parseJournal('')).toBeNull();
  });
});
