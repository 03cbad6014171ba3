import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { i18n } from 'i18next';
import { BATCH_OUTCOMES, type BatchRow, type BatchState } from '../../contract/batch';
import type { Failure } from '../../contract/errors';
import { createFormat, type Format } from '../../text/format';
import { failureSentence, inEnglish, sentenceOf, sentencesOf } from '../../text/message';
import { toEmulsionError } from '../errors';
import { cleanPartials, discardStaged, publishAs, stagePhoto } from '../storage/write';
import type { Batch } from './types';

/** The folder inside the output folder that holds the report. */
export const REPORT_FOLDER = 'emulsion-report';
/** Photos on a page. With their thumbnails, a page is a few megabytes. */
const PAGE = 200;
/** Problems listed on the first page. The table holds all of them. */
const LISTED_PROBLEMS = 500;

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
  const state = batch.state();
  const folder = join(place, REPORT_FOLDER);
  await mkdir(folder, { recursive: true }).catch((error: unknown) => Promise.reject(toEmulsionError(error)));
  await cleanPartials(folder);

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
    } catch (error) {
      await page.discard();
      throw error;
    }
    await json.write('\n]}\n');
    await csv.end();
    await json.end();
    // An earlier report may have had more pages.
    for (const name of await readdir(folder)) {
      const page = /^page-(\d+)\.html$/.exec(name);
      if (page && Number(page[1]) > number) await rm(join(folder, name), { force: true });
    }
  } catch (error) {
    await Promise.all([csv.discard(), json.discard()]);
    throw toEmulsionError(error);
  }
  return { path: join(folder, pageName(1)), bytes };
}

/** Writes a file of the report in parts. It replaces the previous file only when it is complete. */
async function begin(folder: string, name: string) {
  const { path } = await stagePhoto({ folder, stem: name }, async (temporary) => {
    await (await open(temporary, 'w')).close();
  });
  const file = await open(path, 'w');
  let isOpen = true;
  const close = async () => {
    if (isOpen) await file.close();
    isOpen = false;
  };
  return {
    write: (text: string) => file.writeFile(text),
    async end(): Promise<number> {
      await file.sync();
      const { size } = await file.stat();
      await close();
      await publishAs(path, join(folder, name), { replace: true });
      await discardStaged(path);
      return size;
    },
    async discard(): Promise<void> {
      await close();
      await discardStaged(path);
    },
  };
}

/** MIME type of a file of the report; null for a name that no file of a report has. */
export function reportType(name: string): string | null {
  if (/^(index|page-\d{1,6})\.html$/.test(name)) return 'text/html; charset=utf-8';
  if (name === 'photos.csv') return 'text/csv; charset=utf-8';
  return name === 'photos.json' ? 'application/json' : null;
}

const pageName = (number: number) => (number === 1 ? 'index.html' : `page-${number}.html`);

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
  ];
}

/** A CSV cell that no spreadsheet reads as a formula, even if a file's name looks like one. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A row for programs: each step's report has its English sentence. */
function inPlainEnglish({ index: _, pictured: __, ...row }: BatchRow) {
  const reports = row.reports.map((report) => ({
    ...report,
    sentence: sentencesOf(report.messages, inEnglish()) || report.sentence,
  }));
  return { ...row, reports, notes: row.notes.map((note) => sentenceOf(note, inEnglish())) };
}

