import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command-line';
import { expect, test } from './host';

/** Writes what the app remembers of a net that has stopped a provider, on the device and driver that are here. */
async function crashed(data: string): Promise<string> {
  const { records } = await run(['providers', '--json'], { EMULSION_USER_DATA: data });
  const webgpu = records.find(({ provider }) => provider === 'webgpu') as {
    devices: { name: string; driver: string }[];
  };
  const joined = (key: 'name' | 'driver') => webgpu.devices.map((each) => each[key]).join(', ');
  const { runtime } = records.find(({ type }) => type === 'runtime') as { runtime: string };
  const place = { provider: 'webgpu', device: joined('name'), driver: joined('driver'), runtime };
  const use = { generator: 'restorer', sha256: 'a'.repeat(64), ...place };
  const path = join(data, 'providers', 'verdicts', `${'b'.repeat(32)}.json`);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(
    path,
    JSON.stringify({ format: 1, use, verdict: { outcome: 'crashed' }, at: '2026-01-01T00:00:00Z' }),
  );
  return path;
}

test('the settings say what works, which net crashed where, and have it tried again @electron-only', async ({
  host,
  page,
  data,
}) => {
  const verdict = await crashed(data);
  await host.open();
  await page.keyboard.press('Control+,');
  await page.getByTestId('providers').click();
  await expect(page.getByTestId('provider-cpu')).toHaveAttribute('data-state', 'ready');
  const elsewhere = process.platform === 'win32' ? 'coreml' : 'dml';
  await expect(page.getByTestId(`provider-${elsewhere}`)).toContainText('not part of this build of onnxruntime');
  await expect(page.getByTestId('provider-webgpu')).toContainText('Not used for restorer: it crashed.');
  for (const [width, height] of [
    [1440, 900],
    [1024, 700],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.getByTestId('forget-verdicts').scrollIntoViewIfNeeded();
    await page.screenshot({ path: test.info().outputPath(`providers-${width}.png`) });
  }
  expect(existsSync(verdict)).toBe(true);
  await page.getByTestId('forget-verdicts').click();
  await expect(page.getByTestId('provider-webgpu')).not.toContainText('restorer');
  await expect(page.getByTestId('forget-verdicts')).toHaveCount(0);
  expect(existsSync(verdict)).toBe(false);

  await page.getByTestId('language').selectOption('pt-BR');
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(page.getByTestId(`provider-${elsewhere}`)).toContainText('não faz parte deste onnxruntime');
  await page.getByTestId('provider-list').scrollIntoViewIfNeeded();
  await page.screenshot({ path: test.info().outputPath('providers-pt.png') });
});
