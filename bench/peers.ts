import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli, runWatched } from './cli';
import { mean, psnr } from './evaluate/metrics';
import { cut, joined, listPictures, readPicture, writeJpeg, writePng } from './evaluate/pictures';
import { Product } from './evaluate/product';
import { averaged, noisy, type Picture, strokeMask } from './evaluate/protocol';
import { DENOISING, INPAINTING, Perceptual, PYTHON } from './evaluate/python';
import { openRival } from './evaluate/rivals';

/**
 * Compares the product with what people would use instead, on one picture of eight Kodak photographs: noise, JPEG artefacts,
 * holes, and twice the size. Everything runs once, one after the other, from its start to the written file. Two kinds do not,
 * which favours them: nets of other people run bare, and holes are filled by an engine that has started.
 */

const [ACROSS, DOWN] = [4, 2];
const [WIDTH, HEIGHT] = [768, 512];
const SIGMA = 25;
const QUALITY = 20;

const MODELS = fileURLToPath(new URL('../models', import.meta.url));
const ENGINE = fileURLToPath(new URL('../out/main/engine.js', import.meta.url));
const BASELINES = join(MODELS, 'training', 'evaluation', 'baselines.py');
/** The steps that a photo might need besides the one that is compared. */
const OTHERS = ['film', 'repair', 'restore', 'tone', 'colorise', 'light'];

interface Done {
  seconds: number;
  /** Null where it cannot be told from that of this process. */
  peakMegabytes: number | null;
  picture: Picture;
}

/** One way to do a task; `run` returns null if it is not installed. */
interface Way {
  name: string;
  run(): Promise<Done | null>;
}

/** One line of the comparison. */
interface PeerFigure {
  task: string;
  way: string;
  secondsPerMegapixel: number;
  peakMegabytes: number | null;
  /** In dB. */
  psnr: number;
  /** Less is better; null without its weights. */
  lpips: number | null;
}

