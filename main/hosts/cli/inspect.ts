import { basename, parse, resolve } from 'node:path';
import type { Command } from 'commander';
import { inEnglish, say, sentenceOf, type Translator } from '../../../text/message';
import type { ListedPlace } from '../../engine/inspect-repair';
import type { Engine } from '../../engine/supervisor';
import { EmulsionError } from '../../errors';
import { assertWritable } from '../../storage/folders';
import { whole } from '../arguments';
import { EXIT } from './exit-codes';
import { document, exitsIn } from './help';
import { addEngine, addJson, type EngineFlags, withEngine } from './options';
import { createReporter, type Reporter } from './reporter';
import { fieldsOf, needsFor, withCode } from './tell';
import { oneLine } from './terminal';

interface AnalyseFlags extends EngineFlags {
  list?: boolean;
  maskOut?: string;
  page?: number;
  salvage?: boolean;
}

export function addAnalyse(program: Command, signal: AbortSignal, translator: Translator): void {
  const { t } = translator;
  const command = program
    .command('analyse')
    .summary(t('manual.analyse.summary'))
    .description(t('manual.analyse.about'))
    .argument('<photo>', t('manual.analyse.photo'));
  command
    .option('--list', t('manual.analyse.list'))
    .option('--mask-out <file>', t('manual.analyse.maskOut'))
    .option('--page <n>', t('manual.analyse.page'), whole(1, 9999))
    .option('--salvage', t('manual.options.salvage'));
  addJson(addEngine(command, translator), translator).action((path: string, flags: AnalyseFlags) =>
    withEngine(flags, (engine) =>
      analyseOne({ engine, signal, path, flags, reporter: createReporter({ json: flags.json === true, translator }) }),
    ),
  );
  document(command, {
    examples: [
      ['emulsion analyse portrait.jpg', t('manual.analyse.examples.plain')],
      ['emulsion analyse portrait.jpg --list', t('manual.analyse.examples.list')],
      ['emulsion analyse portrait.jpg --mask-out portrait-mask.png', t('manual.analyse.examples.maskOut')],
      ['emulsion analyse portrait.jpg --json', t('manual.analyse.examples.json')],
    ],
    exits: exitsIn(translator).photos,
    seeAlso: ['emulsion help restore'],
  });
}

export function addStyles(program: Command, translator: Translator): void {
  const { t } = translator;
  const command = program.command('styles').summary(t('manual.styles.summary')).description(t('manual.styles.about'));
  addJson(addEngine(command, translator), translator).action((flags: EngineFlags) =>
    withEngine(flags, async (engine) => {
      const reporter = createReporter({ json: flags.json === true, translator });
      const { presets: styles } = await engine.request('styles', null);
      for (const style of styles) reporter.line(`${style.id.padEnd(28)}${style.name}`, { type: 'style', ...style });
      if (styles.length === 0) {
        const missing = new EmulsionError('GENERATOR_MISSING', { reason: say('cli.errors.noStyles') }).toFailure();
        reporter.problem(withCode(missing, reporter), { type: 'failed', ...fieldsOf(missing) });
        return EXIT.failed;
      }
      return EXIT.done;
    }),
  );
  document(command, {
    examples: [['emulsion styles', t('manual.styles.example')]],
    exits: [
      [String(EXIT.done), t('manual.styles.exits.done')],
      [String(EXIT.failed), t('manual.styles.exits.failed')],
      exitsIn(translator).usage,
    ],
    seeAlso: ['emulsion help restore'],
  });
}

/** Shows what a photo needs, and why. */
async function analyseOne({
  engine,
  signal,
  path,
  flags,
  reporter,
}: {
  engine: Engine;
  signal: AbortSignal;
  path: string;
  flags: AnalyseFlags;
  reporter: Reporter;
}): Promise<number> {
  const { t, sentence } = reporter.translator;
  const label = basename(path);
  const { list, maskOut } = flags;
  const inspect =
    list || maskOut !== undefined ? { mask: maskOut === undefined ? null : targetOf(maskOut) } : undefined;
  if (inspect?.mask) await assertWritable(inspect.mask.folder);
  const { photo, analysis, inspected } = await engine.request(
    'restore',
    {
      path: resolve(path),
      page: flags.page,
      salvage: flags.salvage === true,
      recipe: null,
      format: null,
      quality: 92,
      metadata: 'all',
      target: null,
      inspect,
    },
    { signal, onProgress: (progress) => reporter.progress(label, progress) },
  );
  const colour = t(`cli.colours.${analysis.colour}`);
  const faces = analysis.faces?.length ? `, ${t('cli.faces', { count: analysis.faces.length })}` : '';
  const lines = [
    `${oneLine(label)}: ${photo.width} × ${photo.height}, ${photo.format}, ${photo.depth} bit, ${colour}${faces}`,
    ...photo.notes.map((note) => `  ${sentence(note)}`),
    ...analysis.needs
      .filter((need) => need.available)
      .map(({ needed, kind, reason, figures }) => {
        const answer = t(needed ? 'cli.yes' : 'cli.no');
        const why = sentence({ key: reason, values: figures });
        // Whoever decides on colours has to know that they are invented.
        const honest = kind === 'colorise' && needed ? ` ${t('restore.imagined')}` : '';
        return `  ${answer.padStart(3)}  ${kind}: ${why}${honest}`;
      }),
  ];
  if (analysis.nothingToDo) lines.push(`  ${t('cli.noneSuggested')}`);
  if (list && inspected) lines.push(...placesIn(inspected.places, reporter.translator));
  if (inspected?.mask) lines.push(`  ${t('cli.maskIn', { path: oneLine(inspected.mask) })}`);
  reporter.line(lines.join('\n'), {
    type: 'analysis',
    input: path,
    photo: { ...photo, notes: photo.notes.map((note) => sentenceOf(note, inEnglish())) },
    analysis: { ...analysis, needs: needsFor(analysis.needs) },
    ...(list && inspected && { places: inspected.places }),
    ...(inspected?.mask && { mask: inspected.mask }),
  });
  return EXIT.done;
}

/** The folder and the name, without the extension, of a file to write as PNG. */
function targetOf(file: string) {
  const { dir, name, ext, base } = parse(resolve(file));
  return { folder: dir, stem: ext.toLowerCase() === '.png' ? name : base };
}

/** A line for each place, with its box as left, top, width and height. */
function placesIn(places: readonly ListedPlace[], { t, format }: Translator): string[] {
  const lines = places.map(({ x, y, width, height, pixels, kind, certainty }, index) => {
    const figures = { number: index + 1, x, y, width, height, pixels: format.number(pixels, 0) };
    if (kind === null || certainty === null) return `  ${t('cli.places.hand', figures)}`;
    return `  ${t(`cli.places.${kind}`, { ...figures, certainty: format.percent(certainty) })}`;
  });
  return [`  ${t('cli.places.count', { count: places.length })}`, ...lines];
}
