import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { RECIPE_FORMAT, StyleSettings } from '../contract/recipe';
import { forkEngine } from '../main/engine/launch';
import { bordersOf, seamRatio } from '../main/engine/seams';
import { createEngine } from '../main/engine/supervisor';
import { planTiles } from '../main/engine/tile-plan';
import { Card } from '../main/generators/card';
import type { Raster } from '../main/restoration/raster';
import { PAINTED_EDGE } from '../main/restoration/steps/style/style';
import { testScene } from '../main/restoration/testing/scene';
import type { Figure } from './figure';
import { runBare } from './restore';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MODELS = join(ROOT, 'models');
const SIZE = { width: 6000, height: 4000 };
const STYLE = 'van-gogh-starry-night';

/**
 * Paints 24 megapixels at full size, with many tiles in both directions, and compares the time with bare `session.run` calls
 * over as many tiles. Also measures how much the tile borders stand out in the painted picture.
 */
export async function benchSeams(folder: string): Promise<Figure[]> {
  const path = join(folder, 'scene.tiff');
  const scene = testScene(SIZE.width, SIZE.height, 1);
  await sharp(scene.data, { raw: { ...SIZE, channels: 3 } })
    .tiff({ compression: 'none' })
    .toFile(path);
  const card = Card.parse(JSON.parse(readFileSync(join(MODELS, 'style', 'card.json'), 'utf8')));
  const engine = createEngine({
    launch: forkEngine(join(ROOT, 'out', 'main', 'engine.js')),
    options: { models: MODELS, provider: 'cpu', threads: 0 },
    onStatus: () => {},
  });
  const plan = planTiles(card, SIZE);
  const tile = Math.max(plan.tileWidth, plan.tileHeight);
  // Half of the calls run before and half after, so that both sides meet the same load on the computer.
  const half = { generator: card.id, tiles: Math.ceil(plan.cores.length / 2), tile };
  try {
    let bare = runBare([half]);
    // The brush is finer than the settings allow, so that the picture is not reduced.
    const settings = { ...StyleSettings.parse({ style: STYLE }), brush: PAINTED_EDGE / SIZE.width };
    const { output, passes, reports } = await engine.request('restore', {
      path,
      recipe: {
        format: RECIPE_FORMAT,
        id: 'seams',
        name: 'Seams',
        gate: 'always',
        steps: [{ kind: 'style', enabled: true, settings }],
      },
      format: 'tiff',
      quality: 90,
      metadata: 'all',
      target: { folder, stem: 'painted' },
    });
    const pass = passes.find(({ generator }) => generator === card.id)!;
    if (pass.tiles !== plan.cores.length) throw new Error('Memory was short: the borders are elsewhere.');
    const seconds = reports.find(({ kind }) => kind === 'style')!.seconds;
    bare += runBare([half]);
    const { data } = await sharp(output!.path).raw().toBuffer({ resolveWithObject: true });
    const picture: Raster = { ...SIZE, channels: 3, depth: 8, data };
    const ratio = seamRatio(picture, bordersOf(plan), card.input.multiple);
    return [
      { name: `24 megapixels painted in ${pass.tiles} tiles`, value: seconds, unit: 's', limit: null },
      { name: 'the style step / bare session.run', value: seconds / bare, unit: '', limit: 1.25 },
      { name: 'borders of tiles / lines beside them', value: ratio, unit: '', limit: 1.25 },
    ];
  } finally {
    await engine.close();
  }
}
