import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { languageFor } from '.';
import { createFormat, roughTime, shorten } from './format';
import { readNumber } from './number';

const plain = (text: string) => text.replace(/\s/gu, ' ');

describe('figures', () => {
  test('are written as the language does', () => {
    const english = createFormat('en');
    const portuguese = createFormat('pt-BR');
    expect(plain(english.percent(0.018))).toBe('1.8 %');
    expect(portuguese.percent(0.018)).toBe('1,8%');
    expect(plain(english.percent(0.0002))).toBe('< 0.1 %');
    expect(english.percent(0)).toContain('0');
    expect(plain(english.bytes(2_345_678))).toBe('2.3 MB');
    expect(plain(portuguese.bytes(999))).toBe('999 bytes');
    expect([512, 1024, 1536, 65_536].map((each) => plain(english.memory(each)))).toEqual([
      '512 MB',
      '1 GB',
      '1.5 GB',
      '64 GB',
    ]);
  });

  test('of time are rough, and name what counts', () => {
    const { duration } = createFormat('en');
    const told = [4, 47, 300, 3599, 3600, 3900, 86_340, 90_000, 172_800].map((seconds) => plain(duration(seconds)));
    expect(told).toEqual(['4 s', '50 s', '5 min', '1 h', '1 h', '1 h 5 min', '23 h 59 min', '1 d 1 h', '2 d']);
  });

  test('are read back as they are written', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99_999, max: 99_999 }), fc.constantFrom('en', 'pt-BR'), (tenths, language) => {
        const written = createFormat(language).number(tenths / 10, 1);
        expect(readNumber(written, language)).toBeCloseTo(tenths / 10, 6);
      }),
    );
    expect(readNumber(' 50 %', 'en')).toBe(50);
    expect(readNumber('2,5', 'pt-BR')).toBe(2.5);
    expect(readNumber('2.5', 'pt-BR')).toBe(2.5);
    expect(readNumber('much', 'en')).toBeNull();
    expect(readNumber('', 'en')).toBeNull();
  });

  test('time left is never under what it is, nor nothing', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 89, noNaN: true }), (seconds) => {
        const { unit, value } = roughTime(seconds);
        expect(unit).toBe('seconds');
        expect(value).toBeGreaterThanOrEqual(Math.max(1, seconds));
        expect(value).toBeLessThan(seconds + 5 + 1);
      }),
    );
    expect(roughTime(600)).toEqual({ unit: 'minutes', value: 10 });
  });
});

test('a long name keeps its start and its ending', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer({ min: 5, max: 60 }), (name, length) => {
      const short = shorten(name, length);
      expect(Array.from(short).length).toBeLessThanOrEqual(Math.max(length, 0));
      if (Array.from(name).length <= length) expect(short).toBe(name);
      else {
        const [start, end] = [short.slice(0, short.indexOf('…')), short.slice(short.lastIndexOf('…') + 1)];
        expect(name.startsWith(start)).toBe(true);
        expect(name.endsWith(end)).toBe(true);
      }
    }),
  );
});

test('the language is the chosen one, else the first of the system that is spoken, else English', () => {
  expect(languageFor('en', ['pt-BR'])).toBe('en');
  expect(languageFor(null, ['de-DE', 'pt-PT', 'en'])).toBe('pt-BR');
  expect(languageFor(null, ['en-GB', 'pt-BR'])).toBe('en');
  expect(languageFor(null, ['ja'])).toBe('en');
});
