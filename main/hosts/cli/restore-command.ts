import { statSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { type EditDocument, readEditFile } from '../../edits/file';
import { EmulsionError, toFailure } from '../../errors';
import { document, OWN_RECIPES, PHOTO_EXITS } from './help';
import { addEngine, addJson, addUserData, type EngineFlags, withEngine } from './options';
import { createReporter } from './reporter';
import {
  addOutput,
  addSteps,
  askedFor,
  type OutputFlags,
  outputOf,
  STEP_SETTING_ENTRIES,
  type StepFlags,
} from './restoration-options';
import { restoreAll } from './restore';

interface RestoreFlags extends EngineFlags, StepFlags, OutputFlags {
  edit?: string;
}

export function addRestore(program: Command, signal: AbortSignal): void {
  const command = program
    .command('restore')
    .summary('restore photos, or every photo below folders, into new files')
    .description(
      [
        'Restores each photo into a new file and says what was done to it and why. Originals are never changed, and nothing is overwritten: a taken name gets a number.',
        'Without a recipe each photo gets what it is found to need. Folders are mirrored below the output folder; files that are no photos are passed over, and an error stays with its photo.',
      ].join('\n'),
    )
    .argument('<path...>', 'photos and folders');
  addOutput(command);
  addSteps(command);
  command.addOption(
    new Option('-e, --edit <file>', 'an edit file saved from the window, for the one photo it was made for').conflicts([
      'recipe',
      'set',
      'enlarge',
      'crisp',
      'colour',
      'style',
    ]),
  );
  addJson(addUserData(addEngine(command))).action((paths: string[], flags: RestoreFlags) =>
    withEngine(flags, async (engine) => {
      const asked = await askedFor(flags, engine);
      const edit = flags.edit === undefined ? null : await loadEdit(flags.edit, paths);
      return restoreAll({
        engine,
        signal,
        paths,
        out: flags.out,
        ...asked,
        edit,
        ...outputOf(flags),
        reporter: createReporter({ json: flags.json === true }),
      });
    }),
  );
  document(command, {
    sections: { SETTINGS: STEP_SETTING_ENTRIES },
    examples: [
      ['emulsion restore portrait.jpg --out restored', 'what the photo is found to need'],
      [
        'emulsion restore scans/ --out restored --recipe scratched-print --format tiff',
        'one recipe for a whole folder',
      ],
      ['emulsion restore scans/ --out restored --recipe "My prints"', 'a recipe of one’s own'],
      [
        'emulsion restore scans/ --out restored --set repair.sensitivity=0.7 --set restore.enabled=false',
        'what each photo needs, but repaired more readily and never freed of noise',
      ],
      ['emulsion restore scans/ --out restored --colour warm --enlarge 30cm@300dpi', 'besides what each photo needs'],
      ['emulsion restore small.jpg --out restored --enlarge 4x --crisp', 'for soft, noisy or compressed photos'],
      [
        'emulsion restore harbour.jpg --out painted --style hokusai-great-wave --set style.brush=2',
        'painted in the manner of a work, or of any picture',
      ],
      ['emulsion restore portrait.jpg --out restored --edit portrait.emulsion', 'what was done in the window'],
      ['emulsion restore scans/ --out restored --json > report.jsonl', 'a report that programs can read'],
    ],
    exits: PHOTO_EXITS,
    files: [OWN_RECIPES],
    seeAlso: ['emulsion help analyse', 'emulsion help recipes'],
  });
}

/** An edit is of one photo; whether of this very one is told when it is that photo's turn. */
async function loadEdit(file: string, paths: readonly string[]): Promise<EditDocument> {
  if (paths.length !== 1 || statSync(paths[0]!, { throwIfNoEntry: false })?.isDirectory()) {
    throw new EmulsionError('BAD_REQUEST', { message: 'An edit file is for one photo. Name that one alone.' });
  }
  return readEditFile(file).catch((cause: unknown) => {
    const { code, message, detail } = toFailure(cause);
    // A missing file, too, is a command that cannot be followed.
    const told = code.startsWith('EDIT_') ? code : 'EDIT_FILE_INVALID';
    throw new EmulsionError(told, { message: `“${file}”: ${message}`, detail, cause });
  });
}
