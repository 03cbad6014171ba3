import type { Orientation } from '../../../contract/edit';
import { pictureUrl } from '../../../contract/pictures';
import { cropIn } from '../../../document/crop';
import { enlargedSize } from '../../../document/size';
import type { Print } from '../../export/papers';
import { stepOf } from '../recipes';
import { orientationOf } from '../view';
import type { Context } from './context';

/** The longest edge of a picture that the page gets at once, in pixels. */
const LONGEST = 4096;

/** The picture of a result outside of files: on the clipboard and on paper. */
export function createPictures(context: Context) {
  const { find } = context;
  const { app, view } = context.stores;

  /** The result as it is now, cropped but not turned: its URL, its orientation, and whether it is smaller than the result. */
  function pictureOf(key: string): { url: string; orientation: Orientation; isReduced: boolean } | null {
    const { photo, rendering, edit, recipe } = find(key) ?? {};
    const base = app.getState().info?.pictureBase;
    if (photo == null || rendering == null || edit == null || base === undefined) return null;
    const part = edit.crop ?? { x: 0, y: 0, width: photo.width, height: photo.height };
    const step = recipe == null ? null : stepOf(recipe, 'upscale');
    const full = step?.enabled ? enlargedSize(step.settings, photo) : photo;
    const size = cropIn(part, photo, full) ?? full;
    const scale = Math.min(1, LONGEST / Math.max(size.width, size.height));
    const [width, height] = [size.width, size.height].map((edge) => Math.max(1, Math.round(edge * scale)));
    const { x, y, width: w, height: h } = part;
    const query = { photoId: photo.id, layer: 'result' as const, revision: rendering.revision, x, y, w, h };
    return {
      url: pictureUrl(base, { ...query, width: width!, height: height! }),
      orientation: orientationOf(view.getState(), key),
      isReduced: scale < 1,
    };
  }

  async function copy(key: string): Promise<void> {
    const picture = pictureOf(key);
    const name = find(key)?.name ?? '';
    if (picture === null) return;
    try {
      await context.browser.copyPicture(picture.url, picture.orientation);
      const text = picture.isReduced ? 'copiedReduced' : 'copied';
      context.notices.tell({ tone: 'done', text, params: { name, count: LONGEST } });
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const failure = { code: 'INTERNAL' as const, message: 'The clipboard did not take the picture.', detail };
      context.notices.tell({ tone: 'error', text: 'copyFailed', params: { name }, failure });
    }
  }

  async function print(key: string, how: Print): Promise<void> {
    const picture = pictureOf(key);
    if (picture === null) return;
    try {
      await context.browser.printPicture(picture.url, picture.orientation, how);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const failure = { code: 'INTERNAL' as const, message: 'The picture could not be printed.', detail };
      context.notices.tell({ tone: 'error', text: 'printFailed', params: { name: find(key)?.name ?? '' }, failure });
    }
  }

  return { copy, print };
}
