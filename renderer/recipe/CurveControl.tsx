import { Plus } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, type PointerEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type CurvePoint, MOST_CURVE_POINTS } from '../../contract/recipe';
import { through } from '../../document/curve';
import { Icon } from '../ui/Icon';
import { useFormat } from '../useFormat';

/** Height of the curve's field in CSS pixels. It is as wide as its card. */
const HEIGHT = 132;
/** A press this close to a point, in CSS pixels, takes it. */
const REACH = 12;
/** Least distance of two points along x. */
const APART = 0.02;
const SEGMENTS = 64;

interface CurveControlProps {
  label: string;
  value: readonly CurvePoint[];
  /** null: the straight line. */
  onChange(points: readonly CurvePoint[] | null): void;
  onSettle(): void;
}

/** A curve of brightness with points to drag; with the keyboard, its points are sliders. */
export function CurveControl({ label, value, onChange, onSettle }: CurveControlProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const field = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const curve = through(value);
  const path = Array.from({ length: SEGMENTS + 1 }, (_, i) => {
    const x = i / SEGMENTS;
    return `${i === 0 ? 'M' : 'L'}${100 * x} ${100 * (1 - Math.max(0, Math.min(1, curve(x))))}`;
  }).join('');

  const change = (points: readonly CurvePoint[]) => onChange(points.length === 0 ? null : points);
  const move = (index: number, x: number, y: number) => change(withPoint(value, index, { x, y }));
  const remove = (index: number) => {
    change(value.filter((_, i) => i !== index));
    onSettle();
  };
  const add = (x: number, y: number): number | null => {
    if (value.length >= MOST_CURVE_POINTS) return null;
    const index = value.filter((point) => point.x < x).length;
    const [before, after] = [value[index - 1], value[index]];
    if ((before && x - before.x < APART) || (after && after.x - x < APART)) return null;
    change([...value.slice(0, index), { x, y }, ...value.slice(index)]);
    return index;
  };

  const placeOf = (event: MouseEvent) => {
    const { left, top, width, height } = field.current!.getBoundingClientRect();
    return {
      x: limited((event.clientX - left) / width),
      y: limited(1 - (event.clientY - top) / height),
      reach: { x: REACH / width, y: REACH / height },
    };
  };
  const nearest = ({ x, y, reach }: ReturnType<typeof placeOf>) =>
    value.findIndex((point) => Math.abs(point.x - x) < reach.x && Math.abs(point.y - y) < reach.y);
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const place = placeOf(event);
    const near = nearest(place);
    const index = near >= 0 ? near : add(place.x, place.y);
    if (index === null) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDragged(index);
  };
  const onPointerMove = (event: PointerEvent) => {
    if (dragged === null || dragged >= value.length) return;
    const { x, y } = placeOf(event);
    move(dragged, x, y);
  };
  const onPointerUp = () => {
    if (dragged === null) return;
    setDragged(null);
    onSettle();
  };

  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const step = event.shiftKey ? 0.1 : 0.01;
    const point = value[index]!;
    const moves: Record<string, [number, number]> = {
      ArrowUp: [0, step],
      ArrowDown: [0, -step],
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
    };
    const by = moves[event.key];
    if (by) {
      event.preventDefault();
      move(index, point.x + by[0], point.y + by[1]);
      onSettle();
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      remove(index);
    }
  };

  const addInGap = () => {
    const xs = [0, ...value.map(({ x }) => x), 1];
    const gaps = xs.slice(1).map((x, i) => ({ middle: (x + xs[i]!) / 2, width: x - xs[i]! }));
    const { middle } = gaps.reduce((widest, gap) => (gap.width > widest.width ? gap : widest));
    if (add(middle, limited(curve(middle))) !== null) onSettle();
  };

  return (
    <fieldset className="pt-1" data-testid="curve">
      <legend className="sr-only">{label}</legend>
      <div className="flex h-7 items-center gap-1">
        <span aria-hidden="true" className="grow text-xs text-secondary">
          {label}
        </span>
        {value.length > 0 && (
          <button
            type="button"
            data-testid="curve-reset"
            className="h-6 rounded-md px-1.5 text-xs text-secondary hover:text-text"
            onClick={() => {
              onChange(null);
              onSettle();
            }}
          >
            {t('curve.reset')}
          </button>
        )}
        <button
          type="button"
          data-testid="curve-add"
          aria-label={t('curve.add')}
          aria-disabled={value.length >= MOST_CURVE_POINTS}
          className="inline-flex size-6 items-center justify-center rounded-md text-secondary hover:text-text aria-disabled:opacity-45"
          onClick={addInGap}
        >
          <Icon of={Plus} />
        </button>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: its points can be reached with the keyboard. */}
      <div
        ref={field}
        title={t('curve.hint')}
        data-testid="curve-field"
        className="relative cursor-crosshair touch-none rounded-sm border border-line bg-panel"
        style={{ height: HEIGHT }}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={onPointerUp}
        onDoubleClick={(event) => {
          const near = nearest(placeOf(event));
          if (near >= 0) remove(near);
        }}
      >
        <svg aria-hidden="true" viewBox="0 0 100 100" preserveAspectRatio="none" className="absolute inset-0 size-full">
          <path
            d="M25 0V100M50 0V100M75 0V100M0 25H100M0 50H100M0 75H100M0 100L100 0"
            className="fill-none stroke-line"
            vectorEffect="non-scaling-stroke"
          />
          <path d={path} className="fill-none stroke-text" strokeWidth={1.5} vectorEffect="non-scaling-stroke" />
        </svg>
        {value.map((point, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a point keeps its place among the others while it is moved.
            key={index}
            role="slider"
            tabIndex={0}
            aria-label={t('curve.point', {
              number: index + 1,
              from: format.percent(point.x),
              to: format.percent(point.y),
            })}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(100 * point.y)}
            aria-description={t('curve.keys')}
            data-testid="curve-point"
            onKeyDown={(event) => onKeyDown(event, index)}
            className="absolute size-3 -translate-x-1/2 -translate-y-1/2 rounded-full border-2 border-text bg-panel"
            style={{ left: `${100 * point.x}%`, top: `${100 * (1 - point.y)}%` }}
          />
        ))}
      </div>
    </fieldset>
  );
}

const limited = (value: number) => Math.max(0, Math.min(1, value));

/** The points with one of them moved, as far as its neighbours allow. */
export function withPoint(points: readonly CurvePoint[], index: number, to: CurvePoint): CurvePoint[] {
  const low = index === 0 ? 0 : points[index - 1]!.x + APART;
  const high = index === points.length - 1 ? 1 : points[index + 1]!.x - APART;
  const moved = { x: Math.max(low, Math.min(high, limited(to.x))), y: limited(to.y) };
  return points.map((point, i) => (i === index ? moved : point));
}
