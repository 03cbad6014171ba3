import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Requests } from '../engine/protocol';
import type { Engine } from '../engine/supervisor';
import { EmulsionError, toEmulsionError } from '../errors';
import { stagePhoto } from '../storage/write';
import { restorePhoto } from './photo';
import type { PhotoProcessor } from './types';

/** The fake engine accepts this as a photo: a GIF by its first bytes, told apart by the rest. */
export const photo = (text: string) => `GIF89a ${text}`;

type RestoreRequest = Omit<Requests['restore']['request'], 'path'> & { path?: string };

/** `edited`: the path of the open photo that an export is of. */
export interface Trials {
  edited?: string;
  /** Called before a photo is computed. May wait, or throw errors of the engine. */
  before?(name: string, signal: AbortSignal | undefined): Promise<void> | void;
  /** Called when the result has been written under its temporary name. */
  staged?(name: string): Promise<void> | void;
}

/**
 * An engine that copies photos, and notes at the end which recipe it was given. Everything after it (names, journal,
 * publishing) is the real code.
 */
export function copyingEngine({ before, staged, edited = '' }: Trials): { engine: Engine; computed: string[] } {
  const computed: string[] = [];
  const request = async (_kind: string, body: RestoreRequest, control?: { signal?: AbortSignal }) => {
    const name = basename(body.path ?? edited);
    await before?.(name, control?.signal);
    if (control?.signal?.aborted) throw new EmulsionError('CANCELLED');
    computed.push(name);
    const read = await readFile(body.path ?? edited).catch((error: unknown) => Promise.reject(toEmulsionError(error)));
    const bytes = body.recipe ? Buffer.concat([read, Buffer.from(` ${body.recipe.id}`)]) : read;
    const file = await stagePhoto(body.target!, (path) => writeFile(path, bytes));
    const mask = body.saveChanges
      ? await stagePhoto(body.target!, (path) =>
          writeFile(path, `changes of ${name}${body.recipe ? ` ${body.recipe.id}` : ''}`),
        )
      : null;
    await staged?.(name);
    const report = {
      kind: 'tone',
      outcome: 'done',
      messages: [{ key: 'did.tone.done' }],
      seconds: 1,
      generator: null,
      provider: null,
    };
    return {
      photo: { notes: [{ key: 'notes.upright' }] },
      notes: [{ key: 'notes.rounded' }],
      reports: body.recipe?.steps.length === 0 ? [] : [report],
      ...{ path: file.path, bytes: file.bytes, width: 1, height: 1 },
      output: { path: file.path, bytes: file.bytes, width: 1, height: 1, extension: 'png' },
      changed: mask,
      thumbnails: {
        before: Buffer.from([0xff, 0xd8, 1]),
        after: Buffer.from([0xff, 0xd8, 2]),
        mask: Buffer.from('\x89PNG mask', 'latin1'),
      },
      peak: 1,
    };
  };
  return { engine: { request } as unknown as Engine, computed };
}

export function processorOf(
  trials: Trials,
  engines = 2,
): { processor: PhotoProcessor; computed: string[]; most: () => number } {
  const { engine, computed } = copyingEngine(trials);
  let working = 0;
  let most = 0;
  const processor: PhotoProcessor = {
    shape: { engines, threads: 1 },
    provider: 'cpu',
    limit: () => engines,
    async process(task, control) {
      working += 1;
      most = Math.max(most, working);
      try {
        return await restorePhoto(engine, task, control);
      } finally {
        working -= 1;
      }
    },
    close: async () => {},
  };
  return { processor, computed, most: () => most };
}
