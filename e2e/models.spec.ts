import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { findings } from './axe';
import { run } from './command-line';
import { expect, test, writeScene } from './host';

/** Tiny nets with the interfaces of famous ones, made by the script beside them. */
const STAND_INS = fileURLToPath(new URL('../main/generators/inspect/fixtures/', import.meta.url));
const net = (name: string) => join(STAND_INS, name);

/** Drops files from the system onto the window. */
async function drop(page: Page, ...paths: string[]): Promise<void> {
  const files = await Promise.all(
    paths.map(async (path) => [path.split('/').at(-1)!, (await readFile(path)).toString('base64')] as const),
  );
  const data = await page.evaluateHandle((given) => {
    const transfer = new DataTransfer();
    for (const [name, content] of given) {
      const raw = Uint8Array.from(atob(content), (char) => char.charCodeAt(0));
      transfer.items.add(new File([raw], name));
    }
    return transfer;
  }, files);
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: data });
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}

const dialog = (page: Page) => page.getByTestId('add-generator');
const size = { width: 200, height: 150 };

test('a net is dropped, compared with the one that ships, used in a batch, and removed', async ({
  page,
  browserHost: host,
  data,
}) => {
  await host.open();
  await host.offer(await writeScene(host.album, 'lake.png', { ...size, damaged: false }));
  await expect(page.getByTestId('proposal')).toBeVisible();

  // It is looked at beside everything else, then asked about, and tried on a crop of the photo at once.
  await drop(page, net('4x-Standin-compact-fp32.onnx'));
  await expect(dialog(page)).toBeVisible();
  await expect(dialog(page)).toContainText('Nothing is left open.');
  await expect(dialog(page).getByTestId('rights')).toContainText('not known whether its licence');
  for (const side of ['before', 'shipped', 'after']) {
    const picture = dialog(page).getByTestId(`trial-${side}`).locator('img');
    await expect(picture).toBeVisible();
    await expect(picture).toHaveJSProperty('naturalHeight', side === 'before' ? 150 : 600);
  }
  await expect(dialog(page).getByTestId('trial-after')).toContainText('s per megapixel');
  await dialog(page).getByTestId('everything').click();
  await expect(dialog(page).getByTestId('decision-task')).toContainText('certain');
  await dialog(page).getByTestId('decision-commercial').getByRole('combobox').selectOption({ label: 'not allowed' });
  await expect(dialog(page).getByTestId('rights')).toContainText('Its licence forbids commercial use');
  expect(await findings(page), 'asked').toEqual([]);
  await dialog(page).getByTestId('generator-name').fill('Four times');
  await dialog(page).getByTestId('add-confirm').click();
  await expect(page.getByTestId('notice-done')).toContainText('Four times added');
  await expect(dialog(page)).toBeHidden();

  // The step offers it, and the result is made by it.
  const upscale = page.getByTestId('step-upscale');
  await upscale.getByRole('switch').click();
  await upscale.getByTestId('upscale-generator').selectOption({ label: 'Four times' });
  await page.getByTestId('recipe-menu').click();
  await page.getByRole('menuitem', { name: 'Save as a new recipe…' }).click();
  await page.getByTestId('name').fill('Large');
  await page.getByTestId('name-confirm').click();
  const ownRecipes = async () =>
    (await readdir(join(data, 'recipes')).catch(() => [])).filter((name) => name.endsWith('.json'));
  await expect.poll(ownRecipes).toHaveLength(1);
  const recipe = join(data, 'recipes', (await ownRecipes())[0]!);
  expect(JSON.parse(await readFile(recipe, 'utf8')).steps).toContainEqual(
    expect.objectContaining({ kind: 'upscale', settings: expect.objectContaining({ generator: 'four-times' }) }),
  );
  const path = test.info().outputPath('large.png');
  await page.keyboard.press('Control+e');
  await page.getByTestId('export-format').selectOption('png');
  await host.exportTo(path);
  const { width, xmp } = await sharp(path).metadata();
  expect(width).toBe(400);
  expect(xmp?.toString()).toContain('<emulsion:NonCommercial>Four times</emulsion:NonCommercial>');
  await expect(page.getByTestId('notice-done').last()).toContainText('Not for commercial use: made with Four times');

  // A batch with the recipe uses it too.
  const command = ['batch', host.album, '--out', test.info().outputPath('out'), '--recipe', recipe, '--json'];
  const own = { EMULSION_USER_DATA: data };
  const first = await run(command, own);
  expect(first.err).toBe('');
  expect(first.code).toBe(0);
  expect(await readdir(test.info().outputPath('out'))).toContain('lake.png');

  // It is listed, measured and renamed; removing it names the recipe that would miss it.
  await page.getByTestId('menu').click();
  await page.getByRole('menuitem', { name: 'Generators' }).click();
  const card = page.getByTestId('generator-four-times');
  await expect(card).toContainText('added by you');
  await expect(card).toContainText('4x-Standin-compact-fp32.onnx');
  await card.getByTestId('benchmark').click();
  await expect(card.getByTestId('speed')).toContainText('s per megapixel');
  await card.getByTestId('try').click();
  await expect(card.getByTestId('trial-after')).toBeVisible();
  await card.getByTestId('rename').click();
  await page.getByTestId('new-name').fill('Four times, tiny');
  await page.getByTestId('rename-confirm').click();
  await expect(card.getByRole('heading', { level: 3 })).toHaveText('Four times, tiny');
  await expect(page.getByTestId('families')).toContainText('Real-ESRGAN');
  await expect(page.getByTestId('families').getByRole('link')).toHaveCount(0);
  expect(await findings(page), 'listed').toEqual([]);
  await card.getByTestId('remove').click();
  await expect(page.getByTestId('users')).toContainText('“Large”');
  await page.getByTestId('remove-confirm').click();
  await expect(card).toBeHidden();

  // Now the recipe names what is missing, in the batch and in the window.
  const second = await run(command.with(3, test.info().outputPath('again')), own);
  expect(second.code).not.toBe(0);
  expect(`${second.err}${JSON.stringify(second.records)}`).toContain('uses the generator “four-times”');
  await page.getByTestId('back').click();
  await expect(upscale.getByTestId('upscale-generator').locator('option:checked')).toHaveText('four-times (not here)');
  await upscale.getByTestId('upscale-generator').selectOption({ label: 'Ships with Emulsion' });
  await expect(upscale.getByTestId('upscale-generator')).toBeHidden();
});

