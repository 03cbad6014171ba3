import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What the app writes into its data folder. Electron keeps files of its own there, which hold nothing about photos: the
 * page stores nothing, and its pictures are never cached.
 */
export const DATA = [
  'settings.json',
  'session.json',
  'batches.json',
  'window.json',
  'edits',
  'recipes',
  'styles',
  'examples',
  'models',
  'providers',
  'logs',
] as const;

/** Deletes everything that the app has written into its data folder. What is missing counts as deleted. */
export async function clearData(userData: string): Promise<void> {
  for (const name of DATA) await rm(join(userData, name), { recursive: true, force: true });
}
