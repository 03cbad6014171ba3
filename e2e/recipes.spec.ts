import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, writeScene } from './host';

test('a saved recipe is renamed, duplicated, exported and imported again', async ({ page, host, data }) => {
  await host.open();
  await host.offer(await writeScene(host.album, 'well.png'));
  await expect(page.getByTestId('step-repair')).toContainText('%');
  const choose = async (item: string) => {
    await page.getByTestId('recipe-menu').click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  const named = async (name: string) => {
    await page.getByTestId('name').fill(name);
    await page.getByTestId('name-confirm').click();
  };
  const recipe = page.getByTestId('recipe');
  const options = () => recipe.locator('option').allInnerTexts();
  const kept = async () => {
    const folder = join(data, 'recipes');
    // What is being written has another ending.
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
    const texts = await Promise.all(names.sort().map((name) => readFile(join(folder, name), 'utf8').catch(() => null)));
    // One that was removed meanwhile is not kept.
    return texts.filter((text) => text !== null).map((text) => JSON.parse(text));
  };

  await page.getByTestId('step-tone').getByRole('switch').click();
  await choose('Save as a new recipe…');
  await named('Shoebox');
  await expect(recipe.locator('option:checked')).toHaveText('Shoebox');
  await choose('Rename…');
  await expect(page.getByTestId('name')).toHaveValue('Shoebox');
  await named('Grandmother’s shoebox');
  await expect(recipe.locator('option:checked')).toHaveText('Grandmother’s shoebox');
  await choose('Duplicate…');
  await named('Second box');
  await expect.poll(options).toEqual(expect.arrayContaining(['Grandmother’s shoebox', 'Second box']));
  const keptNames = async () => (await kept()).map(({ name }) => name).sort();
  await expect.poll(keptNames).toEqual(['Grandmother’s shoebox', 'Second box']);
  const [one, other] = await kept();
  expect(one.steps).toEqual(other.steps);

  const path = test.info().outputPath('shoebox.json');
  const given = await host.saved(path, () => choose('Export to a file…'));
  expect(given).toBe('Grandmother’s shoebox.json');
  const exported = JSON.parse(await readFile(path, 'utf8'));
  expect(exported).toMatchObject({ name: 'Grandmother’s shoebox', steps: one.steps });

  await choose('Remove');
  await expect.poll(keptNames).toEqual(['Second box']);
  // Removed, it is still what this photo has; from the file it is one that can be chosen again.
  await page.getByTestId('recipe-input').setInputFiles(path);
  await expect(page.getByTestId('notice-done').last()).toContainText('Grandmother’s shoebox');
  await expect.poll(async () => (await kept()).length).toBe(2);
  await recipe.selectOption({ label: 'Second box' });
  await expect(recipe.locator('option:checked')).toHaveText('Second box');
  await expect(page.getByTestId('step-tone').getByRole('switch')).toBeChecked();

  // What is no recipe is refused, and all stay.
  await page.getByTestId('recipe-input').setInputFiles({
    name: 'no.json',
    mimeType: 'application/json',
    buffer: Buffer.from('{"format": 1, "steps": "none"}'),
  });
  await expect(page.getByTestId('notice-error')).toContainText('This recipe cannot be used.');
  expect(await kept()).toHaveLength(2);
});
