import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { readPicture } from './pictures';
import type { Picture } from './protocol';

/** Methods and distances that are written in Python: OpenCV's methods, and the distances that the kit trains with. */

export const INPAINTING = ['Navier-Stokes (OpenCV)', 'Telea (OpenCV)'] as const;
export const DETECTION = 'top-hats (OpenCV)';
export const DENOISING = 'non-local means (OpenCV)';

/** Overlays per batch. */
const BATCH = 25;

export const PYTHON =
  process.env.EMULSION_PYTHON ??
  (process.platform === 'linux' && existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3');

function has(...modules: string[]): boolean {
  return spawnSync(PYTHON, ['-c', `import ${modules.join(', ')}`]).status === 0;
}

function run(args: readonly string[], models: string): string {
  const { status, stdout, stderr } = spawnSync(PYTHON, args, { cwd: models, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`python3 ${args.join(' ')} failed: ${stderr}`);
  return stdout;
}

export interface OpenCvJob {
  method: string;
  /** Path of the picture, and of its mask for inpainting. */
  picture: string;
  mask?: string;
  /** Error in levels to expect, for denoising. */
  error?: number;
}

/** OpenCV through Python; the browser build for Node lacks non-local means. */
export class OpenCv {
  readonly #folder: string;
  readonly #models: string;
  #count = 0;

  private constructor(folder: string, models: string) {
    this.#folder = folder;
    this.#models = models;
  }

  /** Null if there is no Python with OpenCV. */
  static find(folder: string, models: string): OpenCv | null {
    return has('cv2', 'numpy') ? new OpenCv(folder, models) : null;
  }

  async run(jobs: readonly OpenCvJob[]): Promise<Picture[]> {
    const list = jobs.map((job) => ({ ...job, out: join(this.#folder, `opencv-${this.#count++}.png`) }));
    const file = join(this.#folder, 'jobs.json');
    await writeFile(file, JSON.stringify(list));
    run([join('training', 'evaluation', 'baselines.py'), file], this.#models);
    const pictures: Picture[] = [];
    for (const { out } of list) {
      pictures.push(await readPicture(out));
      await rm(out);
    }
    return pictures;
  }
}

/** The source files of the graphs. If they change, the graphs are made again. */
const DEFINITIONS = ['losses.py', join('evaluation', 'perceptual_onnx.py')];

/** The training kit's cache folder. */
export function cacheFolder(): string {
  return process.env.EMULSION_TRAINING_CACHE ?? join(homedir(), '.cache', 'emulsion-training');
}

/** The folder of the graphs. Their weights belong to others, so they are not shipped. */
export function graphsFolder(models: string): string {
  const hash = createHash('sha256');
  for (const file of DEFINITIONS) hash.update(readFileSync(join(models, 'training', file)));
  return join(cacheFolder(), `perceptual-${hash.digest('hex').slice(0, 12)}`);
}

/** Distances and features of SqueezeNet's maps, as in training, computed by onnxruntime. */
export class Perceptual {
  readonly #folder: string;
  readonly #sessions = new Map<string, Promise<InferenceSession>>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Null if there are no graphs and none can be made, which needs the weights in `<data>/perceptual` and Python with
   * PyTorch.
   */
  static async find(data: string, models: string): Promise<Perceptual | null> {
    const folder = graphsFolder(models);
    if (!existsSync(folder)) {
      const weights = join(data, 'perceptual');
      if (!existsSync(weights) || !has('torch', 'onnx')) return null;
      const temporary = `${folder}.${process.pid}`;
      await mkdir(temporary, { recursive: true });
      run(['-m', 'training.evaluation.perceptual_onnx', weights, temporary], models);
      await rename(temporary, folder);
    }
    return new Perceptual(folder);
  }

  /** LPIPS of two pictures of one size, 0 = the same; null without its weights. */
  async lpips(one: Picture, other: Picture): Promise<number | null> {
    if (!existsSync(this.#file('lpips'))) return null;
    const [distance] = await this.#run('lpips', { a: toTensor(one), b: toTensor(other) });
    return distance!;
  }

  /** How far a painted picture is from its painting's style and from its photograph's content, 0 = the same. */
  async style(painted: Picture, photograph: Picture, painting: Picture): Promise<{ style: number; content: number }> {
    const [style, content] = await this.#run('style', {
      painted: toTensor(painted),
      photograph: toTensor(photograph),
      painting: toTensor(painting),
    });
    return { style: style!, content: content! };
  }

  /** Features of square overlays, `[count, 1, side, side]` in 0..1. */
  async embed(overlays: Float32Array, side: number): Promise<Float32Array[]> {
    const found: Float32Array[] = [];
    for (let at = 0; at < overlays.length; at += BATCH * side * side) {
      const some = overlays.subarray(at, at + BATCH * side * side);
      const count = some.length / (side * side);
      const values = await this.#run('overlays', { overlays: new Tensor('float32', some, [count, 1, side, side]) });
      for (let i = 0; i < count; i++) {
        found.push(values.slice((i * values.length) / count, ((i + 1) * values.length) / count));
      }
    }
    return found;
  }

  #file(graph: string): string {
    return join(this.#folder, `${graph}.onnx`);
  }

  async #run(graph: string, inputs: Record<string, Tensor>): Promise<Float32Array> {
    const known = this.#sessions.get(graph) ?? InferenceSession.create(this.#file(graph), { logSeverityLevel: 3 });
    this.#sessions.set(graph, known);
    const session = await known;
    const { [session.outputNames[0]!]: output } = await session.run(inputs);
    return output!.data as Float32Array;
  }
}

function toTensor({ width, height, data }: Picture): Tensor {
  const planes = new Float32Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) planes[c * width * height + i] = data[3 * i + c]! / 255;
  }
  return new Tensor('float32', planes, [1, 3, height, width]);
}
