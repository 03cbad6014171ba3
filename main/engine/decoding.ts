import type { PhotoFormat } from '../../contract/photo';
import type { Decoding } from '../photos/open';
import type { Job } from './job';

/** The longest time that a decoder or an encoder may reasonably take. */
export const CODEC_SECONDS = 600;
/** Milliseconds between two looks at the clock. */
const INTERVAL = 200;
/** As far as a decoder is taken to be by the clock alone: it may need longer than the last one. */
const MOST = 0.95;

/**
 * Seconds for each megapixel: at first as measured on two cores of an ordinary computer, then as it went the last time.
 * A decoder tells nothing of how far it is.
 */
const paces: Record<PhotoFormat, number> = { jpeg: 0.015, png: 0.05, tiff: 0.05, webp: 0.08, avif: 0.1, gif: 0.05 };

/** Tells how far a decoder should be by now, and how long it should still take. `until` is the share of the job. */
export function watchDecoding(job: Job, until: number) {
  let timer: ReturnType<typeof setInterval> | undefined;
  let learn = () => {};
  return {
    onDecoding({ part, hasAlpha, format, megapixels }: Decoding): void {
      clearInterval(timer);
      learn();
      const middle = hasAlpha ? until / 2 : until;
      const [from, to] = part === 'alpha' ? [middle, until] : [0, middle];
      job.stage(part === 'alpha' ? 'transparency' : 'decoding', from, to);
      const begun = performance.now();
      const passed = () => (performance.now() - begun) / 1000;
      const expected = paces[format] * megapixels;
      const tell = () => {
        const seconds = passed();
        if (seconds >= expected) clearInterval(timer);
        else {
          job.progress(Math.min(MOST, seconds / expected), expected - seconds);
          // A word from the clock is no sign of life of the decoder.
          job.busy(CODEC_SECONDS - seconds);
        }
      };
      timer = setInterval(tell, INTERVAL);
      learn = () => {
        paces[format] = passed() / megapixels;
      };
    },
    /** Everything is decoded. */
    done(): void {
      learn();
    },
    /** Nothing is decoded any more, for whatever reason. */
    end(): void {
      clearInterval(timer);
    },
  };
}
