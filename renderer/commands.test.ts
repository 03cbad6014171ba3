import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '../text';
import { COMMANDS, commandFor, commandOf, isReady, isStroke, OTHER_KEYS, perform, strokeText } from './commands';
import { starsOf } from './shortcuts';
import { createActions } from './state/actions';
import { createStores } from './state/stores';
import { createFakeBridge } from './testing/fakeBridge';

const plain = { command: false, shift: false };
const idFor = (press: Parameters<typeof commandFor>[0]) => commandFor(press)?.id ?? null;

describe('keys', () => {
  test('plain ones look, those with Ctrl act', () => {
    expect(idFor({ ...plain, key: '0' })).toBe('zoomFit');
    expect(idFor({ ...plain, key: 'o' })).toBe('mode-original');
    expect(idFor({ ...plain, key: 'o', command: true })).toBe('open');
    expect(idFor({ key: 'Z', command: true, shift: true })).toBe('redo');
    expect(idFor({ key: 'z', command: true, shift: false })).toBe('undo');
    expect(idFor({ key: 'k', command: true, shift: false })).toBe('palette');
  });

  test('Shift counts with letters, also under Caps Lock, and with nothing else', () => {
    expect(idFor({ key: 'R', command: false, shift: true })).toBe('turnLeft');
    expect(idFor({ key: 'R', command: false, shift: false })).toBe('turnRight');
    expect(idFor({ key: '?', command: false, shift: true })).toBe('keys');
    expect(idFor({ key: '+', command: false, shift: true })).toBe('zoomIn');
    expect(idFor({ key: '+', command: false, shift: false })).toBe('zoomIn');
  });

  test('that are nobody’s are left to the browser', () => {
    expect(idFor({ ...plain, key: 'r', command: true })).toBeNull();
    expect(idFor({ ...plain, key: 'Tab' })).toBeNull();
    expect(idFor({ ...plain, key: '1', command: true })).toBeNull();
  });

  test('with digits rate photos, wherever a keyboard has them', () => {
    const press = { code: 'Digit3', key: '#', shiftKey: true, ctrlKey: false, metaKey: false };
    expect(starsOf(press, false)).toBe(3);
    expect(starsOf({ ...press, key: '3', shiftKey: false }, false)).toBeNull();
    expect(starsOf({ ...press, key: '3', shiftKey: false }, true)).toBe(3);
    // Digits that are typed with Shift zoom.
    expect(starsOf({ ...press, key: '3' }, false)).toBeNull();
    expect(starsOf({ ...press, ctrlKey: true }, true)).toBeNull();
    expect(starsOf({ ...press, code: 'Digit7', key: '&' }, true)).toBeNull();
  });

  test('mean one thing each', () => {
    const inReview = COMMANDS.filter(({ needs }) => needs === 'review').flatMap(({ keys }) => keys);
    const ofCrop = COMMANDS.filter(({ needs }) => needs === 'crop').flatMap(({ keys }) => keys);
    const ofResults = COMMANDS.filter(({ needs }) => needs === 'results').flatMap(({ keys }) => keys);
    // The light table has the key of the lasso, which is a tool of the mask alone.
    const elsewhere = COMMANDS.filter(
      ({ id, needs }) => !['crop', 'review', 'results'].includes(needs) && id !== 'tool-lasso',
    ).flatMap(({ keys }) => keys);
    const all = [...elsewhere, ...OTHER_KEYS.flatMap(({ keys }) => keys)];
    expect(new Set(all).size).toBe(all.length);
    expect(new Set(inReview).size).toBe(inReview.length);
    expect(new Set(ofCrop).size).toBe(ofCrop.length);
    expect(new Set(ofResults).size).toBe(ofResults.length);
    expect(isStroke('\\', { ...plain, key: '\\' })).toBe(true);
  });

  test('step through places during a review, and mean what they always do otherwise', () => {
    const both = (key: string) => ([null, 'review'] as const).map((mode) => commandFor({ ...plain, key }, mode)?.id);
    expect(both('s')).toEqual(['mode-split', 'reviewSkip']);
    expect(both('p')).toEqual(['panel', 'reviewPrevious']);
    expect(both('n')).toEqual(['tool-polygon', 'reviewNext']);
    expect(both('k')).toEqual([undefined, 'reviewKeep']);
    expect(both('Escape')).toEqual([undefined, 'reviewEnd']);
    expect(both('o')).toEqual(['mode-original', 'mode-original']);
    // With Ctrl or Command they are still other keys.
    expect(commandFor({ key: 's', command: true, shift: false }, 'review')?.id).toBe('saveEdit');
  });

  test('of the tools come first while a mask is edited', () => {
    expect(commandFor({ ...plain, key: 'l' })?.id).toBe('lightTable');
    expect(commandFor({ ...plain, key: 'l' }, 'mask')?.id).toBe('tool-lasso');
    expect(commandFor({ ...plain, key: 'e' })?.id).toBe('tool-eraser');
  });

  test('are written as the computer’s keyboard has them', () => {
    expect(strokeText('Mod+Shift+Z', false)).toBe('Ctrl Shift Z');
    expect(strokeText('Mod+Shift+Z', true)).toBe('⌘ ⇧ Z');
    expect(strokeText('+', false)).toBe('+');
    expect(strokeText('Escape', false)).toBe('Esc');
  });
});

