import { describe, expect, test } from 'vitest';
import { readSize } from './arguments';

describe('a target size', () => {
  test('is a factor, a longer edge or a print', () => {
    expect(readSize('2x')).toEqual({ scale: 2 });
    expect(readSize('4X')).toEqual({ scale: 4 });
    expect(readSize('3000px')).toEqual({ target: { unit: 'pixels', longer: 3000 } });
    expect(readSize('30cm')).toEqual({ target: { unit: 'print', longer: 30, dpi: 300 } });
    expect(readSize('29.7 cm @ 240 dpi')).toEqual({ target: { unit: 'print', longer: 29.7, dpi: 240 } });
  });

  test.each(['', '3x', '3000', '30', '1e3px', '-3cm', '30cm@', '15px', '99999px', '0.2cm', '900cm', '30cm@7'])(
    '“%s” is refused',
    (text) => {
      expect(() => readSize(text)).toThrow(expect.objectContaining({ code: 'commander.invalidArgument' }));
    },
  );
});
