import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FileEntry } from '../../contract/app';
import type { BatchRow, BatchState } from '../../contract/batch';
import type { Response } from '../../contract/calls';
import { Recipe } from '../../contract/recipe';
import { copyingEngine, photo } from '../batch/test-support';
import type { EngineProcess, FromEngine, Requests, ToEngine } from '../engine/protocol';
import { EmulsionError, toFailure } from '../errors';
import { type App, createApp } from '.';

/** An engine that copies photos when it restores, and says of the rest what it was asked. */
class CopyingProcess implements EngineProcess {
  readonly pid = 1;
  readonly #copying = copyingEngine({ edited: join(folder, 'in', 'b.gif') });
  readonly #listeners: ((message: FromEngine) => void)[] = [];
  readonly #exits: ((code: number | null, signal: string | null) => void)[] = [];
  constructor(readonly asked: ToEngine[]) {
    setImmediate(() => this.#say({ type: 'ready' }));
  }
  #say(message: FromEngine): void {
    for (const listener of this.#listeners) listener(message);
  }
  send(message: ToEngine): void {
    this.asked.push(message);
    if (message.type === 'cancel') return;
    const { id } = message;
    this.#answer(message).then(
      (value) => this.#say({ type: 'answer', id, result: { ok: true, value } }),
      (error) => this.#say({ type: 'answer', id, result: { ok: false, error: toFailure(error) } }),
    );
  }
  async #answer(message: Extract<ToEngine, { type: 'request' }>): Promise<unknown> {
    const size = { width: 8, height: 6 };
    switch (message.kind) {
      case 'configure':
        return { state: 'ready', provider: 'cpu', device: null, threads: 1, memory: 1, refused: [], note: null };
      case 'open':
        return openedPhoto(message.body);
      case 'openResult':
        return { ...size, revision: 7 };
      case 'thumbnail':
        if (message.body.path.endsWith('broken.gif')) throw new EmulsionError('PHOTO_DAMAGED');
        return Buffer.from(`small ${basename(message.body.path)}`);
      case 'restore':
      case 'export':
        return this.#copying.engine.request(message.kind as 'restore', message.body as Requests['restore']['request']);
      default:
        return null;
    }
  }
  onMessage(listener: (message: FromEngine) => void): void {
    this.#listeners.push(listener);
  }
  onExit(listener: (code: number | null, signal: string | null) => void): void {
    this.#exits.push(listener);
  }
  kill(): void {
    for (const exit of this.#exits) exit(null, 'SIGKILL');
  }
}

const openedPhoto = ({ photoId, name }: Requests['open']['request']) => ({
  ...{ id: photoId, name, format: 'gif', width: 8, height: 6, depth: 8, channels: 3, alpha: false, profile: null },
  ...{ bytes: 10, notes: [], missing: null, pages: { number: 1, count: 1 }, infrared: false, rating: null, facts: [] },
});

