import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InferenceSession } from 'onnxruntime-node';
import type { Face } from '../../contract/photo';
import { EmulsionError } from '../errors';
import type { UnusedCard } from '../generators/card';
import type { InstalledFinder } from '../generators/store';
import { decodeFaces, type FoundFace, separate } from '../restoration/face-decoders';
import { isAllocationFailure } from './failures';
import { messageOf } from './loaded-net';
import { SESSION_DEFAULTS } from './session-defaults';
import { toFeed, toTensor } from './trial-net';

/*
 * Finds faces with a net from elsewhere: in the whole picture, and where it is larger than what the net takes, once more at
 * twice that size, since a face of a few pixels is none to it.
 */

/** The longest sides at which a net of any size sees a picture, in pixels. */
const FREE_SIDES = [640, 1280] as const;
/** Share of a tile that it has in common with the next one. */
const COMMON = 0.25;
/** A second look has to enlarge the picture at least so many times. */
const WORTH = 1.25;
/** A face that ends within this share of a tile's edge is cut off; the next tile has it whole. */
const CUT = 0.01;
const RUN_SECONDS = 120;

/** sRGB planes `[3, height, width]`, 0..1. */
export interface Planes {
  data: Float32Array;
  width: number;
  height: number;
}

interface Finding {
  /** The picture with this longest side, or smaller. */
  at(longest: number): Promise<Planes>;
  /** Longest side of the picture. */
  longest: number;
  threads: number;
  busy(seconds: number): void;
  breathe(): Promise<void>;
}

/**
 * The faces of a picture, the most certain first. Throws GENERATOR_DAMAGED if the file differs from its card, OUTPUT_INVALID,
 * OUT_OF_MEMORY or CANCELLED.
 */
export async function findFacesWith(finder: InstalledFinder, finding: Finding): Promise<Face[]> {
  const { card, decoder } = finder;
  finding.busy(RUN_SECONDS);
  const session = await load(finder, finding.threads);
  const { fixed } = card.input;
  const found: (FoundFace & { width: number; height: number })[] = [];
  const sides = fixed ? [Math.min(fixed.width, fixed.height), 2 * Math.min(fixed.width, fixed.height)] : FREE_SIDES;
  let seen = 0;
  for (const side of sides) {
    const longest = Math.min(side, finding.longest);
    if (longest < WORTH * seen) break;
    seen = longest;
    const picture = await finding.at(longest);
    for (const tile of tilesOf(picture, card)) {
      await finding.breathe();
      finding.busy(RUN_SECONDS);
      const outputs = await run(session, card, tile);
      for (const face of decodeFaces(decoder, outputs, tile.width, tile.height)) {
        const isCut =
          (tile.left > 0 && face.left < CUT * tile.width) ||
          (tile.top > 0 && face.top < CUT * tile.height) ||
          (tile.left + tile.width < picture.width && face.right > (1 - CUT) * tile.width) ||
          (tile.top + tile.height < picture.height && face.bottom > (1 - CUT) * tile.height);
        if (!isCut) found.push({ ...inShares(face, tile, picture), width: picture.width, height: picture.height });
      }
    }
  }
  return separate(found, 0.4).map(({ left, top, right, bottom, certainty, points }) => ({
    ...{ x: left, y: top, width: right - left, height: bottom - top, certainty },
    points: [0, 1, 2, 3, 4].map((k) => ({ x: points[2 * k]!, y: points[2 * k + 1]! })),
  }));
}

const clamp = (value: number) => Math.max(0, Math.min(1, value));

function inShares(face: FoundFace, tile: Tile, { width, height }: Planes): FoundFace {
  const across = (x: number) => clamp((tile.left + x) / width);
  const down = (y: number) => clamp((tile.top + y) / height);
  return {
    left: across(face.left),
    top: down(face.top),
    right: across(face.right),
    bottom: down(face.bottom),
    certainty: face.certainty,
    points: face.points.map((value, k) => (k % 2 === 0 ? across(value) : down(value))),
  };
}

interface Tile extends Planes {
  left: number;
  top: number;
}

/** What the net sees: the picture at the upper left of a black one, or tiles of it. */
function* tilesOf(picture: Planes, { input }: Pick<UnusedCard, 'input'>): Generator<Tile> {
  const up = (side: number) => Math.ceil(Math.max(side, input.minimum) / input.multiple) * input.multiple;
  const { width, height } = input.fixed ?? { width: up(picture.width), height: up(picture.height) };
  for (const top of starts(picture.height, height)) {
    for (const left of starts(picture.width, width)) {
      const data = new Float32Array(3 * width * height);
      const columns = Math.min(width, picture.width - left);
      for (let c = 0; c < 3; c++) {
        for (let y = 0; y < Math.min(height, picture.height - top); y++) {
          const from = (c * picture.height + top + y) * picture.width + left;
          data.set(picture.data.subarray(from, from + columns), (c * height + y) * width);
        }
      }
      yield { data, width, height, left, top };
    }
  }
}

/** Where tiles begin, so that they cover a length and have a part in common. */
function starts(length: number, tile: number): number[] {
  if (length <= tile) return [0];
  const count = Math.ceil((length - COMMON * tile) / ((1 - COMMON) * tile));
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - tile)) / (count - 1)));
}

async function run(session: InferenceSession, { id, input }: UnusedCard, { data, width, height }: Planes) {
  const [low, high] = input.range;
  const pixels = width * height;
  const given = new Float32Array(data.length);
  for (let c = 0; c < 3; c++) {
    const from = input.channels === 'bgr' ? 2 - c : c;
    const mean = input.normalise?.mean[c] ?? 0;
    const deviation = input.normalise?.deviation[c] ?? 1;
    for (let i = 0; i < pixels; i++) {
      given[c * pixels + i] = (low + data[from * pixels + i]! * (high - low) - mean) / deviation;
    }
  }
  const tensor = toTensor({ type: input.type, dims: [1, 3, height, width], data: given });
  const answer = await session.run({ [input.name]: tensor }).catch((cause: unknown) => {
    if (isAllocationFailure(cause)) throw new EmulsionError('OUT_OF_MEMORY', { cause });
    throw new EmulsionError('OUTPUT_INVALID', { detail: `${id}: ${messageOf(cause)}`, cause });
  });
  return Object.fromEntries(Object.entries(answer).map(([name, output]) => [name, toFeed(output)]));
}

/** The finder that was used last stays loaded: a batch uses one thousands of times. Always on the CPU, as it is small. */
let loaded: { key: string; session: InferenceSession } | null = null;

async function load({ card, path }: InstalledFinder, threads: number): Promise<InferenceSession> {
  const key = `${path}\0${card.sha256}\0${threads}`;
  if (loaded?.key === key) return loaded.session;
  const damaged = (detail: string, cause?: unknown) =>
    new EmulsionError('GENERATOR_DAMAGED', { detail: `${card.id}: ${detail}`, cause });
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw damaged('its file cannot be read', cause);
  });
  if (createHash('sha256').update(bytes).digest('hex') !== card.sha256)
    throw damaged("the file's hash differs from its card");
  await loaded?.session.release();
  loaded = null;
  const options = { executionProviders: ['cpu'], intraOpNumThreads: threads, ...SESSION_DEFAULTS } as const;
  // Weights beside the file are found by its path.
  const session = await (card.weights.length > 0
    ? InferenceSession.create(path, options)
    : InferenceSession.create(bytes, options)
  ).catch((cause: unknown) => {
    throw damaged(messageOf(cause), cause);
  });
  loaded = { key, session };
  return session;
}
