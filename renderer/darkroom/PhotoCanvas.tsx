import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { pictureUrl } from '../../contract/pictures';
import { useApp, useView } from '../state/context';
import { type Drawn, drawGrid, drawPicture, emptyCanvas, type Scene, wantedOf } from './drawing';
import type { View } from './geometry';
import { loadPicture } from './loadPicture';
import { TileStore } from './tileStore';
import { baseOf, type Source } from './tiling';

/** In bytes: enough for two layers on a large screen. */
const BUDGET = 160 * 1024 ** 2;
/** Browsers allow six requests to one host at once; two stay free for everything else. */
const PARALLEL = 4;

const store = new TileStore<ImageBitmap>({ load: loadPicture, budget: BUDGET, parallel: PARALLEL });

interface PhotoCanvasProps {
  /** From bottom to top. */
  pictures: readonly Drawn[];
  view: View;
  /** Called when a picture of a source could not be loaded. */
  onFailed?(source: Source, reason: unknown): void;
}

/**
 * Draws pictures of a photo from their tiles, in device pixels. Fills its positioned parent, which must have the size
 * of the pane. A new picture in the same place of the list is drawn over the old one until it is complete, so that
 * nothing flickers.
 */
export function PhotoCanvas({ pictures, view, onFailed }: PhotoCanvasProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  const base = useApp((state) => state.info?.pictureBase ?? null);
  const pane = useView((state) => state.pane);
  const ratio = useView((state) => state.ratio);
  const owner = useMemo(() => ({}), []);
  /** The last complete picture at each place of the list. */
  const former = useRef<(Source | null)[]>([]);
  const scene: Scene | null = base === null ? null : { view, pane, ratio, base };

  const draw = () => {
    const canvas = ref.current;
    const context = canvas?.getContext('2d', { colorSpace: wideGamut() ? 'display-p3' : 'srgb' });
    if (canvas === null || context == null || scene === null) return;
    emptyCanvas(context, pane, ratio);
    const get = (url: string) => store.get(url);
    const urls: string[][] = [];
    let sharp = true;
    former.current.length = pictures.length;
    for (const [place, drawn] of pictures.entries()) {
      const wanted = wantedOf(drawn, scene, (url) => store.get(url) !== null);
      urls.push(wanted.urls);
      sharp &&= wanted.complete;
      const before = former.current[place] ?? null;
      const wasWhole = before !== null && canStandIn(before, drawn.source);
      const standIn = wasWhole ? before : (drawn.instead ?? null);
      if (wanted.complete || standIn === null) {
        if (wanted.complete) former.current[place] = drawn.source;
        drawPicture(context, drawn, scene, get);
        continue;
      }
      const old = { ...drawn, source: standIn };
      drawPicture(context, old, scene, get);
      if (sameSource(standIn, drawn.source)) continue;
      drawPicture(context, drawn, scene, get, wasWhole);
      // Loaded tiles of the old picture are kept, but no more are loaded, except its coarsest one where the old picture
      // was never complete.
      const [rough, ...finer] = wantedOf(old, scene, () => true).urls;
      const there = finer.filter((url) => store.get(url) !== null);
      urls.push(rough === undefined || (wasWhole && store.get(rough) === null) ? there : [rough, ...there]);
    }
    if (pictures[0] !== undefined) {
      const { photo, size } = pictures[0].source;
      drawGrid(context, photo, scene, Math.max(1, size.width / photo.width));
    }
    store.want(owner, interleave(urls));
    canvas.dataset.sharp = String(sharp);
    if (onFailed === undefined) return;
    for (const { source } of pictures) {
      const reason = store.failure(pictureUrl(scene.base, baseOf(source).query));
      if (reason !== undefined) onFailed(source, reason);
    }
  };

  const latest = useRef(draw);
  latest.current = draw;
  const frame = useRef(0);
  const schedule = useRef(() => {
    if (frame.current !== 0) return;
    frame.current = requestAnimationFrame(() => {
      frame.current = 0;
      latest.current();
    });
  });
  // In a layout effect, so that the photo and its overlays move in the same frame.
  useLayoutEffect(() => latest.current());
  useEffect(() => {
    const end = store.subscribe(schedule.current);
    return () => {
      end();
      cancelAnimationFrame(frame.current);
      frame.current = 0;
      store.want(owner, []);
    };
  }, [owner]);

  return (
    <canvas
      ref={ref}
      data-testid="photo-canvas"
      style={{ width: Math.round(pane.width * ratio) / ratio, height: Math.round(pane.height * ratio) / ratio }}
      className="pointer-events-none absolute top-0 left-0 max-w-none"
    />
  );
}

/** Loads failed pictures again. */
export function retryPictures(): void {
  store.retry();
}

/**
 * The original and the results of one photo show the same scene, so one can stand in for another. Masks and differences
 * cannot.
 */
function canStandIn(former: Source, source: Source): boolean {
  const isScene = ({ layer }: Source) => layer === 'original' || layer === 'result';
  return former.photoId === source.photoId && (former.layer === source.layer || (isScene(former) && isScene(source)));
}

function sameSource(a: Source, b: Source): boolean {
  return a.layer === b.layer && a.revision === b.revision && a.against === b.against && a.gain === b.gain;
}

const wideGamut = () => matchMedia('(color-gamut: p3)').matches;

/** The first element of each list, then the second of each, and so on. */
function interleave(lists: readonly (readonly string[])[]): string[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  const mixed = new Set<string>();
  for (let rank = 0; rank < longest; rank++) {
    for (const list of lists) {
      const url = list[rank];
      if (url !== undefined) mixed.add(url);
    }
  }
  return [...mixed];
}
