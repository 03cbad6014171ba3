import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { type EditAction, MAX_POINTS, type MaskArea, type MaskOp, type MaskStroke } from '../../../contract/edit';
import { defectAt } from '../../../document/defect';
import type { MaskTiles } from '../../../document/tiles';
import { useActions, useTools, useView } from '../../state/context';
import { drawnOn, isFromSource, repairWith, type Tool } from '../../state/tools';
import { type Point, type Size, toPane, toPhoto, type View } from '../geometry';
import { ARROWS, Crosshair, KEY_STEP, rounded } from '../pointing';
import { Tag } from '../Tags';
import type { MaskCanvasHandle } from './MaskCanvas';
import { withPoint } from './strokePieces';

/** How often an unfinished stroke is saved, in milliseconds. A crash loses no more than this. */
const KEEP_EVERY = 400;
/**
 * A second finger starts a zoom. The first finger's stroke is discarded if it began this recently (in milliseconds) or
 * hardly moved (in pane pixels).
 */
const PINCH_WITHIN = 250;
const PINCH_SLACK = 12;
/** A click within this many pane pixels of the first corner closes a polygon. */
const CLOSING = 8;
/** A red eye is looked for within this many pane pixels of a click, and within the pixels of the photo that follow. */
const EYE_REACH = 48;
const LEAST_REACH = 4;
const MOST_REACH = 1000;

interface MaskToolProps {
  photoKey: string;
  view: View;
  tiles: MaskTiles;
  ops: readonly MaskOp[];
  canvas: RefObject<MaskCanvasHandle | null>;
  tool: Exclude<Tool, 'hand'>;
}

/**
 * Turns pointer, pen and keyboard input into mask operations. Lies over the pane and passes the wheel and the middle
 * button on to the viewer.
 */
