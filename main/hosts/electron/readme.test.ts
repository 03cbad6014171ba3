import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
const rows = readme
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')) as [string, string, string, string]);

it('answers all twenty recommendations', () => {
  expect(rows.map(([number]) => Number(number))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

it.each(rows)('%s: %s', (_number, recommendation, answer, file) => {
  const source = readFileSync(join(ROOT, file.replaceAll('`', '')), 'utf8');
  if (answer.startsWith('not ')) {
    const setting = /`(\w+)`/.exec(recommendation)![1]!;
    const all = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    for (const name of all) expect(readFileSync(join(import.meta.dirname, name), 'utf8')).not.toContain(setting);
    return;
  }
  // The code in backticks, which may contain some itself.
  const code = /^`(.*?)`(?=$|:| and )/.exec(answer)![1]!;
  expect(source).toContain(code);
});
