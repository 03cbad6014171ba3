import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { METADATA_CHOICES, type MetadataChoice, QUALITY } from '../../../contract/output';
import { EXPORT_FORMATS, type ExportFormat } from '../../../contract/photo';
import { inEnglish, sentenceOf, type Translator } from '../../../text/message';
import type { Engine } from '../../engine/supervisor';
import { EmulsionError, toEmulsionError, toFailure } from '../../errors';
import { log } from '../../log/log';
import { stemOfPage } from '../../photos/pages';
import { assertWritable } from '../../storage/folders';
import { systemPath } from '../../storage/system-path';
import { whole } from '../arguments';
import { EXIT } from './exit-codes';
import { document, exitsIn } from './help';
import { addEngine, addJson, type EngineFlags, withEngine } from './options';
import { createReporter, type Reporter } from './reporter';
import { tellFailed } from './tell';
import { oneLine } from './terminal';

interface SplitFlags extends EngineFlags {
  out: string;
  format?: ExportFormat;
  quality: number;
  metadata: MetadataChoice;
  page?: number;
  salvage?: boolean;
}

/** `emulsion split`: the prints on a scan, each as a photo of its own. */
export function addSplit(program: Command, signal: AbortSignal, translator: Translator): void {
  const { t } = translator;
  const command = program
    .command('split')
    .summary(t('manual.split.summary'))
    .description(t('manual.split.about'))
    .argument('<scan...>', t('manual.split.scans'));
  command
    .requiredOption('-o, --out <folder>', t('manual.options.out'))
    .addOption(new Option('-f, --format <format>', t('manual.options.format')).choices(EXPORT_FORMATS))
    .option('-q, --quality <1-100>', t('manual.options.quality'), whole(1, 100), QUALITY)
    .addOption(new Option('--metadata <what>', t('manual.options.metadata')).choices(METADATA_CHOICES).default('all'))
    .option('--page <n>', t('manual.split.page'), whole(1, 9999))
    .option('--salvage', t('manual.options.salvage'));
  addJson(addEngine(command, translator), translator).action((paths: string[], flags: SplitFlags) =>
    withEngine(flags, (engine) =>
      splitAll({ engine, signal, paths, flags, reporter: createReporter({ json: flags.json === true, translator }) }),
    ),
  );
  document(command, {
    examples: [
      ['emulsion split page.jpg --out prints', t('manual.split.examples.one')],
      ['emulsion split page.tif --out prints --json', t('manual.split.examples.json')],
      ['emulsion split album-*.jpg --out prints --format tiff', t('manual.split.examples.several')],
    ],
    exits: exitsIn(translator).photos,
    seeAlso: ['emulsion help restore'],
  });
}

async function splitAll({
  engine,
  signal,
  paths,
  flags,
  reporter,
}: {
  engine: Engine;
  signal: AbortSignal;
  paths: readonly string[];
  flags: SplitFlags;
  reporter: Reporter;
}): Promise<number> {
  const { t, sentence } = reporter.translator;
  const out = resolve(flags.out);
  await assertWritable(out);
  let failed = 0;
  for (const path of paths) {
    if (signal.aborted) break;
    const label = basename(path);
    try {
      // What cannot be looked at cannot be opened either, and that is told then.
      if ((await stat(await systemPath(path)).catch(() => null))?.isDirectory()) throw new EmulsionError('NOT_A_PHOTO');
      const stem = stemOfPage(basename(path, extname(path)), flags.page);
      const { prints, photo } = await engine.request(
        'split',
        {
          path: resolve(path),
          page: flags.page,
          salvage: flags.salvage === true,
          format: flags.format ?? null,
          quality: flags.quality,
          metadata: flags.metadata,
          target: { folder: out, root: out, stem },
        },
        { signal, onProgress: (progress) => reporter.progress(label, progress) },
      );
      for (const print of prints) {
        const { corners, angle, edge, path: file, bytes, width, height } = print;
        const notes = [...photo.notes, ...print.notes];
        const key = edge === 'paper' ? 'cli.split.paper' : 'cli.split.picture';
        // No minus before a zero.
        const turned = reporter.translator.format.number(Math.round(angle * 10) / 10 || 0, 1);
        const lines = [
          `${oneLine(path)} -> ${oneLine(file)}`,
          `  ${t(key, { width, height, angle: turned })}`,
          ...notes.map((note) => `  ${sentence(note)}`),
        ];
        reporter.line(lines.join('\n'), {
          type: 'print',
          input: path,
          file,
          corners: corners.map((corner) => corner.map((place) => Math.round(place * 100) / 100)),
          angle: Math.round(angle * 1000) / 1000 || 0,
          edge,
          width,
          height,
          bytes,
          notes: notes.map((note) => sentenceOf(note, inEnglish())),
        });
      }
    } catch (error) {
      if (signal.aborted) break;
      failed += 1;
      log.failure('A scan could not be split', toEmulsionError(error), { file: path });
      tellFailed(path, toFailure(error), reporter, { type: 'failed' });
    }
  }
  if (signal.aborted) return EXIT.interrupted;
  return failed === 0 ? EXIT.done : EXIT.failed;
}
