import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Evaluator } from './evaluator';
import { Product } from './product';
import { OpenCv, Perceptual } from './python';
import { type Report, toMarkdown, toText } from './report';

/**
 * Measures picture quality through the product's own engine: `npm run evaluate -- --data <folder>`. The training kit measures
 * the same cases (`python3 -m training.evaluate`).
 */
const USAGE = `npm run evaluate -- --data <folder> [options]
npm run evaluate -- --report <file> [--markdown]

  --report <file>      prints again what --json printed earlier, and measures nothing

  --data <folder>      pictures: kodak, cid22, old, and real with the masks of old, below it or below its eval; beside
                       them perceptual for LPIPS and other features, styles, damage, models
  --only <id>          one generator, or a step that needs none: film
  --limit <n>          at most so many pictures of each folder, for a quick look
  --overlays <folder>  scanned damage as well, <folder>/<kind>/*.webp
  --sheets <folder>    writes contact sheets there; outside the repository
  --models <folder>    other generators than those that ship
  --threads <n>        0, the default: as many as there are cores
  --json, --markdown   prints JSON, or the tables of docs/quality.md
`;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MODELS = join(ROOT, 'models');
const EVALUATORS = Object.values(
  import.meta.glob<{ evaluator: Evaluator }>('./{generators,steps}/*.ts', { eager: true }),
).map(({ evaluator }) => evaluator);

/** Returns the exit code: 0 measured, 1 could not measure, 2 options not understood. */
export async function main(args: readonly string[], entry = join(ROOT, 'out', 'main', 'engine.js')): Promise<number> {
  const options = parse(args);
  if (typeof options === 'string') {
    console.error(`${options}\n\n${USAGE}`);
    return 2;
  }
  const format = options.json
    ? (each: Report) => JSON.stringify(each, null, 2)
    : options.markdown
      ? toMarkdown
      : toText;
  if (options.report !== undefined) {
    try {
      console.log(format(JSON.parse(await readFile(options.report, 'utf8')) as Report));
      return 0;
    } catch (error) {
      console.error(
        `${options.report} is no report of this command: ${error instanceof Error ? error.message : error}`,
      );
      return 1;
    }
  }
  const { data, models, sheets } = options;
  const pictures = existsSync(join(data, 'eval')) ? join(data, 'eval') : data;
  if (!existsSync(join(pictures, 'kodak')) && !existsSync(join(pictures, 'cid22'))) {
    console.error(`There are no pictures to measure with: expected ${join(pictures, 'kodak')}.`);
    return 1;
  }
  const folder = await mkdtemp(join(tmpdir(), 'emulsion-evaluate-'));
  try {
    if (sheets !== null) await mkdir(sheets, { recursive: true });
    const opencv = OpenCv.find(folder, MODELS);
    const perceptual = await Perceptual.find(pictures === data ? join(data, '..') : data, MODELS);
    const notes: string[] = [];
    if (!opencv) notes.push('The classic baselines are not measured: there is no Python with OpenCV here');
    if (!perceptual)
      notes.push(
        'LPIPS and what else is measured in features is not: it takes the folder perceptual, and a Python with PyTorch and onnx once',
      );
    const machine = `${cpus()[0]?.model ?? 'processor'}, ${options.threads || availableParallelism()} threads, onnxruntime on the CPU`;
    const report: Report = { machine, notes, generators: {} };
    for (const { id, measure, isStep } of EVALUATORS) {
      if (options.only !== null && id !== options.only) continue;
      if (!isStep && !(await isInstalled(models, id))) {
        notes.push(`${id} is not measured: it is not installed`);
        continue;
      }
      const product = new Product({ entry, models, threads: options.threads }, folder);
      try {
        const tell = (what: string) => console.error(`${id}: ${what}`);
        const note = (sentence: string) => notes.push(sentence);
        const context = {
          models,
          pictures,
          overlays: options.overlays,
          limit: options.limit,
          threads: options.threads,
          folder,
          opencv,
          perceptual,
          sheets,
          tell,
          note,
        };
        report.generators[id] = { ...(await measure(product, context)), peakMegabytes: product.peakMegabytes() };
      } finally {
        await product.close();
      }
    }
    console.log(format(report));
    return Object.keys(report.generators).length > 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isInstalled(models: string, id: string): Promise<boolean> {
  try {
    const { file } = JSON.parse(await readFile(join(models, id, 'card.json'), 'utf8')) as { file: string };
    return existsSync(join(models, id, file));
  } catch {
    return false;
  }
}

/** The options, or a sentence that says what is wrong with them. */
function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  let values: ReturnType<typeof read>;
  const read = () =>
    parseArgs({
      args: [...args],
      options: {
        data: text,
        report: text,
        only: text,
        limit: text,
        overlays: text,
        sheets: text,
        models: text,
        threads: text,
        json: flag,
        markdown: flag,
      },
    }).values;
  try {
    values = read();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { data, only = null, limit = null, threads = '0', json, markdown } = values;
  if (values.report !== undefined) return { report: resolve(values.report), json, markdown };
  if (data === undefined) return 'Say where the pictures are: --data <folder>.';
  if (only !== null && !EVALUATORS.some(({ id }) => id === only)) {
    return `There is no generator “${only}” to measure. There are: ${EVALUATORS.map(({ id }) => id).join(', ')}.`;
  }
  if (limit !== null && !/^[1-9]\d*$/.test(limit)) return '--limit takes a whole number from 1 on.';
  if (!/^\d+$/.test(threads)) return '--threads takes a whole number.';
  const sheets = values.sheets === undefined ? null : resolve(values.sheets);
  if (sheets !== null && !relative(ROOT, sheets).startsWith('..')) {
    return 'Contact sheets show other people’s photographs: choose a folder outside the repository.';
  }
  return {
    report: undefined,
    data: resolve(data),
    only,
    limit: limit === null ? Number.POSITIVE_INFINITY : Number(limit),
    overlays: values.overlays === undefined ? null : resolve(values.overlays),
    sheets,
    models: values.models === undefined ? MODELS : resolve(values.models),
    threads: Number(threads),
    json,
    markdown,
  };
}
