import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROVIDERS } from '../contract/app';
import { ERROR_CODES } from '../contract/errors';
import { STEP_KINDS } from '../contract/recipe';
import { KINDS } from '../main/photos/sniff';
import { createTranslations, LANGUAGES } from '.';
import { en } from './en';
import { say, sentenceOf } from './message';

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
      // A reason with a count has a sentence for one and for several.
      const sentence = all.get(key!) ?? all.get(`${key}_other`);
      expect(sentence, key).toBeDefined();
      for (const hole of holes(sentence!)) expect(figures, key).toContain(hole);
    }
    const facts = [...photos.matchAll(/add\('(\w+)'/g)];
    expect(facts.length).toBeGreaterThan(5);
    for (const [, fact] of facts) expect(all.has(`facts.${fact}`), fact).toBe(true);
  });
});

describe('messages', () => {
  const translations = Object.fromEntries(
    Object.keys(LANGUAGES).map((language) => [language, createTranslations(language as keyof typeof LANGUAGES)]),
  );

  test('are sentences in each language, with their figures as it writes them', () => {
    const filled = say('did.repair.done', { share: 0.0316 });
    expect(sentenceOf(filled, translations.en!).replace(/\s/g, ' ')).toBe('Filled 3.2 % of the picture.');
    expect(sentenceOf(filled, translations['pt-BR']!)).toBe('3,2% da imagem foram preenchidos.');
    expect(sentenceOf(say('did.repair.byHand', { count: 1 }), translations.en!)).toBe('Repaired one place by hand.');
    expect(sentenceOf(say('failures.unread', { kind: 'pdf' }), translations['pt-BR']!)).toContain('documentos PDF');
  });

  test('of a later version stand for themselves', () => {
    expect(sentenceOf({ key: 'did.dream.done' }, translations.en!)).toBe('did.dream.done');
  });

  test('take names as they are: what looks like a text of ours is none', () => {
    for (const name of ['$t(kinds.heic)', '{{path}}', '<b>', '“', '$&']) {
      const sentence = sentenceOf(say('failures.noFolder', { folder: name }), translations.en!);
      expect(sentence).toBe(`There is no folder “${name}”.`);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(sentenceOf(say('failures.noFolder', { folder: name }), translations.en!)).toContain(name);
      }),
    );
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
    const sources = [page, sourcesIn('main'), sourcesIn('contract')].join('\n');
    const literal = new Set([...sources.matchAll(/'([\w.-]+\.[\w.-]+)'/g)].map((match) => match[1]!));
    // Keys that end in what is known at run time alone.
    const prefixes = [...sources.matchAll(/`([\w.]+\.[\w.-]*)\$\{/g)].map((match) => match[1]!);
    // A kind of file is named by its sentence, and a fact of a photo by the module that reads it.
    const groups = [...prefixes, 'kinds.', 'facts.'];
    const unused = [...english.keys()].filter(
      (key) => !literal.has(key.replace(/_(one|other)$/, '')) && !groups.some((group) => key.startsWith(group)),
    );
    expect(unused).toEqual([]);
  });

  test('are in the texts where the main side and the contract send them', () => {
    const sent = [sourcesIn('main'), sourcesIn('contract')].join('\n');
    const named = [...sent.matchAll(/'((?:did|reason|notes|failures|problems|kinds|cli|report|manual)\.[\w.]+)'/g)];
    expect(named.length).toBeGreaterThan(300);
    const has = (key: string) => english.has(key) || english.has(`${key}_other`);
    expect([...new Set(named.map((match) => match[1]!))].filter((key) => !has(key))).toEqual([]);
    for (const kind of KINDS) expect(has(`kinds.${kind}`), kind).toBe(true);
  });
});