export function MaskTool({ photoKey, view, tiles, ops, canvas, tool }: MaskToolProps) {
  const { t } = useTranslation();
  const actions = useActions();
  const pane = useView((state) => state.pane);
  const { size, hardness, atOnce, areaMode, target, fill, source, settingSource } = useTools((state) => state);
  const space = useView((state) => state.space);
  const ref = useRef<HTMLDivElement>(null);
  const ring = useRef<HTMLDivElement>(null);
  const mark = useRef<HTMLDivElement>(null);
  /** The stroke being drawn, or its last piece. */
  const stroke = useRef<MaskStroke | null>(null);
  /** How many pieces of the current stroke were already committed. */
  const pieces = useRef(0);
  const begun = useRef(0);
  /** Ids of the touching fingers. Two or more move the photo until all are lifted. */
  const fingers = useRef(new Set<number>());
  const isPinching = useRef(false);
  const keeping = useRef<ReturnType<typeof setTimeout> | null>(null);
  const lastPoint = useRef<Point | null>(null);
  /** Corners of the outline being drawn, in photo pixels. */
  const [outline, setOutline] = useState<Point[]>([]);
  /** The keyboard crosshair in photo pixels. Null: the pointer is used. */
  const [crosshair, setCrosshair] = useState<Point | null>(null);
  const isBrush = tool === 'brush' || tool === 'eraser';
  const isOutline = tool === 'lasso' || tool === 'polygon' || tool === 'rectangle';
  /** Whether what is drawn takes its pixels from a source. */
  const usesSource = atOnce && isFromSource(fill) && tool !== 'eraser' && tool !== 'eye';
  const ownSource = usesSource && source?.key === photoKey ? source : null;

  const at = (event: { clientX: number; clientY: number }): Point => {
    const box = ref.current!.getBoundingClientRect();
    return rounded(toPhoto(view, pane, { x: event.clientX - box.left, y: event.clientY - box.top }));
  };

  // ------------------------------------------------------------------------------------------- strokes

  const begin = (point: Point, pressure: number) => {
    if (usesSource) actions.tools.align(photoKey, point);
    const mode = tool === 'eraser' ? 'erase' : 'paint';
    const next: MaskStroke = { kind: 'stroke', mode, size, hardness, points: [point.x, point.y, pressure] };
    stroke.current = next;
    pieces.current = 0;
    tiles.extend(null, next);
    canvas.current?.redraw();
    keeping.current ??= setTimeout(() => latestKeep.current(), KEEP_EVERY);
  };

  const extend = (point: Point, pressure: number, isLast = false) => {
    const before = stroke.current;
    if (before === null) return;
    const [x = 0, y = 0] = before.points.slice(-3);
    const distance = Math.hypot(point.x - x, point.y - y);
    // Closer points would cost time without a visible difference.
    const spacing = isLast ? 0 : Math.max(0.7 / view.scale, size * 0.06);
    if (distance <= spacing) return;
    const { stroke: next, full } = withPoint(before, point.x, point.y, pressure);
    tiles.extend(full === null ? before : null, next);
    stroke.current = next;
    if (full !== null) commit(full);
    canvas.current?.redraw();
    keeping.current ??= setTimeout(() => latestKeep.current(), KEEP_EVERY);
  };

  /** Commits a stroke, or a piece of one, as an action. */
  const commit = (drawn: MaskStroke) => {
    const continues = pieces.current > 0;
    if (!atOnce) {
      if (continues) actions.continueStroke(photoKey, drawn);
      else actions.paint(photoKey, drawn);
    } else {
      const isErasing = drawn.mode === 'erase';
      const isDone = isErasing
        ? actions.eraseRepairs(photoKey, drawn, continues)
        : actions.repairPlace(photoKey, drawn, continues);
      if (!isDone) {
        forgetDrawn();
        return;
      }
    }
    pieces.current += 1;
  };

  /** Shows the mask without what was drawn on it. */
  const forgetDrawn = () => {
    tiles.setOps(ops);
    canvas.current?.redraw();
    actions.dropUnfinished(photoKey);
  };

  /** Called by a timer, because a resting pointer sends no events while the stroke goes on. */
  const keep = () => {
    keeping.current = null;
    const drawn = stroke.current ?? areaOf(latestOutline.current, false);
    if (drawn === null) return;
    const action = unfinished(drawn);
    if (action === null) return;
    actions.keepUnfinished(photoKey, pieces.current > 0 ? { ...action, continues: true } : action);
  };

  /** The action that the drawn stroke or outline will be; null where it will do nothing. */
  const unfinished = (drawn: MaskStroke | MaskArea): EditAction | null => {
    if (!atOnce) return drawnOn(target, drawn);
    if (drawn.kind === 'stroke' && drawn.mode === 'erase') return actions.erasing(photoKey, drawn);
    const how = repairWith({ fill, source }, photoKey);
    return how && { name: 'repair', repair: { id: 'unfinished', enabled: true, mask: [drawn], ...how } };
  };

  // The mask can change during a stroke, for example when its ingredients arrive. Then the stroke is drawn on top
  // again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change that counts.
  useLayoutEffect(() => {
    if (stroke.current === null) return;
    tiles.extend(null, stroke.current);
    canvas.current?.redraw();
  }, [tiles, ops]);

  /** Ends the stroke. */
  const endStroke = (): MaskStroke | null => {
    const done = stroke.current;
    stroke.current = null;
    stopKeeping();
    return done;
  };

  const stopKeeping = () => {
    if (keeping.current !== null) clearTimeout(keeping.current);
    keeping.current = null;
  };

  const finish = () => {
    const done = endStroke();
    if (done === null) return;
    lastPoint.current = { x: done.points.at(-3)!, y: done.points.at(-2)! };
    commit(done);
    pieces.current = 0;
  };

  // ------------------------------------------------------------------------------------------- outlines

  const areaOf = (points: readonly Point[], subtract: boolean): MaskArea | null => {
    if (points.length < 3 || (tool !== 'lasso' && tool !== 'polygon' && tool !== 'rectangle')) return null;
    return {
      kind: 'area',
      shape: tool,
      mode: !atOnce && (areaMode === 'subtract') !== subtract ? 'subtract' : 'add',
      points: points.flatMap(({ x, y }) => [x, y]),
    };
  };

  // An outline is saved like a stroke, as soon as it encloses an area.
  const latestOutline = useRef(outline);
  latestOutline.current = outline;
  const latestKeep = useRef(keep);
  latestKeep.current = keep;
  useEffect(() => {
    if (outline.length >= 3) keeping.current ??= setTimeout(() => latestKeep.current(), KEEP_EVERY);
  }, [outline]);

  const close = (points: readonly Point[], subtract: boolean) => {
    setOutline([]);
    stopKeeping();
    const area = areaOf(points, subtract);
    if (area === null) return;
    if (usesSource) actions.tools.align(photoKey, points[0]!);
    if (atOnce) actions.repairPlace(photoKey, area);
    else actions.paint(photoKey, area);
  };

  const rectangle = (from: Point, to: Point): Point[] => [from, { x: to.x, y: from.y }, to, { x: from.x, y: to.y }];

  const addCorner = (point: Point, subtract: boolean) => {
    const [first] = outline;
    if (first !== undefined && outline.length >= 3) {
      const a = toPane(view, pane, first);
      const b = toPane(view, pane, point);
      if (Math.hypot(a.x - b.x, a.y - b.y) <= CLOSING) {
        close(outline, subtract);
        return;
      }
    }
    setOutline([...outline, point]);
  };

  const selectDefect = (point: Point) => {
    const op = defectAt(tiles.mask, ops, tiles.source, point.x, point.y);
    if (op !== null) actions.paint(photoKey, op);
    else actions.tell({ tone: 'info', text: 'noDefect' });
  };

  const correctEye = ({ x, y }: Point) =>
    actions.correctEyes(photoKey, { x, y, reach: Math.min(MOST_REACH, Math.max(LEAST_REACH, EYE_REACH / view.scale)) });

  /**
   * Whether a press on the photo sets the source, or cannot do anything without one. Then nothing is drawn.
   */
  const takesSource = (point: Point, alt: boolean): boolean => {
    if (!usesSource || outline.length > 0) return false;
    if (alt || settingSource) {
      const isInside = rectHas(tiles.mask, point);
      if (isInside) actions.tools.setSource(photoKey, point);
      else actions.tell({ tone: 'info', text: 'sourceOutside' });
      return true;
    }
    if (ownSource !== null) return false;
    actions.tell({ tone: 'info', text: 'noSource' });
    return true;
  };

  /** Discards an unfinished stroke or outline. Returns whether there was one. */
  const discard = (): boolean => {
    const isDrawing = stroke.current !== null || outline.length > 0;
    if (endStroke() !== null) {
      tiles.setOps(ops);
      canvas.current?.redraw();
    }
    setOutline([]);
    if (isDrawing) actions.dropUnfinished(photoKey);
    if (pieces.current > 0) actions.undo(photoKey);
    pieces.current = 0;
    return isDrawing;
  };

  // Changing the tool or the mask discards what is unfinished.
  const latestDiscard = useRef(discard);
  latestDiscard.current = discard;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change that counts.
  useEffect(() => () => void latestDiscard.current(), [tool, photoKey]);

  // A tool that was chosen by its key is used by keys as well, so it takes the focus, unless another control has it.
  useEffect(() => {
    const { activeElement } = document;
    if (activeElement === document.body || activeElement?.matches('[data-testid="viewer"]')) ref.current?.focus();
  }, []);

  // ------------------------------------------------------------------------------------------- pointer

  /** Shows where pixels at a point of the photo come from. */
  const moveMark = (point: Point | null) => {
    if (mark.current === null || ownSource === null) return;
    const { offset, x, y } = ownSource;
    const from = offset === null || point === null ? { x, y } : { x: point.x + offset.dx, y: point.y + offset.dy };
    const place = toPane(view, pane, from);
    mark.current.style.transform = `translate(${place.x}px, ${place.y}px)`;
  };
  const latestMark = useRef(moveMark);
  latestMark.current = moveMark;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the mark moves with the source, the photo and the keys.
  useLayoutEffect(() => latestMark.current(crosshair), [ownSource?.x, ownSource?.y, view, pane, crosshair]);

  const moveRing = (event: { clientX: number; clientY: number }) => {
    moveMark(at(event));
    const box = ref.current?.getBoundingClientRect();
    if (box === undefined || ring.current === null) return;
    const radius = (size * view.scale) / 2;
    ring.current.style.transform = `translate(${event.clientX - box.left - radius}px, ${event.clientY - box.top - radius}px)`;
    ring.current.style.visibility = 'visible';
  };

  /** Whether the stroke has moved further than this from its start, in photo pixels. */
  const isLongerThan = (length: number): boolean => {
    const points = stroke.current?.points ?? [];
    const [x = 0, y = 0] = points;
    return (
      pieces.current > 0 ||
      points.some((_, i) => i % 3 === 0 && Math.hypot(points[i]! - x, points[i + 1]! - y) > length)
    );
  };

  /**
   * Starts a pinch when a second finger touches. Returns true while several fingers touch; then the viewer handles
   * them.
   */
  const pinches = (event: PointerEvent<HTMLDivElement>): boolean => {
    if (event.pointerType !== 'touch') return false;
    fingers.current.add(event.pointerId);
    if (fingers.current.size > 1 && !isPinching.current) {
      isPinching.current = true;
      if (event.timeStamp - begun.current > PINCH_WITHIN && isLongerThan(PINCH_SLACK / view.scale)) finish();
      else if (tool !== 'polygon') discard();
    }
    return isPinching.current;
  };

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0 || pinches(event)) return;
    // Touch events also go to the viewer, which zooms when a second finger follows.
    if (event.pointerType !== 'touch') event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    setCrosshair(null);
    const point = at(event);
    // A finger may be the first of two.
    if (event.pointerType !== 'touch' && takesSource(point, event.altKey)) return;
    if (event.pointerType === 'touch' && usesSource && (settingSource || ownSource === null)) return;
    if (isBrush) {
      const from = event.shiftKey ? lastPoint.current : null;
      // Shift draws a straight line from the end of the last stroke.
      begin(from ?? point, pressureOf(event));
      begun.current = event.timeStamp;
      if (from !== null) extend(point, pressureOf(event), true);
    } else if (tool === 'defect' || tool === 'eye' || tool === 'polygon') {
      // Whether a single finger taps is only known when it is lifted.
      if (event.pointerType !== 'touch') tap(point, event.altKey);
    } else setOutline([point]);
  };

  const tap = (point: Point, subtract: boolean) => {
    if (tool === 'defect') selectDefect(point);
    else if (tool === 'eye') correctEye(point);
    else addCorner(point, subtract);
  };

  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    moveRing(event);
    if (isPinching.current && event.pointerType === 'touch') return;
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    if (event.pointerType !== 'touch') event.stopPropagation();
    if (isBrush) {
      const all = event.nativeEvent.getCoalescedEvents?.() ?? [];
      for (const each of all.length > 0 ? all : [event.nativeEvent]) extend(at(each), pressureOf(each));
    } else if (tool === 'rectangle') {
      setOutline((points) => (points[0] === undefined ? points : rectangle(points[0], at(event))));
    } else if (tool === 'lasso') {
      const point = at(event);
      setOutline((points) => {
        const last = points.at(-1);
        const isNear = last !== undefined && Math.hypot(last.x - point.x, last.y - point.y) < 1.5 / view.scale;
        // An outline this long loses nothing visible when every second corner is dropped.
        const room = points.length < MAX_POINTS ? points : points.filter((_, i) => i % 2 === 0);
        return isNear ? points : [...room, point];
      });
    }
  };

  const onPointerUp = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    const isTouch = event.pointerType === 'touch';
    if (isTouch && liftFinger(event.pointerId)) return;
    if (!isTouch) event.stopPropagation();
    if (isTouch && stroke.current === null && takesSource(at(event), false)) return;
    if (isBrush) {
      extend(at(event), pressureOf(event, stroke.current), true);
      finish();
    } else if (tool === 'lasso' || tool === 'rectangle') {
      close(outline, event.altKey);
    } else if (isTouch) tap(at(event), event.altKey);
  };

  /** Returns whether the finger was one of several. */
  const liftFinger = (id: number): boolean => {
    fingers.current.delete(id);
    const wasPinching = isPinching.current;
    if (fingers.current.size === 0) isPinching.current = false;
    return wasPinching;
  };

  // ------------------------------------------------------------------------------------------- keys

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.ctrlKey || event.metaKey) return;
    const move = ARROWS[event.key];
    const here = crosshair ?? rounded(toPhoto(view, pane, { x: pane.width / 2, y: pane.height / 2 }));
    if (event.key === 'Escape') {
      if (settingSource) actions.tools.set({ settingSource: false });
      else if (!discard()) return;
    } else if (event.key === 'Backspace' && outline.length > 0) {
      setOutline(outline.slice(0, -1));
    } else if (event.key === 'Enter' && outline.length >= 3) {
      close(outline, event.altKey);
    } else if (move !== undefined) {
      const step = KEY_STEP * (event.shiftKey ? 10 : 1);
      const from = toPane(view, pane, here);
      const next = rounded(toPhoto(view, pane, { x: from.x + move[0] * step, y: from.y + move[1] * step }));
      setCrosshair(next);
      if (stroke.current !== null) extend(next, 1, true);
      else if (tool === 'rectangle' && outline[0] !== undefined) setOutline(rectangle(outline[0], next));
    } else if (event.key === 'Enter') {
      press(here, event.altKey);
    } else if (event.key !== ' ') return;
    event.preventDefault();
    // Space moves the photo while it is held, and draws when it is released without that.
    if (event.key !== ' ') event.stopPropagation();
  };

  const onKeyUp = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key !== ' ' || space === 'used' || event.ctrlKey || event.metaKey) return;
    // With the pointer over the photo and no crosshair, it was only held to move the photo.
    if (crosshair === null && ref.current?.parentElement?.closest('[data-testid="viewer"]')?.matches(':hover')) return;
    press(crosshair ?? rounded(toPhoto(view, pane, { x: pane.width / 2, y: pane.height / 2 })), event.altKey);
  };

  /** A key that does what a press of the pointer does. */
  const press = (here: Point, alt: boolean) => {
    setCrosshair(here);
    if (stroke.current === null && takesSource(here, alt)) return;
    if (isBrush && stroke.current === null) begin(here, 1);
    else if (isBrush) finish();
    else if (tool === 'rectangle' && outline.length > 0) close(outline, alt);
    else if (tool === 'rectangle') setOutline([here]);
    else tap(here, alt);
  };

  const place = crosshair === null ? null : toPane(view, pane, crosshair);
  const corners = outline.map((point) => toPane(view, pane, point));
  return (
    <div
      ref={ref}
      role="application"
      aria-label={t(`mask.surface.${isBrush ? 'brush' : isOutline ? 'outline' : tool}`)}
      data-testid="mask-tool"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes the focus so that keys can draw.
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={(event) => {
        if (!liftFinger(event.pointerId)) discard();
      }}
      onPointerLeave={() => {
        if (ring.current !== null) ring.current.style.visibility = 'hidden';
      }}
      onDoubleClick={(event) => {
        event.stopPropagation();
        if (tool === 'polygon') close(outline, event.altKey);
      }}
      onKeyDown={onKeyDown}
      onKeyUp={onKeyUp}
      style={{ width: pane.width, height: pane.height, cursor: isBrush && !settingSource ? 'none' : 'crosshair' }}
      className="absolute top-0 left-0 touch-none outline-offset-[-1px] outline-text focus-visible:outline-1"
    >
      {isBrush && (
        <div
          ref={ring}
          aria-hidden="true"
          style={{ width: size * view.scale, height: size * view.scale, visibility: 'hidden' }}
          className="pointer-events-none absolute top-0 left-0 rounded-full border border-white shadow-[0_0_0_1px_rgb(0_0_0/0.6),inset_0_0_0_1px_rgb(0_0_0/0.6)]"
        />
      )}
      {usesSource && (ownSource === null || settingSource) && (
        <div role="status" className="pointer-events-none absolute inset-x-0 top-3 flex justify-center">
          <Tag testId="source-hint">{t('mask.hint.source')}</Tag>
        </div>
      )}
      {ownSource !== null && (
        <div
          ref={mark}
          data-testid="source-mark"
          aria-hidden="true"
          className="pointer-events-none absolute top-0 left-0"
        >
          <svg aria-hidden="true" width="24" height="24" viewBox="-12 -12 24 24" className="-mt-3 -ml-3 block">
            {(['#000000', '#ffffff'] as const).map((colour) => (
              <path
                key={colour}
                d="M-11 0H11M0 -11V11M-6 0A6 6 0 1 0 6 0A6 6 0 1 0 -6 0"
                fill="none"
                stroke={colour}
                strokeWidth={colour === '#000000' ? 3 : 1}
              />
            ))}
          </svg>
        </div>
      )}
      <svg aria-hidden="true" className="pointer-events-none absolute inset-0 size-full overflow-hidden">
        {corners.length > 0 && (
          <>
            <polygon points={corners.map(({ x, y }) => `${x},${y}`).join(' ')} fill="rgb(255 255 255 / 0.12)" />
            {(['#000000', '#ffffff'] as const).map((colour) => (
              <polyline
                key={colour}
                points={corners.map(({ x, y }) => `${x},${y}`).join(' ')}
                fill="none"
                stroke={colour}
                strokeWidth={colour === '#000000' ? 3 : 1}
              />
            ))}
          </>
        )}
        {place !== null && <Crosshair place={place} radius={isBrush ? (size * view.scale) / 2 : undefined} />}
      </svg>
    </div>
  );
}

/** Whether a point lies in a photo. */
const rectHas = ({ width, height }: Size, { x, y }: Point): boolean => x >= 0 && y >= 0 && x < width && y < height;

/** Only a pen reports pressure. It reports 0 when it is lifted; then the last pressure is kept. */
function pressureOf(event: { pointerType: string; pressure: number }, ending: MaskStroke | null = null): number {
  if (event.pointerType !== 'pen') return 1;
  if (event.pressure === 0) return ending?.points.at(-1) ?? 1;
  return Math.max(0.05, Math.round(event.pressure * 100) / 100);
}
