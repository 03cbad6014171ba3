import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GeneratorInfo } from '../../contract/app';
import type { Benchmark, GeneratorDecision, Inspection, Trial, TrialQuery, TrialSide } from '../../contract/generators';
import { say } from '../../text/message';
import { inspectModel } from '../engine/inspector';
import type { EngineOptions, LaunchEngine } from '../engine/protocol';
import type { Engine, RequestControl } from '../engine/supervisor';
import { benchmark, tryOut, withTrialEngine } from '../engine/trials';
import { EmulsionError } from '../errors';
import type { AnyCard } from '../generators/card';
import { importGenerator, nameFor, removeGenerator, renameGenerator } from '../generators/import';
import { answered, cardFrom, confirmed, parseAnswer } from '../generators/inspect/card';
import { choicesOf, shownOf, written } from '../generators/inspect/choices';
import { type Decisions, FIELD_NAMES, type FieldName } from '../generators/inspect/decision';
import type { InspectedFile } from '../generators/inspect/inspected';
import { linkOrCopy, stageModel } from '../generators/stage';
import { isUsed, sentenceFor, stepFor } from '../generators/store';
import { logged } from '../log/log';

/** The most trials whose pictures are kept. */
const KEPT = 8;
/** Edge of the crop that is tried, in pixels. */
const CROP = 256;

type TextAnswers = Readonly<Record<string, string>>;

interface Looked {
  /** The ONNX file. */
  path: string;
  /** A folder for it alone, below the scratch folder. */
  folder: string;
  inspected: InspectedFile;
  /** Numbers the cards that were tried, since the engine keeps what it has loaded by their ids. */
  tries: number;
}

type Picture = { type: string; bytes: Uint8Array };

interface Dependencies {
  engine: Engine;
  launch: LaunchEngine;
  options(): EngineOptions;
  scratch: string;
  /** The folder of the generators that a person has added. */
  models: string;
}

