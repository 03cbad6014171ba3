import { type MouseEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Photo } from '../../contract/photo';
import { ORIGINAL } from '../../contract/pictures';
import { useActions, useApp, useView } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { toPhoto, type View } from './geometry';
import { colourAt } from './pickColour';
import { Tag } from './Tags';

/** Pane pixels around the pointer whose mean colour is picked, so that grain does not decide. */
const REACH = 4;

/** Over the photo while a point is picked that should be grey. A click takes the colour of the original there. */
export function GreyPicker({ entry, photo, view }: { entry: OpenPhoto; photo: Photo; view: View }) {
  const { t } = useTranslation();
  const actions = useActions();
  const base = useApp((state) => state.info?.pictureBase ?? null);
  const pane = useView((state) => state.pane);
  const picking = useView((state) => state.picking);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    if (picking === null) return;
    setFailed(false);
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      event.preventDefault();
      actions.view.setPicking(null);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [picking, actions]);

  if (picking === null || base === null) return null;

  const pick = async (event: MouseEvent<HTMLDivElement>) => {
    const bounds = event.currentTarget.getBoundingClientRect();
    const at = toPhoto(view, pane, { x: event.clientX - bounds.left, y: event.clientY - bounds.top });
    try {
      const original = { base, photo, layer: 'original', revision: ORIGINAL } as const;
      const colour = await colourAt(original, at, Math.max(2, Math.round(REACH / view.scale)));
      if (colour === null) return;
      actions.view.setPicking(null);
      actions.setSetting(entry.key, picking, 'neutral', colour);
      actions.settleSetting(entry.key);
    } catch {
      // The place says that its colour could not be read.
      setFailed(true);
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a colour is picked where the pointer is.
    <div
      role="presentation"
      data-testid="grey-picker"
      className="absolute inset-0 z-10 cursor-crosshair"
      onPointerDown={(event) => {
        // The middle button moves the photo.
        if (event.button === 0) event.stopPropagation();
      }}
      onDoubleClick={(event) => event.stopPropagation()}
      onClick={(event) => void pick(event)}
    >
      <div role="status" className="pointer-events-none absolute inset-x-0 top-3 flex justify-center">
        <Tag testId="grey-picker-hint">{t(failed ? 'viewer.pictureFailed' : 'grey.hint')}</Tag>
      </div>
    </div>
  );
}
