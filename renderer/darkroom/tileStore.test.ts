import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { type Bitmap, TileStore } from './tileStore';

/** Bytes of one test tile. */
const TILE_BYTES = 4 * 10 * 10;

function setUp({ budget = 5 * TILE_BYTES, parallel = 2 } = {}) {
  const closed: string[] = [];
  const aborted: string[] = [];
  const waiting = new Map<string, { come(): void; fail(error: unknown): void }>();
  const started: string[] = [];
  const store = new TileStore<Bitmap>({
    budget,
    parallel,
    load: (url, signal) => {
      started.push(url);
      signal.addEventListener('abort', () => aborted.push(url));
      return new Promise((resolve, reject) => {
        waiting.set(url, {
          come: () => resolve({ width: 10, height: 10, close: () => void closed.push(url) }),
          fail: reject,
        });
      });
    },
  });
  /** Waits until arrived tiles have been handled. */
  const come = async (...urls: string[]) => {
    for (const url of urls) waiting.get(url)!.come();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { store, closed, aborted, started, waiting, come };
}

describe('loading', () => {
  test('runs a few at a time, the most urgent of all viewers first', async () => {
    const { store, started, come } = setUp();
    store.want('left', ['a1', 'a2', 'a3']);
    store.want('right', ['b1', 'b2']);
    expect(started).toEqual(['a1', 'a2']);
    await come('a1');
    expect(started).toEqual(['a1', 'a2', 'b1']);
    await come('a2', 'b1');
    expect(started.slice(3).sort()).toEqual(['a3', 'b2']);
  });

  test('of tiles that are no longer wanted is cancelled, and late results are not kept', async () => {
    const { store, aborted, closed, started, come } = setUp();
    store.want('left', ['a', 'b']);
    store.want('left', ['c']);
    expect(aborted).toEqual(['a', 'b']);
    expect(started).toEqual(['a', 'b', 'c']);
    await come('a', 'c');
    expect(store.get('a')).toBeNull();
    expect(closed).toEqual(['a']);
    expect(store.get('c')).not.toBeNull();
  });

  test('continues for tiles that another viewer still wants', () => {
    const { store, aborted } = setUp();
    store.want('left', ['a']);
    store.want('right', ['a']);
    store.want('left', []);
    expect(aborted).toEqual([]);
  });

  test('reports every arrival and failure; a failed tile is loaded again only on request', async () => {
    const { store, started, waiting } = setUp();
    const heard = vi.fn();
    const end = store.subscribe(heard);
    store.want('left', ['a']);
    waiting.get('a')!.fail('no');
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toHaveBeenCalledTimes(1);
    expect(store.failure('a')).toBe('no');
    store.want('left', ['a', 'b']);
    expect(started).toEqual(['a', 'b']);
    store.retry();
    expect(started).toEqual(['a', 'b', 'a']);
    expect(store.failure('a')).toBeUndefined();
    end();
  });
});

describe('memory', () => {
  test('stays within the budget: the least recently drawn tiles go, wanted ones stay', async () => {
    const { store, closed, come } = setUp({ parallel: 9 });
    store.want('left', ['a', 'b', 'c', 'd', 'e']);
    await come('a', 'b', 'c', 'd', 'e');
    store.get('a');
    store.want('left', ['e', 'f', 'g']);
    await come('f', 'g');
    expect(store.bytes).toBeLessThanOrEqual(5 * TILE_BYTES);
    expect(closed).toEqual(['b', 'c']);
    expect(store.get('a')).not.toBeNull();
  });

  test('never exceeds the budget and the wanted tiles, whatever is requested', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(30), { maxLength: 8 }), { minLength: 1, maxLength: 30 }),
        async (wishes) => {
          const { store, closed, started, come } = setUp({ parallel: 3 });
          const arrived = new Set<string>();
          for (const wish of wishes) {
            const urls = [...new Set(wish.map(String))];
            store.want('viewer', urls);
            for (const url of started.splice(0)) {
              await come(url);
              arrived.add(url);
            }
            expect(store.bytes).toBeLessThanOrEqual((5 + urls.length) * TILE_BYTES);
          }
          store.want('viewer', []);
          expect(store.bytes).toBeLessThanOrEqual(5 * TILE_BYTES);
          // No tile is released twice, and no released tile is returned.
          for (const url of arrived) if (store.get(url) === null) expect(closed).toContain(url);
        },
      ),
      { numRuns: 50 },
    );
  });
});
