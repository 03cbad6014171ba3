import { MoveHorizontal } from 'lucide-react';
import { Slider as Radix } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { useActions, useView } from '../state/context';

interface SplitHandleProps {
  /** The photo's visible edges, in pane pixels. */
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Small enough for a smooth drag. The arrow keys move by {@link KEY_STEP}. */
const DRAG_STEP = 0.0005;
const KEY_STEP = 0.01;
const KEYS: Record<string, number> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
};

/**
 * The boundary between before (left) and after (right). Only the handle takes pointer events, so the photo can still be
 * dragged.
 */
export function SplitHandle({ left, right, top, bottom }: SplitHandleProps) {
  const { t } = useTranslation();
  const { setSplit } = useActions().view;
  const split = useView((state) => state.split);
  return (
    <Radix.Root
      value={[split]}
      min={0}
      max={1}
      step={DRAG_STEP}
      data-testid="compare-slider"
      style={{ left, top, width: Math.max(1, right - left), height: bottom - top }}
      className="pointer-events-none absolute z-10 touch-none"
      onValueChange={([next]) => {
        if (next !== undefined) setSplit(next);
      }}
      // Otherwise the photo behind would be dragged too.
      onPointerDown={(event) => event.stopPropagation()}
      onDoubleClick={(event) => {
        event.stopPropagation();
        setSplit(0.5);
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        const steps = KEYS[event.key];
        if (steps === undefined) return;
        event.preventDefault();
        setSplit(split + steps * KEY_STEP * (event.shiftKey ? 10 : 1));
      }}
    >
      {/* Without a width of its own, the handle is exactly at the boundary, at the edges too. */}
      <Radix.Thumb
        aria-label={t('compare.handle')}
        aria-valuetext={t('compare.handleValue', { percent: Math.round(split * 100) })}
        style={{ height: bottom - top }}
        className="group pointer-events-auto block w-0 cursor-ew-resize outline-none"
      >
        <span className="absolute inset-y-0 -left-3 w-6" />
        <span className="absolute inset-y-0 -left-px w-0.5 bg-white shadow-[0_0_0_1px_rgb(0_0_0/0.35)] group-focus-visible:bg-accent" />
        <span className="absolute top-1/2 left-0 flex size-7 -translate-1/2 items-center justify-center rounded-full border border-line bg-panel text-text group-focus-visible:outline-2 group-focus-visible:outline-accent">
          <MoveHorizontal size={16} strokeWidth={1.5} />
        </span>
      </Radix.Thumb>
    </Radix.Root>
  );
}