/** Adding, trying and removing the generators of a person. */
export function createLibrary({ engine, launch, options, scratch, models }: Dependencies) {
  const inspections = new Map<string, Looked>();
  const trials = new Map<string, Map<TrialSide, Picture>>();

  const find = (id: string): Looked => {
    const found = inspections.get(id);
    if (!found) throw new EmulsionError('FILE_MISSING', { detail: `no inspection ${id}` });
    return found;
  };
  const installed = async (id: string): Promise<GeneratorInfo> => {
    const found = (await engine.request('generators', null)).find((each) => each.id === id);
    if (!found) throw new EmulsionError('FILE_MISSING', { reason: say('models.none', { id }) });
    return found;
  };

  /** A crop from the middle of a photo, at its full size. */
  async function cropOf(photoId: string, { width, height }: { width: number; height: number }) {
    const [w, h] = [Math.min(CROP, width), Math.min(CROP, height)];
    const [x, y] = [Math.floor((width - w) / 2), Math.floor((height - h) / 2)];
    const size = { x, y, w, h, width: w, height: h };
    const picture = await engine.request('picture', { photoId, layer: 'original', revision: 0, ...size, lossless: 1 });
    return { ...picture, width: w, height: h };
  }

  return {
    async inspect(path: string, beside: readonly string[], control: RequestControl): Promise<Inspection> {
      const id = randomUUID();
      const folder = join(scratch, 'nets', id);
      try {
        const file = await stageModel(path, beside, join(folder, 'source'));
        const inspected = await inspectModel(launch, file, control);
        inspections.set(id, { path: file, folder, inspected, tries: 0 });
        return shown(id, inspected, {});
      } catch (error) {
        await rm(folder, { recursive: true, force: true }).catch(logged('A folder could not be removed'));
        throw error;
      }
    },

    answer: (id: string, answers: TextAnswers): Inspection => shown(id, find(id).inspected, answers),

    async add(id: string, answers: TextAnswers, name: string) {
      const { path, inspected } = find(id);
      const decisions = confirmed(decided(inspected, answers));
      const taken = (await engine.request('generators', null))
        .filter(({ origin }) => origin === 'shipped')
        .map((each) => each.id);
      const card = await importGenerator(models, path, { inspected, decisions, name, taken });
      await this.discard(id);
      return { id: card.id, name: card.name, isUsed: isUsed(card) };
    },

    async discard(id: string): Promise<void> {
      const found = inspections.get(id);
      inspections.delete(id);
      if (found)
        await rm(found.folder, { recursive: true, force: true }).catch(logged('A folder could not be removed'));
    },

    /** Tries a file that was inspected, or a generator that is there. */
    async try(
      subject: { inspection: string; answers: TextAnswers } | { id: string },
      photo: { id: string; width: number; height: number },
      control: RequestControl,
    ): Promise<Trial> {
      const id = randomUUID();
      const folder = join(scratch, 'trials', id);
      await mkdir(folder, { recursive: true });
      try {
        const { card, imported } =
          'id' in subject
            ? { card: await known(subject.id), imported: models }
            : await candidate(find(subject.inspection), subject.answers);
        if (card.takesExample) throw new EmulsionError('BAD_REQUEST', { reason: say('models.exampleToTry') });
        const crop = await cropOf(photo.id, photo);
        const path = join(folder, 'before.png');
        await writeFile(path, crop.bytes);
        const request = { ...card, path, width: crop.width, height: crop.height, folder };
        const pictures = new Map<TrialSide, Picture>([['before', { type: crop.type, bytes: crop.bytes }]]);
        const none = { generator: null, provider: null, secondsPerMegapixel: null };
        const sides: Trial['sides'] = [{ side: 'before', width: crop.width, height: crop.height, ...none }];
        await withTrialEngine(launch, { ...options(), imported }, async (trial) => {
          const run = async (side: TrialSide, generator: string | undefined) => {
            const { png, width, height, secondsPerMegapixel, pass } = await tryOut(
              trial,
              { ...request, generator, stem: side },
              control,
            );
            pictures.set(side, { type: 'image/png', bytes: png });
            sides.push({
              side,
              width,
              height,
              secondsPerMegapixel,
              generator: pass.generator,
              provider: pass.provider,
            });
          };
          // Painted in two styles, a photo cannot be compared.
          if (card.isImported && card.kind !== 'style') await run('shipped', undefined);
          await run('after', card.generator);
        });
        trials.set(id, pictures);
        if (trials.size > KEPT) trials.delete([...trials.keys()][0]!);
        return { id, sides };
      } finally {
        await rm(folder, { recursive: true, force: true }).catch(logged('A folder could not be removed'));
      }
    },

    picture({ trialId, trialSide }: TrialQuery): Picture {
      const picture = trials.get(trialId)?.get(trialSide);
      if (!picture) throw new EmulsionError('UNKNOWN_PHOTO');
      return picture;
    },

    async benchmark(id: string, control: RequestControl): Promise<Benchmark> {
      const folder = join(scratch, 'trials', randomUUID());
      await mkdir(folder, { recursive: true });
      try {
        const card = await known(id);
        const { secondsPerMegapixel, pass, memory } = await withTrialEngine(
          launch,
          { ...options(), imported: models, examples: folder },
          (trial) => benchmark(trial, { ...card, folder }, control),
        );
        return { id, secondsPerMegapixel, provider: pass.provider, tiles: pass.tiles, tile: pass.tile, memory };
      } finally {
        await rm(folder, { recursive: true, force: true }).catch(logged('A folder could not be removed'));
      }
    },

    rename: async (id: string, name: string) => void (await renameGenerator(models, id, name)),
    remove: async (id: string) => void (await removeGenerator(models, id)),
  };

  /** How a generator that is there is tried. */
  async function known(id: string) {
    const { step, setting, isUsed: isOfUse, state, scale, origin, takesExample } = await installed(id);
    if (step === null || setting !== 'generator' || !isOfUse || state !== 'ready') throw unusable(id);
    return { kind: step, generator: id, scale, isImported: origin === 'imported', takesExample };
  }

  /** Puts a file that was inspected, with these answers, into a folder where the engine finds it. */
  async function candidate(looked: Looked, answers: TextAnswers) {
    const { path, folder, inspected } = looked;
    looked.tries += 1;
    const id = `trial-${looked.tries}`;
    const card = cardOf(inspected, confirmed(decided(inspected, answers)), id);
    const step = stepFor(card.task);
    if (step === null || !isUsed(card) || !canTry(card)) throw unusable(inspected.name);
    const { kind } = step;
    const imported = join(folder, 'cards');
    const own = join(imported, id);
    await rm(imported, { recursive: true, force: true });
    await mkdir(own, { recursive: true });
    await linkOrCopy(path, join(own, card.file));
    for (const { file } of card.weights) await linkOrCopy(join(dirname(path), file), join(own, file));
    await writeFile(join(own, 'card.json'), JSON.stringify(card));
    const scale = 'output' in card && 'scale' in card.output ? card.output.scale : 1;
    return { card: { kind, generator: id, scale, isImported: true, takesExample: false }, imported };
  }
}

