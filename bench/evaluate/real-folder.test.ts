import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../main/engine/test-support';
import { writePng } from './pictures';
import { findPhotograph, RealError, readIndex, readTruth } from './real-folder';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const write = (name: string, text: string) => writeFile(join(folder.path, name), text);

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

describe('the index of real photographs', () => {
  it('is read with its folds, with or without a heading', async () => {
    await write('index.tsv', 'stem\tseverity\tmust\nfirst\t3\ty\t1%\tcrack\nsecond\t0\tn\n');
    await write('folds.tsv', 'stem\tfold\nfirst\t2\n');
    expect(await readIndex(folder.path)).toEqual({
      entries: [
        { stem: 'first', severity: 3, mustRepair: 'y', fold: 2 },
        { stem: 'second', severity: 0, mustRepair: 'n', fold: null },
      ],
      wrong: [],
    });
  });

  it('says which line it cannot use, and uses the others', async () => {
    await write('index.tsv', 'odd\tvery\ty\nfirst\t1\t?\nhalf\t2\n');
    const { entries, wrong } = await readIndex(folder.path);
    expect(entries.map(({ stem }) => stem)).toEqual(['first']);
    expect(wrong).toEqual([expect.stringContaining('line 1 (odd)'), expect.stringContaining('line 3 (half)')]);
  });

  it('is empty if there is no index', async () => {
    expect(await readIndex(join(folder.path, 'nowhere'))).toEqual({ entries: [], wrong: [] });
  });

  it('may name a photograph that is missing', () => {
    expect(() => findPhotograph(folder.path, 'absent')).toThrow(RealError);
    expect(() => findPhotograph(join(folder.path, 'nowhere'), 'absent')).toThrow('absent');
  });
});

describe('the marks on a photograph', () => {
  beforeEach(() => writePng({ width: 4, height: 3, data: new Uint8Array(12).fill(255, 0, 5) }, maskPath()));
  const maskPath = () => join(folder.path, 'first.mask.png');

  it('are a mask and its strokes', async () => {
    await write(
      'first.json',
      '{"photo": "x.jpg", "lines": [{"points": [[0, 0], [3, 2.5]], "kind": "crack", "width": 2}]}',
    );
    const { truth, notes } = await readTruth(folder.path, 'first');
    expect([truth.width, truth.height, truth.data[4], truth.data[5]]).toEqual([4, 3, 255, 0]);
    expect(notes.lines).toMatchObject([
      {
        kind: 'crack',
        points: [
          [0, 0],
          [3, 2.5],
        ],
      },
    ]);
    expect(notes.keep).toEqual([]);
  });

  it('may be only a mask', async () => {
    expect((await readTruth(folder.path, 'first')).notes).toEqual({ lines: [], areas: [], spots: [], keep: [] });
  });

  it.each([
    '{"lines": [',
    '[]',
    '{"lines": 3}',
    '{"lines": [{"points": [[1, "a"]], "kind": "crack"}]}',
    '{"keep": [{"points": []}]}',
  ])('is not measured where the strokes are %s', async (text) => {
    await write('first.json', text);
    const reading = readTruth(folder.path, 'first');
    await expect(reading).rejects.toThrow(RealError);
    await expect(reading).rejects.toThrow(/^first\.json is broken .*left out$/s);
  });

  it('are not used if the mask is missing or not a picture', async () => {
    await writeFile(maskPath(), 'no picture');
    await expect(readTruth(folder.path, 'first')).rejects.toThrow('first.mask.png cannot be read');
    await rm(maskPath());
    await mkdir(join(folder.path, 'other'));
    await expect(readTruth(folder.path, 'first')).rejects.toThrow('first.mask.png is missing');
  });
});
