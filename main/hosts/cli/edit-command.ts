import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { say, type Translator } from '../../../text/message';
import { editFile } from '../../editor/headless';
import { EmulsionError } from '../../errors';
import { EXIT } from './exit-codes';
import { document, exitsIn, ownRecipes } from './help';
import {
  addEngine,
  addJson,
  addUserData,
  type EngineFlags,
  openRecipes,
  type UserDataFlag,
  withEngine,
} from './options';
import { loadRecipe } from './recipes';
import { createReporter } from './reporter';
import { oneLine } from './terminal';

interface EditFlags extends EngineFlags, UserDataFlag {
  inPlace?: boolean;
  recipe?: string;
  out?: string;
}

/** Restores one photo for another program, which waits for the end. */
export function addEdit(program: Command, signal: AbortSignal, translator: Translator): void {
  const { t } = translator;
  const command = program
    .command('edit')
    .summary(t('manual.edit.summary'))
    .description(t('manual.edit.about'))
    .argument('<photo>', t('manual.edit.photo'))
    .optionsGroup(t('manual.groups.output'))
    .option('--in-place', t('manual.edit.inPlace'))
    .option('-o, --out <folder>', t('manual.edit.out'))
    .optionsGroup(t('manual.groups.restoration'))
    .option('-r, --recipe <name|file>', t('manual.options.recipe'));
  addJson(addUserData(addEngine(command, translator), translator), translator).action(
    (photo: string, flags: EditFlags) =>
      withEngine(flags, async (engine) => {
        if (flags.inPlace && flags.out !== undefined) {
          throw new EmulsionError('BAD_REQUEST', { reason: say('editor.oneTarget') });
        }
        const reporter = createReporter({ json: flags.json === true, translator });
        const recipe = flags.recipe === undefined ? null : await loadRecipe(flags.recipe, openRecipes(flags));
        const path = resolve(photo);
        const onProgress = (progress: Parameters<typeof reporter.progress>[1]) =>
          reporter.progress(basename(path), progress);
        const { userData } = flags;
        const asked = {
          path,
          inPlace: flags.inPlace === true,
          out: flags.out === undefined ? null : resolve(flags.out),
        };
        const done = await editFile(engine, asked, { recipe, userData, control: { signal, onProgress } });
        const lines = [`${oneLine(path)} -> ${oneLine(done.path)}`];
        if (done.former !== null) lines.push(`  ${t('editor.formerIn', { path: oneLine(done.former) })}`);
        reporter.line(lines.join('\n'), { type: 'edited', input: path, output: done.path, former: done.former });
        return EXIT.done;
      }),
  );
  document(command, {
    examples: [
      ['emulsion edit portrait.tif --in-place', t('manual.edit.examples.inPlace')],
      ['emulsion edit portrait.tif --recipe scratched-print --out restored', t('manual.edit.examples.out')],
    ],
    exits: exitsIn(translator).photos,
    files: [['<user data>/replaced/', t('manual.edit.former')], ownRecipes(translator)],
    seeAlso: ['emulsion help restore'],
  });
}
