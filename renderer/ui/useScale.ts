import { useEffect, useState } from 'react';
import { useApp } from '../state/context';

/** The smallest window that the interface is made for, in CSS pixels. */
const LEAST = { width: 1024, height: 620 };
/** Size of one rem when the interface is neither enlarged nor reduced, in CSS pixels. */
const REM = 16;

/** How large the interface is: as chosen, and no larger than the window has room for. */
export function scaleFor(chosen: number, window: { width: number; height: number }): number {
  const room = Math.min(window.width / LEAST.width, window.height / LEAST.height);
  return Math.min(chosen, Math.max(1, room));
}

/** The size of the interface, 1 being the usual one. Lengths in CSS pixels that are not in rem are multiplied by it. */
export function useScale(): number {
  const chosen = useApp((state) => state.settings.interfaceScale);
  const [size, setSize] = useState({ width: innerWidth, height: innerHeight });
  useEffect(() => {
    const onResize = () => setSize({ width: innerWidth, height: innerHeight });
    addEventListener('resize', onResize);
    return () => removeEventListener('resize', onResize);
  }, []);
  return scaleFor(chosen, size);
}

/** Applies it to everything that is measured in rem. The photo is measured in pixels, and stays as it is. */
export function useInterfaceScale(): void {
  const scale = useScale();
  useEffect(() => {
    document.documentElement.style.fontSize = scale === 1 ? '' : `${REM * scale}px`;
  }, [scale]);
}
