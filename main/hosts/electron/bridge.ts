import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron';
import { type FileEntry, Settings } from '../../../contract/app';
import type { Result } from '../../../contract/errors';
import { CHANNELS, MAX_UPLOAD_BYTES } from '../../../preload/wire';
import type { App } from '../../app';
import { EmulsionError, toFailure } from '../../errors';
import { safeFileName } from '../file-names';
import { areDroppedPaths, mayCall } from './policy';

export interface BridgeOptions {
  app: App;
  window: BrowserWindow;
  /** Called after the page has changed the settings. */
  onSettings: (settings: Settings) => void;
}

/** Connects the window's preload with the app: calls and files in, events out. */
export function openBridge({ app, window, onSettings }: BridgeOptions): void {
  const handle = (channel: string, answer: (...parameters: unknown[]) => Promise<Result<unknown>>) => {
    ipcMain.handle(channel, async (event, ...parameters): Promise<Result<unknown>> => {
      try {
        // SECURITY: checks the sender before looking at the message.
        if (!mayCall(senderOf(event, window))) throw new EmulsionError('NOT_ALLOWED');
        return await answer(...parameters);
      } catch (error) {
        return { ok: false, error: toFailure(error) };
      }
    });
  };

  handle(CHANNELS.call, async (name, request) => {
    // SECURITY: `handle` checks name and request against the contract before anything else happens.
    const result = await app.handle(name, request);
    if (name === 'settings.set' && result.ok) onSettings(Settings.parse(result.value));
    return result;
  });
  handle(CHANNELS.offer, async (paths) => {
    if (!areDroppedPaths(paths)) throw new EmulsionError('BAD_REQUEST');
    return { ok: true, value: await app.offer(paths) };
  });
  handle(CHANNELS.upload, async (name, bytes) => {
    if (typeof name !== 'string' || !(bytes instanceof Uint8Array)) throw new EmulsionError('BAD_REQUEST');
    if (bytes.length > MAX_UPLOAD_BYTES) throw new EmulsionError('PHOTO_TOO_LARGE');
    return { ok: true, value: await keepPasted(app, name, bytes) };
  });

  app.subscribe((name, payload) => {
    if (!window.isDestroyed()) window.webContents.send(CHANNELS.event, name, payload);
  });
}

async function keepPasted(app: App, name: string, bytes: Uint8Array): Promise<FileEntry[]> {
  if (bytes.length === 0) throw new EmulsionError('FILE_EMPTY');
  const folder = join(app.uploads, randomUUID());
  const path = join(folder, safeFileName(name));
  await mkdir(folder);
  // SECURITY: creates a new file that only this user can read.
  await writeFile(path, bytes, { flag: 'wx', mode: 0o600 });
  return app.offer([path]);
}

function senderOf(event: IpcMainInvokeEvent, window: BrowserWindow) {
  const frame = event.senderFrame;
  return {
    isOwnWindow: !window.isDestroyed() && event.sender === window.webContents,
    isMainFrame: frame !== null && frame.parent === null,
    url: frame?.url ?? '',
  };
}
