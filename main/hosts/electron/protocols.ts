import { ZodError } from 'zod';
import { parsePictureUrl } from '../../../contract/pictures';
import type { App } from '../../app';
import { EmulsionError, toFailure } from '../../errors';
import type { Page } from '../page';
import { isOwnPage, PAGE_HEADERS, PAGE_ORIGIN, PICTURE_BASE, PICTURE_HEADERS } from './policy';

/** Answers `app://emulsion/...` from the table of the built page. */
export function servePage(page: Page): (request: { method: string; url: string }) => Response {
  return ({ method, url }) => {
    const path = isOwnPage(url) ? url.slice(PAGE_ORIGIN.length).split(/[?#]/)[0] : undefined;
    // SECURITY: uses a table made at the start, so no path can leave the page's folder.
    const file = method === 'GET' && path !== undefined ? page.get(path) : undefined;
    if (file === undefined) return new Response(null, { status: 404 });
    return new Response(file.bytes, { headers: { ...PAGE_HEADERS, 'content-type': file.type } });
  };
}

/** Answers `photo://picture/<photo>/<layer>?...`. */
export function servePictures(
  app: App,
): (request: { method: string; url: string; signal?: AbortSignal }) => Promise<Response> {
  return async ({ method, url, signal }) => {
    try {
      if (method !== 'GET' || !url.startsWith(`${PICTURE_BASE}/`)) throw new EmulsionError('BAD_REQUEST');
      const { type, bytes } = await app.picture(parsePictureUrl(PICTURE_BASE, url), signal);
      return new Response(new Uint8Array(bytes), {
        // The URL holds the revision, so a URL stands for one picture for as long as the app runs.
        headers: { ...PICTURE_HEADERS, 'content-type': type, 'cache-control': 'private, max-age=31536000, immutable' },
      });
    } catch (error) {
      // Nobody waits for it any more: the page has dropped it, or the program ends.
      if (error instanceof EmulsionError && error.code === 'CANCELLED') return Response.error();
      const failed = toFailure(error instanceof ZodError ? new EmulsionError('BAD_REQUEST', { cause: error }) : error);
      return Response.json(
        { ok: false, error: failed },
        {
          status: failed.code === 'BAD_REQUEST' ? 400 : failed.code === 'UNKNOWN_PHOTO' ? 404 : 500,
          headers: { ...PICTURE_HEADERS, 'cache-control': 'no-store' },
        },
      );
    }
  };
}
