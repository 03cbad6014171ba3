import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { say } from '../../../text/message';
import { EmulsionError } from '../../errors';
import { openRegular } from '../../storage/open-file';
import { safeFileName } from '../file-names';

/**
 * Streams the body of an upload into a new file in a new folder below `uploads`, and returns its path. Leaves nothing
 * behind if it fails. Throws PHOTO_TOO_LARGE, FILE_EMPTY or file errors.
 */
export async function receiveUpload(
  request: IncomingMessage,
  uploads: string,
  name: string,
  limit: number,
): Promise<string> {
  const tooLarge = () =>
    new EmulsionError('PHOTO_TOO_LARGE', {
      reason: say('failures.uploadTooLarge', { gigabytes: Math.round(limit / 1e9) }),
    });
  if (Number(request.headers['content-length']) > limit) throw tooLarge();
  const folder = join(uploads, randomUUID());
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  let received = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      // SECURITY: a body without a length, or with a false one, must not fill the disk.
      if (received > limit) done(tooLarge());
      else done(null, chunk);
    },
  });
  try {
    // SECURITY: creates a new file that only this user can read.
    await pipeline(request, counter, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    if (received === 0) throw new EmulsionError('FILE_EMPTY');
    return path;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Streams a finished export as a download under its name. */
export async function sendDownload(
  response: ServerResponse,
  file: { path: string; name: string; type: string },
): Promise<void> {
  await send(response, file.path, {
    'content-type': file.type,
    'content-disposition': contentDisposition(file.name),
    'cache-control': 'no-store',
  });
}

/** Shows a file of a report; sends tables as downloads. */
export async function sendReport(response: ServerResponse, file: { path: string; type: string }): Promise<void> {
  await send(response, file.path, {
    'content-type': file.type,
    'content-disposition': file.type.startsWith('text/html') ? 'inline' : contentDisposition(basename(file.path)),
    'cache-control': 'no-store',
    // SECURITY: the report shows file names that anybody may have chosen. Nothing in it may run or load anything.
    'content-security-policy':
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox allow-same-origin allow-downloads",
  });
}

async function send(response: ServerResponse, path: string, headers: Record<string, string>): Promise<void> {
  // SECURITY: a link in the place of a report, which others may have put there, leads to any file of this account.
  const file = await openRegular(path, { follow: false });
  try {
    const { size } = await file.stat();
    response.writeHead(200, { ...headers, 'content-length': size });
    if (size === 0) response.end();
    else await pipeline(file.createReadStream({ end: size - 1, autoClose: false }), response);
  } finally {
    await file.close();
  }
}

/** `attachment` with a plain ASCII name and, for browsers, the true one (RFC 6266, RFC 5987). */
export function contentDisposition(name: string): string {
  const clean = safeFileName(name);
  // Also removes `%`, which some browsers would decode, and characters that would end the quoted string.
  const plain = clean.replace(/[^\x20-\x7e]|["\\%]/gu, '_');
  const encoded = encodeURIComponent(clean).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
