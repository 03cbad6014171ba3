import { link, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FileEntry } from '../../contract/app';
import type { Photo } from '../../contract/photo';
import { Recipe } from '../../contract/recipe';
import type { EngineProcess, FromEngine, ToEngine } from '../engine/protocol';
import { type App, createApp, type HostServices } from '.';

const recipe = Recipe.parse({ format: 1, id: 'mine', name: 'Mine', steps: [] });

/** An engine that gives the answers of the test and records its requests. */
class FakeEngine implements EngineProcess {
  readonly pid = 1;
  readonly asked: ToEngine[] = [];
  private readonly listeners: ((message: FromEngine) => void)[] = [];
  private readonly exits: ((code: number | null, signal: string | null) => void)[] = [];
  constructor(private readonly answer: (message: ToEngine, engine: FakeEngine) => unknown) {
    setImmediate(() => this.say({ type: 'ready' }));
  }
  say(message: FromEngine): void {
    for (const listener of this.listeners) listener(message);
  }
  send(message: ToEngine): void {
    this.asked.push(message);
    if (message.type === 'cancel') {
      const error = { code: 'CANCELLED' as const, message: 'Cancelled. Nothing was written.' };
      this.say({ type: 'answer', id: message.id, result: { ok: false, error } });
      return;
    }
    const value = this.answer(message, this);
    if (value !== undefined) this.say({ type: 'answer', id: message.id, result: { ok: true, value } });
  }
  onMessage(listener: (message: FromEngine) => void): void {
    this.listeners.push(listener);
  }
  onExit(listener: (code: number | null, signal: string | null) => void): void {
    this.exits.push(listener);
  }
  kill(): void {
    for (const exit of this.exits) exit(null, 'SIGKILL');
  }
}

const status = { state: 'ready', provider: 'cpu', threads: 2, memory: 1024, refused: [], note: null };

function photo(id: string, name: string): Photo {
  return {
    id,
    name,
    format: 'jpeg',
    width: 8,
    height: 6,
    depth: 8,
    channels: 3,
    alpha: false,
    profile: null,
    bytes: 10,
    notes: [],
    missing: null,
    pages: { number: 1, count: 1 },
    infrared: false,
    negative: false,
    rating: null,
    caption: {},
    facts: [],
  };
}

let folder: string;
let engine: FakeEngine | undefined;
let app: App;
let answer: (message: ToEngine, engine: FakeEngine) => unknown;

