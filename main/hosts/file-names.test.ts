import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeFileName } from './file-names';

/** Any code points, including lone surrogates. */
const anything = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 400 })
  .map((points) => String.fromCodePoint(...points));

describe('file names from outside', () => {
  it.each([
    ['portrait.jpg', 'portrait.jpg'],
    ['Oma & Opa (1932).tif', 'Oma & Opa (1932).tif'],
    ['família 👨‍👩‍👧.png', 'família 👨‍👩‍👧.png'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\scan.jpg', 'scan.jpg'],
    ['two\nlines.jpg', 'two lines.jpg'],
    ['nul\0byte.jpg', 'nul byte.jpg'],
    ['.hidden.jpg', 'hidden.jpg'],
    ['trailing. . ', 'trailing'],
    ['a<b>:"|?*.jpg', 'a_b______.jpg'],
    ['CON.jpg', '_CON.jpg'],
    ['lpt1', '_lpt1'],
    ['photo\u202Egpj.exe', 'photo gpj.exe'],
    ['..', 'photo'],
    ['', 'photo'],
    ['/', 'photo'],
    ['\ud800.jpg', '\ufffd.jpg'],
  ])('%j becomes %j', (name, expected) => {
    expect(safeFileName(name)).toBe(expected);
  });

  it('always become plain names of bounded length', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.string({ maxLength: 400 })), (name) => {
        const safe = safeFileName(name);
        expect(safe).not.toMatch(/[/\\\p{Cc}<>:"|?*]|^[.\s]|[.\s]$|^$/u);
        expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(200);
        expect(safeFileName(safe)).toBe(safe);
      }),
    );
  });

  it('keep their extension when they are shortened', () => {
    expect(safeFileName(`${'ä'.repeat(300)}.jpeg`)).toMatch(/^ä+\.jpeg$/);
  });
});
