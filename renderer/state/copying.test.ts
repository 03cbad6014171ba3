import { describe, expect, test } from 'vitest';
import type { EditState, MaskStroke } from '../../contract/edit';
import type { Analysis } from '../../contract/photo';
import type { Recipe, Step } from '../../contract/recipe';
import { freshState } from '../../document/edit';
import { turnedRect } from '../../document/scan';
import { fakeAnalysis, fakePhoto, PROPOSAL } from '../testing/fakeBridge';
import { type Copied, type CopyPart, isCopied, partsOf, pastedOnto, pastedScan } from './copying';
import { defaultStep, stepOf, withEnabled, withOrder, withSetting } from './recipes';

const KINDS = ['repair', 'tone', 'upscale', 'faces', 'style'] as const;
const analysis: Analysis = fakeAnalysis({
  needs: KINDS.map((kind) => ({ kind, needed: true, available: true, reason: 'reason.tone.good', figures: {} })),
});
const photo = fakePhoto();
const stroke: MaskStroke = { kind: 'stroke', mode: 'paint', size: 9, hardness: 1, points: [5, 5, 1] };

const withSteps = (...steps: Step[]): Recipe => ({ ...PROPOSAL, gate: 'always', steps });
const state = (recipe: Recipe, change: Partial<EditState> = {}): EditState => ({ ...freshState(recipe), ...change });
const copiedFrom = (edit: EditState, ...parts: CopyPart[]): Copied => ({
  key: 'a',
  photoId: 'photo-a',
  name: 'a.jpg',
  size: photo,
  page: photo,
  edit,
  parts,
});
const target = (edit: EditState, size = {}) => ({ edit, photo: { ...photo, ...size }, analysis });

