import { statSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { readPages } from '../../../contract/batch';
import { Crop } from '../../../contract/edit';
import { Corners } from '../../../contract/scan';
import { say, type Translator } from '../../../text/message';
import { readEditFile } from '../../edits/file';
import type { EditDocument } from '../../edits/parse';
import { EmulsionError, toFailure } from '../../errors';
import { BadArgument } from '../arguments';
import { document, exitsIn, ownRecipes } from './help';
import { addEngine, addJson, addUserData, type EngineFlags, withEngine } from './options';
import { createReporter } from './reporter';
import {
  addOpening,
  addOutput,
  addSteps,
  askedFor,
  negativesOf,
  type OpeningFlags,
  type OutputFlags,
  outputOf,
  type StepFlags,
  stepSettingEntries,
} from './restoration-options';
import { restoreAll } from './restore';

interface RestoreFlags extends EngineFlags, StepFlags, OutputFlags, OpeningFlags {
  edit?: string;
  maskOut?: string;
  crop?: Crop;
  straighten?: number;
  corners?: Corners;
}

export function addRestore(program: Command, signal: AbortSignal, translator: Translator): void {
  const { t } = translator;
  const command = program
    .command('restore')
    .summary(t('manual.restore.summary'))
    .description([t('manual.restore.about'), t('manual.restore.proposals')].join('\n'))
    .argument('<path...>', t('manual.restore.paths'));
  addOutput(command, translator);
  addSteps(command, translator);
  addOpening(command, translator);
  command.addOption(
    new Option('-e, --edit <file>', t('manual.restore.edit')).conflicts([
      'recipe',
      'set',
      'enlarge',
      'crisp',
      'colour',
      'style',
      'styleExample',
      'split',
      'negative',
      'filmBase',
    ]),
  );
  addCutting(command, translator);
  command.option('--mask-out <folder>', t('manual.restore.maskOut'));
  addJson(addUserData(addEngine(command, translator), translator), translator).action(
    (paths: string[], flags: RestoreFlags) =>
      withEngine(flags, async (engine) => {
        const { format, ...output } = outputOf(flags);
        const asked = await askedFor(flags, engine);
        const edit = flags.edit === undefined ? null : await loadEdit(flags.edit, paths);
        return restoreAll({
          engine,
          signal,
          paths,
          out: flags.out,
          maskOut: flags.maskOut ?? null,
          ...asked,
          edit,
          cut: {
            crop: flags.crop,
            straighten: flags.straighten,
            corners: flags.corners,
            negative: edit ? null : await negativesOf(flags, engine),
          },
          pages: edit ? pagesOf(edit) : (readPages(flags.pages) ?? 'all'),
          split: flags.split === true,
          salvage: flags.salvage === true,
          format,
          output,
          reporter: createReporter({ json: flags.json === true, translator }),
        });
      }),
  );
  document(command, {
    sections: { [t('manual.titles.settings')]: stepSettingEntries(translator) },
    examples: [
      ['emulsion restore portrait.jpg --out restored', t('manual.restore.examples.proposal')],
      [
        'emulsion restore scans/ --out restored --recipe scratched-print --format tiff',
        t('manual.restore.examples.recipe'),
      ],
      ['emulsion restore scans/ --out restored --recipe "My prints"', t('manual.restore.examples.own')],
      [
        'emulsion restore scans/ --out restored --set repair.sensitivity=0.7 --set restore.enabled=false',
        t('manual.restore.examples.set'),
      ],
      [
        'emulsion restore scans/ --out restored --colour warm --enlarge 30cm@300dpi',
        t('manual.restore.examples.added'),
      ],
      ['emulsion restore small.jpg --out restored --enlarge 4x --crisp', t('manual.restore.examples.crisp')],
      [
        'emulsion restore harbour.jpg --out painted --style hokusai-great-wave --set style.brush=2',
        t('manual.restore.examples.style'),
      ],
      ['emulsion restore portrait.jpg --out restored --edit portrait.emulsion', t('manual.restore.examples.edit')],
      ['emulsion restore page.tif --out restored --straighten -1.5', t('manual.restore.examples.straighten')],
      [
        'emulsion restore page.tif --out restored --corners 120,80,1630,96,1618,1210,109,1192',
        t('manual.restore.examples.corners'),
      ],
      ['emulsion restore album-page.tif --out restored --split', t('manual.restore.examples.split')],
      ['emulsion restore half.jpg --out restored --salvage --crop 0,0,1200,500', t('manual.restore.examples.crop')],
      ['emulsion restore scans/ --out restored --mask-out masks', t('manual.restore.examples.maskOut')],
      [
        'emulsion restore scans/ --out web --format jpeg --size 2048 --profile srgb --metadata withoutLocation',
        t('manual.restore.examples.web'),
      ],
      ['emulsion restore scans/ --out restored --save-changes', t('manual.restore.examples.saveChanges')],
      [
        'emulsion restore album/ --out restored --set-meta "date=about 1925" --set-meta "people=Ana; Rosa"',
        t('manual.restore.examples.setMeta'),
      ],
      ['emulsion restore scans/ --out restored --json > report.jsonl', t('manual.restore.examples.json')],
    ],
    exits: exitsIn(translator).photos,
    files: [ownRecipes(translator)],
    seeAlso: ['emulsion help analyse', 'emulsion help recipes'],
  });
}

/** Adds the options that say which part of a page is the photo. */
function addCutting(command: Command, { t }: Translator): void {
  command
    .addOption(new Option('--crop <x,y,w,h>', t('manual.restore.crop')).argParser(readCrop).conflicts('split'))
    .addOption(
      new Option('--straighten <degrees>', t('manual.restore.straighten'))
        .argParser(readDegrees)
        .conflicts(['corners', 'edit', 'split']),
    )
    .addOption(
      new Option('--corners <x,y,...>', t('manual.restore.corners'))
        .argParser(readCorners)
        .conflicts(['crop', 'edit', 'split']),
    );
}

/** The most that a picture can be straightened, either way. */
const MOST_DEGREES = 45;

function readDegrees(text: string): number {
  const degrees = /^[-+]?\d{1,3}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (!(Math.abs(degrees) <= MOST_DEGREES)) {
    throw new BadArgument(say('cli.usage.between', { min: -MOST_DEGREES, max: MOST_DEGREES }));
  }
  return degrees;
}

function readCorners(text: string): Corners {
  const numbers = text.split(',').map((each) => (/^-?\d{1,6}(\.\d{1,6})?$/.test(each) ? Number(each) : Number.NaN));
  const corners = Corners.safeParse([0, 2, 4, 6].map((at) => numbers.slice(at, at + 2)));
  if (numbers.length !== 8 || !corners.success) throw new BadArgument(say('cli.usage.corners'));
  return corners.data;
}

function readCrop(text: string): Crop {
  const [, ...numbers] = /^(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})$/.exec(text) ?? [];
  const [x, y, width, height] = numbers.map(Number);
  const crop = Crop.safeParse({ x, y, width, height });
  if (!crop.success) throw new BadArgument(say('cli.usage.crop'));
  return crop.data;
}

/**
 * Loads an edit, which applies to a single photo. Whether it belongs to this photo is checked later, when the photo is
 * processed.
 */
async function loadEdit(file: string, paths: readonly string[]): Promise<EditDocument> {
  if (paths.length !== 1 || statSync(paths[0]!, { throwIfNoEntry: false })?.isDirectory()) {
    throw new EmulsionError('BAD_REQUEST', { reason: say('cli.errors.oneEdit') });
  }
  return readEditFile(file).catch((cause: unknown) => {
    const { code, reason, detail } = toFailure(cause);
    // A missing file also makes the command impossible.
    const told = code.startsWith('EDIT_') ? code : 'EDIT_FILE_INVALID';
    const why = reason ?? [say(`errors.${code}`)];
    throw new EmulsionError(told, { reason: [say('cli.errors.file', { file }), ...why], detail, cause });
  });
}

/** An edit belongs to one photo of its file. */
function pagesOf({ photo: { page = 1 } }: EditDocument) {
  return page === 1 ? ('first' as const) : { from: page, to: page };
}