// ---------------------------------------------------------------------------------------------- pages

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`).replace(/[\r\n]+/g, ' ⏎ ');

const STYLE = `
:root{color-scheme:dark light;--ground:#262626;--panel:#1c1c1c;--text:#ededed;--soft:#a6a6a6;--line:#3a3a3a;--bad:#f08a80}
@media (prefers-color-scheme:light){:root{--ground:#c9c9c9;--panel:#f4f4f4;--text:#1a1a1a;--soft:#5c5c5c;--line:#d6d6d6;--bad:#a3261b}}
*{box-sizing:border-box}body{margin:0;background:var(--panel);color:var(--text);font:14px/1.5 system-ui,sans-serif}
main,header,nav{max-width:1080px;margin:0 auto;padding:8px 24px}h1{font-size:22px;margin:16px 0 4px}h2{font-size:16px;margin:24px 0 8px}
h3{font-size:14px;margin:0;overflow-wrap:anywhere}p{margin:0 0 8px}.soft{color:var(--soft)}.bad{color:var(--bad)}
table{border-collapse:collapse;width:100%;margin-bottom:12px}table.narrow{width:auto}header th{width:180px;font-weight:500;color:var(--soft)}td,th{padding:4px 12px 4px 0;text-align:left;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
article{display:grid;grid-template-columns:340px 340px 1fr;gap:12px;padding:16px 0;border-top:1px solid var(--line)}
figure{margin:0;background:var(--ground);padding:10px;border-radius:6px}figure img{display:block;max-width:320px;max-height:320px;margin:auto}
figcaption{font-size:12px;color:var(--text);text-align:center;padding-top:6px}.text{grid-column:3}.wide{grid-column:1/-1}
ul{margin:4px 0 0;padding-left:18px}a{color:inherit}
@media (max-width:1000px){article{grid-template-columns:1fr 1fr}.text{grid-column:1/-1}}
@media print{article{break-inside:avoid}}
`;

/** The pages of a report in one language. */
class Pages {
  readonly #translations: i18n;
  readonly #format: Format;

  constructor(translations: i18n) {
    this.#translations = translations;
    this.#format = createFormat(translations.language);
  }

  head(state: BatchState, number: number, pages: number): string {
    const { t } = this.#translations;
    const { input, output, settings, counts, seconds, pace, provider, notes, halt, phase } = state;
    const title = t('report.title', { folder: basename(input) });
    const pacing = pace === null ? '' : `, ${t('report.pace', { pace: this.#format.number(pace, 1) })}`;
    const facts: [string, string][] = [
      [t('report.originals'), input],
      [t('report.results'), output],
      [t('report.recipe'), settings.recipe?.name ?? t('report.proposals')],
      [t('report.state'), halt ? `${t('report.phases.halted')}: ${this.#failure(halt)}` : t(`report.phases.${phase}`)],
      [t('report.time'), seconds > 0 ? `${this.#format.duration(seconds)}${pacing}` : '–'],
      [t('report.provider'), provider === null ? '–' : t(`providers.${provider}`)],
      [t('report.written'), this.#format.date(new Date().toISOString())],
    ];
    const rows = BATCH_OUTCOMES.filter((outcome) => counts[outcome] > 0).map(
      (outcome) =>
        `<tr><td>${t(`report.outcomes.${outcome}`, { count: counts[outcome] })}</td><td class="n">${counts[outcome]}</td></tr>`,
    );
    if (counts.waiting > 0) {
      rows.push(
        `<tr><td>${t('report.outcomes.waiting', { count: counts.waiting })}</td><td class="n">${counts.waiting}</td></tr>`,
      );
    }
    const summary =
      number > 1
        ? ''
        : `<table>${facts.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${escaped(value)}</td></tr>`).join('')}</table>
<h2>${t('report.summary')}</h2><table class="narrow">${rows.join('')}</table>
${notes.map((note) => `<p class="soft">${escaped(sentenceOf(note, this.#translations))}</p>`).join('')}
<p class="soft">${t('report.honest')} <a href="photos.csv">photos.csv</a>, <a href="photos.json">photos.json</a>.</p>`;
    const pageOf = pages > 1 ? `, ${t('report.page', { number, pages })}` : '';
    return `<!doctype html>
<html lang="${this.#translations.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escaped(title)}${pageOf}</title><style>${STYLE}</style></head><body>
<header><h1>${escaped(title)}</h1>${summary}</header>${this.#links(number, pages)}<main>
`;
  }

  foot(number: number, pages: number): string {
    return `</main>${this.#links(number, pages)}</body></html>\n`;
  }

  #links(number: number, pages: number): string {
    if (pages === 1) return '';
    const { t } = this.#translations;
    const link = (to: number, text: string) =>
      to >= 1 && to <= pages ? `<a href="${pageName(to)}">${text}</a>` : `<span class="soft">${text}</span>`;
    const here = t('report.page', { number, pages });
    return `<nav aria-label="${t('report.pages')}">${link(number - 1, t('report.previous'))} · ${here} · ${link(number + 1, t('report.next'))}</nav>`;
  }

  async problems(batch: Batch): Promise<string> {
    const { t } = this.#translations;
    const rows: string[] = [];
    for (let from = 0; from < LISTED_PROBLEMS; from += 100) {
      const { rows: some } = await batch.rows('problems', from, 100);
      for (const { name, failure } of some) {
        rows.push(`<tr><td>${escaped(name)}</td><td>${failure ? this.#failureWithCode(failure) : ''}</td></tr>`);
      }
      if (some.length < 100) break;
    }
    return `<h2>${t('report.problems')}</h2><table>${rows.join('')}</table><h2>${t('report.all')}</h2>\n`;
  }

  async article(batch: Batch, row: BatchRow): Promise<string> {
    const { t } = this.#translations;
    const { index, name, state, failure, reports, notes, written, seconds, pictured } = row;
    const pair = pictured ? await batch.thumbnails(index) : null;
    const picture = (side: 'before' | 'after') => {
      if (pair === null) return '';
      const caption = t(`report.${side}`);
      return `<figure><img alt="${caption}: ${escaped(name)}" src="data:image/jpeg;base64,${pair[side].toString('base64')}"><figcaption>${caption}</figcaption></figure>`;
    };
    const pictures = picture('before') + picture('after');
    const steps = reports
      .filter(({ outcome }) => outcome !== 'off')
      .map(({ messages, sentence = '', generator, provider, outcome }) => {
        const isComputed = generator !== null && outcome === 'done';
        const by = isComputed ? ` <span class="soft">${escaped(generator)}, ${provider}</span>` : '';
        return `<li>${escaped(sentencesOf(messages, this.#translations) || sentence)}${by}</li>`;
      });
    steps.push(...notes.map((note) => `<li class="soft">${escaped(sentenceOf(note, this.#translations))}</li>`));
    const isProblem = state === 'failed' || state === 'quarantined';
    const why = failure ? `<p${isProblem ? ' class="bad"' : ''}>${this.#failureWithCode(failure)}</p>` : '';
    const facts = [
      t(`report.outcomes.${state}`, { count: 1 }),
      written === null || written === name ? '' : t('report.writtenAs', { name: escaped(written) }),
      seconds === null ? '' : this.#format.seconds(seconds),
    ];
    return `<article>${pictures}<div class="${pictures === '' ? 'wide' : 'text'}"><h3>${escaped(name)}</h3><p class="soft">${facts.filter(Boolean).join(' · ')}</p>${why}${steps.length > 0 ? `<ul>${steps.join('')}</ul>` : ''}</div></article>\n`;
  }

  #failure = (failure: Failure) => failureSentence(failure, this.#translations);

  #failureWithCode = (failure: Failure) =>
    `${escaped(this.#failure(failure))} <span class="soft">${failure.code}</span>`;
}
