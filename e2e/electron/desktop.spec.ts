import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import packageInfo from '../../package.json' with { type: 'json' };
import { expect, test, writeScene } from '../host';
import { settled } from '../settled';
import type { Dialog, MenuEntry } from './program';

// What Electron's host does with the desktop around its window. Every story runs the built program under the stand-in.

const SMALL = { width: 320, height: 240, damaged: false, seed: 16 };

/** Tiny nets with the interfaces of famous ones. */
const STAND_INS = fileURLToPath(new URL('../../main/generators/inspect/fixtures/', import.meta.url));

const labels = (entries: readonly MenuEntry[]): string[] =>
  entries.flatMap(({ label, type, items = [] }) => [...(type === 'separator' ? [] : [label]), ...labels(items)]);

test('files are dropped by their paths; a second start hands its files to the first', { tag: '@electron' }, async ({
  page,
  electronHost: host,
}) => {
  const dropped = await writeScene(host.album, 'dropped.png', SMALL);
  const named = await writeScene(host.album, 'named.jpg', { ...SMALL, seed: 4 });
  const linked = await writeScene(host.album, 'by URL é.jpg', { ...SMALL, seed: 5 });
  await host.open();
  await host.tab.drop([dropped]);
  await expect(page.getByTestId('photo-name')).toHaveText('dropped.png');
  await expect(page.getByTestId('proposal')).toBeVisible();
  // By its path: an uploaded photo would not be among the recent documents.
  await expect.poll(() => host.program.desktop.recentDocuments).toEqual([dropped]);
  await expect.poll(() => host.program.desktop.representedFilename).toBe(dropped);

  // By a name below the folder that it is started in, and by a URL as some file managers give it.
  await host.program.ask('minimise');
  const second = host.startAgain(['named.jpg', pathToFileURL(linked).href], host.album);
  expect(await second.ended, second.output).toBe(0);
  const strip = page.getByTestId('filmstrip');
  await expect(strip.getByRole('listitem')).toHaveCount(3);
  await expect(page.getByTestId('photo-name')).toHaveText(/named\.jpg|by URL é\.jpg/);
  expect(host.program.desktop.focused).toBeGreaterThan(0);
  expect(host.program.desktop.errorBoxes).toEqual([]);
  await expect.poll(() => [...host.program.desktop.recentDocuments].sort()).toEqual([linked, dropped, named].sort());
  await settled(page);
});

test('a start with files opens them, and one that comes while the program ends harms nothing', {
  tag: '@electron',
}, async ({ page, electronHost: host }) => {
  const path = await writeScene(host.album, 'named.jpg', SMALL);
  await host.start(path);
  await expect(page.getByTestId('photo-name')).toHaveText('named.jpg');
  await expect(page.getByTestId('proposal')).toBeVisible();
  await host.program.closeWindow();
  // The window is destroyed, and the program still ends its work.
  await host.program.appEvent('second-instance', ['electron'], host.album, { photos: [path] });
  expect(await host.program.ended, host.program.output).toBe(0);
  expect(host.program.desktop.errorBoxes).toEqual([]);
});

test('a window that is closed while it loads ends the program without an error', { tag: '@electron' }, async ({
  page,
  electronHost: host,
}) => {
  // The page never arrives.
  await page.route(/app\.invalid\/assets/, () => {});
  const program = host.launch();
  await expect.poll(() => program.desktop.window, program.output).not.toBeNull();
  await program.closeWindow();
  expect(await program.ended, program.output).toBe(0);
  expect(program.output).not.toContain('emulsion:');
});

test('a start that fails says so in a dialog', { tag: '@electron' }, async ({ electronHost: host }) => {
  // The folder for recipes cannot be made, and neither can the settings be read.
  await mkdir(host.data, { recursive: true });
  await writeFile(join(host.data, 'blocked'), '');
  const program = host.launch({ env: { TMPDIR: join(host.data, 'blocked', 'no folder') } });
  expect(await program.ended).toBe(1);
  expect(program.desktop.errorBoxes).toHaveLength(1);
  expect(program.desktop.errorBoxes[0]!.title).toBe('Emulsion could not start');
});

