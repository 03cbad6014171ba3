import { type MouseEvent, type PointerEvent, type RefObject, useEffect, useRef } from 'react';
import { useActions, useHints, useTools, useView } from '../state/context';
import { type Point, type Size, wheelIntent } from './geometry';

/** Wheel, drag, pinch and double click on the viewer. Points are relative to their pane. */
export function useGestures(ref: RefObject<HTMLDivElement | null>, key: string, photo: Size) {
  const actions = useActions().view;
  const pane = useView((state) => state.pane);
  const pointers = useRef(new Map<number, Point>());
  const space = useView((state) => state.space);
  /** One finger draws, two move the photo. */
  const drawsMask = useTools((state) => state.tool !== null && state.tool !== 'hand');
  const givesColours = useHints((state) => state.tool !== null);
  const isDrawing = (drawsMask || givesColours) && space === 'up';

  // React's wheel listener is passive and could not stop the page from zooming.
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const intent = wheelIntent(event);
      if ('pan' in intent) actions.pan(key, photo, intent.pan.x, intent.pan.y);
      else actions.zoomBy(key, photo, intent.zoom, paneOf(element, event, pane));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [ref, key, photo, actions, pane]);

  return {
    // The middle button moves the photo; the system would scroll with it.
    onMouseDown(event: MouseEvent<HTMLDivElement>) {
      if (event.button === 1) event.preventDefault();
    },
    onPointerDown(event: PointerEvent<HTMLDivElement>) {
      if (event.button > 1) return;
      if (space === 'held') actions.setSpace('used');
      // The mask tool has already captured a drawing finger.
      if (!isDrawing || event.pointerType !== 'touch') event.currentTarget.setPointerCapture(event.pointerId);
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    },
    onPointerMove(event: PointerEvent<HTMLDivElement>) {
      const before = pointers.current.get(event.pointerId);
      if (before === undefined) return;
      const now = { x: event.clientX, y: event.clientY };
      const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
      pointers.current.set(event.pointerId, now);
      if (other === undefined) {
        if (!isDrawing || event.pointerType !== 'touch') actions.pan(key, photo, now.x - before.x, now.y - before.y);
        return;
      }
      // Each of two fingers moves the photo by half its distance, so that the point between them stays in place.
      actions.pan(key, photo, (now.x - before.x) / 2, (now.y - before.y) / 2);
      const apart = distance(before, other);
      if (apart === 0) return;
      const middle = { clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 };
      actions.zoomBy(key, photo, distance(now, other) / apart, paneOf(event.currentTarget, middle, pane));
    },
    onPointerUp: (event: PointerEvent<HTMLDivElement>) => void pointers.current.delete(event.pointerId),
    onPointerCancel: (event: PointerEvent<HTMLDivElement>) => void pointers.current.delete(event.pointerId),
    onDoubleClick(event: MouseEvent<HTMLDivElement>) {
      actions.toggleActual(key, photo, paneOf(event.currentTarget, event, pane));
    },
  };
}

/** A pointer's position in its pane. Side by side, both panes have the same coordinates. */
function paneOf(element: Element, at: { clientX: number; clientY: number }, pane: Size): Point {
  const box = element.getBoundingClientRect();
  const x = at.clientX - box.left;
  return { x: x > pane.width ? x - (box.width - pane.width) : x, y: at.clientY - box.top };
}

const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);
