import { expect, test } from 'vitest';
import { goneTo, gridFor, scrolledTo, visibleIn } from './grid';

test('tiles fill every window from small to large', () => {
  const grids = [700, 1024, 1440, 2560].map((width) => gridFor(width, 100));
  expect(grids.map(({ columns }) => columns)).toEqual([2, 4, 6, 8]);
  for (const { width } of grids) expect(width).toBeGreaterThanOrEqual(240);
  expect(gridFor(100, 3)).toMatchObject({ columns: 1, rows: 3 });
});

test('only the photos that are seen are drawn, however many there are', () => {
  const grid = gridFor(1440, 10_000);
  const { from, to } = visibleIn(grid, { top: 100 * grid.height, seen: 3 * grid.height }, 10_000);
  expect([from, to]).toEqual([99 * 6, 104 * 6]);
  expect(visibleIn(grid, { top: 0, seen: 600 }, 4)).toEqual({ from: 0, to: 4 });
  expect(visibleIn(grid, { top: 1e6, seen: 600 }, 4)).toEqual({ from: 4, to: 4 });
});

test('keys move in both directions and stay inside', () => {
  expect(goneTo('ArrowDown', 1, 10, 4)).toBe(5);
  expect(goneTo('ArrowDown', 7, 10, 4)).toBe(7);
  expect(goneTo('ArrowUp', 1, 10, 4)).toBe(1);
  expect(goneTo('ArrowRight', 9, 10, 4)).toBe(9);
  expect(goneTo('End', 0, 10, 4)).toBe(9);
  expect(goneTo('x', 0, 10, 4)).toBeNull();
});

test('the photo that the keys reach is scrolled into view, and no further', () => {
  const grid = gridFor(960, 100);
  const { height } = grid;
  expect(scrolledTo(grid, 0, { top: height, seen: 500 })).toBe(0);
  expect(scrolledTo(grid, 4, { top: 0, seen: 2 * height })).toBe(0);
  expect(scrolledTo(grid, 8, { top: 0, seen: 2 * height })).toBe(height);
});