/** Prints the comparison. `data`: a folder of pictures with `kodak`; other people's nets lie in `models` in it or beside it. */
export async function comparePeers(data: string, json: boolean): Promise<void> {
  const files = listPictures(join(data, 'kodak'), 4 * ACROSS * DOWN);
  const pictures = (await Promise.all(files.map(readPicture))).filter(
    ({ width, height }) => width === WIDTH && height === HEIGHT,
  );
  if (pictures.length < ACROSS * DOWN) throw new Error(`${data} needs ${ACROSS * DOWN} Kodak pictures that lie.`);
  const rows = Array.from({ length: DOWN }, (_, row) => pictures.slice(row * ACROSS, (row + 1) * ACROSS));
  const truth = joined(rows);
  const folder = await mkdtemp(join(tmpdir(), 'emulsion-peers-'));
  const perceptual = await Perceptual.find(existsSync(join(data, 'perceptual')) ? data : join(data, '..'), MODELS);
  const figures: PeerFigure[] = [];
  const missing = new Set<string>();
  try {
    for (const { task, ways, megapixels } of await tasksOf(truth, data, folder)) {
      for (const way of ways) {
        const done = await way.run();
        if (done === null) missing.add(way.name);
        else {
          const secondsPerMegapixel = done.seconds / megapixels;
          const { peakMegabytes, picture } = done;
          const lpips = await distance(perceptual, picture, truth);
          figures.push({ task, way: way.name, secondsPerMegapixel, peakMegabytes, psnr: psnr(picture, truth), lpips });
        }
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (json) console.log(JSON.stringify({ figures, missing: [...missing] }, null, 2));
  else print(figures, missing);
}

async function tasksOf(truth: Picture, data: string, folder: string) {
  const megapixels = (truth.width * truth.height) / 1e6;
  const at = (name: string) => join(folder, name);
  const noise = await writePng(noisy(truth, SIGMA, 'peers', 0), at('noise.png'));
  const jpeg = await writeJpeg(truth, QUALITY, at('jpeg'));
  const jpegError = Math.sqrt(meanSquare(await readPicture(jpeg), truth));
  const holes = strokeMask(0, truth.width, truth.height, 8);
  const holed = await writePng(masked(truth, holes), at('holes.png'));
  const mask = await writePng({ ...truth, data: spread(holes) }, at('mask.png'));
  const small = averaged(truth, truth.width / 2, truth.height / 2);
  const half = await writePng(small, at('half.png'));
  const own = (input: string, ...args: string[]) => emulsion(folder, input, args);
  const other = (name: string, program: string, args: (output: string) => readonly string[]): Way => ({
    name,
    run: () => command(program, args, at('other.png')),
  });
  const restore = ['--set', 'restore.enabled=true', '--set', 'restore.strength=1', '--set', 'restore.keepGrain=false'];
  return [
    {
      task: `noise of ${SIGMA} levels`,
      megapixels,
      ways: [
        { name: 'Emulsion', run: () => own(noise, ...restore) },
        { name: DENOISING, run: () => openCv(folder, { method: DENOISING, picture: noise, error: SIGMA }) },
        other('denoise (G’MIC)', 'gmic', (to) => [noise, 'denoise', '25,10,5,7', 'cut', '0,255', 'o', to]),
        other('wavelets (ImageMagick)', 'convert', (to) => [noise, '-wavelet-denoise', '10%', to]),
      ],
    },
    {
      task: `JPEG of quality ${QUALITY}`,
      megapixels,
      ways: [
        { name: 'Emulsion', run: () => own(jpeg, ...restore) },
        { name: DENOISING, run: () => openCv(folder, { method: DENOISING, picture: jpeg, error: jpegError }) },
        other('denoise (G’MIC)', 'gmic', (to) => [jpeg, 'denoise', '8,10,4,7', 'cut', '0,255', 'o', to]),
        other('despeckle (ImageMagick)', 'convert', (to) => [jpeg, '-despeckle', to]),
      ],
    },
    {
      task: 'holes of 8 px',
      megapixels,
      ways: [
        { name: 'Emulsion', run: () => filled(holed, truth, holes, folder) },
        ...INPAINTING.map((method) => ({ name: method, run: () => openCv(folder, { method, picture: holed, mask }) })),
        other('inpaint_matchpatch (G’MIC)', 'gmic', (to) => [
          holed,
          mask,
          'luminance[1]',
          'inpaint_matchpatch[0]',
          '[1]',
          'o[0]',
          to,
        ]),
      ],
    },
    {
      task: 'twice the size',
      // Of the picture that is enlarged.
      megapixels: megapixels / 4,
      ways: [
        { name: 'Emulsion', run: () => own(half, '--enlarge', '2x') },
        { name: 'Emulsion, crisp', run: () => own(half, '--enlarge', '2x', '--crisp') },
        ...['faithful', 'crisp'].map((variant) => ({
          name: variant === 'faithful' ? 'eSR-TM, bare' : 'NomosUni compact, bare',
          run: () => bare(small, variant, data),
        })),
        other('Lanczos (libvips)', 'vips', (to) => ['resize', half, to, '2', '--kernel', 'lanczos3']),
        other('Lanczos (ImageMagick)', 'convert', (to) => [half, '-filter', 'Lanczos', '-resize', '200%', to]),
        other('scale_dcci2x (G’MIC)', 'gmic', (to) => [
          ...[half, 'scale_dcci2x', ',', 'cut', '0,255', 'z', `0,0,${truth.width - 1},${truth.height - 1},1`, 'o', to],
        ]),
      ],
    },
  ];
}

/** The whole command of the product, with nothing on but what `args` switch on. */
async function emulsion(folder: string, input: string, args: readonly string[]): Promise<Done> {
  const asked = args.join(' ');
  const off = OTHERS.filter((kind) => !asked.includes(`${kind}.enabled`)).flatMap((kind) => [
    '--set',
    `${kind}.enabled=false`,
  ]);
  const out = await mkdtemp(join(folder, 'out-'));
  const run = await runCli(['restore', input, '--out', out, '--format', 'png', '--json', ...off, ...args]);
  const photo = run.records.find((record) => record.type === 'photo') as { output: { path: string } };
  return { ...run, picture: await readPicture(photo.output.path) };
}

/** A program that writes a file; null if it is not installed. */
async function command(
  program: string,
  args: (output: string) => readonly string[],
  output: string,
): Promise<Done | null> {
  // Only whether it can be started.
  if (spawnSync(program, ['-version']).error) return null;
  const run = await runWatched(program, args(output));
  return { ...run, picture: await readPicture(output) };
}

/** A method of OpenCV through Python, from its start; null without them. */
async function openCv(
  folder: string,
  job: { method: string; picture: string; mask?: string; error?: number },
): Promise<Done | null> {
  if (spawnSync(PYTHON, ['-c', 'import cv2, numpy']).status !== 0) return null;
  const [list, out] = [join(folder, 'jobs.json'), join(folder, 'opencv.png')];
  await writeFile(list, JSON.stringify([{ ...job, out }]));
  const run = await runWatched(PYTHON, [BASELINES, list]);
  return { ...run, picture: await readPicture(out) };
}

/** The holes filled by an engine of the product, with the time of opening, filling and writing. */
async function filled(path: string, { width, height }: Picture, mask: Uint8Array, folder: string): Promise<Done> {
  const product = new Product({ entry: ENGINE, models: MODELS, threads: 0 }, folder);
  try {
    await product.styles();
    const started = performance.now();
    const { picture } = await product.fill(path, width, height, mask);
    const seconds = (performance.now() - started) / 1000;
    return { seconds, peakMegabytes: product.peakMegabytes(), picture };
  } finally {
    await product.close();
  }
}

/** Another net, without files, tiles and start; null if it is not there. */
async function bare(small: Picture, variant: string, pictures: string): Promise<Done | null> {
  const rival = await openRival({ pictures, threads: 0 }, 2, variant);
  if (rival === null) return null;
  const picture = await rival.run(small);
  const seconds = (rival.secondsPerMegapixel() * small.width * small.height) / 1e6;
  await rival.close();
  return { seconds, peakMegabytes: null, picture };
}

/** Mean LPIPS of the photographs of a picture. */
async function distance(perceptual: Perceptual | null, one: Picture, truth: Picture): Promise<number | null> {
  if (perceptual === null) return null;
  const found: number[] = [];
  for (let i = 0; i < ACROSS * DOWN; i++) {
    const [left, top] = [(i % ACROSS) * WIDTH, Math.floor(i / ACROSS) * HEIGHT];
    const [a, b] = [cut(one, left, top, WIDTH, HEIGHT), cut(truth, left, top, WIDTH, HEIGHT)];
    const each = await perceptual.lpips(a, b);
    if (each === null) return null;
    found.push(each);
  }
  return mean(found);
}

const meanSquare = (a: Picture, b: Picture): number =>
  a.data.reduce((sum, value, i) => sum + (value - b.data[i]!) ** 2, 0) / a.data.length;

/** A picture with white holes. */
const masked = (picture: Picture, mask: Uint8Array): Picture => ({
  ...picture,
  data: picture.data.map((value, i) => (mask[Math.floor(i / 3)] === 0 ? value : 255)),
});

/** A mask as a picture, white where it is not 0. */
const spread = (mask: Uint8Array): Uint8Array =>
  Uint8Array.from({ length: 3 * mask.length }, (_, i) => (mask[Math.floor(i / 3)] === 0 ? 0 : 255));

function print(figures: readonly PeerFigure[], missing: ReadonlySet<string>): void {
  for (const task of new Set(figures.map((each) => each.task))) {
    const own = figures.filter((each) => each.task === task);
    const ours = own[0]!.secondsPerMegapixel;
    console.log(`\n${task}`);
    for (const { way, secondsPerMegapixel, peakMegabytes, psnr: decibels, lpips } of own) {
      const columns = [
        way.padEnd(34),
        `${secondsPerMegapixel.toFixed(2).padStart(7)} s/MP`,
        `${(secondsPerMegapixel / ours).toFixed(2).padStart(6)} of Emulsion’s`,
        `${peakMegabytes === null ? '-' : peakMegabytes.toFixed(0)} MB`.padStart(9),
        `${decibels.toFixed(2)} dB`,
        lpips === null ? '' : `LPIPS ${lpips.toFixed(3)}`,
      ];
      console.log(columns.join('  '));
    }
  }
  if (missing.size > 0) console.log(`\nNot installed: ${[...missing].join(', ')}`);
}
