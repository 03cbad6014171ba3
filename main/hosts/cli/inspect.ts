import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Engine } from '../../engine/supervisor';
import { EXIT } from './exit-codes';
import { document, PHOTO_EXITS, UNDERSTOOD } from './help';
import { addEngine, addJson, type EngineFlags, withEngine } from './options';
import { createReporter } from './reporter';

export function addAnalyse(program: Command, signal: AbortSignal): void {
  const command = program
    .command('analyse')
    .summary('say what a photo needs, and why, without changing anything')
    .description(
      'Measures a photo and says of each step whether it is needed, with the figure that was measured. It is what restore goes by where it is given no recipe.',
    )
    .argument('<photo>', 'a photo');
  addJson(addEngine(command)).action((path: string, flags: EngineFlags) =>
    withEngine(flags, (engine) => analyseOne({ engine, signal, path, json: flags.json === true })),
  );
  document(command, {
    examples: [
      ['emulsion analyse portrait.jpg', 'a line for each step'],
      ['emulsion analyse portrait.jpg --json', 'all measurements, and the recipe that would be proposed'],
    ],
    exits: PHOTO_EXITS,
    seeAlso: ['emulsion help restore'],
  });
}

export function addGenerators(program: Command): void {
  const command = program
    .command('generators')
    .summary('list the installed generators with their measured quality')
    .description(
      'Lists what computes the steps: task, size, licence, measured quality and known limits of each generator.',
    );
  addJson(addEngine(command)).action((flags: EngineFlags) =>
    withEngine(flags, (engine) => listGenerators({ engine, json: flags.json === true })),
  );
  document(command, {
    examples: [
      ['emulsion generators', 'a paragraph for each'],
      ['emulsion generators --models ./models --json', 'those of a folder, for a program'],
    ],
    exits: [
      [String(EXIT.done), 'all of them are ready'],
      [String(EXIT.failed), 'at least one is damaged or cannot be used'],
      UNDERSTOOD,
    ],
  });
}

export function addStyles(program: Command): void {
  const command = program
    .command('styles')
    .summary('list the works in whose manner photos can be painted')
    .description(
      'Lists the styles that come with the installed generator. The works themselves are not part of it, only what it has seen in them.',
    );
  addJson(addEngine(command)).action((flags: EngineFlags) =>
    withEngine(flags, async (engine) => {
      const reporter = createReporter({ json: flags.json === true });
      const { presets: styles } = await engine.request('styles', null);
      for (const style of styles) reporter.line(`${style.id.padEnd(28)}${style.name}`, { type: 'style', ...style });
      if (styles.length === 0) {
        const text = 'No generator that paints is installed.';
        reporter.problem(`${text} (GENERATOR_MISSING)`, { type: 'failed', code: 'GENERATOR_MISSING', message: text });
        return EXIT.failed;
      }
      return EXIT.done;
    }),
  );
  document(command, {
    examples: [['emulsion styles', 'the names that --style takes']],
    exits: [
      [String(EXIT.done), 'there are styles'],
      [String(EXIT.failed), 'no generator that paints is installed'],
      UNDERSTOOD,
    ],
    seeAlso: ['emulsion help restore'],
  });
}

/** What a photo needs and why. */
async function analyseOne({
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

/** What is installed. */
async function listGenerators({ engine, json }: { engine: Engine; json: boolean }): Promise<number> {
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
