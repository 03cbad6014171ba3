import type { Found } from '../storage/found';
import { isPathBelow, pathIn } from '../storage/remote';
import { type Before, resultBefore } from './finished';
import type { Entry, JournalState } from './journal-state';
import { printsOf } from './pages';
import { knownOnPage } from './split';

/** The number at the end of the name of a print that is not the first of its page. */
const PRINT = /^(.*)#print=(\d{1,4})$/s;
/** The number at the end of the name of a photo that is not the first of its file. */
const PAGE = /^(.*)#page=(\d{1,4})$/s;

/**
 * The photos that a journal knows, by name, with their results; null for one whose result is gone. The photos themselves are
 * not looked at.
 */
export async function* recalled(
  journalState: JournalState,
  input: string,
  output: string,
): AsyncGenerator<{ found: Found; before: Before | null }> {
  const order = new Intl.Collator(undefined, { numeric: true });
  const names = [...journalState.entries.keys()].sort(order.compare);
  for (const name of names) {
    // SECURITY: the journal may come from somebody else, and its names are not those of files that were found.
    if (!isPathBelow(name)) continue;
    const entry = journalState.entries.get(name)!;
    const [, onPage = name, number = '1'] = PRINT.exec(name) ?? [];
    const [, file = onPage, page] = PAGE.exec(onPage) ?? [];
    const { bytes, modified } = entry;
    const whole = { name: onPage, path: pathIn(input, file), bytes, modified, ...(page && { page: Number(page) }) };
    const prints = await knownOnPage(whole, journalState);
    const found = { ...whole, ...(prints && printsOf(whole, prints)[Number(number) - 1]), name };
    yield { found, before: (await resultBefore(found, entry, journalState, output)) ?? keptBefore(entry) };
  }
}

/** A photo that was skipped because of a file of its name. */
const keptBefore = ({ outcome, at, seen = false }: Entry): Before | null =>
  outcome === 'kept' ? { outcome, at, failure: null, seen, decision: null, partly: false } : null;
