import { describe, expect, test } from 'vitest';
import { createRaster, type Raster } from '../restoration/raster';
import { to16Bit, toGrey } from '../restoration/testing/rasters';
import { testScene } from '../restoration/testing/scene';
import { findPrints } from './prints';
import { type AlbumOptions, drawAlbum, worstCorner } from './testing/album';

const pictures = [1, 2, 3, 4, 5].map((seed) => testScene(seed % 2 === 0 ? 150 : 200, seed % 2 === 0 ? 200 : 150, seed));
const plain: Omit<AlbumOptions, 'lid'> = {
  width: 450,
  height: 600,
  count: 4,
  turn: 15,
  touching: 0,
  bordered: 0.5,
  shadow: 0,
  noise: 2,
  gradient: 0.05,
};

/** Every print of a made page is found, none too many, where it lies. */
function expectFound(options: AlbumOptions, seed: number): void {
  const { page, prints } = drawAlbum(options, pictures, seed);
  const found = findPrints(page);
  expect(found).toHaveLength(prints.length);
  for (const { corners, angle } of prints) {
    const nearest = found.reduce((one, other) =>
      worstCorner(one.corners, corners) < worstCorner(other.corners, corners) ? one : other,
    );
    expect(worstCorner(nearest.corners, corners)).toBeLessThan(0.005 * Math.max(page.width, page.height));
    expect(Math.abs(nearest.angle - angle)).toBeLessThan(0.3);
  }
}

describe('prints on a page', () => {
  // `npm run bench -- prints` measures all of them.
  test.each(['white', 'black', 'felt', 'stripes', 'dots'] as const)('are found on a lid: %s', (lid) => {
    expectFound({ ...plain, lid }, 7);
  });

  test.each(['grey', 'stripes'] as const)('end where their shadows begin: %s', (lid) => {
    expectFound({ ...plain, lid, count: 3, shadow: 0.5 }, 5);
  });

  test('have their own borders where they touch', () => {
    expectFound({ ...plain, lid: 'black', count: 2, turn: 10, touching: 1, bordered: 1 }, 5);
  });

  test('are found where nine of them lie close together', () => {
    expectFound({ ...plain, lid: 'black', count: 9, turn: 4 }, 3);
  });

  test('come by rows, from left to right in each', () => {
    const { page } = drawAlbum({ ...plain, lid: 'grey', count: 6, turn: 2 }, pictures, 5);
    const places = findPrints(page).map(({ corners }) => corners[0]);
    for (const [i, [x, y]] of places.entries()) {
      const before = places[i - 1];
      if (before) expect(x > before[0] || y > before[1]).toBe(true);
    }
    expect(places[0]![1]).toBeLessThan(places.at(-1)![1]);
  });

  test('are the same in 8 and 16 bits, and close to that in grey', () => {
    const { page } = drawAlbum({ ...plain, lid: 'black', count: 2 }, pictures, 2);
    const found = findPrints(page);
    for (const other of [to16Bit(page), toGrey(page)]) {
      const again = findPrints(other);
      expect(again).toHaveLength(found.length);
      for (const [i, { corners }] of again.entries()) expect(worstCorner(corners, found[i]!.corners)).toBeLessThan(3);
    }
  });

  test('say whose edge counts where the border is as white as the lid', () => {
    const { page, prints } = drawAlbum(
      { ...plain, lid: 'white', count: 2, bordered: 1, sameWhite: true, gradient: 0 },
      pictures,
      4,
    );
    expect(prints.map(({ edge }) => edge)).toEqual(['picture', 'picture']);
    expect(findPrints(page).map(({ edge }) => edge)).toEqual(['picture', 'picture']);
    const dark = drawAlbum({ ...plain, lid: 'black', count: 2, bordered: 1 }, pictures, 4);
    expect(findPrints(dark.page).map(({ edge }) => edge)).toEqual(['paper', 'paper']);
  });
});

describe('a page', () => {
  test.each(['white', 'wood', 'stripes'] as const)('without prints has none: %s', (lid) => {
    expect(findPrints(drawAlbum({ ...plain, lid, count: 0 }, pictures, 1).page)).toEqual([]);
  });

  test('that is one print is that print', () => {
    const whole = (page: Raster) => [
      [0, 0],
      [page.width, 0],
      [page.width, page.height],
      [0, page.height],
    ];
    const scene = testScene(600, 400, 3);
    expect(findPrints(scene)).toEqual([{ corners: whole(scene), angle: 0, edge: 'paper' }]);
    const pixel = createRaster(1, 1, 3, 8);
    expect(findPrints(pixel)).toEqual([{ corners: whole(pixel), angle: 0, edge: 'paper' }]);
  });
});