export type Library = ReturnType<typeof createLibrary>;

/** Whether a crop of a photo shows what it does. One that copies the style of a picture needs a picture besides. */
const canTry = (card: AnyCard): boolean =>
  stepFor(card.task)?.setting === 'generator' && !('example' in card && card.example !== undefined);

const unusable = (name: string) =>
  new EmulsionError('GENERATOR_MISSING', { reason: say('models.unusedYet', { name }), detail: name });

/** Throws BAD_REQUEST if the decisions do not fit together. */
function cardOf(inspected: InspectedFile, decisions: Decisions, id: string): AnyCard {
  try {
    return cardFrom(inspected, decisions, { id, name: id, file: 'generator.onnx', added: new Date().toISOString() });
  } catch (cause) {
    throw new EmulsionError('BAD_REQUEST', { reason: say('models.misfit'), cause });
  }
}

/** Throws BAD_REQUEST for an answer that is none. */
function decided({ decisions }: InspectedFile, answers: TextAnswers): Decisions {
  const read = Object.entries(answers).map(([name, text]) => {
    const field = FIELD_NAMES.find((each) => each === name);
    const value = field === undefined ? null : parseAnswer(field, text);
    if (value === null)
      throw new EmulsionError('BAD_REQUEST', { reason: say('models.badAnswer', { field: name, value: text }) });
    return [field as FieldName, value] as const;
  });
  return answered(decisions, Object.fromEntries(read));
}

function shown(id: string, inspected: InspectedFile, answers: TextAnswers): Inspection {
  const decisions = decided(inspected, answers);
  let card: AnyCard | null = null;
  try {
    card = cardOf(inspected, decisions, 'check');
  } catch (error) {
    if (!(error instanceof EmulsionError)) throw error;
    // The page is told that they do not fit.
  }
  return {
    id,
    file: inspected.name,
    name: nameFor(inspected),
    known: inspected.known,
    bytes: inspected.bytes,
    parameters: inspected.parameters,
    runs: inspected.runs,
    seconds: inspected.seconds,
    decisions: FIELD_NAMES.flatMap((field): GeneratorDecision[] => {
      const decision = shownOf(decisions, field);
      if (!decision) return [];
      const choices = choicesOf(field, inspected.outputs);
      const { confidence, said = false, evidence } = decision;
      const because = evidence.map(sentenceFor);
      return [{ field, value: written(decision), confidence, said, because, choices: choices && [...choices] }];
    }),
    isUsed: card !== null && isUsed(card),
    canTry: card !== null && isUsed(card) && canTry(card),
    misfit: card === null ? say('models.misfit') : null,
  };
}
