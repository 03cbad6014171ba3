import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { GeneratorInfo, StyleInfo } from '../../contract/app';
import type { Message } from '../../contract/basics';
import type { StepKind } from '../../contract/recipe';
import { say } from '../../text/message';
import { log } from '../log/log';
import { FACE_DECODERS, type FaceDecoder } from '../restoration/face-decoders';
import { ALL_STEPS } from '../restoration/steps';
import { PAINTING, type Task, type Wanted } from '../restoration/tools';
import { hashFile } from '../storage/hash';
import { readText } from '../storage/open-file';
import {
  AnyCard,
  type Card,
  type FaceFinderCard,
  type FadingCard,
  type StylePreset,
  StylePresets,
  type SynthesiserCard,
  type UnusedCard,
} from './card';
import type { Evidence, EvidenceCode } from './inspect/decision';
import { isRunnable } from './runnable';

/** The longest files that are read, in bytes. */
const LONGEST_CARD = 1 << 20;
const LONGEST_PRESETS = 1 << 26;

/** A generator with a valid card and its file in place. Its hash is checked when it is loaded. */
export interface InstalledGenerator {
  card: Card;
  /** Absolute path of the ONNX file. */
  path: string;
  /** Styles that ship with it. */
  presets: readonly StylePreset[];
}

/** Like {@link InstalledGenerator}, for a generator that draws overlays of damage. */
export interface InstalledSynthesiser {
  card: SynthesiserCard;
  path: string;
}

/** Like {@link InstalledGenerator}, for a generator that estimates how a photo has faded. */
export interface InstalledFading {
  card: FadingCard;
  path: string;
}

/** Like {@link InstalledGenerator}, for a cascade of nets that finds faces. */
export interface InstalledFaceFinder {
  card: FaceFinderCard;
  path: string;
}

/** A finder of faces that a person has added, and how its outputs are read. */
export interface InstalledFinder {
  card: UnusedCard;
  path: string;
  decoder: FaceDecoder;
}

/**
 * The generators in two folders, each with a card and an ONNX file in a folder of its own: those that ship, and those that a
 * person has added.
 */
export class GeneratorStore {
  readonly #shipped: string;
  readonly #imported: string | undefined;
  #found: Found[] = [];

  constructor(shipped: string, imported?: string) {
    this.#shipped = shipped;
    this.#imported = imported;
  }

