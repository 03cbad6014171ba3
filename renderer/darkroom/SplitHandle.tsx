import { MoveHorizontal } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions, useView } from '../state/context';

interface SplitHandleProps {
  /** The photo's visible edges, in pane pixels. */
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** Where the boundary lies between them, in whole pane pixels. */
  at: number;
}

/** The boundary between before (left) and after (right). */
export function SplitHandle({ left, right, top, bottom, at }: SplitHandleProps) {
  const { t } = useTranslation();
  const { setSplit } = useActions().view;
  const split = useView((state) => state.split);
  const ref = useRef<HTMLDivElement>(null);
  const percent = Math.round(split * 100);
  return (
    <div
      ref={ref}
      role="slider"
      tabIndex={0}
      aria-label={t('compare.handle')}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={t('compare.handleValue', { percent })}
      data-testid="compare-slider"
      style={{ left: at - 12, top, height: bottom - top }}
      className="group absolute z-10 w-6 cursor-ew-resize touch-none outline-none"
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        const box = ref.current?.parentElement?.getBoundingClientRect();
        if (box === undefined || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
        setSplit((event.clientX - box.left - left) / Math.max(1, right - left));
      }}
      onDoubleClick={(event) => {
        event.stopPropagation();
        setSplit(0.5);
      }}
      onKeyDown={(event) => {
        const step = event.shiftKey ? 0.1 : 0.01;
        if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') setSplit(split - step);
        else if (event.key === 'ArrowRight' || event.key === 'ArrowUp') setSplit(split + step);
        else if (event.key === 'PageDown') setSplit(split - 0.1);
        else if (event.key === 'PageUp') setSplit(split + 0.1);
        else if (event.key === 'Home') setSplit(0);
        else if (event.key === 'End') setSplit(1);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <div className="absolute inset-y-0 left-[11px] w-0.5 bg-white shadow-[0_0_0_1px_rgb(0_0_0/0.35)] group-focus-visible:bg-accent" />
      <div className="absolute top-1/2 left-1/2 flex size-7 -translate-1/2 items-center justify-center rounded-full border border-line bg-panel text-text group-focus-visible:outline-2 group-focus-visible:outline-accent">
        <MoveHorizontal size={16} strokeWidth={1.5} />
      </div>
    </div>
  );
}
