import type { Message } from '../contract/basics';
import { say } from '../text/message';

/** The known word that is closest to a misspelt one; null if none is close. Ignores case. */
export function nearest(word: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const distance = edits(word.toLowerCase(), candidate.toLowerCase());
    const isNear = distance <= Math.max(1, Math.floor(0.4 * Math.max(word.length, candidate.length)));
    if (isNear && distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** The question whether another word was meant, if one is close. */
export function meant(word: string, known: readonly string[]): Message[] {
  const found = nearest(word, known);
  return found === null ? [] : [say('failures.meant', { word: found })];
}

/** Edit distance: letters added, left out, changed, or swapped with their neighbour. */
function edits(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      let cost = Math.min(last[column]! + 1, next[column - 1]! + 1, last[column - 1]! + (isSame ? 0 : 1));
      const isSwap = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (isSwap) cost = Math.min(cost, before[column - 2]! + 1);
      next.push(cost);
    }
    before = last;
    last = next;
  }
  return last[other.length]!;
}
