import './csp';
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { type Bridge, type CallName, parseRequest, parseResponse } from '../contract/calls';
import { failure, type Result } from '../contract/errors';
import { CHANNELS, createListeners, MAX_UPLOAD_BYTES, parseOffer } from './wire';

/*
 * Runs in the sandboxed, context-isolated world of Electron's window and gives the page `window.emulsion`.
 * SECURITY: the page gets three functions and never `ipcRenderer`; the channel names are fixed here.
 */

const listeners = createListeners();
ipcRenderer.on(CHANNELS.event, (_event, name: unknown, payload: unknown) => listeners.emit(name, payload));

const bridge: Bridge = {
  async call<N extends CallName>(name: N, request: unknown) {
    // SECURITY: only calls of the contract, with valid requests, are sent.
    const parsed = parseRequest(name, request);
    if (!parsed.ok) return parsed;
    return parseResponse(name, await invoke(CHANNELS.call, name, parsed.value.request));
  },

  on: (name, listener) => listeners.on(name, listener),

  async offer(files) {
    const paths: string[] = [];
    const pasted: File[] = [];
    for (const file of files) {
      // SECURITY: the path comes from Chromium's own record of the drop; the page cannot make one up.
      const path = webUtils.getPathForFile(file);
      if (path === '') pasted.push(file);
      else paths.push(path);
    }
    const entries = [];
    if (paths.length > 0) {
      const offered = parseOffer(await invoke(CHANNELS.offer, paths));
      if (!offered.ok) return offered;
      entries.push(...offered.value);
    }
    for (const file of pasted) {
      if (file.size > MAX_UPLOAD_BYTES) {
        return failure('PHOTO_TOO_LARGE', `“${file.name}” is larger than 2 GB, which is the most Emulsion opens.`);
      }
      const bytes = new Uint8Array(await file.arrayBuffer());
      const offered = parseOffer(await invoke(CHANNELS.upload, file.name, bytes));
      if (!offered.ok) return offered;
      entries.push(...offered.value);
    }
    return { ok: true, value: entries };
  },
};

contextBridge.exposeInMainWorld('emulsion', bridge);

/** A refused channel rejects its promise; the page gets a coded failure instead. */
async function invoke(channel: string, ...parameters: unknown[]): Promise<Result<unknown>> {
  try {
    return (await ipcRenderer.invoke(channel, ...parameters)) as Result<unknown>;
  } catch (error) {
    return failure('INTERNAL', 'Something went wrong inside Emulsion. Nothing was written.', String(error));
  }
}
