import { EventEmitter } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Settings } from '../../../contract/app';
import { type Bridge, CALL_NAMES } from '../../../contract/calls';
import { pictureUrl } from '../../../contract/pictures';
import { CHANNELS } from '../../../preload/wire';
import { translatorFor } from '../../../text/message';
import type { HostServices } from '../../app';
import { createFakeApp, type FakeApp } from '../fixtures/app';
import { type BrowserWindow, electron, FakeContents } from '../fixtures/electron';
import { menuTemplate } from './menu';
import { isWithin } from './window';

vi.mock('electron', async () => (await import('../fixtures/electron')).electron);
vi.mock('../page', () => ({
  loadPage: async () =>
    new Map([['/', { type: 'text/html; charset=utf-8', bytes: new TextEncoder().encode('<page>'), hashed: false }]]),
}));
const created = vi.hoisted(() => ({ app: undefined as unknown, services: undefined as unknown }));
vi.mock('../../app', async (original) => ({
  ...(await original<object>()),
  createApp: async (services: unknown) => {
    created.services = services;
    return created.app;
  },
}));

let app: FakeApp;
let services: HostServices;
let window: BrowserWindow;
let bridge: Bridge;

/** The whole host and the preload, started once as the program starts them. */
beforeAll(async () => {
  app = await createFakeApp();
  app.answer = (name) => ({ ok: true, value: name.startsWith('settings.') ? Settings.parse({}) : {} });
  created.app = app;
  // The arguments of the test runner are no photos; offered late, they would come among those of a test.
  process.argv.splice(1);
  await import('./index');
  await vi.waitFor(() => expect(electron.BrowserWindow.all[0]?.loaded).toBeDefined(), 30_000);
  await import('../../../preload/electron');
  services = created.services as HostServices;
  window = electron.BrowserWindow.all[0]!;
  bridge = electron.contextBridge.exposeInMainWorld.mock.calls[0]![1] as Bridge;
});
afterAll(() => app.close());
beforeEach(() => {
  app.calls.length = 0;
  app.offered.length = 0;
  electron.ipcRenderer.sender = null;
});

describe('the window', () => {
  it('shows the page in a sandbox', () => {
    expect(electron.app.enableSandbox).toHaveBeenCalled();
    expect(window.loaded).toBe('app://emulsion/');
    expect(window.options).toMatchObject({ minWidth: 1024, minHeight: 620, backgroundColor: '#262626' });
    expect(window.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    });
  });

  it.each(['https://example.org/', 'file:///home/me/photo.jpg', 'app://other/'])('does not go to %s', (url) => {
    for (const name of ['will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
      const event = { url, preventDefault: vi.fn() };
      window.webContents.emit(name, event);
      expect(event.preventDefault).toHaveBeenCalled();
    }
    expect(window.webContents.openWindow!({ url })).toEqual({ action: 'deny' });
  });

  it('guards contents that come later too', () => {
    const later = new FakeContents();
    electron.app.emit('web-contents-created', {}, later);
    expect(later.openWindow!({ url: 'app://emulsion/' })).toEqual({ action: 'deny' });
  });

  it('loads its page anew after a crash, and asks after a second one', async () => {
    window.webContents.emit('render-process-gone', {}, { reason: 'clean-exit' });
    expect(window.reload).not.toHaveBeenCalled();
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    expect(window.reload).toHaveBeenCalledTimes(1);
    electron.dialog.showMessageBox.mockResolvedValueOnce({ response: 0 });
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    await vi.waitFor(() => expect(window.reload).toHaveBeenCalledTimes(2));
    expect(electron.dialog.showMessageBox.mock.lastCall![1]).toMatchObject({
      message: 'A janela parou de funcionar outra vez',
    });
  });

  it.each([
    [{ x: 10, y: 10, width: 1200, height: 800 }, true],
    [{ x: -1150, y: 10, width: 1200, height: 800 }, false],
    [{ x: 1900, y: 10, width: 1200, height: 800 }, false],
    [{ x: 10, y: -30, width: 1200, height: 800 }, false],
    [{ x: 10, y: 1060, width: 1200, height: 800 }, false],
  ])('is put back at %j: %s', (bounds, usable) => {
    expect(isWithin(bounds, { x: 0, y: 0, width: 1920, height: 1080 })).toBe(usable);
  });
});