describe('copied settings', () => {
  test('offer what the photo has, and leave out what fits only this photo unless it was chosen', () => {
    const faces = { ...defaultStep('faces'), settings: { strength: 1, fidelity: 0.7, chosen: [{ x: 0.5, y: 0.5 }] } };
    const edit = state(withSteps(defaultStep('repair'), faces as Step), {
      orientation: 6,
      crop: { x: 0, y: 0, width: 10, height: 10 },
      repairs: [{ id: 'r', enabled: true, mask: [stroke] }],
      styleMask: [{ kind: 'invert' }],
    });
    const parts = partsOf(edit, analysis).map(({ part }) => part);
    expect(parts).toEqual(['repair', 'tone', 'upscale', 'faces', 'turn', 'crop', 'mask', 'styleMask', 'faceChoice']);
    expect(parts.filter((part) => isCopied(part, {}))).toEqual(['repair', 'tone', 'upscale', 'faces']);
    expect(parts.filter((part) => isCopied(part, { crop: true, tone: false }))).toEqual([
      'repair',
      'upscale',
      'faces',
      'crop',
    ]);
    expect(partsOf(state(PROPOSAL), analysis).map(({ part }) => part)).toEqual(['repair', 'tone', 'upscale', 'faces']);
  });

  test('cut the same print out of another page, in the proportions of that page, only where the crop was chosen', () => {
    const scan = { corners: turnedRect({ x: 300, y: 200, width: 1200, height: 800 }, 3) };
    const edit = state(PROPOSAL, { scan });
    expect(partsOf(edit, analysis).map(({ part }) => part)).toContain('crop');
    expect(isCopied('crop', {})).toBe(false);
    expect(pastedScan(copiedFrom(edit, 'tone'), photo)).toBeUndefined();
    expect(pastedScan(copiedFrom(state(PROPOSAL), 'crop'), photo)).toBeUndefined();
    expect(pastedScan(copiedFrom(edit, 'crop'), photo)).toBe(scan);
    const half = pastedScan(copiedFrom(edit, 'crop'), { width: 1500, height: 1000 })!;
    expect(half.corners[2][0]).toBeCloseTo(scan.corners[2]![0] / 2, 9);
  });

  test('change only the chosen steps, and switch off what is off in the other photo', () => {
    const from = withSetting(withEnabled(PROPOSAL, 'repair', false), 'tone', 'strength', 0.3);
    const to = withSetting(withEnabled(PROPOSAL, 'upscale', true), 'repair', 'grow', 7);
    const one = pastedOnto(target(state(to)), copiedFrom(state(from), 'tone')).action?.recipe;
    expect(stepOf(one!, 'tone')?.settings.strength).toBe(0.3);
    expect(stepOf(one!, 'repair')).toEqual(stepOf(to, 'repair'));
    const all = pastedOnto(target(state(to)), copiedFrom(state(from), 'repair', 'tone', 'upscale')).action?.recipe;
    expect(all?.steps.map(({ kind, enabled }) => `${kind} ${enabled}`)).toEqual([
      'repair false',
      'tone true',
      'upscale false',
    ]);
    // A photo that has them already gets no entry in its history.
    expect(pastedOnto(target(state(from)), copiedFrom(state(from), 'repair', 'tone')).action).toBeNull();
  });

  test('keep the order of the last steps, and the faces that were chosen in each photo', () => {
    const faces = (...chosen: { x: number; y: number }[]): Step => ({
      kind: 'faces',
      enabled: true,
      settings: { strength: 0.4, fidelity: 0.7, ...(chosen.length > 0 && { chosen }) },
    });
    const from = withOrder(withSteps(defaultStep('upscale'), faces({ x: 0.1, y: 0.1 })), 'faces', 'upscale');
    expect(from.steps.map(({ kind }) => kind)).toEqual(['faces', 'upscale']);
    const to = withSteps(defaultStep('upscale'), faces({ x: 0.9, y: 0.9 }));
    const pasted = pastedOnto(target(state(to)), copiedFrom(state(from), 'upscale', 'faces')).action?.recipe;
    expect(pasted?.steps.map(({ kind }) => kind)).toEqual(['faces', 'upscale']);
    expect(stepOf(pasted!, 'faces')?.settings.chosen).toEqual([{ x: 0.9, y: 0.9 }]);
    const chosen = pastedOnto(target(state(to)), copiedFrom(state(from), 'faces', 'faceChoice')).action?.recipe;
    expect(stepOf(chosen!, 'faces')?.settings.chosen).toEqual([{ x: 0.1, y: 0.1 }]);
  });

  test('scale the crop; masks need the same size, and are said to be left out', () => {
    const from = state(PROPOSAL, {
      crop: { x: 300, y: 200, width: 1500, height: 1000 },
      mask: [stroke],
      styleMask: [stroke],
    });
    const copied = copiedFrom(from, 'crop', 'mask', 'styleMask', 'turn');
    const same = pastedOnto(target(state(PROPOSAL)), copied);
    expect(same).toEqual({
      action: { name: 'pasted', crop: from.crop, mask: [stroke], repairs: [], styleMask: [stroke] },
      left: [],
    });
    const other = pastedOnto(target(state(PROPOSAL), { width: 1500, height: 1000 }), copied);
    expect(other).toEqual({
      action: { name: 'pasted', crop: { x: 150, y: 100, width: 750, height: 500 } },
      left: ['size'],
    });
    const tiny = pastedOnto(target(state(PROPOSAL), { width: 1, height: 1 }), copied).action?.crop;
    expect(tiny).toEqual({ x: 0, y: 0, width: 1, height: 1 });
  });

  test('say what cannot be taken over: a step that cannot run, a mask from a file', () => {
    const from = state(withEnabled(PROPOSAL, 'colorise', true), {
      styleMask: [{ kind: 'bitmap', mode: 'replace', id: 'a'.repeat(64) }],
    });
    const pasted = pastedOnto(target(state(PROPOSAL)), copiedFrom(from, 'colorise', 'styleMask', 'mask'), null);
    expect(pasted).toEqual({ action: null, left: ['unavailable', 'bitmap'] });
  });
});
