import { mkdtemp } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { MaskOwner } from '../../../contract/edit';
import { DETECTED_MASK } from '../../../document/mask';
import type { EngineEdit } from '../../engine/protocol';
import { EmulsionError } from '../../errors';
import type { AppContext, HandlersOf } from '../context';

/** The edit of an unchanged photo. */
const NO_EDIT: EngineEdit = { mask: DETECTED_MASK, repairs: [], bitmaps: new Map() };

/** Calls about masks as files. */
export function masksHandlers({
  edits,
  engine,
  files,
  isTemporary,
  jobs,
  outgoing,
  photos,
  scratch,
}: AppContext): HandlersOf<'masks'> {
  /** The photo's edit, with the requested mask in place of the mask of the repair step. */
  const maskAlone = (photoId: string, of: MaskOwner): EngineEdit => {
    const edit = edits.edit(photoId) ?? NO_EDIT;
    if (of === 'repair') return edit;
    return { ...edit, mask: (of === 'style' ? edit.styleMask : edit.keepMask) ?? [] };
  };

  return {
    'masks.export': ({ photoId, recipe, of, jobId }) => {
      const { subject, path } = photos.get(photoId);
      const beside = isTemporary(path) ? '' : dirname(path);
      const edit = maskAlone(photoId, of);
      return jobs.run(jobId, async (control) => {
        const target = await outgoing.target(
          `${basename(subject.name, extname(subject.name))}-mask`,
          'png',
          'png',
          beside,
        );
        return outgoing.handOver(
          await engine.request('exportMask', { photoId, recipe, edit, target }, control),
          'image/png',
        );
      });
    },
    'masks.import': ({ photoId, token, jobId }) => {
      photos.get(photoId);
      return jobs.run(jobId, async (control) => {
        const path = files.path(token, 'photo');
        return { id: await edits.keepBitmap(photoId, await engine.request('readMask', { photoId, path }, control)) };
      });
    },
    'masks.copy': ({ from, recipe, of, to, jobId }) => {
      const [one, other] = [photos.get(from).size, photos.get(to).size];
      if (one.width !== other.width || one.height !== other.height) throw new EmulsionError('MASK_SIZE');
      return jobs.run(jobId, async (control) => {
        const edit = maskAlone(from, of);
        const target = { folder: await mkdtemp(join(scratch, 'mask-')), stem: 'mask' };
        const { path } = await engine.request('exportMask', { photoId: from, recipe, edit, target }, control);
        return { id: await edits.keepBitmap(to, await engine.request('readMask', { photoId: to, path }, control)) };
      });
    },
  };
}
