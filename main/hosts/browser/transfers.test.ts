import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentDisposition } from './transfers';

describe('Content-Disposition', () => {
  it('gives plain names once and others in both encodings', () => {
    expect(contentDisposition('a b.jpg')).toBe(`attachment; filename="a b.jpg"; filename*=UTF-8''a%20b.jpg`);
    expect(contentDisposition("Mãe's 📷.jpg")).toBe(
      `attachment; filename="M_e's _.jpg"; filename*=UTF-8''M%C3%A3e%27s%20%F0%9F%93%B7.jpg`,
    );
  });

  it('cannot be broken by any name', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0x10ffff })), (points) => {
        const name = String.fromCodePoint(...points);
        expect(contentDisposition(name)).toMatch(
          /^attachment; filename="[\x20-\x21\x23-\x24\x26-\x5b\x5d-\x7e]+"; filename\*=UTF-8''[\w.!~%-]+$/,
        );
      }),
    );
  });
});
