import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { i18n } from 'i18next';
import type { BatchRow } from '../../contract/batch';
import { inEnglish, sentenceOf, sentencesOf } from '../../text/message';
import { toEmulsionError } from '../errors';
import type { OpenFolder } from '../storage/open-folder';
import { cleanPartials, createStaged, openTarget, publishAs } from '../storage/write';
import { REPORT_FOLDER } from './journal-state';
import { Pages, pageName } from './report-pages';
import type { Batch } from './types';

/** Photos on a page. With their thumbnails, a page is a few megabytes. */
const PAGE = 200;

/**
 * Writes a report on a batch so far, replacing an earlier one: self-contained HTML pages (`index.html`, `page-2.html`
 * ...), and the same for programs as `photos.csv` and `photos.json`, with fields and sentences in English. Returns the
 * path of the first page. Throws DISK_FULL, FOLDER_UNWRITABLE and the like.
 *
 * @param translations language of the pages
 * @param place folder on this computer, if the output folder is not on it
 */
export async function writeReport(
  batch: Batch,
  translations: i18n,
  place: string = batch.state().output,
): Promise<{ path: string; bytes: number }> {
  const path = join(place, REPORT_FOLDER);
  const root = place === batch.state().output ? batch.root : place;
  const folder = await openTarget({ folder: path, root });
  try {
    await cleanPartials(path, root);
    const bytes = await writeAll(batch, translations, folder);
    return { path: join(path, pageName(1)), bytes };
  } catch (error) {
    throw toEmulsionError(error);
  } finally {
    await folder.close();
  }
}

/** Writes the files of a report. Returns the total size of its pages in bytes. */
async function writeAll(batch: Batch, translations: i18n, folder: OpenFolder): Promise<number> {
  const state = batch.state();

  const pages = Math.max(1, Math.ceil(state.counts.found / PAGE));
  const csv = await begin(folder, 'photos.csv');
  const json = await begin(folder, 'photos.json');
  const html = new Pages(translations);
  let bytes = 0;
  try {
    await csv.write(`\uFEFF${CSV_HEAD.join(',')}\r\n`);
    const { running: _, ...summary } = state;
    await json.write(`{"batch":${JSON.stringify(summary)},"photos":[`);
    let number = 1;
    let page = await begin(folder, pageName(number));
    try {
      await page.write(html.head(state, number, pages));
      if (state.errors.length > 0) await page.write(await html.problems(batch));
      let count = 0;
      for await (const row of batch.allRows()) {
        if (count > 0 && count % PAGE === 0) {
          await page.write(html.foot(number, pages));
          bytes += await page.end();
          number += 1;
          page = await begin(folder, pageName(number));
          await page.write(html.head(state, number, Math.max(pages, number)));
        }
        await page.write(await html.article(batch, row));
        const plain = inPlainEnglish(row);
        await csv.write(`${cellsOf(plain).map(csvCell).join(',')}\r\n`);
        await json.write(`${count === 0 ? '' : ','}\n${JSON.stringify(plain)}`);
        count += 1;
      }
      await page.write(html.foot(number, Math.max(pages, number)));
      bytes += await page.end();
    } finally {
      await page.discard();
    }
    await json.write('\n]}\n');
    await csv.end();
    await json.end();
    // An earlier report may have had more pages.
    for (const name of await readdir(folder.here)) {
      const page = /^page-(\d+)\.html$/.exec(name);
      if (page && Number(page[1]) > number) await rm(folder.at(name), { force: true });
    }
  } finally {
    await Promise.all([csv.discard(), json.discard()]);
  }
  return bytes;
}

/** Writes a file of the report in parts. It replaces the previous file only when it is complete. */
async function begin(place: OpenFolder, name: string) {
  const staged = await createStaged(place, name);
  const { file } = staged;
  return {
    write: (text: string) => file.writeFile(text),
    async end(): Promise<number> {
      await file.sync();
      const { size } = await file.stat();
      await publishAs(place, staged.path, name, { replace: true });
      await staged.close();
      return size;
    },
    discard: () => staged.close(),
  };
}

/** MIME type of a file of the report; null for a name that no file of a report has. */
export function reportType(name: string): string | null {
  if (/^(index|page-\d{1,6})\.html$/.test(name)) return 'text/html; charset=utf-8';
  if (name === 'photos.csv') return 'text/csv; charset=utf-8';
  return name === 'photos.json' ? 'application/json' : null;
}

// ---------------------------------------------------------------------------------------------- tables

const CSV_HEAD = [
  'photo',
  'outcome',
  'code',
  'message',
  'written',
  'steps',
  'what was done',
  'notes',
  'seconds',
  'bytes',
  'decision',
];

function cellsOf(row: ReturnType<typeof inPlainEnglish>): string[] {
  const done = row.reports.filter(({ outcome }) => outcome === 'done').map(({ kind }) => kind);
  const sentences = row.reports.filter(({ outcome }) => outcome !== 'off').map(({ sentence = '' }) => sentence);
  return [
    row.name,
    row.state,
    row.failure?.code ?? '',
    row.failure?.message ?? '',
    row.written ?? '',
    done.join(' '),
    sentences.join(' '),
    row.notes.join('; '),
    row.seconds?.toFixed(2) ?? '',
    String(row.bytes),
    row.decision ?? (row.seen ? 'seen' : ''),
  ];
}

/**
 * A CSV cell that no spreadsheet reads as a formula, even if a file's name looks like one. SECURITY: many spreadsheets
 * separate cells by semicolons or tabs and then ignore the quotes, so that what follows one of them begins a cell too.
 */
export function csvCell(text: string): string {
  const safe = text
    .replace(/(^|[;|\t\r\n])([ "']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g, "$1$2'")
    .replace(/^[\t\r]/, "'$&");
  return /[",;|\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A row for programs: each step's report has its English sentence. */
function inPlainEnglish({ index: _, pictured: __, masked: ___, version: ____, undoable: _____, ...row }: BatchRow) {
  const reports = row.reports.map((report) => ({
    ...report,
    sentence: sentencesOf(report.messages, inEnglish()) || report.sentence,
  }));
  return { ...row, reports, notes: row.notes.map((note) => sentenceOf(note, inEnglish())) };
}
