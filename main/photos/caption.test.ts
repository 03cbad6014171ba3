import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Caption } from '../../contract/caption';
import { captionInXmp, captionOf, withCaption } from './caption';
import { bytesOf } from './containers/file-bytes';
import { concat, readDirectories, TAG, textOf, writeExifBlock } from './exif';
import { iptcText, withIptcTexts } from './iptc';
import { NO_METADATA } from './metadata';

const full: Caption = {
  title: 'As três irmãs',
  description: 'No jardim da avó,\n"antes da guerra" <&>',
  people: ['Ana', 'Júlia & Rosa'],
  place: 'Rua do Alecrim, Lisboa',
  date: '1925~',
};

const dated = (dateTimeOriginal: string, more: [number, string][] = []) => {
  const value = (text: string) => {
    const bytes = new TextEncoder().encode(`${text}\0`);
    return { type: 2, count: bytes.length, bytes };
  };
  return writeExifBlock({
    image: new Map([[TAG.imageDescription, value('SCAN0001')]]),
    exif: new Map([
      [TAG.dateTimeOriginal, value(dateTimeOriginal)],
      ...more.map(([tag, text]) => [tag, value(text)] as const),
    ]),
    gps: new Map(),
    interoperability: new Map(),
  });
};
const exifOf = (block: Uint8Array | null) => readDirectories(bytesOf(block!))!;

test('a caption is read as it was written, from each of the three places, and can be taken back', () => {
  const written = withCaption(NO_METADATA, full, true);
  expect(captionOf(written)).toEqual(full);
  expect(written.xmp).toContain('<photoshop:DateCreated>1925</photoshop:DateCreated>');
  expect(captionOf({ ...written, xmp: null })).toEqual({
    title: full.title,
    description: full.description,
    place: full.place,
    date: '1925',
  });
  // Of EXIF alone: control letters are blanks there.
  expect(captionOf({ ...NO_METADATA, exif: written.exif })).toMatchObject({ date: '1925' });
  const removed = withCaption(written, { title: '', description: '', people: [], place: '', date: '' }, true);
  expect(captionOf(removed)).toEqual({});
});

test('what is not given stays as it is, and a format without IPTC gets none', () => {
  const before = withCaption({ ...NO_METADATA, exif: dated('2019:05:06 07:08:09') }, { title: 'Old' }, true);
  const after = withCaption(before, { people: ['Ana'] }, true);
  expect(captionOf(after)).toEqual({ title: 'Old', people: ['Ana'], description: 'SCAN0001', date: '2019-05-06' });
  expect(after.exif).toBe(before.exif);
  expect(withCaption(NO_METADATA, full, false).iptc).toBeNull();
  expect(withCaption(before, {}, true)).toBe(before);
  // No XMP: whoever writes it has to say so.
  expect(withCaption({ ...NO_METADATA, xmp: '<x' }, full, false).xmp).toBe('<x');
});

test('the date of the scan is never touched, and what is not known is blank', () => {
  const scan = dated('2019:05:06 07:08:09', [[36868, '2019:05:06 07:08:09']]);
  const { exif } = withCaption({ ...NO_METADATA, exif: scan }, { date: '1925-06' }, false);
  expect(exif!.length).toBe(scan.length);
  expect(new TextDecoder().decode(exifOf(exif).exif.get(TAG.dateTimeOriginal)!.bytes)).toBe('1925:06:     :  :  \0');
  expect(textOf(exifOf(exif).exif.get(36868))).toBe('2019:05:06 07:08:09');
  // A decade is no date of EXIF; the wrong one must not stay.
  const decade = withCaption({ ...NO_METADATA, exif: scan }, { date: '192X' }, false);
  expect(captionOf(decade)).toMatchObject({ date: '192X' });
  expect(captionOf({ ...decade, xmp: null }).date).toBeUndefined();
});

test('a block with makers\u2019 notes is only changed in place', () => {
  const notes = dated('2019:05:06 07:08:09', [[TAG.makerNote, 'notes']]);
  const long = 'A description that is longer than the room that there is for it';
  const { exif, xmp } = withCaption({ ...NO_METADATA, exif: notes }, { date: '1925-06-14', description: long }, false);
  expect(exif!.length).toBe(notes.length);
  expect(textOf(exifOf(exif).image.get(TAG.imageDescription))).toBe('SCAN0001');
  expect(captionOf({ ...NO_METADATA, exif }).date).toBe('1925-06-14');
  expect(captionOf({ ...NO_METADATA, xmp }).description).toBe(long);
});

test('records of IPTC in older letters become UTF-8, long texts are cut between letters, and others stay', () => {
  const latin = concat([
    Uint8Array.of(0x1c, 2, 0, 0, 2, 0, 4),
    Uint8Array.of(0x1c, 2, 80, 0, 5),
    Uint8Array.of(0x4a, 0x6f, 0xe3, 0x6f, 0x20),
  ]);
  const written = withIptcTexts(latin, { title: 'é'.repeat(50), place: '' })!;
  expect(iptcText(written, 'title')).toBe('é'.repeat(32));
  expect(new TextDecoder().decode(written)).toContain('João');
  expect([...written.slice(0, 8)]).toEqual([0x1c, 1, 90, 0, 3, 0x1b, 0x25, 0x47]);
  expect([...written].join()).toContain([0x1c, 2, 0, 0, 2, 0, 4].join());
  expect(withIptcTexts(Uint8Array.of(1, 2, 3), { title: 'x' })).toBeNull();
});

test('any text survives XMP, but for what XML cannot hold', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).map((each) => `a${each}z`);
  const held = (each: string) => each.replace(/[\p{Cs}\ufffe\uffff]/gu, ' ').replace(/[^\t\n\P{Cc}]/gu, ' ');
  fc.assert(
    fc.property(text, text, (title, person) => {
      const xmp = captionInXmp(null, { title, people: [person] });
      expect(captionOf({ ...NO_METADATA, xmp })).toEqual({ title: held(title), people: [held(person)] });
    }),
  );
});

test('a date that is none changes nothing', () => {
  const metadata = { ...NO_METADATA, exif: dated('2019:05:06 07:08:09') };
  const written = withCaption(metadata, { date: '--' }, true);
  expect(written.exif).toBe(metadata.exif);
  expect(captionOf(written).date).toBe('2019-05-06');
});
