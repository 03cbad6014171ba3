import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  DAMAGE_KINDS,
  type DamageKind,
  MAX_PAIRS,
  PAIR_FORMATS,
  PAIR_SIZES,
  SynthesisSettings,
} from '../../../contract/synthesis';
import { Pool } from '../../batch/pool';
import { forkEngine } from '../../engine/launch';
import { toEmulsionError } from '../../errors';
import { synthesise } from '../../synthesis/run';
import { whole } from '../arguments';
import { EXIT } from './exit-codes';
import { document, UNDERSTOOD } from './help';
import { addEngine, addJson, type EngineFlags } from './options';
import { createReporter } from './reporter';

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

export function addSynthesise(program: Command, signal: AbortSignal): void {
  const command = program
    .command('synthesise')
    .summary('make damaged and clean pairs out of clean photos, to train on')
    .description(
      [
        'Makes training pairs out of a folder of clean photos: a square of a photo, the same damaged and aged, and a mask of the damage that can be seen. Photos are never changed.',
        'The same seed gives the same pairs, and the first ten of a hundred are the ten of ten. The same command goes on where it was broken off. What was done to each pair is a line in pairs.jsonl. The masks show lines (creases, scratches, hairs) in white and areas (stains, specks, flakes) in light grey; dark grey below 128 is changed too little to be called damage.',
      ].join('\n'),
    )
    .argument('<folder>', 'clean photos, also those in folders inside it')
    .optionsGroup('OUTPUT OPTIONS')
    .requiredOption('-o, --out <folder>', 'folder for the pairs, outside that of the photos (made when missing)')
    .requiredOption('-n, --pairs <n>', 'how many', whole(1, MAX_PAIRS))
    .option('--size <pixels>', 'edge of the square pictures', whole(PAIR_SIZES.min, PAIR_SIZES.max), 512)
    .addOption(new Option('-f, --format <format>', 'of the pictures, lossless').choices(PAIR_FORMATS).default('png'))
    .optionsGroup('SYNTHESIS OPTIONS')
    .option('--seed <n>', 'where all chance comes from', whole(0, 0xffffffff), 1)
    .option(
      '--damage <kinds>',
      `${DAMAGE_KINDS.join(', ')}, with commas; default: all for which there is what they need`,
      kinds,
    )
    .option('--overlays <folder>', 'pictures of damage, white on black, such as scans of dust')
    .option('--ageing <0-1>', 'how much the pictures fade and roughen besides', share, 1);
  addEngine(command).option('-j, --jobs <n>', 'pairs at once; 0: by cores and memory', whole(0, 64), 0);
  addJson(command).action(async (folder: string, flags: SynthesiseFlags) => {
    process.exitCode = await run(folder, flags, signal);
  });
  document(command, {
    examples: [
      [
        'emulsion synthesise clean/ --out pairs --pairs 2000',
        'pictures of 512 pixels, with every kind of damage there is',
      ],
      [
        'emulsion synthesise clean/ --out pairs --pairs 500 --overlays dust/ --damage overlay',
        'with scans of dust alone',
      ],
      [
        'emulsion synthesise clean/ --out pairs --pairs 500 --size 256 --seed 7 --ageing 0.3 --format webp',
        'others, smaller and less faded',
      ],
      [
        'emulsion synthesise clean/ --out pairs --pairs 2000 --json > pairs-log.jsonl',
        'a report that programs can read',
      ],
    ],
    exits: [
      [String(EXIT.done), 'all pairs are there'],
      [
        String(EXIT.failed),
        'all pairs are there, but some files could not be used, each named with its reason; or it could not be done',
      ],
      UNDERSTOOD,
      [
        String(EXIT.halted),
        'halted by what stands in the way of all pairs, such as a full disk; the same command goes on',
      ],
      [String(EXIT.interrupted), 'interrupted; finished pairs stay, and the same command goes on'],
    ],
    files: [
      ['<out>/clean, damaged, mask', 'the pictures, 000000.png and so on'],
      ['<out>/pairs.jsonl', 'a line for each pair: photo, place in it, ageing, damage, share that is damaged'],
      ['<out>/synthesis.json', 'the settings, by which the folder is known again'],
    ],
    seeAlso: ['emulsion help generators'],
  });
}

async function run(folder: string, flags: SynthesiseFlags, signal: AbortSignal): Promise<number> {
  const reporter = createReporter({ json: flags.json === true });
  const { models, provider, threads, seed, size, damage, ageing, format } = flags;
  const settings = SynthesisSettings.parse({ seed, size, damage: damage ?? null, ageing, format });
  const pool = new Pool(forkEngine(), { models, provider, threads }, flags.jobs);
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
        const of = overlays > 0 ? `${photos} photos and ${overlays} overlays` : `${photos} photos`;
        const before = kept > 0 ? `; ${kept} pairs are there already` : '';
        reporter.line(`Damage: ${kinds.join(', ')}; ${of}${before}`, { type: 'begun', kinds, photos, overlays, kept });
      },
      onPair: (pair, { done, secondsLeft }) => {
        // A line for each would hide the rest from a person.
        if (flags.json) reporter.line('', { type: 'pair', ...pair });
        reporter.progress(label, { stage: 'computing', step: null, done: done / flags.pairs, secondsLeft });
      },
      onProblem: ({ of, name, error: { code, message, detail }, stray }) => {
        if (stray) {
          passed += 1;
          reporter.line(`${name}: not a photo, passed over`, { type: 'passed', of, input: name, code });
        } else {
          reporter.problem(`${name}: ${message} (${code})`, { type: 'failed', of, input: name, code, message, detail });
        }
      },
    });
    const seconds = (performance.now() - began) / 1000;
    const { made, kept, unusable, interrupted } = result;
    const facts = [
      `${made} pairs made`,
      ...(kept > 0 ? [`${kept} were there`] : []),
      ...(unusable > 0 ? [`${unusable} files could not be used`] : []),
    ];
    const text = `${interrupted ? 'Interrupted: ' : ''}${facts.join(', ')} in ${seconds.toFixed(1)} s\n${flags.out}`;
    reporter.line(text, { type: 'summary', ...result, passed, seconds, folder: flags.out });
    if (interrupted) return EXIT.interrupted;
    return unusable === 0 ? EXIT.done : EXIT.failed;
  } catch (thrown) {
    const { code, message, detail } = toEmulsionError(thrown);
    if (code !== 'DISK_FULL' && code !== 'BATCH_RUNNING' && code !== 'FOLDER_UNWRITABLE') throw thrown;
    reporter.problem(`${message} (${code})\n  The same command goes on where this one has stopped.`, {
      type: 'halted',
      code,
      message,
      detail,
    });
    return EXIT.halted;
  } finally {
    await pool.close();
  }
}

function kinds(text: string): DamageKind[] {
  const asked = text.split(',').map((word) => word.trim());
  const unknown = asked.find((word) => !DAMAGE_KINDS.some((kind) => kind === word));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`“${unknown}” is none of ${DAMAGE_KINDS.join(', ')}.`);
  }
  return DAMAGE_KINDS.filter((kind) => asked.includes(kind));
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) throw new InvalidArgumentError('It must be from 0 to 1.');
  return value;
}
