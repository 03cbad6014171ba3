import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { BatchSettings } from '../contract/batch';
import { openJournal } from '../main/batch/journal';
import { type Head, headOf, type MadeBody } from '../main/batch/journal-lines';
import { BATCH_FOLDER, openJournalState, workOf } from '../main/batch/journal-state';
import { damageScene } from '../main/restoration/testing/damage';
import { testScene } from '../main/restoration/testing/scene';
import { openFolder } from '../main/storage/open-folder';
import { runCli } from './cli';
import type { Figure } from './figure';

/** Number of photos for the throughput, and their size. */
const PHOTOS = 12;
const [WIDTH, HEIGHT] = [1200, 900];
const ROUNDS = 2;
const FEW = 100;
const MANY = 500;
const ENTRIES = 1_000_000;

/**
 * Measures photos per minute with the default concurrency, compared with one photo at a time on all threads (taking turns,
 * the fastest of each); peak memory with many photos, compared with few; and the time to open a journal of a million photos.
 */
export async function benchBatch(folder: string): Promise<Figure[]> {
  const scans = join(folder, 'scans');
  await writeScenes(scans, PHOTOS, WIDTH, HEIGHT);
  let [chosen, single] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let shape = '';
  for (let round = 0; round < ROUNDS; round++) {
    const one = await batch(scans, join(folder, `one-${round}`), ['--jobs', '1']);
    single = Math.min(single, one.seconds);
    const auto = await batch(scans, join(folder, `auto-${round}`), []);
    chosen = Math.min(chosen, auto.seconds);
    shape = `${auto.concurrency} at once, ${auto.threads} thread(s) each`;
  }

  const small = join(folder, 'small');
  await writeScenes(small, FEW, 96, 72);
  const few = await batch(small, join(folder, 'few'), []);
  await writeScenes(small, MANY, 96, 72);
  const many = await batch(small, join(folder, 'many'), []);

  return [
    { name: `photos a minute, ${shape}`, value: (PHOTOS * 60) / chosen, unit: '', limit: null },
    { name: 'photos a minute, one at a time', value: (PHOTOS * 60) / single, unit: '', limit: null },
    { name: 'time with the chosen concurrency / one at a time', value: chosen / single, unit: '', limit: 1 },
    { name: `peak over ${FEW} photos`, value: few.peak, unit: 'MB', limit: null },
    { name: `peak over ${MANY} photos / over ${FEW}`, value: many.peak / few.peak, unit: '', limit: 1.1 },
    ...(await benchJournal(join(folder, 'journal'))),
  ];
}

async function batch(scans: string, out: string, more: string[]) {
  const { records, peakMegabytes } = await runCli([
    ...['batch', scans, '--out', out, '--json', '--no-report', '--provider', 'cpu'],
    ...more,
  ]);
  const summary = records.at(-1) as { seconds: number; concurrency: number; threads: number };
  return { ...summary, peak: peakMegabytes };
}

async function writeScenes(folder: string, count: number, width: number, height: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { data, channels } = damageScene(testScene(width, height, 1), 1).raster;
  const jpeg = await sharp(data, { raw: { width, height, channels } }).jpeg({ quality: 92 }).toBuffer();
  for (let index = 0; index < count; index++) await writeFile(join(folder, `${index}.jpg`), jpeg);
}

/** Writes a journal as a batch does, with lines as long as for real photos, and opens it. */
async function benchJournal(output: string): Promise<Figure[]> {
  const folder = join(output, BATCH_FOLDER);
  await mkdir(folder, { recursive: true });
  const settings = BatchSettings.parse({});
  const input = join(output, 'in');
  const journal = await openJournal(await openFolder(folder), headOf, () => {});
  const at = new Date(0).toISOString();
  await journal.append({
    head: { t: 'run', format: 1, id: 'bench', input, work: workOf(settings), at, version: '1' },
    body: { settings },
  });
  const sentence = 'Creases and scratches cover 1.8 % of the picture. Repaired 1.9 % of the picture.';
  const report = {
    kind: 'repair',
    outcome: 'done',
    sentence,
    seconds: 3.21,
    generator: 'inpainter',
    provider: 'cpu',
  } as const;
  const body: MadeBody = {
    ...{
      bytes: 2_345_678,
      width: 3000,
      height: 2000,
      notes: [],
      seconds: 7.5,
      thumbnails: [1_000_000, 12_345, 12_345],
    },
    reports: [report, report, report],
  };
  const hash = '0123456789abcdef'.repeat(4);
  for (let done = 0; done < ENTRIES; done += 1000) {
    const lines = Array.from({ length: 1000 }, (_, index) => {
      const name = `box ${String(Math.floor(done / 1000)).padStart(4, '0')}/scan ${String(done + index).padStart(7, '0')}.jpg`;
      const head: Head = {
        t: 'made',
        n: name,
        b: 3_456_789,
        m: 1_700_000_000_000,
        h: hash,
        o: name,
        oh: hash,
        x: 'restored',
      };
      return [{ head, body }, { head: { t: 'done', n: name } as Head }];
    });
    await journal.append(...lines.flat());
  }
  await journal.close();
  const before = process.memoryUsage().rss;
  const started = performance.now();
  const journalState = await openJournalState(input, output, settings, () => 'bench');
  const seconds = (performance.now() - started) / 1000;
  const memory = (process.memoryUsage().rss - before) / 2 ** 20;
  const known = journalState.entries.size;
  await journalState.close();
  await rm(output, { recursive: true });
  if (known !== ENTRIES) throw new Error(`${known} of ${ENTRIES} photos were known again.`);
  return [
    { name: `resuming a journal of ${ENTRIES} photos`, value: seconds, unit: 's', limit: 60 },
    { name: 'memory for it', value: memory, unit: 'MB', limit: null },
  ];
}
