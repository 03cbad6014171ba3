import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { benchBatch } from './batch';
import type { Figure } from './figure';
import { sweepFiles } from './files';
import { benchFirstLook } from './first-look';
import { benchHostile } from './hostile';
import { measureInfrared } from './infrared';
import { benchMemory } from './memory';
import { measureNegatives } from './negatives';
import { comparePeers } from './peers';
import { measurePrints } from './prints';
import { profile } from './profile';
import { benchRestore } from './restore';
import { benchSeams } from './seams';
import { benchStart } from './start';
import { benchStroke } from './stroke';
import { benchStyles } from './styles';

const BENCHES: Record<string, (folder: string) => Promise<Figure[]>> = {
  restore: benchRestore,
  memory: benchMemory,
  start: benchStart,
  'first-look': benchFirstLook,
  stroke: benchStroke,
  batch: benchBatch,
  seams: benchSeams,
  styles: benchStyles,
  hostile: benchHostile,
};

/** Runs the named benches, or all; ends with exit code 1 if a figure exceeds its limit. */
export async function main(args: readonly string[]): Promise<void> {
  if (args[0] === 'files') {
    const at = args.indexOf('--folder');
    const photos = at < 0 ? undefined : args[at + 1];
    if (photos === undefined) {
      console.error('Name the folder: npm run bench -- files --folder <folder>');
      process.exitCode = 2;
    } else await sweepFiles(resolve(photos));
    return;
  }
  if (args[0] === 'prints') {
    const value = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
    await measurePrints(value('--folder'), Number(value('--pages') ?? 90), Number(value('--from') ?? 0));
    return;
  }
  if (args[0] === 'peers') {
    const at = args.indexOf('--data');
    const data = at < 0 ? undefined : args[at + 1];
    if (data === undefined) {
      console.error('Name the pictures: npm run bench -- peers --data <folder with kodak>');
      process.exitCode = 2;
    } else await comparePeers(resolve(data), args.includes('--json'));
    return;
  }
  if (args[0] === 'profile') {
    await inFolder(async (folder) => console.log(await profile(folder)));
    return;
  }
  if (args[0] === 'negatives') {
    const value = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
    await measureNegatives(value('--folder'), Number(value('--from') ?? 0));
    return;
  }
  if (args[0] === 'infrared') {
    const value = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
    const data = value('--data');
    await measureInfrared(data && resolve(data), Number(value('--from') ?? 0), Number(value('--some') ?? 1000));
    return;
  }
  const json = args.includes('--json');
  const asked = args.filter((arg) => !arg.startsWith('--'));
  const unknown = asked.filter((name) => !Object.hasOwn(BENCHES, name));
  if (unknown.length > 0) {
    console.error(`No such bench: ${unknown.join(', ')}. There are: ${Object.keys(BENCHES).join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  const figures: (Figure & { bench: string; ok: boolean | null })[] = [];
  for (const name of asked.length > 0 ? asked : Object.keys(BENCHES)) {
    await inFolder(async (folder) => {
      for (const figure of await BENCHES[name]!(folder)) {
        const ok = figure.limit === null ? null : figure.value <= figure.limit;
        figures.push({ bench: name, ...figure, ok });
        if (!json) console.log(format(name, figure, ok));
      }
    });
  }
  if (json) console.log(JSON.stringify({ figures }, null, 2));
  process.exitCode = figures.some((figure) => figure.ok === false) ? 1 : 0;
}

/** Lends a folder that is removed afterwards. */
async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'emulsion-bench-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function format(bench: string, { name, value, unit, limit }: Figure, ok: boolean | null): string {
  const judged = ok === null ? '' : ok ? `  (within ${limit})` : `  OVER the limit of ${limit}`;
  return `${bench.padEnd(10)} ${name.padEnd(60)} ${value.toFixed(3).padStart(10)} ${unit}${judged}`;
}
