import type { TFunction } from 'i18next';
import { type EdtfDate, parseEdtf } from '../../document/edtf';

/** A date of EDTF as people write it, in words that are understood when they are typed; EDTF itself where there are none. */
export function writtenDate(edtf: string, t: TFunction, language: string): string {
  const date = parseEdtf(edtf);
  if (date === null) return edtf;
  const { from, to, isSpan } = date;
  const marks = [from, to].flatMap((point) => point?.mark || []);
  if (!isSpan && from && marks.every((mark) => mark === '~')) {
    const plain = pointText(from, t, language);
    return plain === null ? edtf : from.mark === '~' ? t('caption.dates.about', { date: plain }) : plain;
  }
  const [first, last] = [from, to].map((point) => point && pointText(point, t, language));
  if (marks.length > 0 || first === null || last === null) {
    if (marks.length === 0 && from === null && last) return t('caption.dates.before', { date: last });
    if (marks.length === 0 && to === null && first) return t('caption.dates.after', { date: first });
    return edtf;
  }
  const areYears = [from, to].every((point) => point && point.month === undefined && point.unknown === 0);
  return areYears ? `${first}–${last}` : edtf;
}

/** Null for what has no words. */
function pointText(
  { year, month, day, unknown }: NonNullable<EdtfDate['from']>,
  t: TFunction,
  language: string,
): string | null {
  if (unknown === 2) return null;
  if (unknown === 1) return t('caption.dates.decade', { year });
  const digits = String(year).padStart(4, '0');
  if (month === undefined) return digits;
  const options = { month: 'long', timeZone: 'UTC' } as const;
  const name = new Intl.DateTimeFormat(language, options).format(Date.UTC(2000, month - 1, 1));
  return day === undefined
    ? t('caption.dates.month', { month: name, year: digits })
    : t('caption.dates.day', { day, month: name, year: digits });
}
