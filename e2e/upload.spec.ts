import { appendFile } from 'node:fs/promises';
import { expect, test, writeScene } from './host';

test('uploading a large file shows the progress and the remaining time, and can be cancelled', async ({
  page,
  host,
}) => {
  const path = await writeScene(host.album, 'mill.jpg', { width: 320, height: 240, damaged: false });
  // Decoders ignore bytes after the end of a JPEG, but they have to be sent.
  await appendFile(path, Buffer.alloc(24_000_000));
  await host.open();
  const client = await page.context().newCDPSession(page);
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 2_000_000 };
  await client.send('Network.enable');
  await client.send('Network.emulateNetworkConditions', slow);
  await host.offer(path);
  const status = page.getByTestId('status');
  await expect(status).toContainText('Uploading mill.jpg');
  await expect(status.getByTestId('bytes-sent')).toHaveText(/^[\d.]+ [kM]?B of 24 MB$/i);
  await expect(status.getByTestId('time-left')).toHaveText(/about \d+ s left/);
  await page.getByTestId('cancel').click();
  await expect(page.getByTestId('status-job')).toHaveCount(0);
  await expect(page.getByTestId('empty')).toBeVisible();

  await client.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 });
  await host.offer(path);
  await expect(page.getByTestId('photo-name')).toHaveText('mill.jpg');
});
