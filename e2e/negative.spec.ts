import { join } from 'node:path';
import sharp from 'sharp';
import { testScene } from '../main/restoration/testing/scene';
import { drawNegative, drawShot } from '../main/scan/testing/film';
import { run } from './command-line';
import { expect, test } from './host';

const scene = testScene(360, 240, 4);

/** A colour negative with a strip of unexposed film, as a scanner saves it. */
async function writeNegative(folder: string, name: string, strip = 0.06): Promise<string> {
  const { data, width, height } = drawNegative(scene, drawShot(3), { strip, depth: 8 });
  const path = join(folder, name);
  await sharp(data as Uint8Array, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
  return path;
}

/** How alike the brightness of a picture and of the scene is, -1..1. */
async function likeness(path: string): Promise<number> {
  const shape = { width: scene.width, height: scene.height, channels: 3 as const };
  const truth = await sharp(scene.data as Uint8Array, { raw: shape })
    .greyscale()
    .raw()
    .toBuffer();
  const meta = await sharp(path).metadata();
  const left = meta.width - scene.width;
  const found = await sharp(path)
    .extract({ left, top: 0, ...scene })
    .greyscale()
    .raw()
    .toBuffer();
  const mean = (values: Buffer) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(truth), mean(found)];
  let [both, one, other] = [0, 0, 0];
  for (let i = 0; i < truth.length; i++) {
    both += (truth[i]! - a) * (found[i]! - b);
    one += (truth[i]! - a) ** 2;
    other += (found[i]! - b) ** 2;
  }
  return both / Math.sqrt(one * other);
}

test('a negative is recognised, developed in the tool, made warmer, and exported as a positive', {
  tag: '@electron-only',
}, async ({ page: window, host }) => {
  const path = await writeNegative(host.album, 'negative.png');
  expect(await likeness(path)).toBeLessThan(-0.5);
  await host.open();
  await host.offer(path);
  await expect(window.getByTestId('negative-offer')).toBeVisible();
  await window.getByTestId('develop').click();
  await expect(window.getByTestId('crop-film')).toHaveValue('colour');
  await expect(window.getByTestId('negative-text')).toHaveText('Film base found on the scan');
  await window.getByTestId('negative-warmth').getByRole('slider').press('Shift+ArrowRight');
  await window.getByTestId('crop-apply').click();
  await expect(window.getByTestId('crop-bar')).toBeHidden();
  await expect(window.getByTestId('negative-offer')).toBeHidden();
  await window.getByTestId('export').click();
  const saved = test.info().outputPath('positive.png');
  await host.exportTo(saved);
  expect(await likeness(saved)).toBeGreaterThan(0.9);
});

test('a roll on the command line: certain negatives are developed with the film base of one frame, positives stay', async ({
  host,
}) => {
  const base = await writeNegative(host.album, 'frame-1.png');
  await writeNegative(host.album, 'frame-2.png', 0);
  const { data, width, height } = scene;
  await sharp(data as Uint8Array, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(join(host.album, 'print.png'));
  const out = test.info().outputPath('restored');
  const names = ['frame-1.png', 'frame-2.png', 'print.png'];
  const args = names.map((name) => join(host.album, name));
  const { code, records } = await run([
    ...['restore', ...args, '--out', out, '--negative', '--film-base', base, '--json'],
    ...['--set', 'repair.enabled=false', '--set', 'restore.enabled=false', '--set', 'tone.enabled=false'],
  ]);
  expect(code).toBe(0);
  const of = (name: string) => records.find(({ input }) => String(input).endsWith(name))!;
  const [one, two] = [of('frame-1.png').negative, of('frame-2.png').negative] as { base: number[] }[];
  expect(two!.base).toEqual(one!.base);
  expect(of('frame-2.png').notes).toContain('Colour negative: developed from the film base that was given');
  expect(of('print.png').negative).toBeUndefined();
  expect(of('print.png').notes).toContain('No negative: left as it is');
  expect(await likeness(join(out, 'frame-2.png'))).toBeGreaterThan(0.9);
  const refused = await run(['restore', base, '--out', out, '--film-base', '0.4,0.2,0.1']);
  expect(refused.code).toBe(2);
  expect(refused.err).toContain('--film-base needs --negative');
});
