import type { StoreApi } from 'zustand/vanilla';
import type { Failure } from '../../contract/errors';
import type { BaseSource, Negative, Scan } from '../../contract/scan';
import type { Cropping, CropShape, CropState } from './crop';
import type { Jobs } from './jobs';

/** The part of the crop tool that develops negatives: measuring, and the page as it is developed. */

/** Where the film base of the tool is from; `roll`: the frame that was developed before. */
export type BaseOrigin = BaseSource | 'roll' | 'picked';

/** The film base that the next frames of a roll get where none of their own is found. */
export interface Roll {
  kind: Negative['kind'];
  base: Negative['base'];
  /** The name of the frame that it was found on. */
  name: string;
}

interface Dependencies extends Pick<Jobs, 'call' | 'asJob'> {
  store: StoreApi<CropState>;
  nameOf(key: string): string;
  /** Changes the shape as one entry of the tool's history. */
  change(make: (cropping: Cropping) => Partial<CropShape>): void;
  /** The part of the page that the tool is set to; null: all of it. */
  areaOf(cropping: Cropping): Scan | null;
  onFailed(key: string, failure: Failure): void;
}

export function createNegativeActions({ store, nameOf, call, asJob, change, areaOf, onFailed }: Dependencies) {
  const now = () => store.getState().cropping;
  const set = (next: Partial<Cropping>) =>
    store.setState(({ cropping }) => ({ cropping: cropping && { ...cropping, ...next } }));

  /** The development that is being made visible. */
  let pending: Negative | null = null;

  /** Shows the page as it is developed, each time that this has changed. */
  async function show(): Promise<void> {
    const cropping = now();
    if (cropping === null || cropping.isMoving || pending !== null) return;
    const { negative, preview, key, page } = cropping;
    if (negative === (preview?.negative ?? null)) return;
    if (negative === null) {
      set({ preview: null });
      if (preview) void call('photos.close', { photoId: preview.photo.id });
      return;
    }
    pending = negative;
    const result = await asJob('negative', key, (jobId) => call('scan.page', { photoId: page.id, negative, jobId }));
    pending = null;
    const then = now();
    if (!result.ok) {
      if (result.error.code !== 'CANCELLED') onFailed(key, result.error);
      return;
    }
    const photo = result.value;
    if (then?.page.id !== page.id) {
      void call('photos.close', { photoId: photo.id });
      return;
    }
    set({ preview: { photo, negative } });
    if (then.preview) void call('photos.close', { photoId: then.preview.photo.id });
    void show();
  }
  store.subscribe(() => void show());

  /** Measures how the negative is developed. `at`: a place of unexposed film on the page. */
  async function measure(kind: Negative['kind'], at: readonly [number, number] | null): Promise<void> {
    const before = now();
    if (before === null || before.isApplying || before.isMeasuring) return;
    const { key, page } = before;
    // What lies around the frame does not count.
    const scan = areaOf(before);
    set({ isMeasuring: true, isPicking: false });
    const ask = (base: Negative['base'] | null) =>
      asJob('negative', key, (jobId) =>
        call('scan.negative', { photoId: page.id, kind, base, at: at && [...at], scan, jobId }),
      );
    const { roll } = store.getState();
    let result = await ask(null);
    let origin: BaseOrigin | null = null;
    // A frame without unexposed film gets the base of the roll.
    if (result.ok && result.value.base === 'picture' && roll?.kind === kind) {
      result = await ask(roll.base);
      origin = 'roll';
    }
    const cropping = now();
    if (cropping?.page.id !== page.id) return;
    set({ isMeasuring: false });
    if (!result.ok) {
      if (result.error.code !== 'CANCELLED') onFailed(key, result.error);
      return;
    }
    const { negative: measured, base, notes } = result.value;
    origin ??= at === null ? base : 'picked';
    const { negative: former } = cropping;
    // What a person has set stays.
    const negative = former?.kind === kind ? { ...measured, ...addedTo(former) } : measured;
    set({ base: origin, isDoubtful: notes.some(({ key: note }) => note === 'notes.negativeDoubtful') });
    if (origin === 'strip' || origin === 'picked')
      store.setState({ roll: { kind, base: measured.base, name: nameOf(key) } });
    change(() => ({ negative }));
  }

  return {
    /** Null: the scan is a positive. */
    setFilm(kind: Negative['kind'] | null): void {
      if (kind !== null) void measure(kind, null);
      else {
        set({ base: null, isPicking: false, isDoubtful: false });
        change(() => ({ negative: null }));
      }
    },
    measureAgain: () => {
      const { negative } = now() ?? {};
      return negative ? measure(negative.kind, null) : undefined;
    },
    /** A click on the page takes the film base from there. */
    setPicking: (isPicking: boolean) => set({ isPicking }),
    /** Takes the film base from a place of the page, in its pixels. */
    pickBase: (at: readonly [number, number]) => {
      const { negative } = now() ?? {};
      return negative ? measure(negative.kind, at) : undefined;
    },
    setDevelopment: (next: Partial<ReturnType<typeof addedTo>>) =>
      change(({ negative }) => ({ negative: negative && { ...negative, ...next } })),
  };
}

const addedTo = ({ exposure, contrast, warmth, tint }: Negative) => ({ exposure, contrast, warmth, tint });
