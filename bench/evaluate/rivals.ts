import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Context, folderBeside } from './evaluator';
import type { Picture } from './protocol';
import { resample } from './resampling';

/** Other people's nets, which may lie beside the pictures. They serve for comparison and are never shipped. */
const RIVALS = [
  { name: 'eSR-TM', file: 'eSR-TM_s2_K7_C16.onnx', scale: 2, variant: 'faithful', isLuma: true },
  { name: 'NomosUni compact', file: '2xNomosUni_compact_otf_medium.onnx', scale: 2, variant: 'crisp', isLuma: false },
  { name: 'realesr-animevideov3', file: 'realesr-animevideov3-x4.onnx', scale: 4, variant: 'crisp', isLuma: false },
] as const;

/** A session for one of these nets; null if its file is missing. */
async function open(context: Pick<Context, 'pictures' | 'threads'>, file: string): Promise<InferenceSession | null> {
  const folder = folderBeside(context, 'models');
  if (folder === null || !existsSync(join(folder, file))) return null;
  return InferenceSession.create(join(folder, file), {
    executionProviders: ['cpu'],
    ...(context.threads > 0 ? { intraOpNumThreads: context.threads } : {}),
    logSeverityLevel: 4,
  });
}

/** A net that paints in a single style: `candy.onnx`. */
export const STYLIST = 'candy, one style';
const STYLIST_SIDE = 720;

/** Seconds per megapixel, loaded and warmed up; null if its file is missing. */
export async function timeStylist(context: Pick<Context, 'pictures' | 'threads'>): Promise<number | null> {
  const session = await open(context, 'candy.onnx');
  if (!session) return null;
  const shape = [1, 3, STYLIST_SIDE, STYLIST_SIDE];
  const picture = new Tensor('float32', new Float32Array(3 * STYLIST_SIDE ** 2).fill(128), shape);
  const feeds = { [session.inputNames[0]!]: picture };
  await session.run(feeds);
  const started = performance.now();
  await session.run(feeds);
  const seconds = (performance.now() - started) / 1000;
  await session.release();
  return seconds / (STYLIST_SIDE ** 2 / 1e6);
}

/** A net that enlarges whole pictures, and its shortest time for a megapixel of input, in seconds. */
export interface Rival {
  name: string;
  run(small: Picture): Promise<Picture>;
  secondsPerMegapixel(): number;
  close(): Promise<void>;
}

/** The rival for a scale and a variant; null if there is none. */
export async function openRival(
  context: Pick<Context, 'pictures' | 'threads'>,
  scale: number,
  variant: string,
): Promise<Rival | null> {
  const rival = RIVALS.find((each) => each.scale === scale && each.variant === variant);
  const session = rival && (await open(context, rival.file));
  if (!rival || !session) return null;
  let least = Number.POSITIVE_INFINITY;
  return {
    name: rival.name,
    run: (small) => {
      // Only the net's own time counts, without the work around it here.
      const infer = async (planes: Float32Array): Promise<Float32Array> => {
        const shape = [1, planes.length / (small.width * small.height), small.height, small.width];
        const started = performance.now();
        const { [session.outputNames[0]!]: output } = await session.run({
          [session.inputNames[0]!]: new Tensor('float32', planes, shape),
        });
        least = Math.min(least, (performance.now() - started) / 1000 / ((small.width * small.height) / 1e6));
        return output!.data as Float32Array;
      };
      return rival.isLuma ? enlargeLuma(infer, small, scale) : enlargeRgb(infer, small, scale);
    },
    secondsPerMegapixel: () => least,
    close: () => session.release(),
  };
}

type Infer = (planes: Float32Array) => Promise<Float32Array>;

const level = (value: number) => Math.max(0, Math.min(255, Math.round(value)));

async function enlargeRgb(infer: Infer, small: Picture, scale: number): Promise<Picture> {
  const count = small.width * small.height;
  const planes = Float32Array.from(
    { length: 3 * count },
    (_, i) => small.data[3 * (i % count) + Math.floor(i / count)]! / 255,
  );
  const output = await infer(planes);
  const large = { width: scale * small.width, height: scale * small.height };
  const pixels = large.width * large.height;
  return {
    ...large,
    data: Uint8Array.from({ length: 3 * pixels }, (_, i) => level(255 * output[(i % 3) * pixels + Math.floor(i / 3)]!)),
  };
}

/** The net draws the luma; the colours are enlarged bicubically. */
async function enlargeLuma(infer: Infer, small: Picture, scale: number): Promise<Picture> {
  const luma = ({ data }: Picture, i: number) =>
    0.299 * data[3 * i]! + 0.587 * data[3 * i + 1]! + 0.114 * data[3 * i + 2]!;
  const planes = Float32Array.from({ length: small.width * small.height }, (_, i) => luma(small, i) / 255);
  const output = await infer(planes);
  const large = resample(small, scale * small.width, scale * small.height);
  const data = large.data.map((value, i) => {
    const pixel = Math.floor(i / 3);
    return level(value + 255 * output[pixel]! - luma(large, pixel));
  });
  return { ...large, data };
}
