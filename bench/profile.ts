import { readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli } from './cli';
import { type FirstLook, lookFirst } from './first-look';
import { writeScene } from './scene';

/**
 * Where the time of one photo of 12 megapixels goes, as tables for README.md: what a person waits for after choosing it, and
 * the whole command. Samples of the engine are told by the source file that they lie in; nets by the runs that were recorded
 * (profile-engine.mjs). Recording costs a few per cent.
 */

const MODELS = fileURLToPath(new URL('../models', import.meta.url));
const HOOK = new URL('profile-engine.mjs', import.meta.url).href;

interface Recorded {
  profile: {
    nodes: {
      id: number;
      callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number };
      children?: number[];
    }[];
    startTime: number;
    samples: number[];
    timeDeltas: number[];
  };
  /** Microseconds of the recording's clock at the beginning of 1970. */
  epoch: number;
  runs: { net: string; from: number; to: number }[];
  requests: { id: string; kind: string; size: string | null; from: number; to: number }[];
}

/** What the code of a file does; the first that fits counts. Files of helpers are left out: their callers count. */
const WORK: readonly (readonly [start: string, work: string])[] = [
  ['main/restoration/steps/film', 'faults of film'],
  ['main/restoration/faces.ts', 'finding faces'],
  ['main/restoration/quality.ts', 'noise and compression'],
  ['main/restoration/steps/tone', 'tones and fading'],
  ['main/restoration/strictness.ts', 'damage and its mask'],
  ['main/restoration/damage.ts', 'damage and its mask'],
  ['main/restoration/mask.ts', 'damage and its mask'],
  ['main/restoration/wide.ts', 'damage and its mask'],
  ['main/restoration/features.ts', 'damage and its mask'],
  ['main/restoration/measurements.ts', 'damage and its mask'],
  ['document/', 'damage and its mask'],
  ['main/restoration/steps/repair', 'repair, around its nets'],
  ['main/restoration/steps/restore', 'restore, around its net'],
  ['main/restoration/steps/faces', 'faces, around their net'],
  ['main/restoration/steps/upscale', 'enlarging, around its net'],
  ['main/restoration/steps/colorise', 'colours, around their net'],
  ['main/engine/tile', 'tiles in and out'],
  ['main/photos/', 'files and pictures'],
  ['main/engine/', 'engine'],
  ['main/', 'engine'],
];

/** @returns the tables in Markdown */
export async function profile(folder: string): Promise<string> {
  const scene = await writeScene(folder, 12);
  const look = await recorded(join(folder, 'look.json'), 'render preview', () => lookFirst(folder, scene));
  const command = await recorded(join(folder, 'command.json'), 'restore', () =>
    runCli(['restore', scene, '--out', join(folder, 'out'), '--json', '--provider', 'cpu']),
  );
  const [seen] = look.value as [FirstLook];
  const { shown, proposal, settled } = seen;
  return [
    `First look: photo ${seconds(shown)}, proposal ${seconds(proposal)}, preview ${seconds(settled)} (recording included)`,
    tableOf(look.found, seen.chosen),
    `Whole command: ${seconds(command.value.seconds)} (recording included)`,
    tableOf(command.found),
  ].join('\n\n');
}