describe('the session', () => {
  const { defaultSession } = electron.session;

  it.each([
    ['app://emulsion/', false],
    ['photo://picture/a/result', false],
    ['https://example.org/', true],
    ['http://127.0.0.1/', true],
    ['ws://127.0.0.1/', true],
    ['file:///etc/passwd', true],
  ])('a request to %s is cancelled: %s', (url, cancel) => {
    const answer = vi.fn();
    // Without a filter: asked about every request.
    expect(defaultSession.webRequest.onBeforeRequest.mock.calls[0]).toHaveLength(1);
    defaultSession.webRequest.onBeforeRequest.mock.calls[0]![0]({ url }, answer);
    expect(answer).toHaveBeenCalledExactlyOnceWith({ cancel });
  });

  it.each(['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'fileSystem'])(
    'gives no permission for %s',
    (permission) => {
      const answer = vi.fn();
      defaultSession.setPermissionRequestHandler.mock.calls[0]![0](window.webContents, permission, answer, {
        requestingUrl: 'app://emulsion/',
      });
      expect(answer).toHaveBeenCalledExactlyOnceWith(false);
      expect(defaultSession.setPermissionCheckHandler.mock.calls[0]![0](null, permission, 'app://emulsion')).toBe(
        false,
      );
      expect(defaultSession.setDevicePermissionHandler.mock.calls[0]![0]({ deviceType: 'usb' })).toBe(false);
    },
  );

  it('downloads nothing and resolves no names', () => {
    const event = { preventDefault: vi.fn() };
    defaultSession.emit('will-download', event);
    expect(event.preventDefault).toHaveBeenCalled();
    expect(electron.app.commandLine.appendSwitch).toHaveBeenCalledWith('host-resolver-rules', 'MAP * ~NOTFOUND');
  });
});

describe('the protocols', () => {
  const served = (scheme: string) =>
    electron.protocol.handle.mock.calls.find(([name]) => name === scheme)![1] as (request: {
      method: string;
      url: string;
    }) => Promise<Response> | Response;

  it('are of their own, standard and secure', () => {
    const [schemes] = electron.protocol.registerSchemesAsPrivileged.mock.calls[0]!;
    expect(schemes.map(({ scheme }: { scheme: string }) => scheme)).toEqual(['app', 'photo']);
    for (const { privileges } of schemes) {
      expect(privileges).toMatchObject({ standard: true, secure: true });
      expect(privileges.bypassCSP).toBeUndefined();
    }
  });

  it('serve the page with its policy', async () => {
    const response = await served('app')({ method: 'GET', url: 'app://emulsion/' });
    expect(await response.text()).toBe('<page>');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it.each([
    ['GET', 'app://emulsion/../package.json'],
    ['GET', 'app://emulsion/%2e%2e/package.json'],
    ['GET', 'app://other/'],
    ['POST', 'app://emulsion/'],
  ])('have no page for %s %s', async (method, url) => {
    expect((await served('app')({ method, url })).status).toBe(404);
  });

  it('serve pictures to the page alone', async () => {
    const query = { photoId: 'p1', layer: 'mask', revision: 2, x: 0, y: 0, w: 1, h: 1, width: 1, height: 1 } as const;
    const response = await served('photo')({ method: 'GET', url: pictureUrl(services.pictureBase, query) });
    expect(await response.text()).toBe('p1 mask 2');
    expect(response.headers.get('access-control-allow-origin')).toBe('app://emulsion');
    const gone = await served('photo')({
      method: 'GET',
      url: pictureUrl(services.pictureBase, { ...query, photoId: 'gone' }),
    });
    expect(gone.status).toBe(404);
    expect(gone.headers.get('cache-control')).toBe('no-store');
  });

  it.each(['photo://picture/p1', 'photo://elsewhere/p1/result?x=0', 'photo://picture/p1/result?width=99999'])(
    'refuse %s with a code',
    async (url) => {
      const response = await served('photo')({ method: 'GET', url });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ ok: false, error: { code: 'BAD_REQUEST' } });
    },
  );
});

describe('the bridge', () => {
  it('is all that the page gets', () => {
    expect(electron.contextBridge.exposeInMainWorld).toHaveBeenCalledTimes(1);
    const [name, exposed] = electron.contextBridge.exposeInMainWorld.mock.calls[0]!;
    expect(name).toBe('emulsion');
    expect(Object.keys(exposed).sort()).toEqual(['call', 'offer', 'on']);
  });

  it.each(CALL_NAMES)('refuses a malformed %s on both sides', async (name) => {
    for (const request of [null, 'text', [], { unheardOf: 1 }]) {
      const refused = { ok: false, error: { code: 'BAD_REQUEST' } };
      expect(await electron.ipcRenderer.invoke(CHANNELS.call, name, request)).toMatchObject(refused);
      expect(await bridge.call(name, request as never)).toMatchObject(refused);
    }
    expect(app.calls).toHaveLength(0);
  });

  it('refuses calls that are not in the contract', async () => {
    for (const name of ['', '__proto__', 'constructor', 'app.quit', 7, null]) {
      expect(await electron.ipcRenderer.invoke(CHANNELS.call, name, {})).toMatchObject({
        error: { code: 'BAD_REQUEST' },
      });
    }
  });

  it('passes good calls on, and no answer that does not fit', async () => {
    expect(await bridge.call('settings.get', {})).toEqual({ ok: true, value: Settings.parse({}) });
    expect(app.calls).toEqual([{ name: 'settings.get', request: {} }]);
    expect(await bridge.call('app.info', {})).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
  });

  it.each<[string, () => unknown]>([
    ['another window', () => ({ sender: new FakeContents(), senderFrame: { parent: null, url: 'app://emulsion/' } })],
    ['a frame', () => ({ sender: window.webContents, senderFrame: { parent: {}, url: 'app://emulsion/' } })],
    [
      'another page',
      () => ({ sender: window.webContents, senderFrame: { parent: null, url: 'https://example.org/' } }),
    ],
    ['a frame that is gone', () => ({ sender: window.webContents, senderFrame: null })],
  ])('does not listen to %s', async (_title, sender) => {
    electron.ipcRenderer.sender = sender();
    const refused = { ok: false, error: { code: 'NOT_ALLOWED' } };
    expect(await electron.ipcRenderer.invoke(CHANNELS.call, 'settings.get', {})).toMatchObject(refused);
    expect(await electron.ipcRenderer.invoke(CHANNELS.offer, [import.meta.filename])).toMatchObject(refused);
    expect(await electron.ipcRenderer.invoke(CHANNELS.upload, 'a.png', new Uint8Array(1))).toMatchObject(refused);
    expect(app.calls).toHaveLength(0);
    expect(app.offered).toHaveLength(0);
  });

  it('turns dropped files into tokens by their paths', async () => {
    electron.webUtils.getPathForFile.mockReturnValueOnce(import.meta.filename);
    const offered = await bridge.offer([new File(['x'], 'host.test.ts')]);
    expect(offered).toMatchObject({ ok: true, value: [{ token: 'file-1', name: 'host.test.ts', kind: 'photo' }] });
    expect(app.offered[0]!.path).toBe(import.meta.filename);
    expect(JSON.stringify(offered)).not.toContain(import.meta.dirname);
  });

  it('turns pasted pictures into tokens by their bytes', async () => {
    const offered = await bridge.offer([new File(['picture'], '../pas\nted.png')]);
    expect(offered).toMatchObject({ ok: true, value: [{ name: 'pas ted.png', bytes: 7 }] });
    expect(app.offered[0]!.path.startsWith(app.uploads)).toBe(true);
    expect(String(app.offered[0]!.bytes)).toBe('picture');
    const before = await readdir(app.uploads);
    expect(await bridge.offer([new File([], 'empty.png')])).toMatchObject({ error: { code: 'FILE_EMPTY' } });
    expect(await readdir(app.uploads)).toEqual(before);
  });

  it.each<[string, unknown[]]>([
    [CHANNELS.offer, [['relative.jpg']]],
    [CHANNELS.offer, ['/a.jpg']],
    [CHANNELS.upload, ['a.png', 'text']],
    [CHANNELS.upload, [7, new Uint8Array(1)]],
  ])('refuses nonsense on %s', async (channel, parameters) => {
    expect(await electron.ipcRenderer.invoke(channel, ...parameters)).toMatchObject({ error: { code: 'BAD_REQUEST' } });
    expect(app.offered).toHaveLength(0);
  });

  it('passes events on until they are no longer wanted, and only what fits', () => {
    const seen: unknown[] = [];
    const stop = bridge.on('menu.command', (payload) => seen.push(payload));
    app.emit('menu.command', { command: 'erase' });
    app.emit('menu.command', { command: 'open' });
    stop();
    app.emit('menu.command', { command: 'export' });
    expect(seen).toEqual([{ command: 'open' }]);
  });
});

describe('the system', () => {
  it('hands photos over: a second start, or a file opened with Emulsion', async () => {
    const seen: unknown[] = [];
    const stop = bridge.on('files.offered', ({ files }) => seen.push(...files.map(({ name }) => name)));
    const event = { preventDefault: vi.fn() };
    electron.app.emit('open-file', event, import.meta.filename);
    await vi.waitFor(() => expect(seen).toEqual(['host.test.ts']), 30_000);
    expect(event.preventDefault).toHaveBeenCalled();
    const photos = [join(import.meta.dirname, 'policy.test.ts')];
    electron.app.emit('second-instance', {}, ['/electron', '--flag', '/checkout'], '/', { photos });
    await vi.waitFor(() => expect(seen).toEqual(['host.test.ts', 'policy.test.ts']), 30_000);
    expect(window.focus).toHaveBeenCalled();
    stop();
  });

  it('says so where a photo is gone', async () => {
    electron.app.emit('open-file', { preventDefault() {} }, '/nonexistent/photo.jpg');
    await vi.waitFor(() => expect(electron.dialog.showErrorBox).toHaveBeenCalled(), 30_000);
    expect(electron.dialog.showErrorBox.mock.calls[0]![1]).toMatch(/não está mais lá/);
  });

  it('shows its own dialogs', async () => {
    electron.dialog.showOpenDialog.mockResolvedValueOnce({ canceled: false, filePaths: ['/a.jpg', '/b.tif'] });
    expect(await services.pick!('photos')).toEqual(['/a.jpg', '/b.tif']);
    const [, options] = electron.dialog.showOpenDialog.mock.calls[0]!;
    expect(options.properties).toContain('multiSelections');
    expect(options.filters[0]).toMatchObject({ name: 'Fotos', extensions: expect.arrayContaining(['jpg', 'tiff']) });
    electron.dialog.showOpenDialog.mockResolvedValueOnce({ canceled: true, filePaths: [] });
    expect(await services.pick!('folder')).toEqual([]);
    electron.dialog.showSaveDialog.mockResolvedValueOnce({ canceled: true, filePath: '' });
    expect(await services.pickSave!('a.jpg', 'jpeg')).toBeNull();
    electron.dialog.showSaveDialog.mockResolvedValueOnce({ canceled: false, filePath: '/out/a.tif' });
    expect(await services.pickSave!('a.tif', 'tiff')).toBe('/out/a.tif');
    // An edit file is suggested beside its photo, and can be opened like a photo.
    expect(options.filters[0].extensions).toContain('emulsion');
    electron.dialog.showSaveDialog.mockResolvedValueOnce({ canceled: false, filePath: '/album/lake.emulsion' });
    await services.pickSave!('/album/lake.emulsion', 'emulsion');
    expect(electron.dialog.showSaveDialog.mock.lastCall![1]).toMatchObject({
      defaultPath: '/album/lake.emulsion',
      filters: [{ extensions: ['emulsion'] }],
    });
  });

  it('speaks the language of the settings in the menu', async () => {
    const labels = () =>
      (electron.Menu.setApplicationMenu.mock.lastCall![0] as { label?: string }[]).map(({ label }) => label);
    expect(labels()).toContain('Arquivo');
    app.answer = () => ({ ok: true, value: Settings.parse({ language: 'en' }) });
    await bridge.call('settings.set', { language: 'en' });
    expect(labels()).toContain('File');
  });

  it('sends the commands of the menu, and reloads only while developing', () => {
    const sent: string[] = [];
    const clickable = (developing: boolean) =>
      menuTemplate({
        t: translatorFor('en').t,
        platform: 'linux',
        developing,
        send: (command) => sent.push(command),
        showLog: () => {},
        showReleases: () => {},
        showAbout: () => {},
      }).flatMap(({ submenu }) => submenu as { role?: string; click?: () => void }[]);
    for (const item of clickable(false)) item.click?.();
    expect(sent.sort()).toEqual([
      'batch',
      'crop',
      'export',
      'exportAgain',
      'help',
      'open',
      'pairs',
      'print',
      'redo',
      'reviewPlaces',
      'saveEdit',
      'settings',
      'startOver',
      'undo',
      'zoomActual',
      'zoomFit',
      'zoomIn',
      'zoomOut',
    ]);
    const roles = (developing: boolean) => clickable(developing).map(({ role }) => role);
    expect(roles(false)).not.toContain('toggleDevTools');
    expect(roles(true)).toContain('toggleDevTools');
  });
});

describe('the engine', () => {
  it('runs in a utility process that is killed for good', () => {
    const child = Object.assign(new EventEmitter(), {
      pid: undefined as number | undefined,
      stderr: new EventEmitter(),
      postMessage: vi.fn(),
      kill: vi.fn(),
    });
    electron.utilityProcess.fork.mockReturnValueOnce(child);
    const engine = services.launchEngine();
    expect(electron.utilityProcess.fork.mock.lastCall![0]).toMatch(/engine\.js$/);
    const messages: unknown[] = [];
    const exits: unknown[] = [];
    engine.onMessage((message) => messages.push(message));
    engine.onExit((...exit) => exits.push(exit));
    engine.send({ type: 'cancel', id: 'a' });
    expect(child.postMessage).toHaveBeenCalledWith({ type: 'cancel', id: 'a' });
    child.emit('message', { type: 'ready' });
    expect(messages).toEqual([{ type: 'ready' }]);
    // Before the process has started, Electron cannot end it.
    const kill = vi.spyOn(process, 'kill').mockReturnValueOnce(true);
    engine.kill();
    expect(kill).not.toHaveBeenCalled();
    child.pid = 4711;
    child.emit('spawn');
    expect(kill).toHaveBeenCalledExactlyOnceWith(4711, 'SIGKILL');
    kill.mockImplementationOnce(() => {
      throw Object.assign(new Error('no such process'), { code: 'ESRCH' });
    });
    engine.kill();
    child.stderr.emit('data', Buffer.from('out of memory'));
    child.emit('error', 'FatalError', 'v8::Heap', '{}');
    child.emit('exit', 9);
    expect(exits).toEqual([[9, null, 'out of memory\nFatalError v8::Heap']]);
  });
});

describe('the end', () => {
  it('waits until the app is closed', async () => {
    const event = { preventDefault: vi.fn() };
    electron.app.emit('before-quit', event);
    expect(event.preventDefault).toHaveBeenCalledTimes(1);
    await vi.waitFor(() => expect(electron.app.quit).toHaveBeenCalled(), 30_000);
    expect(app.closed).toBe(true);
    electron.app.emit('before-quit', event);
    expect(event.preventDefault).toHaveBeenCalledTimes(1);
  });
});
