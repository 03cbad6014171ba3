import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Job } from './model';
import { createPaces, secondsLeft } from './pace';

const job = (change: Partial<Job>): Job => ({
  id: 'a',
  kind: 'open',
  photoKey: 'k',
  name: 'k.jpg',
  bytes: null,
  progress: null,
  part: null,
  cancelling: false,
  startedAt: 0,
  reportedAt: 0,
  expected: null,
  ...change,
});
const progress = (done: number, left: number | null) => ({
  jobId: 'a',
  stage: 'computing' as const,
  step: null,
  done,
  secondsLeft: left,
});

describe('seconds left', () => {
  test('come from the tiles, and keep falling between two reports', () => {
    const running = job({ progress: progress(0.5, 8), reportedAt: 4000, expected: 99 });
    expect(secondsLeft(running, 4000)).toBe(8);
    expect(secondsLeft(running, 7000)).toBe(5);
    expect(secondsLeft(running, 13_000)).toBe(0);
    // The job still runs, so the estimate was wrong.
    expect(secondsLeft(running, 60_000)).toBeNull();
  });

  test('follow from the finished share if the tiles give no time', () => {
    const running = job({ progress: progress(0.25, null), reportedAt: 2000 });
    expect(secondsLeft(running, 2000)).toBe(6);
    expect(secondsLeft(running, 3000)).toBe(5);
  });

  test('are not guessed at the beginning', () => {
    expect(secondsLeft(job({ progress: progress(0.5, null), reportedAt: 100 }), 100)).toBeNull();
    expect(secondsLeft(job({ progress: progress(0, null), reportedAt: 5000 }), 5000)).toBeNull();
    expect(secondsLeft(job({}), 5000)).toBeNull();
  });

  test('are those of earlier jobs, until that time is over', () => {
    expect(secondsLeft(job({ expected: 7 }), 2000)).toBe(5);
    expect(secondsLeft(job({ expected: 7 }), 8000)).toBeNull();
  });

  test('are never negative or NaN', () => {
    const some = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        some,
        some,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.option(some),
        fc.option(some),
        (...all) => {
          const [now, reportedAt, done, left, expected] = all;
          const seconds = secondsLeft(job({ progress: progress(done, left), reportedAt, expected }), now);
          expect(seconds === null || seconds >= 0).toBe(true);
        },
      ),
    );
  });
});

test('a pace grows with the size of the photo, and adapts to measured times', () => {
  const paces = createPaces();
  expect(paces.expected('export', 12)).toBeNull();
  paces.learn('export', 10, 5);
  expect(paces.expected('export', 20)).toBe(10);
  expect(paces.expected('open', null)).toBeNull();
  for (let i = 0; i < 20; i++) paces.learn('export', 10, 20);
  expect(paces.expected('export', 10)).toBeCloseTo(20, 3);
});
