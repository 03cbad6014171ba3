import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef } from 'react';
import type { Photo } from '../../../contract/photo';
import { MASK_TILE, type MaskTiles } from '../../../document/tiles';
import { useApp, useView } from '../../state/context';
import { drawTurned, emptyCanvas, pixelAligned } from '../drawing';
import { type View, visibleRect } from '../geometry';

/** Milliseconds per frame for evaluating a mask. The rest is done in the next frames. */
const FRAME_BUDGET = 10;
const MAX_PAINTED = 240;

export interface MaskCanvasHandle {
  /** Draws again in the next frame, after a stroke has changed the mask. */
  redraw(): void;
}

interface MaskCanvasProps {
  tiles: MaskTiles;
  photo: Photo;
  view: View;
  /** Draws the mask white on black, without the photo. */
  alone: boolean;
  ref?: Ref<MaskCanvasHandle>;
}

/** The mask over the photo, in the user's colour. Fills its positioned parent, which must have the size of the pane. */
export function MaskCanvas({ tiles, photo, view, alone, ref }: MaskCanvasProps) {
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const pane = useView((state) => state.pane);
  const ratio = useView((state) => state.ratio);
  const chosen = useApp((state) => state.settings.maskColour);
  const opacity = useApp((state) => state.settings.maskOpacity);
  const colour = alone ? '#ffffff' : chosen;
  const painted = useRef({ colour, tiles: new Map<string, Painted>() });
  if (painted.current.colour !== colour) painted.current = { colour, tiles: new Map() };

  const draw = (): boolean => {
    const canvas = canvasRef.current;
    const context = canvas?.getContext('2d');
    if (canvas === null || context == null) return true;
    emptyCanvas(context, pane, ratio);
    const seen = visibleRect(view, photo, pane);
    if (seen === null) return true;
    const place = pixelAligned({ view, pane, ratio, base: '' });
    const whole = place({ x: 0, y: 0, width: photo.width, height: photo.height });
    context.save();
    context.beginPath();
    context.rect(whole.x, whole.y, whole.width, whole.height);
    context.clip();
    if (alone) {
      context.fillStyle = '#000000';
      context.fillRect(0, 0, canvas.width, canvas.height);
    }
    // A level whose pixels are at least as large as the screen's, so that thin lines stay visible.
    const level = Math.min(tiles.levels - 1, Math.max(0, Math.ceil(-Math.log2(view.scale * ratio) - 0.25)));
    const side = MASK_TILE * 2 ** level;
    const deadline = performance.now() + FRAME_BUDGET;
    let complete = true;
    context.imageSmoothingEnabled = view.scale * ratio * 2 ** level < 1;
    for (let row = Math.floor(seen.y / side); row * side < seen.y + seen.height; row++) {
      for (let column = Math.floor(seen.x / side); column * side < seen.x + seen.width; column++) {
        const tile = tiles.tile(level, column, row, deadline);
        const to = place(tiles.rectOf(level, column, row));
        if (tile === null) complete = false;
        if (tile !== null && typeof tile.values === 'number') {
          if (tile.values === 0) continue;
          context.globalAlpha = tile.values / 255;
          context.fillStyle = colour;
          context.fillRect(to.x, to.y, to.width, to.height);
          context.globalAlpha = 1;
          continue;
        }
        // A tile that is not evaluated yet shows its former version.
        const picture = paintedTile(painted.current, `${level}/${column}/${row}`, tile);
        if (picture !== null) {
          drawTurned(context, picture, { x: 0, y: 0, width: MASK_TILE, height: MASK_TILE }, to, view);
        }
      }
    }
    context.restore();
    canvas.dataset.complete = String(complete);
    return complete;
  };

  const latest = useRef(draw);
  latest.current = draw;
  const frame = useRef(0);
  const schedule = useRef(() => {
    if (frame.current !== 0) return;
    frame.current = requestAnimationFrame(() => {
      frame.current = 0;
      if (!latest.current()) schedule.current();
    });
  });
  useImperativeHandle(ref, () => ({ redraw: () => schedule.current() }), []);
  useLayoutEffect(() => {
    if (!latest.current()) schedule.current();
  });
  useEffect(() => () => cancelAnimationFrame(frame.current), []);

  return (
    <canvas
      ref={canvasRef}
      data-testid="mask-overlay"
      style={{
        width: Math.round(pane.width * ratio) / ratio,
        height: Math.round(pane.height * ratio) / ratio,
        opacity: alone ? 1 : opacity,
      }}
      className="pointer-events-none absolute top-0 left-0 max-w-none"
    />
  );
}

interface Painted {
  canvas: HTMLCanvasElement;
  version: number;
}

/** A tile in the colour of the overlay, or an older version of it where `tile` is null. */
function paintedTile(
  { colour, tiles }: { colour: string; tiles: Map<string, Painted> },
  key: string,
  tile: { values: Uint8Array | number; version: number } | null,
): HTMLCanvasElement | null {
  const known = tiles.get(key);
  if (tile === null || typeof tile.values === 'number') return known?.canvas ?? null;
  if (known?.version === tile.version) return known.canvas;
  const canvas = known?.canvas ?? document.createElement('canvas');
  if (known === undefined) {
    canvas.width = MASK_TILE;
    canvas.height = MASK_TILE;
  }
  const context = canvas.getContext('2d');
  if (context === null) return null;
  const image = new ImageData(MASK_TILE, MASK_TILE);
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const words = new Uint32Array(image.data.buffer);
  // Red is the lowest byte: every computer that runs a browser is little-endian.
  const ink = red! | (green! << 8) | (blue! << 16);
  const { values } = tile;
  for (let i = 0; i < values.length; i++) words[i] = (ink | (values[i]! << 24)) >>> 0;
  context.putImageData(image, 0, 0);
  tiles.delete(key);
  tiles.set(key, { canvas, version: tile.version });
  if (tiles.size > MAX_PAINTED) tiles.delete(tiles.keys().next().value!);
  return canvas;
}