test('what is open is asked, the trial follows the answer, and what cannot be used says why', async ({
  page,
  browserHost: host,
  data,
}) => {
  await host.open();
  await host.offer(await writeScene(host.album, 'lake.png', { ...size, damaged: false }));
  await expect(page.getByTestId('proposal')).toBeVisible();
  await drop(page, net('foreign-operator.onnx'));
  const refusal = page.getByTestId('notice-error');
  await expect(refusal).toContainText('foreign-operator.onnx was not added');
  await expect(refusal).toContainText('the operator com.microsoft.extensions:Decode');
  await refusal.getByRole('button', { name: 'Dismiss' }).click();

  // Its weights are dropped with it.
  await drop(page, net('weights-beside.onnx'), net('weights-beside.onnx.data'));
  await expect(dialog(page)).toContainText('Please check one thing');
  const task = dialog(page).getByTestId('questions').getByTestId('decision-task');
  await expect(task).toContainText('please check');
  await expect(dialog(page).getByTestId('trial-after').locator('img')).toBeVisible();
  const source = () => dialog(page).getByTestId('trial-after').locator('img').getAttribute('src');
  const before = await source();
  await task.getByRole('combobox').selectOption({ label: 'style' });
  await expect(task).toContainText('said by you');
  await expect.poll(source).not.toBe(before);
  // A task that no step has: it can be added, and that is said.
  await task.getByRole('combobox').selectOption({ label: 'light' });
  await expect(dialog(page)).toContainText('No step can use it yet');
  expect(await findings(page), 'asked').toEqual([]);
  await dialog(page).getByTestId('add-confirm').click();
  await expect(page.getByTestId('notice-done')).toContainText('weights-beside added');
  expect((await readdir(join(data, 'models', 'weights-beside'))).sort()).toEqual([
    'card.json',
    'generator.onnx',
    'weights-beside.onnx.data',
  ]);
  await page.getByTestId('menu').click();
  await page.getByRole('menuitem', { name: 'Generators' }).click();
  const card = page.getByTestId('task-tone').getByTestId('generator-weights-beside');
  await expect(card.getByTestId('unused')).toBeVisible();
  await expect(card).toContainText('1 said by you');

  // A detector looks for damage besides the one that ships, which cannot be seen on a crop.
  await page.getByTestId('back').click();
  await drop(page, net('scratch-logits.onnx'));
  await expect(dialog(page)).toContainText('Please check 3 things');
  await expect(dialog(page)).toContainText('shows in the mask of the repair');
  await dialog(page).getByTestId('add-confirm').click();
  await expect(dialog(page)).toBeHidden();
  const repair = page.getByTestId('step-repair');
  await repair.getByRole('switch').check();
  await repair.getByTestId('repair-detector').selectOption({ label: 'scratch-logits' });
  await expect(page.getByTestId('status-job')).toHaveCount(0);
  await expect(page.getByTestId('notice-error')).toHaveCount(0);
  await expect(repair.getByTestId('repair-generator')).toHaveCount(0);
});

