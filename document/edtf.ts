/**
 * Dates as old photographs have them, in the Extended Date/Time Format (EDTF, ISO 8601-2, levels 0 and 1): `1925`,
 * `1925-06`, `1925-06-14`, `1925~` (about), `1925?` (uncertain), `1925%` (both), `192X` and `19XX` (a decade, a century),
 * `1920/1925`, `../1930` (before), `1930/..` (after).
 */

/** A year, month or day with what is unsure about it. */
interface Point {
  year: number;
  month?: number;
  day?: number;
  /** Digits of the year that are not known. */
  unknown: 0 | 1 | 2;
  mark: '' | '~' | '?' | '%';
}

const POINT = /^(\d{4}|\d{3}X|\d{2}XX)(?:-(\d{2})(?:-(\d{2}))?)?([~?%]?)$/;

function readPoint(text: string): Point | null {
  const [, digits, month, day, mark] = POINT.exec(text) ?? [];
  if (digits === undefined) return null;
  const unknown = digits.endsWith('XX') ? 2 : digits.endsWith('X') ? 1 : 0;
  if (unknown > 0 && month !== undefined) return null;
  const point: Point = { year: Number(digits.replaceAll('X', '0')), unknown, mark: mark as Point['mark'] };
  if (month !== undefined) point.month = Number(month);
  if (day !== undefined) point.day = Number(day);
  return isPossible(point) ? point : null;
}

function isPossible({ year, month, day }: Point): boolean {
  if (month === undefined) return true;
  if (month < 1 || month > 12) return false;
  if (day === undefined) return true;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!;
  return day >= 1 && day <= days;
}

/** A date, or a span of time; null: open. */
export interface EdtfDate {
  from: Point | null;
  to: Point | null;
  isSpan: boolean;
}

/** Null if the text is not a date of this format. */
export function parseEdtf(text: string): EdtfDate | null {
  const ends = text.split('/');
  if (ends.length === 1) {
    const point = readPoint(text);
    return point && { from: point, to: point, isSpan: false };
  }
  if (ends.length !== 2 || text === '../..') return null;
  const [from, to] = ends.map((end) => (end === '..' ? null : (readPoint(end) ?? undefined)));
  if (from === undefined || to === undefined) return null;
  if (from && to && earliest(from) > latest(to)) return null;
  return { from, to, isSpan: true };
}

export const isEdtf = (text: string): boolean => parseEdtf(text) !== null;

const two = (value: number) => String(value).padStart(2, '0');
const dayOf = (year: number, month: number, day: number) =>
  `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
const earliest = ({ year, month = 1, day = 1 }: Point) => dayOf(year, month, day);
const latest = ({ year, month = 12, day = 31, unknown }: Point) => dayOf(year + 10 ** unknown - 1, month, day);

/** The first day on which a date may lie, as `YYYY-MM-DD`, to sort by; null if it has none. */
export function firstDay(edtf: string): string | null {
  const date = parseEdtf(edtf);
  if (date === null) return null;
  return date.from ? earliest(date.from) : latest(date.to!);
}

/**
 * A date for fields that only know years, months and days: `1925-06` for `1925-06~`. Null for spans, decades and centuries,
 * which such a field cannot say.
 */
export function plainDate(edtf: string): { year: number; month?: number; day?: number } | null {
  const date = parseEdtf(edtf);
  if (date === null || date.isSpan || date.from === null || date.from.unknown > 0) return null;
  const { year, month, day } = date.from;
  return { year, ...(month !== undefined && { month }), ...(day !== undefined && { day }) };
}

// ------------------------------------------------------------------------------------------- as people write

/** Words before a date, in both languages of the program. Longer ones first. */
const ABOUT =
  /^(?:(?:about|around|approximately|circa|cerca de|por volta de|aproximadamente)\s+|(?:approx\.?|aprox\.?|ca\.?|c\.?)\s*(?=\d))/i;
const BEFORE = /^(?:before|until|antes de|até)\s+/i;
const AFTER = /^(?:after|since|depois de|após|desde)\s+/i;
const DECADE = /^(?:(?:the|década de|anos)\s+)?(\d{3}0)(?:\s*'?s)?$/i;
const IS_DECADE = /s$|^the\s|^década|^anos/i;
const MONTHS = [
  ['jan', 'january', 'janeiro'],
  ['feb', 'february', 'fev', 'fevereiro'],
  ['mar', 'march', 'março', 'marco'],
  ['apr', 'april', 'abr', 'abril'],
  ['may', 'mai', 'maio'],
  ['jun', 'june', 'junho'],
  ['jul', 'july', 'julho'],
  ['aug', 'august', 'ago', 'agosto'],
  ['sep', 'sept', 'september', 'set', 'setembro'],
  ['oct', 'october', 'out', 'outubro'],
  ['nov', 'november', 'novembro'],
  ['dec', 'december', 'dez', 'dezembro'],
];

/**
 * A date as people write it, in English or Portuguese, as EDTF: "about 1925", "c. 1925", "1920s", "anos 1920", "June 1925",
 * "14 de junho de 1925", "1920-1925", "before 1930", or EDTF itself. `dayFirst`: whether `14/06/1925` begins with the day.
 * Null if it cannot be understood; nothing is guessed.
 */
export function readDate(written: string, dayFirst: boolean): string | null {
  const text = written.trim().replace(/\s+/g, ' ');
  if (isEdtf(text)) return text;
  const [, digits] = DECADE.exec(text) ?? [];
  if (digits !== undefined && IS_DECADE.test(text)) return `${digits.slice(0, 3)}X`;
  const checked = (edtf: string) => (isEdtf(edtf) ? edtf : null);
  const rest = (pattern: RegExp) => (pattern.test(text) ? readDate(text.replace(pattern, ''), dayFirst) : null);
  const about = rest(ABOUT);
  if (about !== null && !about.includes('/')) return checked(`${about.replace(/[~?%]$/, '')}~`);
  const before = rest(BEFORE);
  if (before !== null && !before.includes('/')) return checked(`../${before}`);
  const after = rest(AFTER);
  if (after !== null && !after.includes('/')) return checked(`${after}/..`);
  const [, first, last] = /^(\d{4})\s?(?:[-–—]|to|a)\s?(\d{4})$/i.exec(text) ?? [];
  if (first !== undefined) return checked(`${first}/${last}`);
  const [, one, other, year] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text) ?? [];
  if (year !== undefined) {
    const [day, month] = dayFirst ? [one, other] : [other, one];
    return checked(`${year}-${two(Number(month))}-${two(Number(day))}`);
  }
  return checked(withMonth(text));
}

/** "June 14, 1925", "14 June 1925", "14 de junho de 1925", "jun. 1925"; empty if it is none of these. */
function withMonth(text: string): string {
  const words = text
    .toLowerCase()
    .split(/[\s,.]+/)
    .filter((word) => word !== '' && word !== 'de' && word !== 'of');
  const month = words.map((word) => MONTHS.findIndex((names) => names.includes(word)) + 1).find((found) => found > 0);
  const numbers = words
    .filter((word) => /^\d{1,4}(?:st|nd|rd|th|º|o)?$/.test(word))
    .map((word) => word.replace(/\D+$/, ''));
  const year = numbers.find((number) => number.length === 4);
  if (month === undefined || year === undefined || numbers.length !== words.length - 1) return '';
  if (numbers.length === 1) return `${year}-${two(month)}`;
  const day = numbers.find((number) => number.length < 3);
  return numbers.length === 2 && day !== undefined ? `${year}-${two(month)}-${two(Number(day))}` : '';
}
