import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createContext, Script } from 'node:vm';
import { parseAst } from 'vite';
import { expect, test } from 'vitest';

/*
 * Every regular expression of the sources answers in a time that grows with the length of a text and no faster. Whoever
 * writes a text that one of them reads could otherwise make the program stand still.
 */

const ROOT = join(import.meta.dirname, '..');
const FOLDERS = ['main', 'contract', 'document', 'preload', 'renderer', 'text'];
/** Lengths of texts: the first stops an exponential expression, the second shows what is suspicious, the last decides. */
const TINY = 40;
const SHORT = 2000;
const LONG = 100_000;
const SUSPICIOUS = 2;
/** Milliseconds. A linear expression needs a thousandth of it. */
const PATIENCE = 1000;

interface Expression {
  place: string;
  source: string;
  flags: string;
}

function expressionsIn(folder: string): Expression[] {
  const found: Expression[] = [];
  for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !/\.tsx?$/.test(entry.name) || /\.test\.tsx?$/.test(entry.name)) continue;
    const text = readFileSync(path, 'utf8');
    const visit = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      const { regex, start } = node as { regex?: { pattern: string; flags: string }; start: number };
      if (regex) {
        const place = `${relative(ROOT, path)}:${text.slice(0, start).split('\n').length}`;
        found.push({ place, source: regex.pattern, flags: regex.flags });
      }
      for (const each of Object.values(node)) visit(each);
    };
    visit(parseAst(text, { lang: entry.name.endsWith('x') ? 'tsx' : 'ts' }).body);
  }
  return found;
}

/** Texts whose repetition may make an expression try again and again: what it is made of, alone and in pairs. */
function partsOf(source: string): string[] {
  const samples: Record<string, string> = { d: '0', s: ' ', w: 'a', S: 'a', W: '-', D: 'a', n: '\n', r: '\r', t: '\t' };
  const plain = source
    .replace(/\\([dswSWDnrt])/g, (_, kind: string) => samples[kind] ?? '')
    .replace(/\\[pP]\{[^}]{0,30}\}/g, 'a')
    .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\x([0-9a-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\(\?[:=!<]*/g, '(');
  const words = plain.split(/[\\^$.*+?()[\]{}|]+/).filter((word) => word.length > 1 && word.length < 12);
  const signs = [...new Set([...plain.replace(/\\(.)/g, '$1'), 'a', ' '])].slice(0, 24);
  const short = [...new Set([...words.slice(0, 8), ...signs])];
  return [...short, ...short.slice(0, 12).flatMap((one) => short.slice(0, 12).map((other) => one + other))];
}

const context = createContext({ performance, source: '', flags: '', texts: [] as string[] });
const script = new Script(`
  texts.map((text) => {
    const expression = new RegExp(source, flags);
    const begun = performance.now();
    text.replace(expression, '');
    return performance.now() - begun;
  })`);

/** Milliseconds that an expression needs for each text; null if it is given up. */
function timesFor({ source, flags }: Expression, texts: string[]): number[] | null {
  Object.assign(context, { source, flags: flags.replace('y', ''), texts });
  try {
    return [...script.runInContext(context, { timeout: PATIENCE })];
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    return null;
  }
}

/** A text for which an expression needs more than a linear time; null if none was found. */
function slowTextFor(expression: Expression): string | null {
  const parts = partsOf(expression.source);
  const heads = ['', ...parts.filter((part) => part.length > 1).slice(0, 4)];
  const shapes = heads.flatMap((head) => parts.flatMap((part) => ['\u0001', ''].map((tail) => ({ head, part, tail }))));
  const textsOf = (some: typeof shapes, length: number) =>
    some.map(({ head, part, tail }) => head + part.repeat(Math.ceil(length / part.length)) + tail);
  const isSlow = (shape: (typeof shapes)[number], length: number) =>
    timesFor(expression, textsOf([shape], length)) === null;
  // A text that an exponential expression cannot read is short.
  const tiny = timesFor(expression, textsOf(shapes, TINY)) ?? shapes.map(() => Number.POSITIVE_INFINITY);
  const short = tiny.includes(Number.POSITIVE_INFINITY) ? null : timesFor(expression, textsOf(shapes, SHORT));
  const suspects = shapes.filter((_, index) => short === null || short[index]! > SUSPICIOUS);
  const slow = suspects.find((shape) => (short === null && isSlow(shape, TINY)) || isSlow(shape, LONG));
  return slow ? `${slow.head}(${slow.part})*${slow.tail}` : null;
}

test('finds expressions that are not linear', () => {
  const named = (source: string, flags = ''): Expression => ({ place: '', source, flags });
  for (const source of ['(a+)+$', '^(<!--[\\s\\S]*?-->\\s*)*<svg', ' +$', '\\s+$', '^(a|a)*$', '\\{([^}]*)\\}']) {
    expect(slowTextFor(named(source, 'g')), source).not.toBeNull();
  }
  for (const source of ['^[a-z0-9-]{1,64}$', '[\\r\\n]+', '^s3:\\/\\/([^/]+)(?:\\/(.*))?$']) {
    expect(slowTextFor(named(source)), source).toBeNull();
  }
});

test.each(FOLDERS)('every regular expression of %s/ is linear', { timeout: 300_000 }, (folder) => {
  const slow = expressionsIn(folder).flatMap((expression) => {
    const text = slowTextFor(expression);
    return text === null ? [] : `${expression.place} /${expression.source}/ ${JSON.stringify(text)}`;
  });
  expect(slow).toEqual([]);
});
