import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Engine } from '../engine/supervisor';
import { EmulsionError } from '../errors';
import { isRemote, pathIn, remoteStorage } from '../storage/remote';
import { makeScratch } from '../storage/scratch';
import { pathsFor, safeName } from '../storage/write';
import { expectedPath, type Kept, type Made, type PhotoControl, type PhotoTask, restorePhoto, stemOf } from './photo';

/**
 * `restorePhoto` for originals or outputs in network storage: copies the original to this computer, restores it, copies
 * the result back, and deletes the local copies. Throws the errors of both, and NAME_TAKEN.
 */
export async function restoreRemotePhoto(engine: Engine, task: PhotoTask, control: PhotoControl): Promise<Made | Kept> {
  const { found, folder, settings } = task;
  const storage = await remoteStorage();
  if (isRemote(folder) && settings.conflict === 'skip') {
    const first = expectedPath(found, folder, settings);
    if (!control.isOwn(first) && (await storage.stat(first)) !== null) return { outcome: 'kept', path: first };
  }
  const temporary = await makeScratch();
  try {
    let copy = found;
    const before = isRemote(found.path) ? await storage.stat(found.path) : null;
    if (isRemote(found.path)) {
      // A name pattern may contain the folder's name.
      const inside = join(temporary, safeName(basename(dirname(found.path))));
      await mkdir(inside);
      copy = { ...found, path: join(inside, safeName(basename(found.path))) };
      await storage.fetch(found.path, copy.path, control.signal);
    }
    const adapted = async (made: Made): Promise<Made> => {
      if (before === null) return made;
      const after = await storage.stat(found.path);
      if (after?.bytes !== before.bytes || after.modified !== before.modified) throw new EmulsionError('PHOTO_CHANGED');
      return { ...made, original: { ...made.original, modified: before.modified } };
    };
    if (!isRemote(folder)) {
      const onMade = async (made: Made) => control.onMade(await adapted(made));
      return await restorePhoto(engine, { ...task, found: copy }, { ...control, onMade });
    }
    const results = join(temporary, 'restored');
    const inside: PhotoTask = {
      found: copy,
      folder: results,
      root: results,
      settings: { ...settings, conflict: 'rename' },
      input: dirname(copy.path),
      output: results,
    };
    const made = await restorePhoto(engine, inside, {
      signal: control.signal,
      onProgress: control.onProgress,
      isOwn: () => false,
      onMade: async () => undefined,
    });
    if (made.outcome === 'kept') return made;
    return await publish(made.written.path, await adapted(made), task, control);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function publish(local: string, made: Made, task: PhotoTask, { onMade, isOwn }: PhotoControl): Promise<Made> {
  const { found, folder, settings } = task;
  const storage = await remoteStorage();
  const stem = stemOf(found, settings);
  for (const name of pathsFor({ folder: '', stem, extension: extname(local).slice(1) })) {
    const path = pathIn(folder, name);
    const there = (await storage.stat(path)) !== null;
    const replace = there && settings.conflict === 'overwrite' && !isOwn(path) && path !== found.path;
    if (there && !replace) continue;
    const named = { ...made, written: { ...made.written, path } };
    await onMade(named);
    try {
      await storage.put(local, path, { sha256: made.written.sha256, replace });
      return named;
    } catch (error) {
      // Another program has taken the name meanwhile.
      if (!(error instanceof EmulsionError && error.code === 'NAME_TAKEN')) throw error;
    }
  }
  throw new EmulsionError('NAME_TAKEN', { detail: stem });
}
