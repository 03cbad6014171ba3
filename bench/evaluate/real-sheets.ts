import { join } from 'node:path';
import sharp from 'sharp';
import { joined, writePng } from './pictures';
import type { Picture } from './protocol';
import { near } from './shapes';

/** Edge of the square for each picture, in pixels. A sheet has twelve photographs, each beside its detected damage. */
const SIDE = 420;
const ACROSS = 3;
const PER_SHEET = 12;
const RED = [255, 40, 40] as const;
const GREEN = [60, 230, 60] as const;
const LABEL = 22;

/** A photograph, and masks of its size of detected (1) and real (255) damage. */
export interface Shown {
  name: string;
  photo: Picture;
  found: Uint8Array;
  truth: Uint8Array;
}

/** Writes sheets of photographs, each beside a copy with the detected damage in red and the real damage outlined in green. */
export class RealSheets {
  readonly #folder: string;
  #waiting: Picture[] = [];
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async add(shown: Shown): Promise<void> {
    this.#waiting.push(await pairOf(shown));
    if (this.#waiting.length === PER_SHEET) await this.finish();
  }

  /** Writes the last sheet. */
  async finish(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const rows = Array.from({ length: Math.ceil(this.#waiting.length / ACROSS) }, (_, i) =>
      this.#waiting.slice(ACROSS * i, ACROSS * (i + 1)),
    );
    this.#waiting = [];
    await writePng(joined(rows, 8), join(this.#folder, `damage-detector-real-${++this.#count}.png`));
  }
}

async function pairOf({ name, photo, found, truth }: Shown): Promise<Picture> {
  const scale = Math.min(1, SIDE / Math.max(photo.width, photo.height));
  const [width, height] = [photo.width, photo.height].map((side) => Math.max(1, Math.round(side * scale))) as [
    number,
    number,
  ];
  const small = await sharp(photo.data, { raw: { width: photo.width, height: photo.height, channels: 3 } })
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer();
  // A hairline must stay visible in the smaller picture.
  const reduced = (isSet: (at: number) => boolean) => {
    const out = new Uint8Array(width * height);
    for (let y = 0; y < photo.height; y++) {
      const row = Math.min(height - 1, Math.floor(y * scale)) * width;
      for (let x = 0; x < photo.width; x++) {
        if (isSet(y * photo.width + x)) out[row + Math.min(width - 1, Math.floor(x * scale))] = 1;
      }
    }
    return out;
  };
  const damage = reduced((at) => truth[at] === 255);
  const around = near({ width, height, data: damage }, 1);
  const marked = new Uint8Array(small);
  for (const [i, value] of reduced((at) => found[at] === 1).entries()) {
    if (value) marked.set(RED, 3 * i);
    if (around[i] && !damage[i]) marked.set(GREEN, 3 * i);
  }
  const pair = joined([[frame(new Uint8Array(small), width, height), frame(marked, width, height)]]);
  return joined([[pair], [await label(name, pair.width)]]);
}

/** A picture at the upper left of a square. */
function frame(data: Uint8Array, width: number, height: number): Picture {
  const square = { width: SIDE, height: SIDE, data: new Uint8Array(3 * SIDE * SIDE).fill(38) };
  for (let y = 0; y < height; y++) square.data.set(data.subarray(3 * y * width, 3 * (y + 1) * width), 3 * y * SIDE);
  return square;
}

async function label(name: string, width: number): Promise<Picture> {
  const text = name.replace(/[&<>]/g, ' ');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${LABEL}"><rect width="100%" height="100%" fill="#262626"/><text x="4" y="16" font-family="sans-serif" font-size="15" fill="#ddd">${text}</text></svg>`;
  const data = await sharp(Buffer.from(svg)).removeAlpha().toColourspace('srgb').raw().toBuffer();
  return { width, height: LABEL, data: new Uint8Array(data) };
}
