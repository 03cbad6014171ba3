import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readProfile } from './profile';
import { curve, description, lutProfile, PROFILES, parametric, profileOf, xyz } from './test-support';

const srgbOf = (profile: Uint8Array, colour: readonly [number, number, number]) => {
  const planes = Float32Array.from(colour);
  readProfile(profile)!.transform!.toSrgb(planes, 1);
  return [...planes];
};

describe('readProfile', () => {
  test('sRGB needs no transform', () => {
    expect(readProfile(PROFILES.srgb)).toEqual({ kind: 'matrix', name: 'sRGB', transform: null });
  });

  test.each(['p3', 'adobe', 'prophoto'] as const)('%s keeps black, white and grey neutral', (key) => {
    for (const level of [0, 0.2, 0.5, 1]) {
      const [r, g, b] = srgbOf(PROFILES[key], [level, level, level]);
      expect(r).toBeCloseTo(g!, 5);
      expect(b).toBeCloseTo(g!, 5);
    }
    expect(srgbOf(PROFILES[key], [1, 1, 1])[0]).toBeCloseTo(1, 5);
  });

  test('the red of Display P3 lies outside sRGB at its known place', () => {
    // CSS Color 4: color(display-p3 1 0 0) = color(srgb 1.0930 -0.2267 -0.1501)
    const [r, g, b] = srgbOf(PROFILES.p3, [1, 0, 0]);
    expect(r).toBeCloseTo(1.093, 2);
    expect(g).toBeCloseTo(-0.2267, 2);
    expect(b).toBeCloseTo(-0.1501, 2);
  });

  test('the green of Adobe RGB lies outside sRGB at its known place', () => {
    // CSS Color 4: color(a98-rgb 0 1 0) = color(srgb -0.5116 1.0000 -0.1835) or thereabouts in sRGB's own gamma
    const [r, g] = srgbOf(PROFILES.adobe, [0, 1, 0]);
    expect(r).toBeLessThan(-0.4);
    expect(g).toBeCloseTo(1, 2);
  });

  test('a gamma of 2.2 gives the known grey', () => {
    // 0.5 ^ 2.19921875 = 0.2178; in sRGB 0.5040
    expect(srgbOf(PROFILES.adobe, [0.5, 0.5, 0.5])[1]).toBeCloseTo(0.504, 3);
  });

  test('converting to sRGB and back gives the same colour, in gamut and beyond', () => {
    const transforms = [PROFILES.p3, PROFILES.adobe, PROFILES.prophoto].map((each) => readProfile(each)!.transform!);
    const channel = fc.double({ min: -0.2, max: 1.2, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom(...transforms),
        fc.array(fc.tuple(channel, channel, channel), { minLength: 1, maxLength: 20 }),
        (transform, colours) => {
          const planes = Float32Array.from([0, 1, 2].flatMap((i) => colours.map((colour) => colour[i]!)));
          const there = planes.slice();
          transform.fromSrgb(there, colours.length);
          transform.toSrgb(there, colours.length);
          const back = planes.slice();
          transform.toSrgb(back, colours.length);
          transform.fromSrgb(back, colours.length);
          for (let i = 0; i < planes.length; i++) {
            expect(Math.abs(there[i]! - planes[i]!)).toBeLessThan(1e-3);
            // Half a level of 8 bits is 2e-3. A pure gamma is steep at black, where single precision is not exact.
            expect(Math.abs(back[i]! - planes[i]!)).toBeLessThan(1.5e-3);
          }
        },
      ),
    );
  });

  test('a table with a flat start can be inverted', () => {
    const table = Array.from({ length: 4096 }, (_, i) => Math.round((i / 4095) ** 2.2 * 65535));
    const trc = curve(table);
    const profile = profileOf({
      rXYZ: xyz(0.51512, 0.2412, -0.00105),
      gXYZ: xyz(0.29198, 0.69225, 0.04189),
      bXYZ: xyz(0.1571, 0.06657, 0.78407),
      rTRC: trc,
      gTRC: trc,
      bTRC: trc,
    });
    const { transform } = readProfile(profile)!;
    for (let level = 0; level < 256; level++) {
      const planes = Float32Array.of(level / 255, level / 255, level / 255);
      transform!.toSrgb(planes, 1);
      transform!.fromSrgb(planes, 1);
      expect(Math.round(planes[1]! * 255)).toBe(level);
    }
  });

  test('leaves tables, falling curves and flat curves to the colour engine', () => {
    expect(readProfile(lutProfile())).toMatchObject({ kind: 'lut', name: 'Table', transform: null });
    const tags = {
      rXYZ: xyz(0.4361, 0.2225, 0.0139),
      gXYZ: xyz(0.3851, 0.7169, 0.0971),
      bXYZ: xyz(0.1431, 0.0606, 0.7141),
    };
    for (const trc of [
      curve([65535, 0]),
      parametric(1, [2.2, 1, -0.2]),
      parametric(0, [0]),
      curve([0, 30000, 30000, 65535].map((v) => v * 0)),
    ]) {
      expect(readProfile(profileOf({ ...tags, rTRC: trc, gTRC: trc, bTRC: trc }))?.kind).toBe('lut');
    }
  });

  test('distinguishes grey and CMYK profiles', () => {
    expect(readProfile(profileOf({ desc: description('Dot Gain'), kTRC: curve([461]) }, 'GRAY'))).toEqual({
      kind: 'grey',
      name: 'Dot Gain',
      transform: null,
    });
    expect(readProfile(profileOf({}, 'CMYK', 'Lab '))?.kind).toBe('other');
  });

  test('refuses primaries on a line', () => {
    const trc = curve([563]);
    const one = xyz(0.3, 0.3, 0.3);
    expect(readProfile(profileOf({ rXYZ: one, gXYZ: one, bXYZ: one, rTRC: trc, gTRC: trc, bTRC: trc }))).toBeNull();
  });

  test('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(PROFILES), lutProfile()),
        fc.nat(3000),
        fc.array(fc.tuple(fc.nat(1200), fc.nat(255)), { maxLength: 8 }),
        (profile, length, changes) => {
          const hostile = profile.slice(0, length);
          for (const [at, value] of changes) if (at < hostile.length) hostile[at] = value;
          const read = readProfile(hostile);
          if (read?.transform) {
            const planes = Float32Array.of(0.2, 0.5, 0.7);
            read.transform.toSrgb(planes, 1);
          }
          expect(read === null || typeof read.kind === 'string').toBe(true);
        },
      ),
    );
    expect(readProfile(new Uint8Array(0))).toBeNull();
    expect(readProfile(PROFILES.p3.slice(0, 300))).toBeNull();
  });
});
