import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './build.mjs';

const FOLDERS = ['contract', 'document', 'main', 'preload', 'renderer', 'scripts', 'text'];
const SWALLOWED = /catch \{|\.catch\(\(\) ?=>/;
const COMMENT = /^\s*(\/\/|\*|\/\*\*)/;
/** A comment stands above the statement, which may go over some lines, or is the first thing in the block. */
const LINES_ABOVE = 4;

it('every place that drops an error says why', () => {
  const mute: string[] = [];
  let places = 0;
  for (const folder of FOLDERS) {
    for (const name of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/\.(ts|tsx|mjs)$/.test(name) || /\.test\.tsx?$/.test(name)) continue;
      const lines = readFileSync(join(ROOT, folder, name), 'utf8').split('\n');
      lines.forEach((line, index) => {
        if (!SWALLOWED.test(line)) return;
        places += 1;
        const above = lines.slice(Math.max(0, index - LINES_ABOVE), index);
        const near = line.includes('catch {') ? [lines[index + 1]!] : above;
        if (!near.some((each) => COMMENT.test(each))) mute.push(`${folder}/${name}:${index + 1}`);
      });
    }
  }
  expect(places).toBeGreaterThan(20);
  expect(mute).toEqual([]);
});
