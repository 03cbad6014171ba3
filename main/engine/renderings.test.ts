import { describe, expect, test } from 'vitest';
import { createRaster } from '../restoration/raster';
import { Renderings } from './renderings';

const raster = (kilobytes: number) => createRaster(1000, kilobytes, 1, 8);
const about = (key: string, photoId = 'p') => ({ photoId, size: 'full' as const, key, masked: 0, reports: [] });

describe('renderings', () => {
  test('are found by their key and by their revision, until there is no room', () => {
    const renderings = new Renderings(2_500_000);
    const first = renderings.keep(about('a'), raster(1000));
    const second = renderings.keep(about('b'), raster(1000));
    expect(second.revision).toBeGreaterThan(first.revision);
    // After this access, the first is the more recent one.
    expect(renderings.find('p', 'full', 'a')).toBe(first);
    renderings.keep(about('c'), raster(1000));
    expect(renderings.find('p', 'full', 'b')).toBeNull();
    expect(renderings.byRevision('p', second.revision)).toBeNull();
    expect(renderings.byRevision('p', first.revision)).toBe(first);
    expect(renderings.bytes).toBeLessThanOrEqual(2_500_000);
  });

  test('the newest stays even if it is larger than the budget', () => {
    const renderings = new Renderings(1000);
    const kept = renderings.keep(about('a'), raster(10));
    expect(renderings.byRevision('p', kept.revision)).toBe(kept);
    expect(renderings.hasRoom(0)).toBe(false);
  });

  test('a smaller budget removes the oldest at once, but not the last used', () => {
    const renderings = new Renderings(5_000_000);
    const first = renderings.keep(about('a'), raster(1000));
    const second = renderings.keep(about('b'), raster(1000));
    renderings.limit(500_000);
    expect(renderings.byRevision('p', first.revision)).toBeNull();
    expect(renderings.byRevision('p', second.revision)).toBe(second);
  });

  test('of one size or photo are not confused with those of another', () => {
    const renderings = new Renderings(1e9);
    const kept = renderings.keep(about('a'), raster(1));
    expect(renderings.find('p', 'preview', 'a')).toBeNull();
    expect(renderings.byRevision('q', kept.revision)).toBeNull();
    renderings.keep(about('a', 'q'), raster(1));
    renderings.drop('p');
    expect(renderings.find('p', 'full', 'a')).toBeNull();
    expect(renderings.find('q', 'full', 'a')).not.toBeNull();
  });

  test('room is made before it is needed', () => {
    const renderings = new Renderings(1_200_000);
    renderings.keep(about('a'), raster(1000));
    renderings.reserve(1_000_000);
    expect(renderings.bytes).toBe(0);
  });
});