test('the program does not run without its sandbox', { tag: '@electron' }, async ({ electronHost: host }) => {
  const program = host.launch({ parameters: ['--no-sandbox'] });
  expect(await program.ended).toBe(1);
  const content = expect.stringContaining('Start it without --no-sandbox.');
  expect(program.desktop.errorBoxes).toEqual([{ title: 'Emulsion could not start', content }]);
  expect(program.desktop.window).toBeNull();
});

test('an export is suggested beside its photo, replaces a file as agreed, and never an open original', {
  tag: '@electron',
}, async ({ page, electronHost: host }) => {
  const path = await writeScene(host.album, 'lake.png', SMALL);
  await host.open();
  await host.offer(path);
  await expect(page.getByTestId('proposal')).toBeVisible();
  await page.getByTestId('step-tone').getByRole('switch').click();
  await settled(page);
  const exportAs = async (filePath: string) => {
    await page.getByTestId('export').click();
    await page.getByTestId('export-format').selectOption('png');
    await page.getByTestId('export-confirm').click();
    const dialog = await host.program.dialog('showSaveDialog');
    await dialog.answer({ canceled: false, filePath });
    return dialog;
  };
  const done = page.getByTestId('notice-done').last();
  // Marked until it was on the disk.
  await expect.poll(() => host.program.desktop.documentEdited).toEqual([true, false]);

  // A name with a dot, as it is typed: no extension yet.
  const dialog = await exportAs(join(host.album, 'my.photo'));
  expect(dialog.options.defaultPath).toBe(join(host.album, 'lake-restored.png'));
  await expect(done).toContainText('my.photo.png');
  await done.getByRole('button', { name: 'Show in folder' }).click();
  const shown = { action: 'showItemInFolder', path: join(host.album, 'my.photo.png') };
  await expect.poll(() => host.program.desktop.shell.at(-1)).toEqual(shown);

  // The dialog has asked whether this file is to be replaced.
  const existing = join(host.album, 'old print.png');
  await writeFile(existing, 'an older export');
  await exportAs(existing);
  await expect(done).toContainText('old print.png');
  expect((await readFile(existing)).subarray(1, 4).toString()).toBe('PNG');
  expect(existsSync(join(host.album, 'old print-2.png'))).toBe(false);

  const before = await readFile(path);
  await exportAs(path);
  await expect(page.getByTestId('notice-error')).toContainText('Originals are never replaced');
  expect((await readFile(path)).equals(before)).toBe(true);
  expect(existsSync(join(host.album, 'lake-2.png'))).toBe(false);
});

