import type { PhotoFormat } from '../../contract/photo';
import type { Decoding } from '../photos/open';
import type { Job } from './job';

/** The longest time that a decoder or an encoder may take, in seconds. */
export const CODEC_SECONDS = 600;
/** Milliseconds between two progress reports. */
const INTERVAL = 200;
/** Highest share reported from the clock alone, since the decoder may take longer than last time. */
const MOST = 0.95;

/**
 * Seconds per megapixel: first as measured on two cores of an ordinary computer, later the last measured pace. Decoders
 * report no progress.
 */
const paces: Record<PhotoFormat, number> = {
  jpeg: 0.015,
  png: 0.05,
  tiff: 0.05,
  webp: 0.08,
  avif: 0.1,
  gif: 0.05,
  // Read before the decoder begins.
  heic: 0.01,
  jxl: 0.01,
  jp2: 0.01,
  bmp: 0.01,
  psd: 0.01,
  raw: 0.01,
};

/** Estimates the progress and the remaining time of a decoder. `until` is the job's share when decoding is done. */
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
          // A report from the clock is not a sign of life of the decoder.
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
    /** Decoding has ended, for any reason. */
    end(): void {
      clearInterval(timer);
    },
  };
}