async function recorded<T>(
  file: string,
  until: string,
  work: () => Promise<T>,
): Promise<{ value: T; found: Recorded }> {
  const before = { ...process.env };
  Object.assign(process.env, {
    NODE_OPTIONS: `--import ${HOOK}`,
    EMULSION_PROFILE: file,
    EMULSION_PROFILE_UNTIL: until,
  });
  try {
    const value = await work();
    return { value, found: JSON.parse(readFileSync(file, 'utf8')) as Recorded };
  } finally {
    for (const name of ['NODE_OPTIONS', 'EMULSION_PROFILE', 'EMULSION_PROFILE_UNTIL']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

const seconds = (value: number | undefined) => `${(value ?? Number.NaN).toFixed(2)} s`;

/**
 * One row for each kind of work in each request, with its seconds, and when the requests came and were answered.
 *
 * @param begun milliseconds since 1970 from which those are counted; from the start of the engine if absent
 */
function tableOf(
  { profile: { nodes, startTime, samples, timeDeltas }, epoch, runs, requests }: Recorded,
  begun?: number,
): string {
  const works = worksOf(nodes);
  const nets = netNames();
  const spans = [...runs].sort((one, other) => one.from - other.from);
  const jobs = requests.filter(
    ({ kind, to }) => to > 0 && !['configure', 'generators', 'styles', 'providers'].includes(kind),
  );
  const rows = new Map<string, Map<string, number>>();
  const zero = begun === undefined ? startTime : epoch + 1000 * begun;
  const times = new Map<string, [from: number, to: number]>();
  for (const { kind, size, from, to } of jobs) {
    const name = [kind, size].filter(Boolean).join(' ');
    times.set(name, [times.get(name)?.[0] ?? from, to]);
  }
  let at = startTime;
  for (const [index, sample] of samples.entries()) {
    // A sample stands for the time up to the next one.
    at += timeDeltas[index]!;
    const length = timeDeltas[index + 1] ?? 0;
    const job = jobs.find(({ from, to }) => from <= at && at < to);
    const span = spans.find(({ from, to }) => from <= at && at < to);
    // Before the photo was chosen.
    if (begun !== undefined && at < zero) continue;
    const where = job ? [job.kind, job.size].filter(Boolean).join(' ') : 'between requests';
    const own = works.get(sample)!;
    const work = span
      ? span.net.startsWith('load ')
        ? `loading ${nets.get(span.net.slice(5)) ?? 'a net'}`
        : `net ${nets.get(span.net) ?? 'unknown'}`
      : own === '(idle)'
        ? job
          ? 'libvips (decode, resize, encode), files'
          : 'waiting'
        : own;
    const row = rows.get(where) ?? new Map<string, number>();
    rows.set(where, row.set(work, (row.get(work) ?? 0) + length));
  }
  const lines = ['| request | work | s | from | to |', '|---|---|---:|---:|---:|'];
  for (const [where, row] of rows) {
    const sorted = [...row].sort(([, one], [, other]) => other - one);
    const total = sorted.reduce((sum, [, length]) => sum + length, 0);
    const [from, to] = (times.get(where) ?? []).map((time) => ((time - zero) / 1e6).toFixed(2));
    lines.push(`| **${where}** | | **${(total / 1e6).toFixed(2)}** | ${from ?? ''} | ${to ?? ''} |`);
    for (const [work, length] of sorted)
      if (length >= 10_000) lines.push(`| | ${work} | ${(length / 1e6).toFixed(2)} | | |`);
  }
  return lines.join('\n');
}

/** The work of each node of a profile: that of the nearest function of the product that is known to {@link WORK}. */
function worksOf(nodes: Recorded['profile']['nodes']): Map<number, string> {
  const maps = new Map<string, SourceMap | null>();
  const sourceOf = (url: string, line: number, column: number): string | null => {
    if (!url.includes('/out/main/')) return null;
    let map = maps.get(url);
    if (map === undefined) {
      const path = url.startsWith('file:') ? fileURLToPath(url) : url;
      map = new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')));
      maps.set(url, map);
    }
    const entry = map?.findEntry(line, column);
    if (!entry || !('originalSource' in entry)) return null;
    const source = String(entry.originalSource);
    return /(?:^|\/)((?:main|document|contract|text)\/.*)$/.exec(source)?.[1] ?? null;
  };
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  return new Map(
    nodes.map(({ id, callFrame }) => {
      if (callFrame.functionName === '(idle)') return [id, '(idle)'];
      if (callFrame.functionName === '(garbage collector)') return [id, 'garbage collection'];
      for (let each: number | undefined = id; each !== undefined; each = parents.get(each)) {
        const { url, lineNumber, columnNumber } = byId.get(each)!.callFrame;
        const source = sourceOf(url, lineNumber, columnNumber);
        const work = source === null ? undefined : WORK.find(([start]) => source.startsWith(start));
        if (work) return [id, work[1]];
      }
      return [id, 'Node.js and native code'];
    }),
  );
}

/** Names of the shipped nets by the hashes of their files. */
function netNames(): Map<string, string> {
  const names = new Map<string, string>();
  for (const folder of readdirSync(MODELS)) {
    let card: Record<string, { file?: string; sha256?: string } | string>;
    try {
      card = JSON.parse(readFileSync(join(MODELS, folder, 'card.json'), 'utf8'));
    } catch {
      // No generator lies here.
      continue;
    }
    if (typeof card.sha256 === 'string') names.set(card.sha256, folder);
    for (const [part, each] of Object.entries(card)) {
      if (typeof each === 'object' && each !== null && each.sha256 !== undefined)
        names.set(each.sha256, `${folder} (${part})`);
    }
  }
  return names;
}