test('a net copies the style of a picture, which is kept by its hash', async ({ page, browserHost: host, data }) => {
  await host.open();
  await host.offer(await writeScene(host.album, 'lake.png', { damaged: false }));
  await expect(page.getByTestId('proposal')).toBeVisible();
  await drop(page, net('adain.onnx'));
  await expect(dialog(page)).toContainText('It copies the style of a picture');
  await dialog(page).getByTestId('add-confirm').click();
  await expect(dialog(page)).toBeHidden();

  // Until there is a picture, nothing is painted, and nothing fails.
  await page.getByTestId('tab-style').click();
  await page.getByTestId('style-hokusai-great-wave').click();
  const card = page.getByTestId('style-card');
  await card.getByTestId('style-generator').selectOption({ label: 'adain' });
  await expect(card.getByTestId('style-example')).toContainText('Nothing is painted until then');
  await expect(page.getByTestId('status-job')).toHaveCount(0);
  await expect(page.getByTestId('notice-error')).toHaveCount(0);
  const rug = test.info().outputPath('rug.png');
  await sharp({ create: { width: 900, height: 300, channels: 3, background: { r: 220, g: 90, b: 30 } } }).toFile(rug);
  await page.getByTestId('example-input').setInputFiles(rug);
  await expect(card.getByTestId('style-example')).toContainText('rug.png');
  await expect(card.getByTestId('style-example').locator('img')).toHaveJSProperty('naturalWidth', 512);
  expect(await findings(page), 'chosen').toEqual([]);
  const path = test.info().outputPath('painted.png');
  await page.keyboard.press('Control+e');
  await page.getByTestId('export-format').selectOption('png');
  await host.exportTo(path);
  const meansOf = async (file: string) => (await sharp(file).stats()).channels.slice(0, 3).map(({ mean }) => mean);
  const near = (means: number[]) => means.every((mean, c) => Math.abs(mean - [220, 90, 30][c]!) < 25);
  expect(near(await meansOf(path)), `${await meansOf(path)}`).toBe(true);

  // The command line takes the same picture, which is kept once.
  const out = test.info().outputPath('out');
  const painted = await run(['restore', join(host.album, 'lake.png'), '--out', out, '--style-example', rug, '--json'], {
    EMULSION_USER_DATA: data,
  });
  expect(painted.code, painted.err).toBe(0);
  expect(near(await meansOf(join(out, 'lake.png')))).toBe(true);
  expect(JSON.stringify(painted.records)).toContain('copied the style of “rug.png”');
  expect(await readdir(join(data, 'examples'))).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.png$/)]);
});
