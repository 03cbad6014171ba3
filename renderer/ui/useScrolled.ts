import { type RefObject, useLayoutEffect } from 'react';

/** Calls `measure` at first, and whenever the element is scrolled or changes its size. `measure` keeps its identity. */
export function useScrolled(ref: RefObject<HTMLElement | null>, measure: () => void): void {
  useLayoutEffect(() => {
    const scroller = ref.current;
    if (scroller === null) return;
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(scroller);
    scroller.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      scroller.removeEventListener('scroll', measure);
    };
  }, [ref, measure]);
}