function services(change: Partial<HostServices> = {}): HostServices {
  return {
    kind: 'browser',
    pictureBase: '/picture',
    uploadUrl: '/upload',
    downloadBase: '/download',
    startDrag: null,
    editor: null,
    pick: null,
    pickSave: null,
    root: folder,
    userData: join(folder, 'data'),
    models: join(folder, 'models'),
    openFile: null,
    showInFolder: null,
    desktop: null,
    launchEngine: () => {
      engine = new FakeEngine((message, self) => answer(message, self));
      return engine;
    },
    ...change,
  };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion-app-'));
  await writeFile(join(folder, 'ada.jpg'), 'not looked at here');
  answer = (message) => {
    if (message.type !== 'request') return undefined;
    switch (message.kind) {
      case 'configure':
        return status;
      case 'open':
        return photo(message.body.photoId, message.body.name);
      case 'close':
        return null;
      case 'export':
        return {
          path: join(message.body.target.folder, `${message.body.target.stem}.jpg`),
          bytes: 9,
          notes: [],
          reports: [],
        };
      default:
        return undefined;
    }
  };
  app = await createApp(services());
});
afterEach(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

async function value<T>(pending: Promise<unknown>): Promise<T> {
  const result = (await pending) as { ok: boolean; value: T };
  expect(result).toMatchObject({ ok: true });
  return result.value;
}

async function openAda(on: App = app): Promise<Photo> {
  const [file] = await on.offer([join(folder, 'ada.jpg')]);
  return value(on.handle('photos.open', { token: (file as FileEntry).token, jobId: 'open' }));
}

test('a token becomes a path for the engine, and the photo gets a new id', async () => {
  const opened = await openAda();
  expect(opened.name).toBe('ada.jpg');
  const request = engine?.asked.find((message) => message.type === 'request' && message.kind === 'open');
  expect(request).toMatchObject({ body: { path: join(folder, 'ada.jpg'), photoId: opened.id } });
});

test('clearing everything leaves an empty data folder, closes the photos and spares them', async () => {
  const data = join(folder, 'data');
  const seen: string[] = [];
  const desktop = { opened: () => {}, shown: () => {}, saved: () => {}, forget: () => seen.push('forgotten') };
  const electron = await createApp(services({ desktop }));
  const opened = await openAda(electron);
  await electron.handle('settings.set', { theme: 'light', introduced: true });
  await electron.handle('recipes.save', { id: null, name: 'Mine', recipe });
  for (const name of ['logs/emulsion.log', 'models/mine/card.json', 'window.json', 'edits/a.emulsion']) {
    await mkdir(dirname(join(data, name)), { recursive: true });
    await writeFile(join(data, name), 'x');
  }
  await writeFile(join(electron.uploads, 'uploaded.jpg'), 'x');
  expect((await readdir(data)).length).toBeGreaterThan(4);
  await value(electron.handle('app.clear', {}));
  // Whatever else the app should ever keep there, this has to clear as well.
  expect(await readdir(data)).toEqual([]);
  expect(await readdir(electron.uploads)).toEqual([]);
  expect(seen).toEqual(['forgotten']);
  expect(await electron.handle('photos.analyse', { photoId: opened.id, jobId: 'j' })).toMatchObject({
    error: { code: 'UNKNOWN_PHOTO' },
  });
  expect(await value(electron.handle('settings.get', {}))).toMatchObject({ theme: 'system', introduced: false });
  expect(await value(electron.handle('session.load', {}))).toMatchObject({ photos: [] });
  await expect(readFile(join(folder, 'ada.jpg'))).resolves.toBeTruthy();
  await electron.close();
  expect(await readdir(data)).toEqual([]);
});

test('an unknown token, photo or call is refused with its code', async () => {
  expect(await app.handle('photos.open', { token: 'made-up', jobId: 'j' })).toMatchObject({
    error: { code: 'NOT_ALLOWED' },
  });
  expect(await app.handle('photos.analyse', { photoId: 'made-up', jobId: 'j' })).toMatchObject({
    error: { code: 'UNKNOWN_PHOTO' },
  });
  expect(await app.handle('photos.shred', {})).toMatchObject({ error: { code: 'BAD_REQUEST' } });
  expect(await app.handle('files.pick', { kind: 'photos' })).toMatchObject({ error: { code: 'BAD_REQUEST' } });
});

test('a closed photo is unknown, and so are its pictures', async () => {
  const opened = await openAda();
  await value(app.handle('photos.close', { photoId: opened.id }));
  expect(await app.handle('photos.close', { photoId: opened.id })).toMatchObject({ error: { code: 'UNKNOWN_PHOTO' } });
  const query = { photoId: opened.id, layer: 'original', revision: 0, x: 0, y: 0, w: 1, h: 1, width: 1, height: 1 };
  await expect(app.picture(query as never)).rejects.toMatchObject({ code: 'UNKNOWN_PHOTO' });
});

test('a photo is opened again as a print of its page, its edits with it, and the program that waits for it waits on', async () => {
  const done: string[] = [];
  const editor = { of: () => null, done: (path: string) => void done.push(path) };
  const own = await createApp(services({ editor } as never));
  const base = answer;
  answer = (message, self) =>
    message.type === 'request' && message.kind === 'open' && message.body.scan
      ? { ...photo(message.body.photoId, message.body.name), page: { width: 80, height: 60, scan: message.body.scan } }
      : message.type === 'request' && message.kind === 'open'
        ? { ...photo(message.body.photoId, message.body.name), width: 80, height: 60 }
        : base(message, self);
  const opened = await openAda(own);
  const first = { recipe, scan: null, mask: [], repairs: [] };
  await value(own.handle('edits.load', { photoId: opened.id, others: [] }));
  await value(own.handle('edits.write', { photoId: opened.id, base: first, from: 0, actions: [], at: 0 }));
  const corners = [
    [10, 10],
    [50, 10],
    [50, 40],
    [10, 40],
  ];
  const action = await value(own.handle('scan.carry', { photoId: opened.id, scan: { corners } }));
  expect(action).toMatchObject({ name: 'cropped', scan: { corners } });
  const outside = corners.map(([x, y]) => [x! + 60, y!]);
  expect(await own.handle('scan.carry', { photoId: opened.id, scan: { corners: outside } })).toMatchObject({
    error: { code: 'CROP_IMPOSSIBLE', reason: [{ key: 'failures.cropOutside', values: { width: 80, height: 60 } }] },
  });
  await value(own.handle('edits.write', { photoId: opened.id, from: 0, actions: [action], at: 1 }));
  const print = await value<Photo>(own.handle('scan.apply', { photoId: opened.id, scan: { corners }, jobId: 'c' }));
  expect(print.id).not.toBe(opened.id);
  // The edits are those of the print now, and closing the former photo ends nothing.
  await value(own.handle('photos.close', { photoId: opened.id }));
  expect(done).toEqual([]);
  await value(
    own.handle('edits.write', { photoId: print.id, from: 1, actions: [{ name: 'turned', orientation: 6 }], at: 2 }),
  );
  await value(own.handle('photos.close', { photoId: print.id }));
  expect(done).toEqual([join(folder, 'ada.jpg')]);
  // All of it is found again under the content of the file.
  const again = await openAda(own);
  const loaded = await value<{ log: { actions: unknown[] } }>(
    own.handle('edits.load', { photoId: again.id, others: [] }),
  );
  expect(loaded.log.actions).toMatchObject([{ scan: { corners } }, { orientation: 6 }]);
  await own.close();
});

test('progress reaches the page under the id of the job, and a cancelled job ends as CANCELLED', async () => {
  const opened = await openAda();
  const events: unknown[] = [];
  app.subscribe((name, payload) => name === 'job.progress' && events.push(payload));
  const base = answer;
  const begun = new Promise<void>((resolve) => {
    answer = (message, self) => {
      if (message.type !== 'request' || message.kind !== 'render') return base(message, self);
      const progress = { stage: 'computing' as const, step: 'repair' as const, done: 0.5, secondsLeft: 3 };
      self.say({ type: 'progress', id: message.id, progress });
      resolve();
      return undefined;
    };
  });
  const rendering = app.handle('photos.render', { photoId: opened.id, recipe, size: 'full', jobId: 'render-1' });
  await begun;
  expect(app.busy()).toBe(true);
  expect(
    await app.handle('photos.render', { photoId: opened.id, recipe, size: 'full', jobId: 'render-1' }),
  ).toMatchObject({ error: { code: 'BAD_REQUEST' } });
  await value(app.handle('jobs.cancel', { jobId: 'render-1' }));
  expect(await rendering).toMatchObject({ ok: false, error: { code: 'CANCELLED' } });
  expect(events).toEqual([{ jobId: 'render-1', stage: 'computing', step: 'repair', done: 0.5, secondsLeft: 3 }]);
  expect(app.busy()).toBe(false);
});

test('an answer of the engine that breaks the contract is not passed on', async () => {
  const opened = await openAda();
  const base = answer;
  answer = (message, self) =>
    message.type === 'request' && message.kind === 'analyse' ? { damage: 7 } : base(message, self);
  expect(await app.handle('photos.analyse', { photoId: opened.id, jobId: 'a' })).toMatchObject({
    error: { code: 'INTERNAL' },
  });
});

const exporting = { recipe, format: 'jpeg', quality: 90, metadata: 'all', folder: null } as const;

test('without a save dialog an export becomes a download of that file only', async () => {
  const opened = await openAda();
  const exported = await value<{ name: string; place: null; download: string }>(
    app.handle('photos.export', { ...exporting, photoId: opened.id, jobId: 'e' }),
  );
  expect(exported).toMatchObject({ name: 'ada-restored.jpg', place: null });
  expect(app.download(exported.download)).toMatchObject({ name: 'ada-restored.jpg', type: 'image/jpeg' });
  expect(() => app.download('made-up')).toThrowError(expect.objectContaining({ code: 'NOT_ALLOWED' }));
});

test('with a save dialog the chosen place is used, and dismissing the dialog cancels', async () => {
  let chosen: string | null = join(folder, 'elsewhere', 'Tante Ada.jpg');
  const electron = await createApp(
    services({ kind: 'electron', downloadBase: null, uploadUrl: null, root: null, pickSave: async () => chosen }),
  );
  const opened = await openAda(electron);
  const exported = await value(electron.handle('photos.export', { ...exporting, photoId: opened.id, jobId: 'e' }));
  expect(exported).toMatchObject({ name: 'Tante Ada.jpg', place: join(folder, 'elsewhere'), download: null });
  chosen = null;
  expect(await electron.handle('photos.export', { ...exporting, photoId: opened.id, jobId: 'f' })).toMatchObject({
    error: { code: 'CANCELLED' },
  });
  await electron.close();
});

test("the page is told when new evidence of a photo's damage is available", async () => {
  const opened = await openAda();
  const events: unknown[] = [];
  const off = app.subscribe((name, payload) => {
    if (name === 'photo.evidence') events.push(payload);
  });
  engine?.say({ type: 'evidence', photoId: opened.id });
  off();
  expect(events).toEqual([{ photoId: opened.id }]);
});

test('changing the provider configures the engine; changing the theme does not', async () => {
  await openAda();
  await value(app.handle('settings.set', { theme: 'light' }));
  const configured = () =>
    engine?.asked.filter((message) => message.type === 'request' && message.kind === 'configure');
  const before = configured()?.length ?? 0;
  await value(app.handle('settings.set', { threads: 1 }));
  expect(configured()?.length).toBe(before + 1);
  expect(configured()?.at(-1)).toMatchObject({ body: { threads: 1 } });
  await value(app.handle('settings.set', { memory: 1024 }));
  expect(configured()?.at(-1)).toMatchObject({ body: { threads: 1, memory: 1024 } });
});

test('the desktop marks edits that are not on the disk, and only those', async () => {
  const marks: boolean[] = [];
  const desktop = { opened() {}, shown() {}, forget() {}, saved: (isSaved: boolean) => void marks.push(isSaved) };
  const marking = await createApp(services({ desktop }));
  const one = await openAda(marking);
  const base = { recipe, mask: [], repairs: [], orientation: 1 };
  const write = ({ id: photoId }: Photo, from: number) =>
    marking.handle('edits.write', { photoId, base, from, actions: [], at: from });
  await value(marking.handle('edits.load', { photoId: one.id, others: [] }));
  await value(write(one, 0));
  expect(marks).toEqual([false, true]);
  // A change that could not be saved stays marked, whatever is saved of another photo.
  expect(await write(one, 7)).toMatchObject({ ok: false });
  expect(marks).toEqual([false, true, false]);
  await writeFile(join(folder, 'ada.jpg'), 'changed');
  const [file] = (await marking.offer([join(folder, 'ada.jpg')])) as [FileEntry];
  const third: Photo = await value(marking.handle('photos.open', { token: file.token, jobId: 'third' }));
  await value(marking.handle('edits.load', { photoId: third.id, others: [one.id] }));
  await value(write(third, 0));
  expect(marks.at(-1)).toBe(false);
  await value(write(one, 0));
  expect(marks.at(-1)).toBe(true);
  await marking.close();
});

test('an edit is saved beside its photo, found there, and told apart from that of another photo', async () => {
  const suggested: string[] = [];
  const pickSave = async (path: string) => {
    suggested.push(path);
    return path;
  };
  const electron = await createApp(services({ kind: 'electron', downloadBase: null, root: null, pickSave }));
  const opened = await openAda(electron);
  const photoId = opened.id;
  await value(electron.handle('edits.load', { photoId, others: [] }));
  expect(await electron.handle('edits.export', { photoId, view: null })).toMatchObject({
    error: { code: 'BAD_REQUEST' },
  });
  const base = { recipe, mask: [], repairs: [], orientation: 3 };
  await value(electron.handle('edits.write', { photoId, base, from: 0, actions: [], at: 0 }));
  const view = { x: 1, y: 2, scale: 3 };
  const saved = await value(electron.handle('edits.export', { photoId, view }));
  expect(saved).toMatchObject({ name: 'ada.emulsion', place: folder });
  expect(suggested).toEqual([join(folder, 'ada.emulsion'), join(folder, 'ada.emulsion')]);

  await writeFile(join(folder, 'bob.jpg'), 'another');
  const [file, bob] = (await electron.offer([join(folder, 'ada.emulsion'), join(folder, 'bob.jpg')])) as [
    FileEntry,
    FileEntry,
  ];
  expect(file.kind).toBe('edit');
  const { token } = file;
  expect(await value(electron.handle('edits.find', { token }))).toMatchObject({
    photo: { name: 'ada.jpg' },
    file: { name: 'ada.jpg', kind: 'photo' },
  });
  expect(await value(electron.handle('edits.take', { photoId, token }))).toMatchObject({ view, undoable: false });
  const other: Photo = await value(electron.handle('photos.open', { token: bob.token, jobId: 'bob' }));
  await value(electron.handle('edits.load', { photoId: other.id, others: [] }));
  expect(await electron.handle('edits.take', { photoId: other.id, token })).toMatchObject({
    error: { code: 'EDIT_FOREIGN' },
  });
  // An edit file is not a photo, and a photo is not an edit file.
  expect(await electron.handle('photos.open', { token, jobId: 'x' })).toMatchObject({ error: { code: 'NOT_ALLOWED' } });
  expect(await electron.handle('edits.find', { token: bob.token })).toMatchObject({ error: { code: 'NOT_ALLOWED' } });
  await electron.close();
});

test('the next start opens the photos of the last session that still exist; uploads are marked', async () => {
  await writeFile(join(folder, 'bob.jpg'), 'another');
  const upload = join(app.uploads, 'pasted.jpg');
  await writeFile(upload, 'pasted');
  const paths = [join(folder, 'ada.jpg'), upload, join(folder, 'bob.jpg')];
  const [ada, pasted, bob] = (await app.offer(paths)) as [FileEntry, FileEntry, FileEntry];
  const view = { x: 3, y: 4, scale: 2 };
  const photos = [ada, pasted, bob].map(({ token }) => ({ token, view: token === bob.token ? view : null }));
  expect(await app.handle('session.save', { photos: [{ token: 'made-up', view }], active: 0 })).toMatchObject({
    error: { code: 'NOT_ALLOWED' },
  });
  await value(app.handle('session.save', { photos, active: 2 }));
  // A page that is reloaded finds the upload, as long as the program runs.
  expect(await value(app.handle('session.load', {}))).toMatchObject({ missing: [], active: 2, photos: { length: 3 } });
  await app.close();
  await rm(join(folder, 'ada.jpg'));
  app = await createApp(services());
  expect(await value(app.handle('session.load', {}))).toMatchObject({
    photos: [{ file: { name: 'bob.jpg' }, view }],
    active: 0,
    missing: [
      { name: 'ada.jpg', uploaded: false },
      { name: 'pasted.jpg', uploaded: true },
    ],
  });
  await value(app.handle('settings.set', { reopen: false }));
  expect(await value(app.handle('session.load', {}))).toEqual({ photos: [], active: null, missing: [] });
  await writeFile(join(folder, 'data', 'session.json'), '{"photos": [{"path": 7}]}');
  await value(app.handle('settings.set', { reopen: true }));
  expect(await value(app.handle('session.load', {}))).toEqual({ photos: [], active: null, missing: [] });
});

test('a picture that the page no longer waits for is cancelled in the engine', async () => {
  const opened = await openAda();
  const query = {
    photoId: opened.id,
    layer: 'original',
    revision: 0,
    x: 0,
    y: 0,
    w: 1,
    h: 1,
    width: 1,
    height: 1,
  } as const;
  // The page has asked for the same picture again.
  const dropped = app.picture({ ...query, ask: 7 });
  const kept = app.picture({ ...query, ask: 8 });
  const asked = () => engine!.asked.filter((message) => message.type === 'request' && message.kind === 'picture');
  await expect.poll(() => asked().length).toBe(2);
  await value(app.handle('photos.dropPicture', { ask: 7 }));
  await expect(dropped).rejects.toMatchObject({ code: 'CANCELLED' });
  const cancelled = engine!.asked.filter((message) => message.type === 'cancel').map(({ id }) => id);
  expect(cancelled).toEqual([asked()[0]!.id]);
  expect(asked()[0]).not.toHaveProperty('body.ask');
  engine!.say({ type: 'answer', id: asked()[1]!.id, result: { ok: true, value: { type: 'image/png', bytes: [] } } });
  expect(await kept).toMatchObject({ type: 'image/png' });
});

test('the save dialog decides the name, and what it replaces', async () => {
  let chosen = '';
  const suggestions: string[] = [];
  const own = await createApp(
    services({
      pickSave: async (suggested) => {
        suggestions.push(suggested);
        return chosen;
      },
    }),
  );
  try {
    const opened = await openAda(own);
    const exportTo = (path: string) => {
      chosen = path;
      return own.handle('photos.export', {
        photoId: opened.id,
        recipe,
        jobId: 'export',
        format: 'jpeg',
        quality: 90,
        metadata: 'all',
        folder: null,
      });
    };
    const target = () => {
      const last = engine!.asked.filter((message) => message.type === 'request' && message.kind === 'export').at(-1);
      return (last as { body: { target: unknown } }).body.target;
    };
    await value(exportTo(join(folder, 'my.photo')));
    expect(suggestions).toEqual([join(folder, 'ada-restored.jpg')]);
    expect(target()).toEqual({ folder, stem: 'my.photo' });
    await value(exportTo(join(folder, 'print.JPEG')));
    expect(target()).toEqual({ folder, stem: 'print' });

    await writeFile(join(folder, 'old.jpg'), 'an older export');
    await value(exportTo(join(folder, 'old.jpg')));
    expect(target()).toEqual({ folder, stem: 'old', replace: join(folder, 'old.jpg') });
    // The dialog did not ask about the file that this name leads to.
    await value(exportTo(join(folder, 'old')));
    expect(target()).toEqual({ folder, stem: 'old' });

    // An original, by its own name and by another.
    await link(join(folder, 'ada.jpg'), join(folder, 'same.jpg'));
    for (const name of ['ada.jpg', 'same.jpg']) {
      expect(await exportTo(join(folder, name))).toMatchObject({ error: { code: 'NAME_TAKEN' } });
    }
  } finally {
    await own.close();
  }
});

test('a written file can be shown in its folder, and no other', async () => {
  const shown: string[] = [];
  const own = await createApp(
    services({ pickSave: async () => join(folder, 'print.jpg'), showInFolder: (path) => shown.push(path) }),
  );
  try {
    const opened = await openAda(own);
    const settings = { format: 'jpeg', quality: 90, metadata: 'all', folder: null };
    const written = await value<{ token: string }>(
      own.handle('photos.export', { photoId: opened.id, recipe, jobId: 'export', ...settings }),
    );
    await value(own.handle('files.showInFolder', { token: written.token }));
    expect(shown).toEqual([join(folder, 'print.jpg')]);
    expect(await own.handle('files.showInFolder', { token: 'made-up' })).toMatchObject({
      error: { code: 'NOT_ALLOWED' },
    });
  } finally {
    await own.close();
  }
});

test('results of several photos get their names in a chosen folder, and what stands there already is told', async () => {
  const opened = await openAda();
  const [place] = (await app.offer([folder])) as [FileEntry];
  await writeFile(join(folder, '01 ada.jpg'), 'there already');
  const names = ['01 ada.jpg', '02 ada.jpg', '../ada.jpg'];
  // A path in a name is no way out of the folder.
  expect(await value(app.handle('files.taken', { folder: place.token, names }))).toEqual({
    names: ['01 ada.jpg', '../ada.jpg'],
  });
  expect(await app.handle('files.taken', { folder: 'made-up', names })).toMatchObject({
    error: { code: 'NOT_ALLOWED' },
  });
  const request = { photoId: opened.id, recipe, format: 'jpeg', quality: 90, metadata: 'all', folder: place.token };
  const written = await value(app.handle('photos.export', { ...request, jobId: 'e', name: '02 ada' }));
  expect(written).toMatchObject({ name: '02 ada.jpg', place: folder });
  for (const name of ['../ada', 'a/b', 'a\\b', 'ada.', '']) {
    expect(await app.handle('photos.export', { ...request, jobId: 'f', name })).toMatchObject({
      error: { code: 'BAD_REQUEST' },
    });
  }
});

test('a batch of chosen photos works on the folder that holds them all, and on nothing else in it', async () => {
  const paths = ['1931/a.jpg', '1931/b/c.jpg', '1931/other.jpg', '1940/d.jpg'].map((name) => join(folder, name));
  for (const path of paths) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, 'no photo, but a file');
  }
  const tokens = (await app.offer(paths)).map(({ token }) => token);
  const gather = (some: readonly string[]) =>
    value<{ folder: FileEntry; files: string[]; left: number }>(app.handle('batch.gather', { tokens: some }));
  expect(await gather([tokens[0]!, tokens[3]!])).toMatchObject({ folder: { name: basename(folder) } });
  const chosen = [tokens[0]!, tokens[1]!];
  const gathered = await gather(chosen);
  expect(gathered).toMatchObject({ folder: { name: '1931', kind: 'folder' }, files: chosen, left: 0 });
  const request = {
    input: gathered.folder.token,
    output: gathered.folder.token,
    below: 'Restored',
    settings: {},
    jobId: 'plan',
  };
  const planned = (files: readonly string[]) =>
    value<{ unreadable: { name: string }[] }>(app.handle('batch.plan', { ...request, files }));
  const namesOf = async (files: readonly string[]) => (await planned(files)).unreadable.map(({ name }) => name);
  expect(await namesOf(chosen)).toEqual(['a.jpg', 'b/c.jpg']);
  expect(await namesOf([])).toEqual(['a.jpg', 'other.jpg', 'b/c.jpg']);
  // A photo of another folder is not smuggled in.
  expect(await app.handle('batch.plan', { ...request, files: [tokens[3]!] })).toMatchObject({
    error: { code: 'NOT_ALLOWED' },
  });
});
