import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchDecoding } from './decoding';
import { Job } from './job';
import type { FromEngine } from './protocol';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(until = 1) {
  const sent: FromEngine[] = [];
  const watch = watchDecoding(new Job('1', (message) => void sent.push(message)), until);
  const progress = () => {
    const told = sent.flatMap((message) => (message.type === 'progress' ? [message.progress] : []));
    return told.at(-1)!;
  };
  return { watch, sent, progress };
}

const photo = { format: 'tiff', megapixels: 100, hasAlpha: false, part: 'colour' } as const;

test('the expected time depends on the size, and the next time on the measured pace', () => {
  const first = watched();
  first.watch.onDecoding(photo);
  vi.advanceTimersByTime(1000);
  const left = first.progress().secondsLeft!;
  expect(left).toBeGreaterThan(0);
  const expected = left + 1;
  vi.advanceTimersByTime(1000);
  expect(first.progress()).toMatchObject({ stage: 'decoding', step: null });
  expect(first.progress().secondsLeft).toBeCloseTo(expected - 2);
  expect(first.progress().done).toBeCloseTo(2 / expected);
  // It takes twice as long. The rest cannot be estimated, so no progress and no sign of life is reported.
  vi.advanceTimersByTime(1000 * (expected - 2));
  const { length } = first.sent;
  vi.advanceTimersByTime(1000 * expected);
  expect(first.sent).toHaveLength(length);
  expect(first.progress().done).toBeLessThan(1);
  first.watch.done();
  first.watch.end();

  const second = watched();
  second.watch.onDecoding({ ...photo, megapixels: 50 });
  vi.advanceTimersByTime(1000);
  expect(second.progress().secondsLeft).toBeCloseTo(expected - 1);
  // A failed decode does not change the pace.
  second.watch.end();
  const third = watched();
  third.watch.onDecoding(photo);
  vi.advanceTimersByTime(1000);
  expect(third.progress().secondsLeft).toBeCloseTo(2 * expected - 1);
  third.watch.end();
});

test('colours and transparency each get half of the share for decoding', () => {
  const { watch, progress } = watched(0.4);
  watch.onDecoding({ ...photo, hasAlpha: true });
  expect(progress()).toMatchObject({ stage: 'decoding', done: 0 });
  watch.onDecoding({ ...photo, hasAlpha: true, part: 'alpha' });
  expect(progress()).toMatchObject({ stage: 'transparency', done: 0.2 });
  watch.end();
});
