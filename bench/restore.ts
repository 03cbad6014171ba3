import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EnginePass } from '../main/engine/protocol';
import { inputPlanes } from '../main/engine/tile-plan';
import { AnyCard, type Card } from '../main/generators/card';
import { runCli } from './cli';
import type { Figure } from './figure';
import { writeScene } from './scene';

const MODELS = fileURLToPath(new URL('../models', import.meta.url));
const BARE = fileURLToPath(new URL('bare.mjs', import.meta.url));
/** Enough rounds that both sides meet a quiet moment of a busy computer. */
const ROUNDS = 5;

/**
 * Compares the whole command on a 12-megapixel photo (start, decode, analysis, masks, repair, encode, safe writing) with bare
 * `session.run` calls over the same tiles. Both take turns; the fastest run of each counts.
 */
export async function benchRestore(folder: string): Promise<Figure[]> {
  const scene = await writeScene(folder, 12);
  let whole = Number.POSITIVE_INFINITY;
  let bare = Number.POSITIVE_INFINITY;
  let tiles = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const { seconds, records } = await runCli([
      'restore',
      scene,
      '--out',
      join(folder, 'out'),
      '--json',
      '--provider',
      'cpu',
    ]);
    whole = Math.min(whole, seconds);
    const { passes } = records.find((record) => record.type === 'photo') as unknown as { passes: EnginePass[] };
    tiles = passes.reduce((sum, pass) => sum + pass.tiles, 0);
    bare = Math.min(bare, runBare(passes));
  }
  return [
    { name: 'whole command', value: whole, unit: 's', limit: null },
    { name: `bare session.run over the same ${tiles} tiles`, value: bare, unit: 's', limit: null },
    { name: 'whole command / bare session.run', value: whole / bare, unit: '', limit: 1.25 },
  ];
}

/** Seconds of bare `session.run` calls over as many tiles of the same shape. */
export function runBare(passes: readonly Pick<EnginePass, 'generator' | 'tiles' | 'tile'>[]): number {
  const work = passes.map(({ generator, tiles, tile }) => {
    const card = AnyCard.parse(JSON.parse(readFileSync(join(MODELS, generator, 'card.json'), 'utf8'))) as Card;
    const vectors = Object.fromEntries(card.vectorInputs.map((name) => [name, card.statistics?.size ?? 1]));
    const shape = [1, inputPlanes(card), tile, tile];
    return { model: join(MODELS, generator, card.file), shape, tiles, vectors };
  });
  const { status, stdout, stderr } = spawnSync(process.execPath, [BARE, JSON.stringify(work)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The bare runs failed: ${stderr}`);
  return Number(stdout);
}
