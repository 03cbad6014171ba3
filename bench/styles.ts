import { fileURLToPath } from 'node:url';
import type { RenderSize } from '../contract/photo';
import { type Recipe, StyleSettings } from '../contract/recipe';
import { forkEngine } from '../main/engine/launch';
import { createEngine } from '../main/engine/supervisor';
import type { Figure } from './figure';
import { writeScene } from './scene';

const ENTRY = fileURLToPath(new URL('../out/main/engine.js', import.meta.url));
const MODELS = fileURLToPath(new URL('../models', import.meta.url));

/**
 * Measures the waiting times in the gallery of styles with a photo of 12 megapixels: for the small pictures, for another style
 * at screen size, and for another strength. The fastest of each counts.
 */
export async function benchStyles(folder: string): Promise<Figure[]> {
  const engine = createEngine({
    launch: forkEngine(ENTRY),
    options: { models: MODELS, provider: 'cpu', threads: 0 },
    onStatus: () => {},
  });
  try {
    const path = await writeScene(folder, 12, false);
    await engine.request('open', { photoId: 'photo', path, name: 'scene.jpg' });
    await engine.request('analyse', { photoId: 'photo' });
    const { presets } = await engine.request('styles', null);
    const render = async (style: string, strength: number, size: RenderSize): Promise<number> => {
      const settings = StyleSettings.parse({ style, strength });
      const steps: Recipe['steps'] = [{ kind: 'style', enabled: true, settings }];
      const recipe: Recipe = { format: 1, id: 'bench', name: 'Bench', gate: 'always', steps };
      return (await engine.request('render', { photoId: 'photo', recipe, size })).seconds;
    };
    let gallery = 0;
    let painted = Number.POSITIVE_INFINITY;
    let blended = Number.POSITIVE_INFINITY;
    for (const [index, { id }] of presets.entries()) {
      gallery += await render(id, 1, 'small');
      if (index % 3 !== 0) continue;
      painted = Math.min(painted, await render(id, 1, 'preview'));
      for (const strength of [0.3, 0.6]) blended = Math.min(blended, await render(id, strength, 'preview'));
    }
    return [
      { name: `gallery of ${presets.length} styles`, value: gallery, unit: 's', limit: null },
      { name: 'another style at screen size', value: painted, unit: 's', limit: null },
      { name: 'another strength at screen size', value: blended, unit: 's', limit: null },
      { name: 'another strength / another style', value: blended / painted, unit: '', limit: 0.5 },
    ];
  } finally {
    await engine.close();
  }
}
