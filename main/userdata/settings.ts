import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Settings } from '../../contract/app';
import { loggedUnlessMissing } from '../log/log';
import { writeSafely } from '../storage/replace';

export interface SettingsStore {
  get(): Settings;
  /** Changes some settings and writes all. Resolves when they are on the disk. */
  set(change: Partial<Settings>): Promise<Settings>;
}

/**
 * Reads `settings.json` from a folder. Missing or invalid values get their defaults one by one, so that one bad value
 * does not lose the others.
 */
export async function openSettings(folder: string): Promise<SettingsStore> {
  const path = join(folder, 'settings.json');
  let current = salvage(await readJson(path));
  let writing: Promise<void> = Promise.resolve();
  return {
    get: () => current,
    async set(change) {
      current = Settings.parse({ ...current, ...change });
      const snapshot = JSON.stringify(current, null, 2);
      // One write after the other, so that the last change wins. Who asked for the one before was told of its failure.
      writing = writing.catch(() => undefined).then(() => writeSafely(path, snapshot));
      await writing;
      return current;
    },
  };
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    loggedUnlessMissing('The settings could not be read')(error);
    return {};
  }
}

function salvage(stored: Record<string, unknown>): Settings {
  const kept: Record<string, unknown> = {};
  for (const [key, shape] of Object.entries(Settings.shape)) {
    if (Object.hasOwn(stored, key) && shape.safeParse(stored[key]).success) kept[key] = stored[key];
  }
  return Settings.parse(kept);
}
