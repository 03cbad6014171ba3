import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contentPolicy } from '../content-policy';

/*
 * What the window may do. Pure decisions. Everything that no rule allows is refused.
 */

/** The origin of the page. `app:` is our own scheme, so the page is neither a file nor a web site. */
export const PAGE_ORIGIN = 'app://emulsion';
export const PICTURE_BASE = 'photo://picture';

/** SECURITY: the prefix ends with the slash, so that no longer host name matches. */
export function isOwnPage(url: string): boolean {
  return url.startsWith(`${PAGE_ORIGIN}/`);
}

/**
 * SECURITY: nothing leaves the computer. Only our two schemes, which this process answers, and data in the page's own
 * memory may be requested; no http, no ws, no file.
 */
export function mayRequest(url: string, developing: boolean): boolean {
  if (isOwnPage(url) || url.startsWith(`${PICTURE_BASE}/`)) return true;
  if (url.startsWith(`blob:${PAGE_ORIGIN}/`) || url.startsWith('data:')) return true;
  return developing && url.startsWith('devtools://');
}

/** SECURITY: the window only shows its one page. Links, redirects and dropped files lead nowhere. */
export function mayNavigate(url: string): boolean {
  return url === `${PAGE_ORIGIN}/`;
}

/** SECURITY: the page may write to the clipboard, which Chromium cleans, and nothing else. */
export function mayHave(permission: string, url: string): boolean {
  return permission === 'clipboard-sanitized-write' && (url === PAGE_ORIGIN || isOwnPage(url));
}

/** The facts about a sender that the bridge checks first. */
export interface Sender {
  isOwnWindow: boolean;
  isMainFrame: boolean;
  url: string;
}

/** SECURITY: accepts calls only from the top frame of our window while it shows our page. */
export function mayCall(sender: Sender): boolean {
  return sender.isOwnWindow && sender.isMainFrame && isOwnPage(sender.url);
}

/** Most files in one drop. */
const MAX_DROPPED = 10_000;

/** SECURITY: a drop is a list of absolute paths. Their content decides later whether they are photos. */
export function areDroppedPaths(paths: unknown): paths is string[] {
  return (
    Array.isArray(paths) &&
    paths.length <= MAX_DROPPED &&
    paths.every((path) => typeof path === 'string' && isAbsolute(path) && !path.includes('\0'))
  );
}

/**
 * The photos that a command line names: every argument that is not an option, relative to the user's folder. Some file
 * managers name files by `file://` URLs.
 */
export function photosOf(parameters: readonly string[], cwd: string): string[] {
  return parameters
    .filter((text) => text !== '' && !text.startsWith('-'))
    .flatMap((text) => (/^file:\/\//i.test(text) ? pathOf(text) : [resolve(cwd, text)]));
}

function pathOf(url: string): string[] {
  try {
    return [fileURLToPath(url)];
  } catch {
    // A file of another computer, or no URL at all: nothing that could be opened.
    return [];
  }
}

/** Sent with the page. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': contentPolicy({ pictures: PICTURE_BASE, connections: PICTURE_BASE }),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** Sent with pictures. They have another origin than the page, which alone may read their pixels. */
export const PICTURE_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': PAGE_ORIGIN,
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
};
