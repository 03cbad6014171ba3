import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type S3Server, startS3 } from '../../../e2e/s3-server';
import type { RemoteStorage } from '../../storage/remote';
import { openS3 } from './s3';

let server: S3Server;
let storage: RemoteStorage;
let folder: string;

beforeEach(async () => {
  server = await startS3();
  for (const [name, value] of Object.entries(server.env)) vi.stubEnv(name, value);
  storage = openS3();
  folder = await mkdtemp(join(tmpdir(), 'emulsion-s3-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await rm(folder, { recursive: true });
});

const local = async (content: string) => {
  const path = join(folder, content);
  await writeFile(path, content);
  return path;
};
const stored = (name: string) => server.files.get(name)?.body.toString();
const put = (key: string, content = 'x') =>
  server.files.set(`photos/${key}`, { body: Buffer.from(content), metadata: {}, time: new Date(0) });

test('a file is written, reported and read back', async () => {
  await storage.put(await local('mine'), 's3://photos/a/b c.jpg', { sha256: 'sum', replace: false });
  expect(stored('photos/a/b c.jpg')).toBe('mine');
  expect(await storage.stat('s3://photos/a/b c.jpg')).toMatchObject({ bytes: 4 });
  expect(await storage.hash('s3://photos/a/b c.jpg')).toBe('sum');
  await storage.fetch('s3://photos/a/b c.jpg', join(folder, 'back'));
  expect(await readFile(join(folder, 'back'), 'utf8')).toBe('mine');
  expect(await storage.head('s3://photos/a/b c.jpg', 2)).toEqual(new Uint8Array(Buffer.from('mi')));
  expect(await storage.stat('s3://photos/a/other.jpg')).toBeNull();
  expect(await storage.hash('s3://photos/a/other.jpg')).toBeNull();
});

test.each([true, false])(
  'nothing is replaced without permission (a server that supports conditions: %s)',
  async (conditions) => {
    server.behaviour.conditions = conditions;
    const path = 's3://photos/taken.jpg';
    put('taken.jpg', 'theirs');
    const mine = await local('mine');
    await expect(storage.put(mine, path, { sha256: null, replace: false })).rejects.toMatchObject({
      code: 'NAME_TAKEN',
    });
    expect(stored('photos/taken.jpg')).toBe('theirs');
    await storage.put(mine, 's3://photos/free.jpg', { sha256: null, replace: false });
    expect(stored('photos/free.jpg')).toBe('mine');
    await storage.put(mine, path, { sha256: null, replace: true });
    expect(stored('photos/taken.jpg')).toBe('mine');
  },
);

test('of two writers at the same time one gets the name', async () => {
  const path = 's3://photos/wanted.jpg';
  const files = await Promise.all(['one', 'two'].map(local));
  const writes = files.map((file) => storage.put(file, path, { sha256: null, replace: false }));
  const settled = await Promise.allSettled(writes);
  expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(server.conflicts()).toBe(1);
  expect(stored('photos/wanted.jpg')).toBe(settled[0]!.status === 'fulfilled' ? 'one' : 'two');
});

test('a write whose response is lost counts as done, not as a taken name', async () => {
  server.behaviour.loseAnswers = 1;
  await storage.put(await local('mine'), 's3://photos/a.jpg', { sha256: null, replace: false });
  expect(server.conflicts()).toBe(1);
  expect([...server.files.keys()]).toEqual(['photos/a.jpg']);
});

test('every page is listed; hidden files, excluded files and folder markers are left out; names that lead out are refused', async () => {
  for (const key of ['in/', 'in/.hidden/a.jpg', 'in/b/.c.jpg', 'in/out/done.jpg', 'in/notes.txt', 'inside/x.jpg'])
    put(key);
  const wanted = ['in/1.jpg', 'in/2.jpg', 'in/3.jpg', 'in/album/4.jpg', 'in/album/5 & 6.jpg'];
  for (const key of [...wanted, 'in/../../etc/x.jpg', 'in//y.jpg', 'in/a\\b.jpg']) put(key);
  const [names, refused]: string[][] = [[], []];
  for await (const each of storage.scan('s3://photos/in', { except: ['s3://photos/in/out'], include: ['*.jpg'] })) {
    if ('error' in each) refused!.push(each.name);
    else {
      names!.push(each.name);
      expect(each.path).toBe(`s3://photos/in/${each.name}`);
      expect(each).toMatchObject({ bytes: 1, modified: 0 });
    }
  }
  expect(names).toEqual(wanted.map((key) => key.slice('in/'.length)));
  expect(await storage.isEmpty('s3://photos/in')).toBe(false);
  expect(await storage.isEmpty('s3://photos/i')).toBe(true);
  expect(refused!.sort()).toEqual(['../../etc/x.jpg', '/y.jpg', 'a\\b.jpg']);
});

test('refusals of the storage become error codes', async () => {
  await expect(storage.fetch('s3://photos/none.jpg', join(folder, 'none'))).rejects.toMatchObject({
    code: 'FILE_MISSING',
  });
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'of-somebody-else');
  const other = openS3();
  await expect(other.stat('s3://photos/a.jpg')).rejects.toMatchObject({ code: 'STORAGE_UNREACHABLE' });
  await expect(other.isEmpty('s3://photos/in')).rejects.toMatchObject({ code: 'STORAGE_UNREACHABLE' });
  await server.close();
  await expect(storage.isEmpty('s3://photos/in')).rejects.toMatchObject({ code: 'STORAGE_UNREACHABLE' });
});

test.each(['a b+c%d#e?f&g=h.jpg', '%2e%2e.jpg', 'día ☀.jpg', "'(*)!~.jpg"])(
  'a file named %j is found, read and written',
  async (name) => {
    const path = `s3://photos/in/${name}`;
    await storage.put(await local('mine'), path, { sha256: null, replace: false });
    expect(stored(`photos/in/${name}`)).toBe('mine');
    const found: string[] = [];
    for await (const each of storage.scan('s3://photos/in', { except: [] })) found.push(each.name);
    expect(found).toEqual([name]);
    await storage.fetch(path, join(folder, 'back'));
    expect(await readFile(join(folder, 'back'), 'utf8')).toBe('mine');
  },
);

test('the folders of systems are left out and told of once', async () => {
  for (const key of ['in/a.jpg', 'in/@eaDir/a.jpg/XL.jpg', 'in/@eaDir/b.jpg/XL.jpg']) put(key);
  const found = [];
  for await (const each of storage.scan('s3://photos/in', { except: [] })) found.push([each.name, 'error' in each]);
  expect(found.sort()).toEqual([
    ['@eaDir', true],
    ['a.jpg', false],
  ]);
});

describe('a server that answers with garbage', () => {
  const answered = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
    const hostile = createServer(answer);
    await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`);
    return {
      storage: openS3(),
      close: () => {
        hostile.closeAllConnections();
        hostile.close();
      },
    };
  };
  /** Writes as long as somebody reads. */
  const endless = (response: ServerResponse, beginning: string) => {
    const chunk = 'x'.repeat(1 << 20);
    const write = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', write);
    response.write(beginning);
    write();
  };
  const page = (size: string, more: string) =>
    `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more !== ''}</IsTruncated>${more}<Contents><Key>in/a.jpg</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>${size}</Size></Contents></ListBucketResult>`;
  const listed = async (from: RemoteStorage) => {
    const found = [];
    for await (const each of from.scan('s3://photos/in', { except: [] })) found.push(each);
    return found;
  };

  test('a list that does not end, and pages that do not end, are given up', async () => {
    const long = await answered((_, response) => endless(response, '<?xml version="1.0"?><ListBucketResult>'));
    await expect(listed(long.storage)).rejects.toMatchObject({ code: 'STORAGE_UNREACHABLE' });
    long.close();
    const token = '<NextContinuationToken>same</NextContinuationToken>';
    const many = await answered((_, response) => response.end(page('1', token)));
    await expect(listed(many.storage)).rejects.toMatchObject({ code: 'STORAGE_UNREACHABLE' });
    many.close();
  });

  test('names outside of the folder that was asked for are not read', async () => {
    const hostile = await answered((_, response) => response.end(page('1', '').replace('in/a.jpg', 'other/a.jpg')));
    expect(await listed(hostile.storage)).toMatchObject([{ name: 'other/a.jpg', error: { code: 'FILE_UNREADABLE' } }]);
    hostile.close();
  });

  test('a file that does not end is not fetched', async () => {
    const hostile = await answered((request, response) => {
      response.setHeader('last-modified', new Date(0).toUTCString());
      if (request.method !== 'HEAD') return endless(response, '');
      response.setHeader('content-length', 100);
      response.end();
    });
    expect(await hostile.storage.head('s3://photos/in/a.jpg', 10)).toHaveLength(10);
    const failed = hostile.storage.fetch('s3://photos/in/a.jpg', join(folder, 'a'));
    await expect(failed).rejects.toMatchObject({ code: 'STORAGE_UNREACHABLE' });
    hostile.close();
  });

  test.each(['-5', '1e999', 'many', '99999999999999999999'])('a size of %s is no size', async (size) => {
    const hostile = await answered((_, response) => response.end(page(size, '')));
    expect(await listed(hostile.storage)).toMatchObject([{ name: 'a.jpg', bytes: 0 }]);
    hostile.close();
  });
});
