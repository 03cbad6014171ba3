import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import type { z } from 'zod';
import { type AnyCard, Card, type SynthesiserCard } from '../generators/card';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const ROOT = resolve(import.meta.dirname, '../..');

/** The card of one of the nets in `fixtures`, with the changes for a test. */
export async function fixtureCard(file: string, changes: Partial<z.input<typeof Card>> = {}): Promise<Card> {
  const bytes = await readFile(join(FIXTURES, `${file}.onnx`));
  return Card.parse({
    format: 2,
    id: file,
    name: file,
    task: 'restore',
    version: '1',
    licence: 'Apache-2.0',
    author: 'The Emulsion authors',
    source: '',
    description: '',
    trainingData: [],
    file: `${file}.onnx`,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    opset: 17,
    parameters: 0,
    input: { name: 'x', layout: 'nchw', channels: 'rgb', range: [0, 1], multiple: 1, fixed: null },
    output: { name: 'y', channels: 'rgb', range: [0, 1], scale: 1 },
    tile: 64,
    halo: 0,
    border: 'mirror',
    extraInputs: [],
    vectorInputs: [],
    thresholds: null,
    measured: [],
    training: { device: 'none', minutes: 0, steps: 0, seed: 0 },
    limits: '',
    ...changes,
  });
}

/** The card of the detector in `fixtures` that sees colours and takes statistics of the whole photo. */
export async function fourPlaneCard(changes: Partial<Card> = {}): Promise<Card> {
  const base = await fixtureCard('four-planes');
  const bytes = await readFile(join(FIXTURES, 'summary.onnx'));
  return {
    ...base,
    task: 'detect',
    input: { ...base.input, multiple: 16 },
    output: { ...base.output, channels: ['lines', 'areas', 'losses', 'writing'] },
    halo: 16,
    vectorInputs: ['summary'],
    statistics: {
      file: 'summary.onnx',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      input: 'image',
      output: 'summary',
      size: 3,
      longest: 320,
    },
    thresholds: { lines: 0.5, areas: 0.5, losses: 0.5, writing: 0.5, needed: 0.001 },
    ...changes,
  };
}

/** The card of the net in `fixtures` that draws overlays of 8 x 8 pixels. */
export async function synthesiserCard(): Promise<SynthesiserCard> {
  const {
    input: _,
    mask,
    global,
    overlap,
    guard,
    deterministic,
    tile,
    halo,
    border,
    extraInputs,
    vectorInputs,
    thresholds,
    ...common
  } = await fixtureCard('synthesiser');
  return {
    ...common,
    task: 'synthesise',
    inputs: [
      { name: 'z', size: 4, distribution: 'standard normal' },
      { name: 'noise', size: 64, distribution: 'standard normal' },
    ],
    output: { name: 'overlay', channels: 'luma', range: [0, 1], side: 8 },
  };
}

/** Installs a generator and its statistics graph into a models folder. Returns the path of its ONNX file. */
export async function installFixture(models: string, card: AnyCard): Promise<string> {
  const folder = join(models, card.id);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'card.json'), JSON.stringify(card));
  const path = join(folder, card.file);
  await writeFile(path, await readFile(join(FIXTURES, card.file)));
  const statistics = 'statistics' in card ? card.statistics?.file : undefined;
  if (statistics !== undefined) await copyFile(join(FIXTURES, statistics), join(folder, statistics));
  return path;
}

/** A temporary folder and the function that removes it. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'emulsion-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Builds the engine for a test that forks it. */
export const buildEngine = () => buildProgram('main/engine/start.ts');

/**
 * Builds a program of its own for a test that starts it. It is below node_modules, so that it finds its packages, and in a
 * separate folder, because test files run in parallel.
 */
export async function buildProgram(source: string): Promise<{ entry: string; remove: () => Promise<void> }> {
  const parent = join(ROOT, 'node_modules', '.cache');
  await mkdir(parent, { recursive: true });
  const outDir = await mkdtemp(join(parent, 'program-'));
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: join(ROOT, source),
      outDir,
      emptyOutDir: false,
      rollupOptions: { output: { format: 'es', entryFileNames: 'program.js' } },
    },
  });
  return { entry: join(outDir, 'program.js'), remove: () => rm(outDir, { recursive: true, force: true }) };
}