  /** Reads the cards again. A missing folder has no generators, and a bad card does not affect the others. */
  async refresh(): Promise<void> {
    const found = await readFolder(this.#shipped, 'shipped');
    if (this.#imported !== undefined) {
      // SECURITY: a generator of a person takes nothing from one that ships, not even its id.
      const taken = new Set(found.map(({ name, card }) => card?.id ?? name));
      const imported = await readFolder(this.#imported, 'imported');
      found.push(...imported.filter(({ name, card }) => !taken.has(card?.id ?? name)));
    }
    this.#found = found;
  }

  /**
   * The first generator for a task that matches, null if none is installed. One that a person has added is found by its id
   * alone, so that adding one changes no result; but none for faces ships.
   */
  find(task: Task, { scale, variant, id }: Wanted = {}): InstalledGenerator | null {
    for (const { card, path, bytes, origin, presets = [] } of this.#found) {
      if (!card || !isPictureCard(card) || card.task !== task || bytes === null) continue;
      if (id === undefined ? origin === 'imported' && task !== 'face' : card.id !== id) continue;
      if (!isRunnable(card)) continue;
      if (scale !== undefined && card.output.scale !== scale) continue;
      if (variant !== undefined && card.variant !== variant) continue;
      return { card, path, presets };
    }
    return null;
  }

  /** Those of the generators with these ids whose licences forbid commercial use, by name and licence. */
  restrictions(ids: readonly string[]): string[] {
    return this.#found.flatMap(({ card }) =>
      card && card.commercial === 'no' && ids.includes(card.id)
        ? `${card.name}${card.licence === '' ? '' : ` (${card.licence})`}`
        : [],
    );
  }

  /** The first generator that draws overlays of damage, null if none is installed. */
  synthesiser(): InstalledSynthesiser | null {
    for (const { card, path, bytes } of this.#found) {
      if (card?.task === 'synthesise' && bytes !== null) return { card, path };
    }
    return null;
  }

  /** The first generator that estimates fading, null if none is installed. */
  fading(): InstalledFading | null {
    for (const { card, path, bytes } of this.#found) {
      if (card?.task === 'fading' && bytes !== null) return { card, path };
    }
    return null;
  }

  /** The first generator that finds faces, null if none is installed. */
  faceFinder(): InstalledFaceFinder | null {
    for (const { card, path, bytes } of this.#found) {
      if (card?.task === 'find-faces' && bytes !== null) return { card, path };
    }
    return null;
  }

  /** The finder of faces that a person has added under this id; null if there is none that can be used. */
  finder(id: string): InstalledFinder | null {
    for (const { card, path, bytes } of this.#found) {
      const decoder = card?.id === id && bytes !== null ? decoderOf(card) : null;
      if (decoder !== null) return { card: card as UnusedCard, path, decoder };
    }
    return null;
  }

  /** The styles that ship with generators, without their codes; `by` names the graph whose codes the painter understands. */
  styles(): { by: string | null; presets: StyleInfo[] } {
    return {
      by: this.find('style', PAINTING)?.card.statistics?.sha256 ?? null,
      presets: this.#found.flatMap(({ presets = [] }) => presets.map(({ code: _, ...style }) => style)),
    };
  }

  /** Every generator that has a card, with the state of its file. */
  async list(): Promise<GeneratorInfo[]> {
    return Promise.all(
      this.#found.map(async ({ name, card, path, bytes, problem, origin }): Promise<GeneratorInfo> => {
        if (!card) return { ...UNREADABLE, id: name, name, limits: problem ?? '', origin };
        return {
          id: card.id,
          name: card.name,
          task: card.task,
          version: card.version,
          licence: card.licence,
          description: card.description,
          limits: card.limits,
          translations: card.translations ?? {},
          parameters: card.parameters,
          bytes: bytes ?? 0,
          state: await stateOf(card, path),
          origin,
          commercial: card.commercial,
          isUsed: isUsed(card),
          step: stepFor(card.task)?.kind ?? null,
          setting: stepFor(card.task)?.setting ?? null,
          scale: isPictureCard(card) ? card.output.scale : 1,
          takesExample: isPictureCard(card) && card.example !== undefined,
          takesHints: isPictureCard(card) && card.input.channels === 'luma+hints',
          inputs: inputsOf(card),
          author: card.author,
          source: card.source,
          added: card.origin.kind === 'imported' ? { file: card.origin.file, at: card.origin.added } : null,
          evidence: Object.entries(card.evidence).map(([field, { confidence, said, evidence }]) => ({
            field,
            confidence,
            said,
            because: evidence.map(sentenceFor),
          })),
          measured: card.measured.map(({ metric, value, unit, data }) => ({ metric, value, unit, data })),
        };
      }),
    );
  }
}

/** The kind of step whose settings may name a generator for a task, and the setting that does; null if there is none. */
export function stepFor(task: string): { kind: StepKind; setting: NonNullable<GeneratorInfo['setting']> } | null {
  const kind = ALL_STEPS.find(({ chooses }) => chooses === task)?.kind;
  if (kind) return { kind, setting: 'generator' };
  if (task === 'find-face') return { kind: 'faces', setting: 'finder' };
  return task === 'detect' ? { kind: 'repair', setting: 'detector' } : null;
}

/** The numbers that a person may set of a generator: those that have an effect and that its step does not set itself. */
function inputsOf(card: AnyCard): GeneratorInfo['inputs'] {
  const step = ALL_STEPS.find(({ chooses }) => chooses === card.task);
  if (!isPictureCard(card) || step === undefined) return [];
  return card.extraInputs
    .filter(({ name, hidden }) => !hidden && !step.sets?.test(name))
    .map(({ name, label, min, max, default: usual }) => ({ name, label, min, max, default: usual }));
}

/** How the outputs of a finder of faces are read; null for any other net, and for a finder whose faces cannot be turned upright. */
function decoderOf(card: AnyCard): FaceDecoder | null {
  const { decoder, input } = card.task === 'find-face' ? card : {};
  const isRead = input !== undefined && ['rgb', 'bgr'].includes(input.channels) && input.layout === 'nchw';
  return isRead ? (FACE_DECODERS.find((each) => each === decoder) ?? null) : null;
}

