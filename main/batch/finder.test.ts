import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BatchSettings } from '../../contract/batch';
import { findFiles } from './finder';

test('a file of a watched folder whose writer pauses is not taken in the middle', async () => {
  const input = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
  const path = join(input, 'scan.jpg');
  // The clock of a network drive that is ahead: only what the scans see counts.
  const write = async (text: string) => {
    await writeFile(path, text);
    const later = Date.now() / 1000 + 3600 + text.length;
    await utimes(path, later, later);
  };
  await write('half');
  const control = new AbortController();
  let scans = 0;
  const found: { bytes: number; scans: number }[] = [];
  await findFiles({
    input,
    output: join(input, 'out'),
    within: undefined,
    settings: BatchSettings.parse({ watch: true }),
    interval: 0.01,
    signal: control.signal,
    known: () => undefined,
    onFound: async ({ bytes }) => {
      found.push({ bytes, scans });
      control.abort();
    },
    onUnreadable: async () => {},
    onScanned: () => {
      scans += 1;
      if (scans === 3) writing = write('the whole of it');
    },
  });
  await writing;
  expect(found).toEqual([{ bytes: 15, scans: expect.any(Number) }]);
  expect(found[0]!.scans).toBeGreaterThanOrEqual(7);
  await rm(input, { recursive: true });
});
let writing: Promise<void> | undefined;
