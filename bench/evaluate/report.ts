import { mean } from './metrics';

/** One figure and its baselines. Null: not measured. */
export interface Row {
  case: string;
  metric: string;
  unit: '' | 'dB' | '%';
  data: string;
  value: number | null;
  baselines: Record<string, number | null>;
  /** One value per picture, if the figure is their mean. */
  pictures: (number | null)[];
  /** The total, if the value is a count. */
  of?: number;
  /** The table of docs/quality.md for this row, if it is a separate one. */
  table?: string;
  /** Error in levels that the restorer got, one per picture. */
  told?: number[];
}

export interface GeneratorReport {
  rows: Row[];
  /** End to end, for a picture of a megapixel or more. */
  secondsPerMegapixel: number | null;
  /** Peak memory of the engine's process, over all cases. */
  peakMegabytes: number | null;
}

export interface Report {
  /** The computer it ran on. */
  machine: string;
  /** What could not be measured, and why. */
  notes: string[];
  generators: Record<string, GeneratorReport>;
}

type Values = readonly (number | null)[];

/** A row of means. Baselines that are null were not measured. */
export function row(
  where: Pick<Row, 'case' | 'metric' | 'unit' | 'data' | 'table'>,
  pictures: Values,
  baselines: Readonly<Record<string, Values | null>> = {},
): Row {
  const usual = (values: Values | null) =>
    values === null || values.length === 0 || values.includes(null) ? null : mean(values as number[]);
  const others = Object.entries(baselines).map(([name, values]) => [name, usual(values)] as const);
  return { ...where, value: usual(pictures), baselines: Object.fromEntries(others), pictures: [...pictures] };
}

/** A row of one figure over all pictures. */
export function total(
  where: Pick<Row, 'case' | 'metric' | 'unit' | 'data' | 'table'>,
  value: number | null,
  baselines: Readonly<Record<string, number | null>> = {},
): Row {
  return { ...row(where, [value]), baselines: { ...baselines } };
}

function format(value: number | null | undefined, { metric, unit, of }: Row): string {
  if (value === undefined) return '';
  if (value === null) return 'not measured';
  if (of !== undefined) return `${value} of ${of}`;
  return `${value.toFixed(digitsOf(metric, unit))}${unit === '' ? '' : ` ${unit}`}`;
}

function digitsOf(metric: string, unit: Row['unit']): number {
  if (metric === 'LPIPS') return 4;
  return metric.endsWith('proposed') ? 0 : unit === 'dB' || unit === '%' ? 2 : 3;
}

function baselinesOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap(({ baselines }) => Object.keys(baselines)))];
}

function costOf({ secondsPerMegapixel, peakMegabytes }: GeneratorReport): string {
  const seconds = secondsPerMegapixel === null ? 'not measured' : `${secondsPerMegapixel.toFixed(2)} s`;
  const memory = peakMegabytes === null ? 'not measured' : `${peakMegabytes.toFixed(0)} MB`;
  return `per megapixel, end to end: ${seconds}; peak memory of the engine: ${memory}`;
}

/** The report as a table for a terminal. */
export function toText({ machine, notes, generators }: Report): string {
  const lines = [machine, ...notes];
  for (const [id, report] of Object.entries(generators)) {
    const names = baselinesOf(report.rows);
    lines.push(
      '',
      [id.padEnd(28), ''.padEnd(18), 'product'.padStart(13), ...names.map((n) => n.padStart(27))].join(''),
    );
    for (const each of report.rows) {
      const figures = [each.value, ...names.map((name) => each.baselines[name])].map((value) => format(value, each));
      const [own = '', ...others] = figures;
      const text = others.map((figure) => figure.padStart(27)).join('');
      lines.push(`${each.case.padEnd(28)}${each.metric.padEnd(18)}${own.padStart(13)}${text}`.trimEnd());
    }
    lines.push(costOf(report));
  }
  return lines.join('\n');
}

/** The report as the tables of docs/quality.md: a column for each case, and a line for each metric, followed by its baselines. */
export function toMarkdown({ machine, notes, generators }: Report): string {
  const lines: string[] = [];
  for (const [id, report] of Object.entries(generators)) {
    for (const table of new Set(report.rows.map((each) => each.table))) {
      const rows = report.rows.filter((each) => each.table === table);
      lines.push(...tableOf(table === undefined ? id : `${id}, ${table}`, rows), '');
    }
    lines.push(`${id}, ${costOf(report)}.`, '');
  }
  return [...lines, `${[machine, ...notes].join('. ')}.`].join('\n');
}

function tableOf(title: string, rows: readonly Row[]): string[] {
  const cases = [...new Set(rows.map((each) => each.case))];
  const lines = [line([title, ...cases]), `|${'---|'.repeat(1 + cases.length)}`];
  for (const metric of new Set(rows.map((each) => each.metric))) {
    const of = cases.map((wanted) => rows.find((each) => each.case === wanted && each.metric === metric));
    const unit = rows.find((each) => each.metric === metric)!.unit;
    // The unit is at the start of the line.
    const withoutUnit = (text: string) => (unit === '' ? text : text.replace(` ${unit}`, ''));
    const figure = (value: number | null | undefined, each: Row | undefined) =>
      each ? withoutUnit(format(value, each)) : '';
    lines.push(line([unit === '' ? metric : `${metric}, ${unit}`, ...of.map((each) => figure(each?.value, each))]));
    for (const name of baselinesOf(rows.filter((each) => each.metric === metric))) {
      lines.push(line([`– ${name}`, ...of.map((each) => figure(each?.baselines[name], each))]));
    }
  }
  return lines;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