/** Whether the program can use a generator. Of those that a person has added, a step has to be able to name it. */
export function isUsed(card: AnyCard): boolean {
  if (decoderOf(card) !== null) return true;
  if (card.origin.kind === 'imported') return isPictureCard(card) && isRunnable(card) && stepFor(card.task) !== null;
  return isPictureCard(card) ? isRunnable(card) : ['synthesise', 'fading', 'find-faces'].includes(card.task);
}

/** Why something was decided, as a sentence. */
export const sentenceFor = ({ code, figures }: Evidence): Message =>
  say(`models.because.${code as EvidenceCode}`, figures);

interface Found {
  /** Name of the folder. */
  name: string;
  card: AnyCard | null;
  path: string;
  /** Size of the ONNX file, null if it is missing. */
  bytes: number | null;
  origin: GeneratorInfo['origin'];
  presets?: readonly StylePreset[];
  problem?: string;
}

/** The generator takes a picture and returns a picture or maps of it. */
const isPictureCard = (card: AnyCard): card is Card => 'border' in card;

const UNREADABLE = {
  task: '',
  version: '',
  licence: '',
  description: '',
  translations: {},
  parameters: 0,
  bytes: 0,
  state: 'damaged',
  measured: [],
  commercial: 'unknown',
  isUsed: false,
  step: null,
  setting: null,
  scale: 1,
  takesExample: false,
  takesHints: false,
  inputs: [],
  author: '',
  source: '',
  added: null,
  evidence: [],
} as const satisfies Partial<GeneratorInfo>;

async function readFolder(folder: string, origin: GeneratorInfo['origin']): Promise<Found[]> {
  // A missing folder has no generators.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const found = await Promise.all(names.sort().map((name) => readGenerator(join(folder, name), name)));
  return found.flatMap((generator) => (generator === null ? [] : [{ ...generator, origin }]));
}

/** Null for a folder without a card, which is not a generator. */
async function readGenerator(folder: string, name: string): Promise<Omit<Found, 'origin'> | null> {
  let text: string;
  try {
    text = await readText(join(folder, 'card.json'), LONGEST_CARD);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    return { name, card: null, path: folder, bytes: null, problem: String(error) };
  }
  let parsed: ReturnType<typeof AnyCard.safeParse>;
  try {
    parsed = AnyCard.safeParse(JSON.parse(text));
  } catch (error) {
    return { name, card: null, path: folder, bytes: null, problem: String(error) };
  }
  if (!parsed.success) {
    return { name, card: null, path: folder, bytes: null, problem: z.prettifyError(parsed.error) };
  }
  const path = join(folder, parsed.data.file);
  // The state of the generator says that its file is missing.
  const file = await stat(path).catch(() => null);
  const card = parsed.data;
  const styles = isPictureCard(card) ? card.presets : undefined;
  const presets = styles === undefined ? [] : await readPresets(join(folder, styles));
  return { name, card, path, bytes: file?.isFile() ? file.size : null, presets };
}

/** Unreadable presets count as none: the generator still works with the user's own pictures. */
async function readPresets(path: string): Promise<readonly StylePreset[]> {
  try {
    return StylePresets.parse(JSON.parse(await readText(path, LONGEST_PRESETS)));
  } catch (error) {
    log.warn('The presets of a generator could not be read', error, { file: path });
    return [];
  }
}

/** The state of a generator's ONNX file, and of the further graphs if it has some. */
async function stateOf(card: AnyCard, path: string): Promise<GeneratorInfo['state']> {
  const files = [{ path, sha256: card.sha256 }];
  const further = card.task === 'find-faces' ? [card.refine, card.judge] : isPictureCard(card) ? [card.statistics] : [];
  for (const each of [...card.weights, ...further]) {
    if (each) files.push({ path: join(dirname(path), each.file), sha256: each.sha256 });
  }
  const states = await Promise.all(
    files.map(async (file) => {
      // The state says what is wrong with the file.
      const found = await stat(file.path).catch(() => null);
      if (!found?.isFile()) return 'missing';
      return (await hashOf(file.path).catch(() => null)) === file.sha256 ? 'ready' : 'damaged';
    }),
  );
  return states.includes('missing') ? 'missing' : states.includes('damaged') ? 'damaged' : 'ready';
}

const hashes = new Map<string, string>();

/** SHA-256 of a file in hex, cached while its size and modification time stay the same. */
async function hashOf(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  const key = `${path}\0${size}\0${mtimeMs}`;
  const known = hashes.get(key);
  if (known) return known;
  const digest = await hashFile(path);
  hashes.set(key, digest);
  return digest;
}
