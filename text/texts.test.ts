import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROVIDERS } from '../contract/app';
import { ERROR_CODES } from '../contract/errors';
import { STEP_KINDS } from '../contract/recipe';
import { createTranslations, LANGUAGES } from '.';
import { en } from './en';

const ROOT = join(import.meta.dirname, '..');

/** The sources below a folder, tests left out, as one text. */
function sourcesIn(folder: string): string {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) && !name.split(sep).includes('testing'))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'))
    .join('\n');
}

const page = sourcesIn('renderer');
const steps = sourcesIn('main/restoration/steps');
const photos = sourcesIn('main/photos');

function leaves(texts: object, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(texts)) {
    const key = `${prefix}${name}`;
    if (typeof value === 'string') found.set(key, value);
    else for (const [inner, text] of leaves(value as object, `${key}.`)) found.set(inner, text);
  }
  return found;
}

const english = leaves(en);
const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

describe.each(Object.entries(LANGUAGES))('%s', (_, texts) => {
  const all = leaves(texts);

  test('has every text, none empty, with the same figures in it', () => {
    expect([...all.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, text] of all) {
      expect(text.trim(), key).not.toBe('');
      expect(holes(text), key).toEqual(holes(english.get(key)!));
      expect(text, `${key} does not shout`).not.toContain('!');
    }
  });

  test('has a sentence for every error, step, provider, reason and fact', () => {
    for (const code of ERROR_CODES) expect(all.has(`errors.${code}`), code).toBe(true);
    for (const kind of STEP_KINDS) {
      for (const group of ['steps', 'doing', 'later'])
        expect(all.has(`${group}.${kind}`), `${group}.${kind}`).toBe(true);
    }
    for (const provider of PROVIDERS) expect(all.has(`providers.${provider}`), provider).toBe(true);
    const reasons = [...steps.matchAll(/'(reason\.\w+\.\w+)': \[([^\]]*)\]/g)];
    expect(reasons.length).toBeGreaterThan(10);
    for (const [, key, figures] of reasons) {
      expect(all.has(key!), key).toBe(true);
      for (const hole of holes(all.get(key!)!)) expect(figures, key).toContain(hole);
    }
    const facts = [...photos.matchAll(/add\('(\w+)'/g)];
    expect(facts.length).toBeGreaterThan(5);
    for (const [, fact] of facts) expect(all.has(`facts.${fact}`), fact).toBe(true);
  });
});

describe('keys in the code', () => {
  test('have a text, or the page does not compile', () => {
    const { t } = createTranslations('en');
    expect(t('common.close')).toBe('Close');
    // @ts-expect-error There is no such text.
    expect(t('common.closed')).toBe('common.closed');
  });

  test('use every text', () => {
    const literal = new Set([...page.matchAll(/'([\w.-]+\.[\w.-]+)'/g)].map((match) => match[1]!));
    // Keys that end in what is known at run time alone; reasons and facts come from the main side as whole keys.
    const prefixes = [...page.matchAll(/`([\w.]+\.[\w.-]*)\$\{/g)].map((match) => match[1]!);
    const groups = [...prefixes, 'reason.', 'facts.'];
    const unused = [...english.keys()].filter(
      (key) => !literal.has(key.replace(/_(one|other)$/, '')) && !groups.some((group) => key.startsWith(group)),
    );
    expect(unused).toEqual([]);
  });
});
