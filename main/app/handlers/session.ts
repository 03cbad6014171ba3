import { basename } from 'node:path';
import type { Response } from '../../../contract/calls';
import type { AppContext, HandlersOf } from '../context';

/** Calls about the photos that were open when the program ended. */
export function sessionHandlers({
  files,
  isTemporary,
  services,
  session,
  settings,
}: AppContext): HandlersOf<'session'> {
  return {
    'session.load': async () => {
      const answer: Response<'session.load'> = { photos: [], active: null, missing: [] };
      if (!settings.get().reopen || services.editor?.isOnlyTask) return answer;
      const { photos: before, active } = await session.load();
      for (const [index, { path, name, view, exported, page, print, uploaded }] of before.entries()) {
        const isOurs = isTemporary(path) || (await files.mayOffer(path));
        const offer = () =>
          print !== undefined
            ? files.offerPrint(path, page, print).then((file) => [file])
            : page === undefined
              ? files.offer([path])
              : files.offerPage(path, page).then((file) => [file]);
        // A photo that is gone is left out.
        const [file] = isOurs ? await offer().catch(() => []) : [];
        if (file?.kind === 'photo') {
          if (index === active) answer.active = answer.photos.length;
          answer.photos.push({ file, view, exported });
        } else answer.missing.push({ name, uploaded });
      }
      return answer;
    },
    'session.save': async ({ photos: open, active }) => {
      const kept = open.map(({ token, view, exported }) => {
        const path = files.path(token, 'photo');
        const [page, print] = [files.page(token), files.print(token)];
        return { path, page, print, name: basename(path), view, exported, uploaded: isTemporary(path) };
      });
      const shown = active === null ? undefined : kept[active];
      services.desktop?.shown(shown === undefined || shown.uploaded ? null : shown.path);
      // The photo of another program is not what a person wants to see again.
      if (!services.editor?.isOnlyTask) await session.save({ photos: kept, active });
      return {};
    },
  };
}
