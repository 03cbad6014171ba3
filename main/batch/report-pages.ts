import { basename } from 'node:path';
import type { i18n } from 'i18next';
import { BATCH_OUTCOMES, type BatchRow, type BatchState, DECISIONS } from '../../contract/batch';
import type { Failure } from '../../contract/errors';
import { createFormat, type Format } from '../../text/format';
import { failureSentence, sentenceOf, sentencesOf } from '../../text/message';
import { type Html, html } from './html';
import type { Batch } from './types';

/** Problems listed on the first page. The table holds all of them. */
const LISTED_PROBLEMS = 500;

export const pageName = (number: number) => (number === 1 ? 'index.html' : `page-${number}.html`);

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
export class Pages {
  readonly #translations: i18n;
  readonly #format: Format;

  constructor(translations: i18n) {
    this.#translations = translations;
    this.#format = createFormat(translations.language);
  }

  head(state: BatchState, number: number, pages: number): string {
    const { t } = this.#translations;
    const title = t('report.title', { folder: basename(state.input) });
    const pageOf = pages > 1 ? `, ${t('report.page', { number, pages })}` : '';
    // The policy stands before everything that it concerns.
    return `<!doctype html>
<html lang="${this.#translations.language}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width">
${html`<title>${title}${pageOf}</title>`.text}<style>${STYLE}</style></head><body>
${html`<header><h1>${title}</h1>${number > 1 ? '' : this.#summary(state)}</header>${this.#links(number, pages)}<main>`.text}
`;
  }

  #summary(state: BatchState): Html {
    const { t } = this.#translations;
    const { input, output, settings, counts, seconds, pace, provider, notes, halt, phase } = state;
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
    const counted = ([...BATCH_OUTCOMES, 'waiting'] as const).filter((outcome) => counts[outcome] > 0);
    const rows = counted.map((outcome) => {
      const name = t(`report.outcomes.${outcome}`, { count: counts[outcome] });
      return html`<tr><td>${name}</td><td class="n">${counts[outcome]}</td></tr>`;
    });
    const reviewed = this.#reviewed(state);
    return html`<table>${facts.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</table>
<h2>${t('report.summary')}</h2><table class="narrow">${rows}${reviewed}</table>
${notes.map((note) => html`<p class="soft">${sentenceOf(note, this.#translations)}</p>`)}
<p class="soft">${t('report.honest')} <a href="photos.csv">photos.csv</a>, <a href="photos.json">photos.json</a>.</p>`;
  }

  /** What was decided, once somebody has begun to look at the results. */
  #reviewed({ review, counts }: BatchState): Html[] {
    const { t } = this.#translations;
    const finished = counts.restored + counts.unchanged + counts.failed + counts.quarantined;
    if (review.unseen === finished) return [];
    const named = DECISIONS.map((each) => [t(`report.decisions.${each}`), review[each]] as const);
    return [...named, [t('report.unseen'), review.unseen] as const]
      .filter(([, figure]) => figure > 0)
      .map(([name, figure]) => html`<tr><td>${name}</td><td class="n">${figure}</td></tr>`);
  }

  foot(number: number, pages: number): string {
    return `</main>${this.#links(number, pages).text}</body></html>\n`;
  }

  #links(number: number, pages: number): Html {
    if (pages === 1) return html``;
    const { t } = this.#translations;
    const link = (to: number, text: string) =>
      to >= 1 && to <= pages ? html`<a href="${pageName(to)}">${text}</a>` : html`<span class="soft">${text}</span>`;
    const here = t('report.page', { number, pages });
    return html`<nav aria-label="${t('report.pages')}">${link(number - 1, t('report.previous'))} · ${here} · ${link(number + 1, t('report.next'))}</nav>`;
  }

  async problems(batch: Batch): Promise<string> {
    const { t } = this.#translations;
    const rows: Html[] = [];
    for (let from = 0; from < LISTED_PROBLEMS; from += 100) {
      const { rows: some } = await batch.rows('problems', from, 100);
      for (const { name, failure } of some) {
        rows.push(html`<tr><td>${name}</td><td>${failure && this.#failureWithCode(failure)}</td></tr>`);
      }
      if (some.length < 100) break;
    }
    return html`<h2>${t('report.problems')}</h2><table>${rows}</table><h2>${t('report.all')}</h2>
`.text;
  }

  async article(batch: Batch, row: BatchRow): Promise<string> {
    const { t } = this.#translations;
    const { index, name, state, failure, reports, notes, written, seconds, pictured, seen, decision } = row;
    const pair = pictured ? await batch.thumbnails(index) : null;
    const picture = (side: 'before' | 'after') => {
      if (pair === null) return html``;
      const caption = t(`report.${side}`);
      return html`<figure><img alt="${caption}: ${name}" src="data:image/jpeg;base64,${pair[side].toString('base64')}"><figcaption>${caption}</figcaption></figure>`;
    };
    const steps = reports
      .filter(({ outcome }) => outcome !== 'off')
      .map(({ messages, sentence = '', generator, provider, outcome }) => {
        const isComputed = generator !== null && outcome === 'done';
        const by = isComputed ? html` <span class="soft">${generator}, ${provider}</span>` : null;
        return html`<li>${sentencesOf(messages, this.#translations) || sentence}${by}</li>`;
      });
    steps.push(...notes.map((note) => html`<li class="soft">${sentenceOf(note, this.#translations)}</li>`));
    const isProblem = state === 'failed' || state === 'quarantined';
    const why = failure && html`<p class="${isProblem ? 'bad' : ''}">${this.#failureWithCode(failure)}</p>`;
    const facts = [
      // That a kept original has no repairs says nothing of the photo.
      decision === 'original' ? '' : t(`report.outcomes.${state}`, { count: 1 }),
      written === null || written === name ? '' : t('report.writtenAs', { name: written }),
      seconds === null ? '' : this.#format.seconds(seconds),
      decision === null ? '' : t(`report.decisions.${decision}`),
      seen && decision === null ? t('report.seen') : '',
    ].filter(Boolean);
    const list = steps.length > 0 ? html`<ul>${steps}</ul>` : null;
    const text = html`<h3>${name}</h3><p class="soft">${facts.join(' · ')}</p>${why}${list}`;
    return html`<article>${picture('before')}${picture('after')}<div class="${pair === null ? 'wide' : 'text'}">${text}</div></article>
`.text;
  }

  #failure = (failure: Failure) => failureSentence(failure, this.#translations);

  #failureWithCode = (failure: Failure) => html`${this.#failure(failure)} <span class="soft">${failure.code}</span>`;
}