test('dialogs start beside the photo on the screen', { tag: '@electron' }, async ({ page, electronHost: host }) => {
  const path = await writeScene(host.album, 'lake.png', SMALL);
  await host.open();
  const startOf = async (kind: Dialog['kind'], ask: () => Promise<unknown>) => {
    await ask();
    const dialog = await host.program.dialog(kind);
    await dialog.answer({ canceled: true, filePath: '', filePaths: [] });
    return dialog.options.defaultPath;
  };
  const pressed = (keys: string) => () => page.keyboard.press(keys);
  // The system decides until there is one.
  expect(await startOf('showOpenDialog', pressed('ControlOrMeta+o'))).toBeUndefined();
  await host.offer(path);
  await expect(page.getByTestId('proposal')).toBeVisible();
  await expect.poll(() => host.program.desktop.representedFilename).toBe(path);
  expect(await startOf('showOpenDialog', pressed('ControlOrMeta+o'))).toBe(host.album);
  await page.getByTestId('step-tone').getByRole('switch').click();
  await settled(page);
  expect(await startOf('showSaveDialog', pressed('ControlOrMeta+s'))).toBe(join(host.album, 'lake.emulsion'));

  await page.keyboard.press('b');
  const chosen = (name: RegExp) => async () => {
    await page.getByTestId('mask-files').click();
    await page.getByRole('menuitem', { name }).click();
  };
  expect(await startOf('showSaveDialog', chosen(/PNG/))).toBe(join(host.album, 'lake-mask.png'));
  expect(await startOf('showOpenDialog', chosen(/Import/))).toBe(host.album);
  await page.getByTestId('mask-done').click();

  await page.getByTestId('export').click();
  const exported = () => page.getByTestId('export-confirm').click();
  expect(await startOf('showSaveDialog', exported)).toMatch(/lake-restored\.\w+$/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('ControlOrMeta+b');
  expect(await startOf('showOpenDialog', () => page.getByTestId('choose-input').click())).toBe(host.album);
});

test('a net is added from a dialog, with the weights beside it, and the picture to copy from another', {
  tag: '@electron',
}, async ({ page, electronHost: host }) => {
  await host.open();
  await host.offer(await writeScene(host.album, 'lake.png', SMALL));
  await expect(page.getByTestId('proposal')).toBeVisible();
  const choose = async (filePath: string) => {
    const dialog = await host.program.dialog('showOpenDialog');
    await dialog.answer({ canceled: false, filePaths: [filePath] });
    return dialog.options.filters?.[0]?.extensions;
  };
  await page.getByTestId('menu').click();
  await page.getByRole('menuitem', { name: 'Generators' }).click();
  const added = page.getByTestId('add-generator');
  // The dialog chooses one file, and the program finds the other by its path.
  await page.getByTestId('add-model').click();
  expect(await choose(join(STAND_INS, 'weights-beside.onnx'))).toContain('onnx');
  await expect(added.getByTestId('generator-name')).toHaveValue('weights-beside');
  await added.getByTestId('add-confirm').click();
  await expect(added).toBeHidden();
  await expect.poll(() => existsSync(join(host.data, 'models/weights-beside/weights-beside.onnx.data'))).toBe(true);

  await host.tab.drop([join(STAND_INS, 'adain.onnx')]);
  await expect(added).toContainText('It copies the style of a picture');
  await added.getByTestId('add-confirm').click();
  await expect(added).toBeHidden();
  await page.getByTestId('back').click();
  await page.getByTestId('tab-style').click();
  await page.getByTestId('style-hokusai-great-wave').click();
  const card = page.getByTestId('style-card');
  await card.getByTestId('style-generator').selectOption({ label: 'adain' });
  await card.getByTestId('style-example').click();
  expect(await choose(await writeScene(host.album, 'rug.png', { ...SMALL, seed: 4 }))).toContain('png');
  await expect(card.getByTestId('style-example').locator('img')).toHaveJSProperty('naturalWidth', 320);
  await settled(page);
  await expect(page.getByTestId('notice-error')).toHaveCount(0);
});

test('undo and redo of the menu act on the photo, and on a text while one is typed', { tag: '@electron' }, async ({
  page,
  electronHost: host,
}) => {
  const path = await writeScene(host.album, 'lake.png', SMALL);
  await host.open();
  await host.offer(path);
  await expect(page.getByTestId('proposal')).toBeVisible();
  const tone = page.getByTestId('step-tone').getByRole('switch');
  await tone.click();
  await host.program.click('Edit', 'Undo');
  await expect(tone).not.toBeChecked();
  await host.program.click('Edit', 'Redo');
  await expect(tone).toBeChecked();
  // The key does it once, not by the page and the menu.
  await page.getByTestId('step-repair').getByRole('switch').click();
  await page.keyboard.press('ControlOrMeta+z');
  await expect(page.getByTestId('step-repair').getByRole('switch')).not.toBeChecked();
  await expect(tone).toBeChecked();

  await page.keyboard.press('ControlOrMeta+k');
  const field = page.getByRole('dialog').getByRole('combobox');
  await field.pressSequentially('zoom');
  await host.program.click('Edit', 'Undo');
  await expect(field).not.toHaveValue('zoom');
  await page.keyboard.press('Escape');
  await expect(tone).toBeChecked();
  await settled(page);
});

test('menu, dialogs and title bar follow the language and the theme', { tag: '@electron' }, async ({
  page,
  electronHost: host,
}) => {
  await host.open();
  const { desktop } = host.program;
  expect(labels(await host.program.menu())).toContain('Show log');
  expect(desktop.theme).toBe('system');
  await host.program.ask('systemTheme', true);
  await expect.poll(() => desktop.backgroundColor).toBe('#262626');
  await page.keyboard.press('ControlOrMeta+,');
  await page.getByTestId('segment-light').click();
  await expect.poll(() => desktop.theme).toBe('light');
  await expect.poll(() => desktop.backgroundColor).toBe('#c9c9c9');
  await page.getByTestId('language').selectOption('pt-BR');
  await expect.poll(async () => labels(await host.program.menu())).toContain('Mostrar o registro');
  // Labels of Electron's own are English; those of the developers may be.
  const shown = labels(await host.program.menu()).filter(
    (label) => !['Reload', 'Toggle Developer Tools'].includes(label),
  );
  expect(
    shown.filter((label) => /^(Undo|Redo|Cut|Copy|Paste|Select|Close|Quit|About|Minimize|Window|Help)/.test(label)),
  ).toEqual([]);
  await page.keyboard.press('Escape');

  await host.program.click('Ajuda', 'Sobre o Emulsion');
  const about = await host.program.dialog('showMessageBox');
  expect(about.options.message).toMatch(/^Emulsion \d/);
  expect(about.options.detail).toMatch(/Electron 45.*Chromium.*onnxruntime.*Licença: Apache-2\.0/s);
  await about.answer({ response: 0 });
  await expect.poll(() => desktop.shell.at(-1)?.path).toMatch(/LICENSE$/);
  await host.program.click('Ajuda', 'Mostrar o registro');
  await expect.poll(() => desktop.shell.at(-1)?.action).toBe('showItemInFolder');

  // The project's page opens in the person's own browser.
  await host.program.click('Ajuda', 'Versões');
  const opened = { action: 'openExternal', path: packageInfo.homepage };
  await expect.poll(() => desktop.shell.at(-1)).toEqual(opened);
});

test('a batch keeps the computer awake, shows its progress, asks before it is stopped, and tells of its end', {
  tag: '@electron',
}, async ({ page, electronHost: host }) => {
  for (const seed of [1, 2, 3]) {
    await writeScene(join(host.album, 'scans'), `lake ${seed}.png`, { width: 480, height: 360, seed });
  }
  await host.open();
  const { desktop } = host.program;
  await page.keyboard.press('ControlOrMeta+b');
  await host.chooseFolder('scans', () => page.getByTestId('choose-input').click());
  await expect(page.getByTestId('plan-photos')).toContainText('3 photos');
  await page.getByTestId('batch-more').click();
  await page.getByTestId('batch-concurrency').selectOption('1');
  await page.getByTestId('start-batch').click();
  await expect.poll(() => desktop.blockers).toEqual(['prevent-app-suspension']);
  await expect.poll(() => desktop.progress?.mode).toBe('normal');

  // Closing asks, and a person who stays loses nothing. The menu's way out asks too.
  await host.program.closeWindow();
  const question = await host.program.dialog('showMessageBox');
  expect(question.options).toMatchObject({
    message: 'A folder is being restored',
    buttons: ['Stop and quit', 'Keep going'],
  });
  await question.answer({ response: 1 });
  await host.program.quit();
  await (await host.program.dialog('showMessageBox')).answer({ response: 1 });

  await page.getByTestId('pause').click();
  await expect(page.getByTestId('batch-summary')).toHaveAttribute('data-status', /paused|done/);
  await expect.poll(() => desktop.blockers).toEqual([]);
  await expect.poll(() => desktop.progress?.mode).toBe('paused');
  await page.getByTestId('resume').click();
  await expect.poll(() => desktop.blockers).toEqual(['prevent-app-suspension']);
  // Who has gone elsewhere is told.
  await host.program.ask('unfocus');
  await expect(page.getByTestId('batch-summary')).toHaveAttribute('data-status', 'done');
  await expect
    .poll(() => desktop.notifications)
    .toMatchObject([{ title: 'Folder scans is done', body: 'Restored: 3. Unchanged: 0. Failed: 0.' }]);
  expect(desktop.blockers).toEqual([]);
  expect(desktop.progress).toBeNull();
  const before = desktop.focused;
  await host.program.ask('clickNotification', desktop.notifications[0]!.key);
  await expect.poll(() => desktop.focused).toBe(before + 1);
  expect((await stat(join(host.album, 'scans', 'Restored', 'lake 3.png'))).size).toBeGreaterThan(0);
});

test('errors that nobody caught, a page that crashes twice or hangs, and an engine that V8 has ended', {
  tag: '@electron',
}, async ({ page, electronHost: host }) => {
  const path = await writeScene(host.album, 'lake.png', SMALL);
  await host.open();
  await host.program.ask('throw', 'provoked');
  const fault = await host.program.dialog('showMessageBox');
  expect(fault.options.message).toBe('Something went wrong in Emulsion');
  expect(fault.options.detail).toContain('emulsion.log');
  await fault.answer({ response: 0 });
  await expect.poll(() => host.program.desktop.shell.at(-1)?.action).toBe('showItemInFolder');

  // The first crash is mended without a word.
  const isNew = async (crash: () => Promise<unknown>) => {
    await page.evaluate(() => Object.assign(window, { old: true }));
    await crash();
    await page.waitForFunction(() => !('old' in window));
    await expect(page.getByTestId('empty')).toBeVisible();
  };
  await isNew(() => host.program.contentsEvent('render-process-gone', { reason: 'crashed', exitCode: 5 }));
  await host.program.contentsEvent('render-process-gone', { reason: 'crashed', exitCode: 5 });
  const crashed = await host.program.dialog('showMessageBox');
  expect(crashed.options.message).toBe('The window crashed again');
  await isNew(() => crashed.answer({ response: 0 }));
  await host.program.windowEvent('unresponsive');
  const hung = await host.program.dialog('showMessageBox');
  expect(hung.options.message).toBe('The window is not responding');
  await isNew(() => hung.answer({ response: 0 }));

  // The job ends with a code, and the next one finds a new engine.
  await host.offer(path);
  await expect(page.getByTestId('proposal')).toBeVisible();
  await settled(page);
  await host.program.ask('utilityError', 'FatalError');
  await page.getByTestId('step-tone').getByRole('switch').click();
  await settled(page);
  expect(host.program.desktop.errorBoxes).toEqual([]);
});

test.describe('on a small screen', () => {
  test.use({ computer: { workArea: { x: 0, y: 25, width: 1280, height: 672 } } });
  test('the window fits and has its icon', { tag: '@electron' }, async ({ page, electronHost: host }) => {
    await host.open();
    const { bounds, options } = host.program.desktop.window!;
    if (process.platform === 'linux') {
      expect(host.program.desktop.desktopName).toBe('emulsion.desktop');
      expect(existsSync(String(options.icon))).toBe(true);
    }
    if (process.platform === 'win32') expect(host.program.desktop.userModelId).toBe('app.emulsion.desktop');
    expect(bounds).toMatchObject({ width: 1280, height: 672 });
    expect(options.minHeight).toBeLessThanOrEqual(672);
    await expect(page.getByTestId('open')).toBeInViewport();
  });
});
