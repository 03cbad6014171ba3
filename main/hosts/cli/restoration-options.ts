import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { EXPORT_FORMATS, type ExportFormat } from '../../../contract/photo';
import {
  COLOUR_VARIANTS,
  ColoriseSettings,
  type Step,
  type StepChange,
  StyleSettings,
  UpscaleSettings,
} from '../../../contract/recipe';
import type { Engine } from '../../engine/supervisor';
import { EmulsionError } from '../../errors';
import { hint } from '../../nearest';
import { readSize, whole } from '../arguments';
import { askEngine, type EngineFlags, openRecipes, type UserDataFlag } from './options';
import { loadRecipe } from './recipes';
import { checkChanges, setOption, settingEntries } from './settings';

/*
 * What is done to photos and how they are written: the options of every command that restores.
 */

export interface StepFlags extends UserDataFlag {
  recipe?: string;
  set: StepChange[];
  enlarge?: ReturnType<typeof readSize>;
  crisp?: boolean;
  colour?: (typeof COLOUR_VARIANTS)[number];
  style?: string;
}

export interface OutputFlags {
  out: string;
  format?: ExportFormat;
  quality: number;
  stripMetadata?: boolean;
}

/** For the help. */
export const STEP_SETTING_ENTRIES = settingEntries(
  'true switches a step on, needed or not (colorise only where there are no colours); false switches it off',
);

/** The options that say what is done to photos, see {@link askedFor}. */
export function addSteps(command: Command): Command {
  return command
    .optionsGroup('RESTORATION OPTIONS')
    .option('-r, --recipe <name|file>', 'a recipe’s name or file; default: what each photo is found to need')
    .addOption(setOption())
    .addOption(
      new Option('--colour [palette]', 'imagine colours for photos that have none')
        .choices(COLOUR_VARIANTS)
        .preset(COLOUR_VARIANTS[0]),
    )
    .addOption(
      new Option(
        '--enlarge <size>',
        'make larger: 2x, 4x, a longer edge (3000px) or a print (30cm, 30cm@240dpi)',
      ).argParser(readSize),
    )
    .option('--style <name|picture>', 'paint in the manner of a work (emulsion styles) or of any picture')
    .option('--crisp', 'enlarge soft, noisy or compressed photos: draws texture as it most likely was');
}

/**
 * What the options of {@link addSteps} ask for; `engine` looks at a picture for a style, else one of its own does. Throws BAD_REQUEST or RECIPE_... where that cannot be done to any photo.
 */
export async function askedFor(flags: StepFlags & EngineFlags, engine?: Engine) {
  if (flags.crisp && flags.enlarge === undefined) {
    throw new EmulsionError('BAD_REQUEST', { message: '--crisp is a way to --enlarge: name a size.' });
  }
  const recipe = flags.recipe === undefined ? null : await loadRecipe(flags.recipe, openRecipes(flags));
  const added = addedSteps(flags);
  if (flags.style !== undefined)
    added.push(await styleStep(flags.style, (ask) => (engine ? ask(engine) : askEngine(flags, ask))));
  checkChanges(flags.set, recipe, added);
  return { recipe, added, changes: flags.set };
}

function addedSteps({ enlarge, crisp, colour }: StepFlags): Step[] {
  const steps: Step[] = [];
  if (colour) steps.push({ kind: 'colorise', enabled: true, settings: ColoriseSettings.parse({ variant: colour }) });
  if (enlarge) {
    const settings = UpscaleSettings.parse({ ...enlarge, variant: crisp ? 'crisp' : 'faithful' });
    steps.push({ kind: 'upscale', enabled: true, settings });
  }
  return steps;
}

/** A work by its name or id, else a picture, which the generator looks at once for all photos. */
async function styleStep(
  nameOrPicture: string,
  withEngine: <T>(ask: (engine: Engine) => Promise<T>) => Promise<T>,
): Promise<Step> {
  const settings = await withEngine(async (engine) => {
    const { presets: styles } = await engine.request('styles', null);
    const wanted = nameOrPicture.trim().toLowerCase();
    const known = styles.find(({ id, name, work }) => [id, name, work].some((each) => each.toLowerCase() === wanted));
    if (known) return { style: known.id };
    if (!existsSync(nameOrPicture)) {
      const message = `There is no style and no picture called “${nameOrPicture}”${hint(
        nameOrPicture,
        styles.map(({ id }) => id),
      )}. “emulsion styles” lists the styles.`;
      throw new EmulsionError('STYLE_UNKNOWN', { message });
    }
    const code = await engine.request('readStyle', { path: resolve(nameOrPicture) });
    return { style: basename(nameOrPicture).slice(0, 64), code };
  });
  return { kind: 'style', enabled: true, settings: StyleSettings.parse(settings) };
}

export function addOutput(command: Command): Command {
  return command
    .optionsGroup('OUTPUT OPTIONS')
    .requiredOption('-o, --out <folder>', 'folder for the restored photos (made when missing)')
    .addOption(
      new Option('-f, --format <format>', 'format of the output; default: that of the photo').choices(EXPORT_FORMATS),
    )
    .option('-q, --quality <1-100>', 'quality of JPEG, WebP and AVIF', whole(1, 100), 92)
    .option('--strip-metadata', 'leave out camera data, place and captions of the original');
}

/** What the options of {@link addOutput} ask for, but for the folder. */
export function outputOf({ format, quality, stripMetadata }: OutputFlags) {
  return { format: format ?? null, quality, keepMetadata: stripMetadata !== true };
}
