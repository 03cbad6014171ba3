import type { Crop } from '../../contract/edit';
import type { Photo } from '../../contract/photo';
import { useView } from '../state/context';
import { rectInPane, type View } from './geometry';

/** Shades what a crop leaves out of the exported photo. */
export function CropShade({ crop, photo, view }: { crop: Crop; photo: Photo; view: View }) {
  const pane = useView((state) => state.pane);
  const whole = rectInPane(view, pane, { x: 0, y: 0, width: photo.width, height: photo.height });
  const part = rectInPane(view, pane, crop);
  const path = [whole, part].map(({ x, y, width, height }) => `M${x} ${y}h${width}v${height}h${-width}Z`).join('');
  return (
    <svg
      aria-hidden="true"
      data-testid="crop-shade"
      className="pointer-events-none absolute inset-0 size-full overflow-hidden"
    >
      <path d={path} fill="#000000" fillOpacity={0.65} fillRule="evenodd" />
    </svg>
  );
}
