import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import {
  DAMAGE_KINDS,
  type DamageKind,
  MAX_PAIRS,
  PAIR_FORMATS,
  PAIR_SIZES,
  SynthesisSettings,
} from '../../../contract/synthesis';
import { say, type Translator } from '../../../text/message';
import { Pool } from '../../batch/pool';
import { forkEngine } from '../../engine/launch';
import { toFailure } from '../../errors';
import { synthesise } from '../../synthesis/run';
import { BadArgument, whole } from '../arguments';
import { EXIT } from './exit-codes';
import { document, exitsIn } from './help';
import { addEngine, addJson, type EngineFlags, engineOptions } from './options';
import { createReporter, type Reporter } from './reporter';
import { fieldsOf, tellFailed, tellPassed, withCode, withTime } from './tell';

interface SynthesiseFlags extends EngineFlags {
  out: string;
  pairs: number;
  seed: number;
  size: number;
  damage?: DamageKind[];
  overlays?: string;
  ageing: number;
  format: SynthesisSettings['format'];
  jobs: number;
}

export function addSynthesise(program: Command, signal: AbortSignal, translator: Translator): void {
  const { t } = translator;
  const command = program
    .command('synthesise')
    .summary(t('manual.synthesise.summary'))
    .description([t('manual.synthesise.about'), t('manual.synthesise.details')].join('\n'))
    .argument('<folder>', t('manual.synthesise.folder'))
    .optionsGroup(t('manual.groups.output'))
    .requiredOption('-o, --out <folder>', t('manual.synthesise.out'))
    .requiredOption('-n, --pairs <n>', t('manual.synthesise.pairs'), whole(1, MAX_PAIRS))
    .option('--size <pixels>', t('manual.synthesise.size'), whole(PAIR_SIZES.min, PAIR_SIZES.max), 512)
    .addOption(new Option('-f, --format <format>', t('manual.synthesise.format')).choices(PAIR_FORMATS).default('png'))
    .optionsGroup(t('manual.groups.synthesis'))
    .option('--seed <n>', t('manual.synthesise.seed'), whole(0, 0xffffffff), 1)
    .option('--damage <kinds>', t('manual.synthesise.damage', { kinds: DAMAGE_KINDS.join(', ') }), kinds)
    .option('--overlays <folder>', t('manual.synthesise.overlays'))
    .option('--ageing <0-1>', t('manual.synthesise.ageing'), share, 1);
  addEngine(command, translator).option('-j, --jobs <n>', t('manual.synthesise.jobs'), whole(0, 64), 0);
  addJson(command, translator).action(async (folder: string, flags: SynthesiseFlags) => {
    process.exitCode = await run(folder, flags, signal, createReporter({ json: flags.json === true, translator }));
  });
  document(command, {
    examples: [
      ['emulsion synthesise clean/ --out pairs --pairs 2000', t('manual.synthesise.examples.all')],
      [
        'emulsion synthesise clean/ --out pairs --pairs 500 --overlays dust/ --damage overlay',
        t('manual.synthesise.examples.dust'),
      ],
      [
        'emulsion synthesise clean/ --out pairs --pairs 500 --size 256 --seed 7 --ageing 0.3 --format webp',
        t('manual.synthesise.examples.other'),
      ],
      [
        'emulsion synthesise clean/ --out pairs --pairs 2000 --json > pairs-log.jsonl',
        t('manual.restore.examples.json'),
      ],
    ],
    exits: [
      [String(EXIT.done), t('manual.synthesise.exits.done')],
      [String(EXIT.failed), t('manual.synthesise.exits.failed')],
      exitsIn(translator).usage,
      [String(EXIT.halted), t('manual.synthesise.exits.halted')],
      [String(EXIT.interrupted), t('manual.synthesise.exits.interrupted')],
    ],
    files: [
      ['<out>/clean, damaged, mask', t('manual.synthesise.files.pictures')],
      ['<out>/pairs.jsonl', t('manual.synthesise.files.record')],
      ['<out>/synthesis.json', t('manual.synthesise.files.settings')],
    ],
    seeAlso: ['emulsion help generators'],
  });
}

async function run(folder: string, flags: SynthesiseFlags, signal: AbortSignal, reporter: Reporter): Promise<number> {
  const { t } = reporter.translator;
  const { seed, size, damage, ageing, format } = flags;
  const settings = SynthesisSettings.parse({ seed, size, damage: damage ?? null, ageing, format });
  const pool = new Pool(forkEngine(), engineOptions(flags), flags.jobs);
  const label = basename(folder);
  const began = performance.now();
  let passed = 0;
  try {
    const result = await synthesise({
      input: folder,
      output: flags.out,
      overlays: flags.overlays ?? null,
      settings,
      pairs: flags.pairs,
      processor: { engines: pool.shape.engines, use: (work) => pool.use(work) },
      signal,
      onBegin: ({ kinds, photos, overlays, kept }) => {
        const facts = [
          t('cli.pairs.damage', { kinds: kinds.join(', ') }),
          t('cli.pairs.photos', { count: photos }),
          ...(overlays > 0 ? [t('cli.pairs.overlays', { count: overlays })] : []),
          ...(kept > 0 ? [t('cli.pairs.kept', { count: kept })] : []),
        ];
        reporter.line(facts.join('; '), { type: 'begun', kinds, photos, overlays, kept });
      },
      onPair: (pair, { done, secondsLeft }) => {
        // A line for each pair would hide the other messages from a reader.
        if (flags.json) reporter.line('', { type: 'pair', ...pair });
        reporter.progress(label, { stage: 'computing', step: null, done: done / flags.pairs, secondsLeft });
      },
      onProblem: ({ of, name, error, stray }) => {
        if (stray) {
          passed += 1;
          tellPassed(name, error.toFailure(), reporter, { type: 'passed', of, code: error.code });
        } else {
          tellFailed(name, error.toFailure(), reporter, { type: 'failed', of });
        }
      },
    });
    const seconds = (performance.now() - began) / 1000;
    const { made, kept, unusable, interrupted } = result;
    const facts = [
      t('cli.pairs.made', { count: made }),
      ...(kept > 0 ? [t('cli.pairs.kept', { count: kept })] : []),
      ...(unusable > 0 ? [t('cli.pairs.unusable', { count: unusable })] : []),
    ];
    const total = withTime(facts.join(', '), { seconds, interrupted }, reporter.translator);
    reporter.line(`${total}\n${flags.out}`, {
      type: 'summary',
      ...result,
      passed,
      seconds,
      folder: flags.out,
    });
    if (interrupted) return EXIT.interrupted;
    return unusable === 0 ? EXIT.done : EXIT.failed;
  } catch (thrown) {
    const failure = toFailure(thrown);
    if (!['DISK_FULL', 'BATCH_RUNNING', 'FOLDER_UNWRITABLE'].includes(failure.code)) throw thrown;
    const text = `${withCode(failure, reporter)}\n  ${t('cli.continues')}`;
    reporter.problem(text, { type: 'halted', ...fieldsOf(failure) });
    return EXIT.halted;
  } finally {
    await pool.close();
  }
}

function kinds(text: string): DamageKind[] {
  const asked = text.split(',').map((word) => word.trim());
  const unknown = asked.find((word) => !DAMAGE_KINDS.some((kind) => kind === word));
  if (unknown !== undefined) {
    throw new BadArgument(say('cli.usage.choices', { choices: DAMAGE_KINDS.join(', ') }));
  }
  return DAMAGE_KINDS.filter((kind) => asked.includes(kind));
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new BadArgument(say('cli.usage.between', { min: 0, max: 1 }));
  return value;
}
