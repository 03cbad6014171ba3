import { expect, test } from 'vitest';
import { translatorFor } from '../../../text/message';
import { createReporter, timeLeft } from './reporter';

function streams(isTTY: boolean) {
  const text = { out: '', err: '' };
  return {
    text,
    out: { write: (part: string) => (text.out += part) },
    err: { write: (part: string) => (text.err += part), isTTY, columns: 60 },
  };
}

const at = (done: number) => ({ stage: 'computing', step: 'repair', done, secondsLeft: 90 }) as const;

test('JSON mode prints objects on standard output, one per line, including problems', () => {
  const all = streams(false);
  const reporter = createReporter({ json: true, translator: translatorFor('en'), streams: all });
  reporter.line('text', { type: 'photo', input: 'a\nb.jpg' });
  reporter.progress('a.jpg', at(0.5));
  reporter.problem('a.jpg: broken', { type: 'failed' });
  const records = all.text.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(records).toEqual([{ type: 'photo', input: 'a\nb.jpg' }, { type: 'failed' }]);
  expect(all.text.err).toBe('emulsion: a.jpg: broken\n');
});

test('a terminal shows a bar within its width; other outputs get a line for every quarter', () => {
  const terminal = streams(true);
  createReporter({ json: false, translator: translatorFor('en'), streams: terminal }).progress(
    'a-very-long-name-'.repeat(5),
    at(0.5),
  );
  const bar = terminal.text.err.replace('\r\x1b[2K', '');
  expect(bar).toMatch(/^\[##########----------\] {2}50 % Scratches/);
  expect(bar.length).toBeLessThan(60);

  const file = streams(false);
  const reporter = createReporter({ json: false, translator: translatorFor('en'), streams: file });
  for (const done of [0.1, 0.3, 0.35, 0.6, 1]) reporter.progress('a.jpg', at(done));
  expect(file.text.err.trimEnd().split('\n')).toEqual(['a.jpg: 25 %, 2 min left', 'a.jpg: 50 %, 2 min left']);
});

test('times are rounded for readers', () => {
  expect([timeLeft(0.2), timeLeft(59), timeLeft(61), timeLeft(3700)]).toEqual(['1 s', '59 s', '1 min', '1 h 2 min']);
});

test('nothing in a name or a text is obeyed by a terminal', () => {
  const hostile = '\u001b]0;owned\u0007\u009b2J\u202egpj.exe';
  for (const json of [false, true]) {
    const all = streams(false);
    const reporter = createReporter({ json, translator: translatorFor('en'), streams: all });
    reporter.line(`${hostile}\n  second line`, { type: 'photo', input: hostile });
    reporter.problem(hostile, { type: 'failed', message: hostile });
    reporter.progress(hostile, at(0.6));
    expect((all.text.out + all.text.err).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
    if (json) expect(JSON.parse(all.text.out.split('\n')[0]!).input).toBe(hostile);
    else expect(all.text.out).toContain('\n  second line\n');
  }
});
