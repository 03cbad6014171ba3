import { basename, resolve } from 'node:path';
import type { Engine } from '../../engine/supervisor';
import { EXIT } from './exit-codes';
import { createReporter } from './reporter';

/** `emulsion analyse`: what a photo needs and why. */
export async function analyseOne({
  engine,
  signal,
  path,
  json,
}: {
  engine: Engine;
  signal: AbortSignal;
  path: string;
  json: boolean;
}): Promise<number> {
  const reporter = createReporter({ json });
  const label = basename(path);
  const { photo, analysis } = await engine.request(
    'restore',
    { path: resolve(path), recipe: null, format: null, quality: 92, keepMetadata: true, target: null },
    { signal, onProgress: (progress) => reporter.progress(label, progress) },
  );
  const colour = { colour: 'in colour', monochrome: 'black and white', toned: 'toned (sepia or another tint)' };
  const lines = [
    `${label}: ${photo.width} x ${photo.height}, ${photo.format}, ${photo.depth} bit, ${colour[analysis.colour]}`,
    ...photo.notes.map((note) => `  ${note}`),
    ...analysis.needs
      .filter((need) => need.available)
      .map((need) => `  ${need.needed ? 'yes' : ' no'}  ${need.kind}: ${need.sentence}`),
  ];
  if (analysis.nothingToDo) lines.push('  Nothing to repair.');
  reporter.line(lines.join('\n'), { type: 'analysis', input: path, photo, analysis });
  return EXIT.done;
}

/** `emulsion generators`: what is installed. */
export async function listGenerators({ engine, json }: { engine: Engine; json: boolean }): Promise<number> {
  const reporter = createReporter({ json });
  const generators = await engine.request('generators', null);
  for (const generator of generators) {
    const size = `${(generator.bytes / 2 ** 20).toFixed(1)} MiB`;
    const lines = [
      `${generator.id} ${generator.version} (${generator.task}, ${size}, ${generator.licence}): ${generator.state}`,
      `  ${generator.description}`,
      ...generator.measured.map(
        (row) => `  ${row.metric}: ${row.value}${row.unit === '' ? '' : ` ${row.unit}`} on ${row.data}`,
      ),
      `  Limits: ${generator.limits}`,
    ];
    reporter.line(lines.join('\n'), { type: 'generator', ...generator });
  }
  return generators.every((generator) => generator.state === 'ready') ? EXIT.done : EXIT.failed;
}
