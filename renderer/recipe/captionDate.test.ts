import { expect, it } from 'vitest';
import { readDate } from '../../document/edtf';
import { createTranslations } from '../../text';
import { writtenDate } from './captionDate';

const DATES = [
  '1925',
  '1925-06',
  '1925-03-14',
  '1925~',
  '1925-05~',
  '192X',
  '192X~',
  '1920/1925',
  '../1930',
  '1930-06/..',
];

it.each(['en', 'pt-BR'] as const)('dates in words are understood again: %s', (language) => {
  const { t } = createTranslations(language);
  for (const edtf of [...DATES, '19XX', '1925?', '1920~/1925']) {
    const written = writtenDate(edtf, t, language);
    expect(readDate(written, language !== 'en'), written).toBe(edtf);
  }
  expect(DATES.every((edtf) => edtf === '1925' || writtenDate(edtf, t, language) !== edtf)).toBe(true);
});
