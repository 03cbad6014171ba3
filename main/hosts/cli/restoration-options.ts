import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { readPages } from '../../../contract/batch';
import { EXPORT_FORMATS, type ExportFormat } from '../../../contract/photo';
import {
  COLOUR_VARIANTS,
  ColoriseSettings,
  type Step,
  type StepChange,
  StyleSettings,
  UpscaleSettings,
} from '../../../contract/recipe';
import { say, type Translator } from '../../../text/message';
import type { Engine } from '../../engine/supervisor';
import { EmulsionError } from '../../errors';
import { meant } from '../../nearest';
import { BadArgument, readSize, whole } from '../arguments';
import { askEngine, type EngineFlags, openRecipes, type UserDataFlag } from './options';
import { loadRecipe } from './recipes';
import { checkChanges, setOption, settingEntries } from './settings';

/*
 * The options of all commands that restore: what to do to photos and how to write them.
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

export interface OpeningFlags {
  pages: string;
  salvage?: boolean;
}

/** Adds the options that say how files are opened. */
export function addOpening(command: Command, { t }: Translator): Command {
  return command
    .optionsGroup(t('manual.groups.opening'))
    .addOption(new Option('--pages <all|first|2-5>', t('manual.options.pages')).argParser(parsePages).default('all'))
    .option('--salvage', t('manual.options.salvage'));
}

function parsePages(text: string): string {
  if (readPages(text) === null) throw new BadArgument(say('cli.usage.pages'));
  return text;
}

/** For the help. */
export const stepSettingEntries = (translator: Translator) =>
  settingEntries(translator.t('manual.options.enabled'), translator);

/** Adds the options that choose the steps, see {@link askedFor}. */
export function addSteps(command: Command, translator: Translator): Command {
  const { t } = translator;
  return command
    .optionsGroup(t('manual.groups.restoration'))
    .option('-r, --recipe <name|file>', t('manual.options.recipe'))
    .addOption(setOption(translator))
    .addOption(
      new Option('--colour [palette]', t('manual.options.colour')).choices(COLOUR_VARIANTS).preset(COLOUR_VARIANTS[0]),
    )
    .addOption(new Option('--enlarge <size>', t('manual.options.enlarge')).argParser(readSize))
    .option('--style <name|picture>', t('manual.options.style'))
    .option('--crisp', t('manual.options.crisp'));
}

/**
 * The steps that the options of {@link addSteps} choose. `engine` measures the picture of a style; without it, a new
 * engine does. Throws BAD_REQUEST or RECIPE_... if the choice is impossible for every photo.
 */
export async function askedFor(flags: StepFlags & EngineFlags, engine?: Engine) {
  if (flags.crisp && flags.enlarge === undefined) {
    throw new EmulsionError('BAD_REQUEST', { reason: say('cli.errors.crisp') });
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

/** The style step of a work, by its name or id, or of a picture, which is measured once for all photos. */
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
      const ids = styles.map(({ id }) => id);
      const reason = [say('cli.errors.noStyle', { name: nameOrPicture }), ...meant(nameOrPicture, ids)];
      throw new EmulsionError('STYLE_UNKNOWN', { reason: [...reason, say('cli.errors.listStyles')] });
    }
    const code = await engine.request('readStyle', { path: resolve(nameOrPicture) });
    return { style: basename(nameOrPicture).slice(0, 64), code };
  });
  return { kind: 'style', enabled: true, settings: StyleSettings.parse(settings) };
}

export function addOutput(command: Command, { t }: Translator): Command {
  return command
    .optionsGroup(t('manual.groups.output'))
    .requiredOption('-o, --out <folder>', t('manual.options.out'))
    .addOption(new Option('-f, --format <format>', t('manual.options.format')).choices(EXPORT_FORMATS))
    .option('-q, --quality <1-100>', t('manual.options.quality'), whole(1, 100), 92)
    .option('--strip-metadata', t('manual.options.stripMetadata'));
}

/** The settings from the options of {@link addOutput}, except the folder. */
export function outputOf({ format, quality, stripMetadata }: OutputFlags) {
  return { format: format ?? null, quality, keepMetadata: stripMetadata !== true };
}
