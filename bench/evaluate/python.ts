import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { readPicture } from './pictures';
import type { Picture } from './protocol';

/** What is measured against or with, and written in Python: OpenCV's methods, and LPIPS as the kit trains with it. */

export const INPAINTING = ['Navier-Stokes (OpenCV)', 'Telea (OpenCV)'] as const;
export const DETECTION = 'top-hats (OpenCV)';
export const DENOISING = 'non-local means (OpenCV)';

const PYTHON =
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

  /** Null where there is no Python with OpenCV. */
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

/** Where the graph of LPIPS is kept; the weights in it are not the project's to ship. */
function lpipsFile(): string {
  const cache = process.env.EMULSION_TRAINING_CACHE ?? join(homedir(), '.cache', 'emulsion-training');
  return join(cache, 'lpips-squeeze.onnx');
}

/** LPIPS (SqueezeNet), by onnxruntime. */
export class Lpips {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  /**
   * Null where there is no graph yet and none can be made: that takes the weights in `<data>/perceptual` and a Python
   * with PyTorch.
   */
  static async find(data: string, models: string): Promise<Lpips | null> {
    const file = lpipsFile();
    if (!existsSync(file)) {
      const weights = join(data, 'perceptual');
      if (!existsSync(weights) || !has('torch', 'onnx')) return null;
      await mkdir(dirname(file), { recursive: true });
      const temporary = `${file}.${process.pid}`;
      run(['-m', 'training.evaluation.lpips_onnx', weights, temporary], models);
      await rename(temporary, file);
    }
    return new Lpips(await InferenceSession.create(file, { logSeverityLevel: 3 }));
  }

  async distance(one: Picture, other: Picture): Promise<number> {
    const { distance } = await this.#session.run({ a: toTensor(one), b: toTensor(other) });
    return Number(distance!.data[0]);
  }
}

function toTensor({ width, height, data }: Picture): Tensor {
  const planes = new Float32Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) planes[c * width * height + i] = data[3 * i + c]! / 255;
  }
  return new Tensor('float32', planes, [1, 3, height, width]);
}
