import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Settings } from './app';
import { CALL_NAMES, parseRequest, parseResponse } from './calls';
import { ERROR_CODES } from './errors';
import { LAYERS, PAIR_SIDES, type PictureQuery, pairUrl, parsePictureUrl, pictureUrl } from './pictures';
import { Recipe } from './recipe';

describe('requests', () => {
  test('every call refuses a request that is not an object or has an unknown field', () => {
    expect(CALL_NAMES.length).toBeGreaterThan(10);
    for (const name of CALL_NAMES) {
      for (const request of [null, undefined, 7, 'x', [], { surprise: 1 }]) {
        expect(parseRequest(name, request), `${name} ${JSON.stringify(request)}`).toMatchObject({
          ok: false,
          error: { code: 'BAD_REQUEST' },
        });
      }
    }
  });

  test('changing one setting does not fill in the others', () => {
    for (const [name, value] of Object.entries(Settings.parse({}))) {
      const parsed = parseRequest('settings.set', { [name]: value });
      expect(parsed.ok && parsed.value.request).toEqual({ [name]: value });
    }
    expect(parseRequest('settings.set', { threads: -1 }).ok).toBe(false);
  });

  test('any request gets an answer and none throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...CALL_NAMES), fc.anything()), fc.anything(), (name, request) => {
        expect(typeof parseRequest(name, request).ok).toBe('boolean');
      }),
      { examples: [[Object.create(null), {}]], numRuns: 500 },
    );
  });

  test('property names of the prototype are not calls', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      expect(parseRequest(name, {})).toMatchObject({ ok: false, error: { code: 'BAD_REQUEST' } });
    }
  });

  test('a path is not a token', () => {
    for (const token of ['/etc/passwd', '..', '../x', 'C:\\x', '', 'a b', 'x'.repeat(65)]) {
      expect(parseRequest('photos.open', { token, jobId: 'j' }).ok, token).toBe(false);
    }
    expect(parseRequest('photos.open', { token: 'a1-B_2', jobId: 'j' }).ok).toBe(true);
  });
});

describe('responses', () => {
  test('a response that breaks the contract becomes INTERNAL and is not passed on', () => {
    for (const answer of [{}, null, { ok: true, value: { width: 'wide' } }, { ok: false, error: { code: 'WHO' } }]) {
      expect(parseResponse('photos.open', answer)).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    }
  });

  test('a failure with any code is passed on', () => {
    for (const code of ERROR_CODES) {
      const answer = { ok: false, error: { code, message: 'It did not work.' } };
      expect(parseResponse('photos.open', answer)).toEqual(answer);
    }
  });
});

describe('recipes', () => {
  const recipe = { format: 1, id: 'mine', name: 'Mine', steps: [{ kind: 'repair', settings: {} }] };

  test('get defaults for missing fields', () => {
    expect(Recipe.parse(recipe)).toMatchObject({
      gate: 'needed',
      steps: [{ kind: 'repair', enabled: true, settings: { sensitivity: 0.5, grow: 2 } }],
    });
  });

  test('refuse a repeated kind of step, other formats and settings out of range', () => {
    const step = recipe.steps[0];
    expect(Recipe.safeParse({ ...recipe, steps: [step, step] }).success).toBe(false);
    expect(Recipe.safeParse({ ...recipe, format: 2 }).success).toBe(false);
    expect(Recipe.safeParse({ ...recipe, steps: [{ kind: 'repair', settings: { sensitivity: 1.1 } }] }).success).toBe(
      false,
    );
  });
});

describe('picture URLs', () => {
  const side = fc.integer({ min: 1, max: 100_000 });
  const small = fc.integer({ min: 1, max: 4096 });
  const query: fc.Arbitrary<PictureQuery> = fc.record({
    photoId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
    layer: fc.constantFrom(...LAYERS),
    revision: fc.nat(),
    x: fc.nat(),
    y: fc.nat(),
    w: side,
    h: side,
    width: small,
    height: small,
    sensitivity: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    grow: fc.option(fc.integer({ min: 0, max: 32 }), { nil: undefined }),
  });

  test('give the same query when parsed, with either base', () => {
    fc.assert(
      fc.property(query, fc.constantFrom('/picture', 'photo://picture'), (asked, base) => {
        const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
        expect(parsePictureUrl(base, pictureUrl(base, asked))).toEqual(given);
      }),
    );
  });

  test('of training pairs are told apart', () => {
    for (const pairSide of PAIR_SIDES) {
      const query = { pairId: 'f00-ba4', pairSide };
      for (const base of ['/picture', 'photo://picture']) {
        expect(parsePictureUrl(base, pairUrl(base, query))).toEqual(query);
      }
    }
  });

  test('are refused if malformed', () => {
    for (const url of [
      '/picture',
      '/picture/pair/a',
      '/picture/pair/a/secret',
      '/picture/pair/../mask',
      '/picture/a',
      '/picture/a/original',
      '/picture/../original?x=0',
      '/picture/a/secret?x=0&y=0&w=1&h=1&width=1&height=1&revision=0',
      '/picture/a/original?x=-1&y=0&w=1&h=1&width=1&height=1&revision=0',
      '/picture/a/original?x=0&y=0&w=1&h=1&width=9999&height=1&revision=0',
    ]) {
      expect(() => parsePictureUrl('/picture', url), url).toThrow();
    }
  });
});
