import { say } from '../../text/message';
import type { Engine } from '../engine/supervisor';
import { EmulsionError } from '../errors';
import { frontOf } from '../photos/backs';
import type { Found } from '../storage/found';
import { editBeside } from './edit-beside';
import { isSameFile } from './finder';
import type { Item, Items } from './items';
import { PagePrints } from './journal-lines';
import type { JournalState } from './journal-state';
import type { PhotoControl, PhotoTask } from './photo';
import type { BatchSetup } from './types';

/** The prints on a page of a batch. They are looked for once; from then on the journal knows them. */

/** Looks for the prints on a page. An edit file beside it says which one a person wants. Throws the errors of opening a photo. */
export async function findOnPage(
  engine: Engine,
  { found, settings }: Pick<PhotoTask, 'found' | 'settings'>,
  { signal, onProgress }: Pick<PhotoControl, 'signal' | 'onProgress'>,
): Promise<PagePrints> {
  const isTold = (await editBeside(found)).scan !== null || (await frontOf(found.path)) !== null;
  if (isTold) return { corners: [], whole: 'told' };
  const { path, page } = found;
  return engine.request('printsOn', { path, page, salvage: settings.salvage }, { signal, onProgress });
}

/** The prints that the journal knows of a page; null if it knows none, or the file has changed since. */
export async function knownOnPage(
  found: Pick<Found, 'name' | 'bytes' | 'modified'>,
  { pages, journal }: Pick<JournalState, 'pages' | 'journal'>,
): Promise<PagePrints | null> {
  const known = pages.get(found.name);
  if (!known || !isSameFile(known, found)) return null;
  const { body } = await journal.read(known.at);
  return PagePrints.safeParse(body).data ?? null;
}

/**
 * Looks for the prints on the page of an item, which is the first of them from then on. Returns the items of the others, as far as
 * they do not wait already.
 */
export async function splitPage(
  item: Item,
  { settings, processor }: Pick<BatchSetup, 'settings' | 'processor'>,
  items: Items,
  journalState: Pick<JournalState, 'record'>,
  signal: AbortSignal,
): Promise<Item[]> {
  if (!processor.prints) throw new EmulsionError('BAD_REQUEST', { reason: say('cli.errors.splitLocal') });
  const prints = await processor.prints({ found: item.found, settings }, { signal });
  const { name, bytes, modified } = item.found;
  await journalState.record({ t: 'split', n: name, b: bytes, m: modified }, prints);
  return items.split(item, prints);
}

/** What is to be said of a photo that is a whole page though prints were looked for. */
export function saidOfPage(print: Found['print']) {
  if (!print || 'number' in print || print.whole === 'told') return [];
  return [say(print.whole === 'empty' ? 'notes.pageEmpty' : 'notes.pageOne')];
}