let folder: string;
let app: App;
let asked: ToEngine[];
const shown: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-app-'));
  await mkdir(join(folder, 'in'));
  for (const name of ['a.gif', 'b.gif', 'broken.gif']) await writeFile(join(folder, 'in', name), photo(name));
  app = await started();
});
afterEach(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

/** The program, which never leaves the folder. */
function started(): Promise<App> {
  asked = [];
  return createApp({
    kind: 'browser',
    pictureBase: '/picture',
    uploadUrl: '/upload',
    downloadBase: '/download',
    pick: null,
    pickSave: null,
    root: folder,
    userData: join(folder, 'data'),
    models: join(folder, 'models'),
    openFile: null,
    showInFolder: (path) => void shown.push(path),
    desktop: null,
    startDrag: null,
    editor: null,
    launchEngine: () => new CopyingProcess(asked),
  });
}

async function value<T>(pending: Promise<unknown>): Promise<T> {
  const result = (await pending) as { ok: boolean; value: T };
  expect(result).toMatchObject({ ok: true });
  return result.value;
}

/** A batch that has ended; its id. */
async function batchDone(): Promise<string> {
  const [input] = await app.offer([join(folder, 'in')]);
  const about = { input: input!.token, output: input!.token, below: 'out', settings: {} };
  const { id } = await value<BatchState>(app.handle('batch.start', about));
  await expect
    .poll(async () => (await value<Response<'batch.state'>>(app.handle('batch.state', {}))).state?.phase)
    .toBe('done');
  return id;
}

const result = (name: string) => readFile(join(folder, 'in', 'out', name), 'utf8');
const recipe = Recipe.parse({ format: 1, id: 'gentle', name: 'Gentle', steps: [{ kind: 'tone', settings: {} }] });
const work = { recipe, added: [] };

test('a photo of a batch is opened with its result, and both are closed together', async () => {
  const id = await batchDone();
  // The copy is the original itself.
  const same = await value<Response<'review.look'>>(app.handle('review.look', { id, index: 0, jobId: 'look' }));
  expect(same.result).toBeNull();
  await value(app.handle('review.redo', { id, index: 0, work, jobId: 'redo' }));
  const look = await value<Response<'review.look'>>(app.handle('review.look', { id, index: 0, jobId: 'again' }));
  expect(look).toMatchObject({ width: 8, result: { revision: 7 } });
  const opened = asked.findLast((message) => message.type === 'request' && message.kind === 'openResult');
  expect(opened).toMatchObject({ body: { path: join(folder, 'in', 'out', 'a.png'), photoId: look.photoId } });
  await value(app.handle('photos.close', { photoId: look.photoId }));
  await expect(app.picture({ photoId: look.photoId } as never)).rejects.toMatchObject({ code: 'UNKNOWN_PHOTO' });
});

test('decisions are calls, hold after a restart, and are refused where something stands in their way', async () => {
  const id = await batchDone();
  const row = await value<BatchRow>(app.handle('review.redo', { id, index: 0, work, jobId: 'redo' }));
  expect(row).toMatchObject({ decision: 'redone', undoable: true });
  expect(await result('a.png')).toBe(photo('a.gif gentle'));
  await writeFile(join(folder, 'in', 'out', 'a.png'), 'changed');
  expect(await app.handle('review.original', { id, index: 0, jobId: 'keep' })).toMatchObject({
    error: { code: 'RESULT_CHANGED', reason: [{ key: 'failures.resultChanged', values: { name: 'a.png' } }] },
  });
  expect(await result('a.png')).toBe('changed');
  await value(app.handle('review.original', { id, index: 0, jobId: 'keep', agreed: true }));
  expect(await app.handle('review.undo', { id, index: 1 })).toMatchObject({ error: { code: 'BAD_REQUEST' } });
  expect(await app.handle('review.undo', { id, index: 99 })).toMatchObject({ error: { code: 'UNKNOWN_PHOTO' } });
  await value(app.handle('review.mark', { id, seen: true, what: { filter: 'unseen' } }));
  await app.close();

  app = await started();
  expect(await app.handle('review.mark', { id, seen: true, what: { indices: [0] } })).toMatchObject({
    error: { code: 'BATCH_UNKNOWN' },
  });
  const state = await value<BatchState>(app.handle('review.open', { id }));
  expect(state).toMatchObject({ phase: 'done', review: { original: 1, unseen: 0 } });
  await value(app.handle('review.undo', { id, index: 0 }));
  expect(await result('a.png')).toBe('changed');
  expect(asked.some((message) => message.type === 'request' && message.kind === 'restore')).toBe(false);
});

test('an edited photo takes the place of its result', async () => {
  const id = await batchDone();
  const { file } = await value<{ file: FileEntry }>(app.handle('review.source', { id, index: 1 }));
  const { id: photoId } = await value<{ id: string }>(app.handle('photos.open', { token: file.token, jobId: 'open' }));
  const { row } = await value<{ row: BatchRow }>(
    app.handle('review.takeEdit', { id, index: 1, photoId, recipe, jobId: 'edit', orientation: 6 }),
  );
  expect(row).toMatchObject({ name: 'b.gif', decision: 'edited', written: 'b.png' });
  const exported = asked.findLast((message) => message.type === 'request' && message.kind === 'export');
  expect(exported).toMatchObject({ body: { format: 'png', orientation: 6, staged: { thumbnails: 320 } } });
  expect(await value(app.handle('review.work', { id, index: 1 }))).toMatchObject({ recipe: { id: 'gentle' } });
  await value(app.handle('review.look', { id, index: 1, jobId: 'look' }));
  const opened = asked.findLast((message) => message.type === 'request' && message.kind === 'open');
  expect(opened).toMatchObject({ body: { shownAs: { orientation: 6, crop: null } } });
  await value(app.handle('review.show', { id, index: 1 }));
  expect(shown).toEqual([join(folder, 'in', 'out', 'b.png')]);
});

test('a photo has a picture before its result is there; one that cannot be read has an empty one', async () => {
  const id = await batchDone();
  await writeFile(join(folder, 'in', 'c.gif'), photo('c.gif'));
  await rm(join(folder, 'in', 'out', 'broken.png'));
  await rm(join(folder, 'in', 'out', 'a.png'));
  await app.close();
  app = await started();
  await value(app.handle('review.open', { id }));
  const picture = (index: number, side: 'before' | 'after' | 'mask') => app.picture({ batchId: id, index, side });
  expect((await picture(0, 'before')).bytes.toString()).toBe('small a.gif');
  await picture(0, 'before');
  expect(asked.filter((message) => message.type === 'request' && message.kind === 'thumbnail')).toHaveLength(1);
  expect((await picture(2, 'before')).type).toBe('image/png');
  await expect(picture(0, 'after')).rejects.toMatchObject({ code: 'UNKNOWN_PHOTO' });
  expect((await picture(1, 'before')).bytes).toEqual(Buffer.from([0xff, 0xd8, 1]));
  expect((await picture(1, 'mask')).type).toBe('image/png');
});

test('nothing outside of the folder is shown, wherever links lead', async () => {
  const id = await batchDone();
  const outside = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
  await writeFile(join(outside, 'secret.gif'), photo('secret'));
  for (const name of ['a.gif', 'out/b.png']) {
    await rm(join(folder, 'in', name));
    await symlink(join(outside, 'secret.gif'), join(folder, 'in', name));
  }
  for (const index of [0, 1]) {
    expect(await app.handle('review.look', { id, index, jobId: 'look' })).toMatchObject({
      error: { code: 'NOT_ALLOWED' },
    });
  }
  await rm(outside, { recursive: true });
});
