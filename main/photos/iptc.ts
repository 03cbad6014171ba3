import { concat } from './exif';

/*
 * IPTC's older records (Information Interchange Model, IIM 4.2), which many programs still read. A record has a mark, the
 * numbers of its group and its field, a length, and its bytes.
 */

const MARK = 0x1c;
const ENVELOPE = 1;
const APPLICATION = 2;
const CHARACTER_SET = 90;
/** The escape sequence that announces UTF-8. */
const UTF8 = Uint8Array.of(0x1b, 0x25, 0x47);

/** Fields of the second group, and the most bytes that each may have. */
export const IIM = {
  title: { field: 5, most: 64 },
  description: { field: 120, most: 2000 },
  place: { field: 92, most: 32 },
  date: { field: 55, most: 8 },
  time: { field: 60, most: 11 },
} as const;
export type IimName = keyof typeof IIM;

interface IptcRecord {
  group: number;
  field: number;
  data: Uint8Array;
}

/** Null for bytes that are not records one after the other. */
function readRecords(bytes: Uint8Array): IptcRecord[] | null {
  const records: IptcRecord[] = [];
  let at = 0;
  while (at + 5 <= bytes.length && bytes[at] === MARK) {
    const length = (bytes[at + 3]! << 8) | bytes[at + 4]!;
    // The highest bit announces a longer field, which no text of a photo needs.
    const end = at + 5 + length;
    if (length >= 0x8000 || end > bytes.length) return null;
    records.push({ group: bytes[at + 1]!, field: bytes[at + 2]!, data: bytes.subarray(at + 5, end) });
    at = end;
  }
  // What follows can only be padding.
  return bytes.subarray(at).some((byte) => byte !== 0) ? null : records;
}

const writeRecord = ({ group, field, data }: IptcRecord): Uint8Array =>
  concat([Uint8Array.of(MARK, group, field, data.length >> 8, data.length & 0xff), data]);

const isUtf8 = (records: readonly IptcRecord[]): boolean =>
  records.some(
    ({ group, field, data }) =>
      group === ENVELOPE && field === CHARACTER_SET && data.length === 3 && data.every((byte, i) => byte === UTF8[i]),
  );

/** A text that is not announced as UTF-8 usually is in the letters of Western Windows. */
const decode = (data: Uint8Array, utf8: boolean) => {
  if (utf8) return new TextDecoder().decode(data);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch {
    // No UTF-8: the letters of the system that wrote it.
    return new TextDecoder('windows-1252').decode(data);
  }
};

/** The text of a field; null if there is none. */
export function iptcText(bytes: Uint8Array, name: IimName): string | null {
  const records = readRecords(bytes);
  const found = records?.find(({ group, field }) => group === APPLICATION && field === IIM[name].field);
  if (!records || !found) return null;
  const text = decode(found.data, isUtf8(records)).replaceAll('\0', '').trim();
  return text === '' ? null : text;
}

/**
 * Records with these texts in place of those that they have; an empty one is left out. Texts that are too long for their
 * field are cut off. All texts become UTF-8. Null if nothing is left, or if the records cannot be read.
 */
export function withIptcTexts(
  bytes: Uint8Array | null,
  texts: Readonly<Partial<Record<IimName, string>>>,
): Uint8Array | null {
  const before = bytes === null ? [] : readRecords(bytes);
  if (before === null) return null;
  const utf8 = isUtf8(before);
  const names = Object.keys(texts) as IimName[];
  const replaced = new Set<number>(names.map((name) => IIM[name].field));
  const kept = before.filter(
    ({ group, field }) =>
      !(group === APPLICATION && replaced.has(field)) && !(group === ENVELOPE && field === CHARACTER_SET),
  );
  const recoded = kept.map((each) =>
    each.group === APPLICATION && isText(each.data) && !utf8
      ? { ...each, data: new TextEncoder().encode(decode(each.data, false)) }
      : each,
  );
  const added = names.flatMap((name) => {
    const data = cut(texts[name] ?? '', IIM[name].most);
    return data.length === 0 ? [] : [{ group: APPLICATION, field: IIM[name].field, data }];
  });
  if (recoded.length + added.length === 0) return null;
  const set = { group: ENVELOPE, field: CHARACTER_SET, data: UTF8 };
  // Groups in order, fields in order: a reader may rely on it.
  const all = [set, ...recoded, ...added].sort((a, b) => a.group - b.group || a.field - b.field);
  return concat(all.map(writeRecord));
}

/** Records without those fields of the second group. Null if nothing is left, or if the records cannot be read. */
export function withoutIptcFields(bytes: Uint8Array, fields: readonly number[]): Uint8Array | null {
  const kept = readRecords(bytes)?.filter(({ group, field }) => group !== APPLICATION || !fields.includes(field)) ?? [];
  return kept.length === 0 ? null : concat(kept.map(writeRecord));
}

/** Version numbers and the like are no texts. */
const isText = (data: Uint8Array) =>
  data.length > 2 && data.every((byte) => byte >= 0x20 || [9, 10, 13].includes(byte));

/** A text of at most so many bytes, without half a letter at its end. */
function cut(text: string, most: number): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= most) return bytes;
  let end = most;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}
