import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { translatorFor } from '../../../text/message';
import { queueUrlOf } from './queue-url';
import { createReporter } from './reporter';

const SECRET = 'rediss://user:secret@archive:6379';
let told = '';
const stream = { write: (text: string) => (told += text) };
const reporter = createReporter({
  json: false,
  translator: translatorFor('en'),
  streams: { out: stream, err: stream },
});

test('the address of the queue comes from a file, the environment, or the command, which warns of a password', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
  const file = join(folder, 'queue');
  await writeFile(file, `${SECRET}\n`);
  expect(await queueUrlOf({ queueFile: file }, reporter, {})).toBe(SECRET);
  await rm(folder, { recursive: true });
  expect(await queueUrlOf({ queue: true }, reporter, { EMULSION_QUEUE_URL: SECRET })).toBe(SECRET);
  expect(await queueUrlOf({}, reporter, { EMULSION_QUEUE_URL: SECRET })).toBe(SECRET);
  expect(await queueUrlOf({ queue: 'redis://archive' }, reporter, {})).toBe('redis://archive');
  expect(told).toBe('');
  expect(await queueUrlOf({ queue: SECRET }, reporter, {})).toBe(SECRET);
  expect(told).toContain('EMULSION_QUEUE_URL');
  expect(told).not.toContain('secret');
  await expect(queueUrlOf({ queue: true }, reporter, {})).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});
