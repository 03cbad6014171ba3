import type { Place } from '../../../document/places';
import { useView } from '../../state/context';
import { rectInPane, type View } from '../geometry';

/** Pane pixels between the place and its frame, and the length of the frame's corners. */
const GAP = 8;
const CORNER = 14;

/** Marks a place with four corners that leave it visible; a place that is left alone with a dashed frame. */
export function PlaceFrame({ place, view, repaired }: { place: Place; view: View; repaired: boolean }) {
  const pane = useView((state) => state.pane);
  const rect = rectInPane(view, pane, place);
  const [left, top] = [rect.x - GAP, rect.y - GAP];
  const [right, bottom] = [rect.x + rect.width + GAP, rect.y + rect.height + GAP];
  const [across, down] = [Math.min(CORNER, (right - left) / 3), Math.min(CORNER, (bottom - top) / 3)];
  const path = repaired
    ? [
        `M${left} ${top + down}V${top}H${left + across}`,
        `M${right - across} ${top}H${right}V${top + down}`,
        `M${right} ${bottom - down}V${bottom}H${right - across}`,
        `M${left + across} ${bottom}H${left}V${bottom - down}`,
      ].join('')
    : `M${left} ${top}H${right}V${bottom}H${left}Z`;
  return (
    <svg
      aria-hidden="true"
      data-testid="place-frame"
      data-repaired={repaired}
      className="pointer-events-none absolute inset-0 size-full overflow-hidden"
    >
      {/* White on black, so that it is seen on any photo. */}
      <path d={path} fill="none" stroke="#000000" strokeOpacity={0.55} strokeWidth={3.5} />
      <path d={path} fill="none" stroke="#ffffff" strokeWidth={1.5} strokeDasharray={repaired ? undefined : '4 4'} />
    </svg>
  );
}
