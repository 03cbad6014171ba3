import { join } from 'node:path';
import { runCli } from './cli';
import type { Figure } from './figure';
import { writeScene } from './scene';

/** Measures the peak memory of the command and its engine at 12, 50 and 100 megapixels. */
export async function benchMemory(folder: string): Promise<Figure[]> {
  const peaks = new Map<number, number>();
  for (const megapixels of [12, 50, 100]) {
    const scene = await writeScene(folder, megapixels);
    const { peakMegabytes } = await runCli(['restore', scene, '--out', join(folder, 'out'), '--json']);
    peaks.set(megapixels, peakMegabytes);
  }
  const growth = peaks.get(100)! - peaks.get(12)!;
  const raster = ((100 - 12) * 1e6 * 3) / 2 ** 20;
  return [
    { name: 'peak at 12 megapixels', value: peaks.get(12)!, unit: 'MB', limit: null },
    { name: 'peak at 50 megapixels', value: peaks.get(50)!, unit: 'MB', limit: null },
    { name: 'peak at 100 megapixels', value: peaks.get(100)!, unit: 'MB', limit: 1600 },
    { name: 'growth from 12 to 100 megapixels / growth of the raster', value: growth / raster, unit: '', limit: 1 },
  ];
}
