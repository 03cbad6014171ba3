import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ColourHint, MAX_POINTS } from '../../../contract/edit';
import type { Photo } from '../../../contract/photo';
import { useActions, useApp, useHints, useView } from '../../state/context';
import type { HintTool } from '../../state/hints';
import type { OpenPhoto } from '../../state/model';
import { type Point, toPane, toPhoto, type View } from '../geometry';
import { toolKey } from '../mask/useToolKeys';
import { colourAt } from '../pickColour';
import { ARROWS, Crosshair, KEY_STEP, rounded } from '../pointing';

/** A colour is picked from, and a given one found, within so many pane pixels. */
const REACH = 4;
/** The colours that were given, over the photo, and the pointer and keys that give others. */
export function HintLayer({ entry, photo, view }: { entry: OpenPhoto; photo: Photo; view: View }) {
  const tool = useHints((state) => state.tool);
  return tool === null || entry.edit === null ? null : (
    <Layer key={entry.key} entry={entry} photo={photo} view={view} tool={tool} hints={entry.edit.hints} />
  );
}

interface LayerProps {
  entry: OpenPhoto;
  photo: Photo;
  view: View;
  tool: HintTool;
  hints: readonly ColourHint[];
}

function Layer({ entry, photo, view, tool, hints }: LayerProps) {
  const { t } = useTranslation();
  const { hints: actions, tell } = useActions();
  const { colour, size } = useHints((state) => state);
  const base = useApp((state) => state.info?.pictureBase ?? null);
  const pane = useView((state) => state.pane);
  const ref = useRef<HTMLDivElement>(null);
  /** The points of the stroke that is being drawn, in photo pixels. */
  const [stroke, setStroke] = useState<readonly Point[] | null>(null);
  /** The keyboard's crosshair in photo pixels; null: the pointer is used. */
  const [crosshair, setCrosshair] = useState<Point | null>(null);
  const fingers = useRef(new Set<number>());

  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.target instanceof HTMLElement && event.target.closest('input, [role="menu"], [role="dialog"]')) return;
      const action = toolKey(event.key);
      if (action === 'smaller' || action === 'larger') actions.resize(action === 'larger' ? 1 : -1);
      else if (action === 'leave') actions.stop();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [actions]);

  // A tool that was chosen by its key is used by keys as well.
  useEffect(() => {
    const { activeElement } = document;
    if (activeElement === document.body || activeElement?.matches('[data-testid="viewer"]')) ref.current?.focus();
  }, []);

  const at = (event: { clientX: number; clientY: number }): Point => {
    const box = ref.current!.getBoundingClientRect();
    return rounded(toPhoto(view, pane, { x: event.clientX - box.left, y: event.clientY - box.top }));
  };

  const pick = async (point: Point) => {
    const revision = entry.rendering?.revision;
    if (base === null || revision === undefined) return;
    try {
      const source = { base, photo, layer: 'result', revision } as const;
      const found = await colourAt(source, point, Math.max(1, Math.round(REACH / view.scale)));
      if (found !== null) actions.set({ colour: found, tool: 'paint' });
    } catch {
      // The rendering was replaced meanwhile.
      tell({ tone: 'info', text: 'colourUnread' });
    }
  };

  /** Does what a press without a stroke does; false for the brush. */
  const press = (point: Point, alt: boolean): boolean => {
    if (tool === 'pick' || alt) void pick(point);
    else if (tool === 'remove') actions.remove(entry.key, point, REACH / view.scale);
    else return false;
    return true;
  };

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    setCrosshair(null);
    if (event.pointerType === 'touch') {
      fingers.current.add(event.pointerId);
      // Two fingers move and zoom the photo.
      if (fingers.current.size > 1) {
        setStroke(null);
        return;
      }
    } else event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    if (!press(at(event), event.altKey)) setStroke([at(event)]);
  };

  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (stroke === null) return;
    if (event.pointerType !== 'touch') event.stopPropagation();
    const all = event.nativeEvent.getCoalescedEvents?.() ?? [];
    const points = (all.length > 0 ? all : [event.nativeEvent]).map(at);
    setStroke((before) => before && points.reduce((line, point) => withPoint(line, point, 1.5 / view.scale), before));
  };

  const end = (event: PointerEvent<HTMLDivElement>, isKept: boolean) => {
    fingers.current.delete(event.pointerId);
    if (stroke === null) return;
    if (event.pointerType !== 'touch') event.stopPropagation();
    setStroke(null);
    if (isKept) actions.add(entry.key, stroke);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.ctrlKey || event.metaKey) return;
    const move = ARROWS[event.key];
    const here = crosshair ?? rounded(toPhoto(view, pane, { x: pane.width / 2, y: pane.height / 2 }));
    if (move !== undefined) {
      const step = KEY_STEP * (event.shiftKey ? 10 : 1);
      const from = toPane(view, pane, here);
      setCrosshair(rounded(toPhoto(view, pane, { x: from.x + move[0] * step, y: from.y + move[1] * step })));
    } else if (event.key === 'Enter') {
      setCrosshair(here);
      if (!press(here, event.altKey)) actions.add(entry.key, [here]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const place = crosshair === null ? null : toPane(view, pane, crosshair);
  const lineOf = (points: readonly Point[]) =>
    points.map((point) => toPane(view, pane, point)).map(({ x, y }) => `${x},${y}`);
  return (
    <div
      ref={ref}
      role="application"
      aria-label={t(`hints.surface.${tool}`)}
      data-testid="hint-layer"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes the focus so that keys can give colours.
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={(event) => end(event, true)}
      onPointerCancel={(event) => end(event, false)}
      onDoubleClick={(event) => event.stopPropagation()}
      onKeyDown={onKeyDown}
      style={{ width: pane.width, height: pane.height }}
      className="absolute top-0 left-0 cursor-crosshair touch-none outline-offset-[-1px] outline-text focus-visible:outline-1"
    >
      <svg aria-hidden="true" className="pointer-events-none absolute inset-0 size-full overflow-hidden">
        {hints.map((hint, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: hints have no names, and keep their order.
          <Mark key={i} colour={hint.colour} points={lineOf(pairs(hint.points))} />
        ))}
        {stroke !== null && (
          <polyline
            // A line of one point has no end that could be round.
            points={[...lineOf(stroke), ...(stroke.length === 1 ? lineOf(stroke) : [])].join(' ')}
            fill="none"
            stroke={colour}
            strokeOpacity={0.75}
            strokeWidth={Math.max(1, size * view.scale)}
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        )}
        {place !== null && <Crosshair place={place} />}
      </svg>
    </div>
  );
}

/** A colour that was given: its line, and a dot where it begins. */
function Mark({ colour, points }: { colour: string; points: readonly string[] }) {
  const [x, y] = points[0]!.split(',');
  return (
    <g data-testid="hint" data-colour={colour}>
      {points.length > 1 &&
        (['#000000', '#ffffff', colour] as const).map((each, i) => (
          <polyline
            key={each}
            points={points.join(' ')}
            fill="none"
            stroke={each}
            strokeOpacity={i === 2 ? 1 : 0.8}
            strokeWidth={6 - 2 * i}
            strokeLinejoin="round"
            strokeLinecap="round"
          />
        ))}
      <circle cx={x} cy={y} r={6.5} fill="#000000" fillOpacity={0.8} />
      <circle cx={x} cy={y} r={5.5} fill="#ffffff" />
      <circle cx={x} cy={y} r={4.5} fill={colour} />
    </g>
  );
}

const pairs = (points: readonly number[]): Point[] =>
  Array.from({ length: points.length / 2 }, (_, i) => ({ x: points[2 * i]!, y: points[2 * i + 1]! }));

/** A line with one more point, unless that is as good as the last. A line that is full keeps every second point. */
function withPoint(line: readonly Point[], point: Point, least: number): readonly Point[] {
  const last = line.at(-1)!;
  if (Math.hypot(last.x - point.x, last.y - point.y) < least) return line;
  const room = line.length < MAX_POINTS ? line : line.filter((_, i) => i % 2 === 0);
  return [...room, point];
}
