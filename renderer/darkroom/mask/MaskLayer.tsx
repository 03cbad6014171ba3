import { useMemo, useRef } from 'react';
import type { EditState, MaskOp } from '../../../contract/edit';
import type { Photo } from '../../../contract/photo';
import { useTools, useView } from '../../state/context';
import type { OpenPhoto } from '../../state/model';
import type { View } from '../geometry';
import { MaskCanvas, type MaskCanvasHandle } from './MaskCanvas';
import { MaskTool } from './MaskTool';
import { useMaskTiles } from './useMaskTiles';

const NOTHING: readonly MaskOp[] = [];
/** The masks of an edit by whose they are. */
const MASKS = { repair: 'mask', style: 'styleMask', keep: 'keepMask' } as const;

/** The mask over the photo, and the active tool. */
export function MaskLayer({ entry, photo, view }: { entry: OpenPhoto; photo: Photo; view: View }) {
  const tool = useTools((state) => state.tool);
  const atOnce = useTools((state) => state.atOnce);
  const target = useTools((state) => state.target);
  const quickMask = useTools((state) => state.quickMask);
  const isShown = useView((state) => state.maskShown || state.maskPeek);
  const canvas = useRef<MaskCanvasHandle>(null);
  const isLocal = tool !== null && atOnce;
  const owner = tool === null ? 'repair' : target;
  const drawn = entry.edit?.[MASKS[owner]] ?? NOTHING;
  const local = useMemo(() => (tool === 'eraser' ? repaired(entry.edit) : beingRepaired(entry)), [tool, entry]);
  const ops = isLocal ? local : drawn;
  const wanted = tool !== null || isShown;
  const tiles = useMaskTiles(entry, photo, ops, wanted);
  if (!wanted || tiles === null) return null;
  return (
    <>
      <MaskCanvas ref={canvas} tiles={tiles} photo={photo} view={view} alone={quickMask && tool !== null && !isLocal} />
      {tool !== null && tool !== 'hand' && (
        <MaskTool
          key={`${tool} ${atOnce} ${target}`}
          photoKey={entry.key}
          view={view}
          tiles={tiles}
          ops={ops}
          canvas={canvas}
          tool={tool}
        />
      )}
    </>
  );
}

/** All places that were repaired by hand, for the eraser. */
const repaired = (edit: EditState | null): readonly MaskOp[] =>
  edit?.repairs.flatMap(({ enabled, mask }) => (enabled ? mask : [])) ?? NOTHING;

/** The last drawn region while its repair is being computed. */
function beingRepaired({ log, render }: OpenPhoto): readonly MaskOp[] {
  const isComputing = render === 'scheduled' || render === 'preview' || render === 'full';
  return (isComputing ? log?.actions[log.at - 1]?.repair?.mask : undefined) ?? NOTHING;
}
