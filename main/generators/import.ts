import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { z } from 'zod';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { logged } from '../log/log';
import { openRegular, readText } from '../storage/open-file';
import type { OpenFolder } from '../storage/open-folder';
import { writeSafely } from '../storage/replace';
import { createStaged, makeFolder, openTarget, publishAs, safeName } from '../storage/write';
import { AnyCard } from './card';
import { cardFrom } from './inspect/card';
import type { Decisions } from './inspect/decision';
import type { InspectedFile } from './inspect/inspected';

/*
 * The generators of a person: a folder each below the models folder of the user data, with a copy of the file, its weights
 * and a card.
 */

const FILE = 'generator.onnx';
const CARD = 'card.json';
const ID = /^[a-z0-9-]{1,64}$/;
const MOST_CARD = 1 << 20;
const CHUNK = 1 << 20;
const MOST_NAMES = 1000;

/** The name that is proposed for a file: what it is known as, or its own name. */
export const nameFor = ({ known, name }: Pick<InspectedFile, 'known' | 'name'>): string =>
  (known ?? basename(name, extname(name))).slice(0, 120) || 'generator';

/** A name as an id: letters, digits and hyphens. */
export function idFor(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]/g, '-');
  const parts = plain.split('-').filter(Boolean);
  return parts.join('-').slice(0, 56).replace(/-$/, '') || 'generator';
}

/**
 * Copies an inspected file, with its weights, into a folder of its own and writes its card. Throws NAME_TAKEN if the same
 * file is there already, BAD_REQUEST if the decisions do not fit together, PHOTO_CHANGED if the file is not the one that was
 * inspected, and the errors of reading and writing.
 *
 * @param folder the models folder of the user data; created if it is missing
 */
export async function importGenerator(
  folder: string,
  path: string,
  {
    inspected,
    decisions,
    name,
    taken = [],
  }: {
    inspected: InspectedFile;
    decisions: Decisions;
    name: string;
    /** Ids of the generators that ship. */
    taken?: readonly string[];
  },
): Promise<AnyCard> {
  const present = await importedCards(folder);
  const same = present.find(({ sha256 }) => sha256 === inspected.sha256);
  if (same) throw new EmulsionError('NAME_TAKEN', { reason: say('models.already', { id: same.id }) });
  const unsafe = inspected.weights.find(
    ({ file }) => safeName(file) !== file || [FILE, CARD].includes(file.toLowerCase()),
  );
  if (unsafe)
    throw new EmulsionError('GENERATOR_REFUSED', {
      reason: say('models.refused.weightsOutside', { file: unsafe.file }),
    });
  // A card that cannot be is found before anything is copied.
  const added = new Date().toISOString();
  const card = (id: string) => checked(() => cardFrom(inspected, decisions, { id, name, file: FILE, added }));
  card('check');
  const id = await freshFolder(folder, idFor(name), taken);
  const place = await openTarget({ folder: join(folder, id), root: folder });
  try {
    await copy(path, place, FILE, inspected.sha256);
    for (const { file, sha256 } of inspected.weights) await copy(join(dirname(path), file), place, file, sha256);
    const made = card(id);
    await write(place, CARD, `${JSON.stringify(made, null, 2)}\n`);
    return made;
  } catch (error) {
    // A folder without a card is no generator, but it would keep the name.
    await rm(join(folder, id), { recursive: true, force: true }).catch(logged('A folder could not be removed'));
    throw error;
  } finally {
    await place.close();
  }
}

function checked(make: () => AnyCard): AnyCard {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new EmulsionError('BAD_REQUEST', {
      reason: say('models.misfit'),
      detail: z.prettifyError(error),
      cause: error,
    });
  }
}

/** Creates a folder with a name that nobody has, and returns the name. */
async function freshFolder(folder: string, wanted: string, taken: readonly string[]): Promise<string> {
  await makeFolder(folder);
  const there = new Set([...(await readdir(folder)), ...taken]);
  for (let number = 1; number <= MOST_NAMES; number++) {
    const id = number === 1 ? wanted : `${wanted}-${number}`;
    if (!there.has(id)) return id;
  }
  throw new EmulsionError('NAME_TAKEN', { detail: wanted });
}

/** Copies a file completely or not at all, and only if it is still the one that was inspected. */
async function copy(from: string, place: OpenFolder, name: string, sha256: string): Promise<void> {
  const source = await openRegular(from);
  try {
    const { file, path, close } = await createStaged(place, name);
    try {
      const hash = createHash('sha256');
      const chunk = Buffer.allocUnsafe(CHUNK);
      // SECURITY: a file that grows is not copied for ever.
      let left = (await source.stat()).size;
      while (left > 0) {
        const { bytesRead } = await source.read(chunk, 0, Math.min(chunk.length, left), null);
        if (bytesRead === 0) break;
        left -= bytesRead;
        const part = chunk.subarray(0, bytesRead);
        hash.update(part);
        await file.writeFile(part);
      }
      if (hash.digest('hex') !== sha256)
        throw new EmulsionError('PHOTO_CHANGED', { reason: say('models.changed'), detail: name });
      await file.sync();
      await publishAs(place, path, name);
    } finally {
      await close();
    }
  } finally {
    await source.close();
  }
}

async function write(place: OpenFolder, name: string, text: string): Promise<void> {
  const { file, path, close } = await createStaged(place, name);
  try {
    await file.writeFile(text);
    await file.sync();
    await publishAs(place, path, name);
  } finally {
    await close();
  }
}

/** The cards of a person's generators. Folders without a valid card are left out. */
async function importedCards(folder: string): Promise<AnyCard[]> {
  const names = await readdir(folder).catch(() => []);
  const cards = await Promise.all(names.filter((name) => ID.test(name)).map((name) => readCard(folder, name)));
  return cards.filter((card) => card !== null);
}

async function readCard(folder: string, id: string): Promise<AnyCard | null> {
  try {
    return AnyCard.parse(JSON.parse(await readText(join(folder, id, CARD), MOST_CARD)));
  } catch {
    // The list of generators shows what is wrong with it.
    return null;
  }
}

/** Removes a generator of a person, and returns its name. Throws FILE_MISSING. */
export async function removeGenerator(folder: string, id: string): Promise<string> {
  const card = await owned(folder, id);
  await rm(join(folder, id), { recursive: true });
  return card?.name ?? id;
}

/** Throws FILE_MISSING. */
export async function renameGenerator(folder: string, id: string, name: string): Promise<AnyCard> {
  const card = await owned(folder, id);
  if (!card) throw missing(id);
  const renamed = AnyCard.parse({ ...card, name });
  await writeSafely(join(folder, id, CARD), `${JSON.stringify(renamed, null, 2)}\n`);
  return renamed;
}

const missing = (id: string) => new EmulsionError('FILE_MISSING', { reason: say('models.none', { id }) });

/** The card of a generator in this folder, null if it is damaged. */
async function owned(folder: string, id: string): Promise<AnyCard | null> {
  // SECURITY: an id is never a way to another folder.
  if (!ID.test(id)) throw missing(id);
  const info = await stat(join(folder, id)).catch(() => null);
  if (!info?.isDirectory()) throw missing(id);
  return readCard(folder, id);
}