describe('commands', () => {
  test.each(Object.entries(LANGUAGES))('have titles and groups in %s', (_, texts) => {
    const { commands, commandGroups, keys } = texts as unknown as Record<string, Record<string, string>>;
    expect(Object.keys(commands!).sort()).toEqual(COMMANDS.map(({ id }) => id).sort());
    for (const { group } of [...COMMANDS, ...OTHER_KEYS]) expect(commandGroups![group]).toBeTruthy();
    for (const { name } of OTHER_KEYS) expect(keys![name]).toBeTruthy();
  });

  test('need what they work on, and do nothing without it', async () => {
    const bridge = createFakeBridge();
    const stores = createStores();
    const actions = createActions(bridge, stores, {
      newId: () => crypto.randomUUID(),
      download: () => {},
      openPage: () => {},
      copyPicture: async () => {},
      printPicture: async () => {},
    });
    const session = { stores, actions };
    expect(isReady(commandOf('open'), session)).toBe(true);
    expect(isReady(commandOf('export'), session)).toBe(false);
    for (const command of COMMANDS) if (command.needs !== 'nothing') perform(command, session);
    expect(stores.view.getState().dialog).toBeNull();

    actions.openFiles([{ token: 'lake', name: 'lake.jpg', kind: 'photo' }]);
    // Only commands that need a mask, found places or their review wait for them.
    await expect
      .poll(() => COMMANDS.filter((command) => !isReady(command, session)).map(({ needs }) => needs))
      .toEqual(
        COMMANDS.map(({ needs }) => needs).filter((needs) =>
          ['crop', 'mask', 'places', 'review', 'results'].includes(needs),
        ),
      );
    perform(commandOf('tool-brush'), session);
    const later = ({ group, needs }: (typeof COMMANDS)[number]) =>
      needs === 'crop' || group === 'review' || group === 'results';
    expect(COMMANDS.filter((command) => !isReady(command, session))).toEqual(COMMANDS.filter(later));
    // The page that is cropped shows no mask and no result.
    perform(commandOf('crop'), session);
    expect(stores.tools.getState().tool).toBeNull();
    const without = ['mask', 'review', 'compare', 'results'];
    expect(COMMANDS.filter((command) => !isReady(command, session)).map(({ id }) => id)).toEqual(
      COMMANDS.filter(({ group, id }) => without.includes(group) || id === 'print' || id === 'copyPicture').map(
        ({ id }) => id,
      ),
    );
    perform(commandOf('cropCancel'), session);
    perform(commandOf('tool-brush'), session);
    perform(commandOf('export'), session);
    expect(stores.view.getState().dialog).toBe('export');
    perform(commandOf('turnRight'), session);
    expect(Object.values(stores.view.getState().orientations)).toEqual([6]);
    // On other pages the user would not see what a command does to the photo.
    perform(commandOf('batch'), session);
    perform(commandOf('turnRight'), session);
    expect(Object.values(stores.view.getState().orientations)).toEqual([6]);
    expect(isReady(commandOf('generators'), session)).toBe(true);
  });
});
