import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Message } from '../../../contract/basics';
import { readPages } from '../../../contract/batch';
import type { Caption } from '../../../contract/caption';
import {
  DEEP_FORMATS,
  METADATA_CHOICES,
  type MetadataChoice,
  OUTPUT_BOUNDS,
  OutputSize,
  PROFILE_CHOICES,
  type ProfileChoice,
  QUALITY,
} from '../../../contract/output';
import { EXPORT_FORMATS, type ExportFormat } from '../../../contract/photo';
import {
  COLOUR_VARIANTS,
  ColoriseSettings,
  type Recipe,
  type Step,
  type StepChange,
  type StyleExample,
  StyleSettings,
  UpscaleSettings,
} from '../../../contract/recipe';
import { FilmBase, NEGATIVE_KINDS, type NegativeWish } from '../../../contract/scan';
import { say, type Translator } from '../../../text/message';
import type { Engine } from '../../engine/supervisor';
import { EmulsionError } from '../../errors';
import { meant } from '../../nearest';
import { stepOf } from '../../restoration/recipe';
import { examplesIn, keepExample } from '../../userdata/examples';
import { BadArgument, readSize, whole } from '../arguments';
import { captionOption } from './caption';
import { askEngine, type EngineFlags, openRecipes, type UserDataFlag } from './options';
import { loadRecipe } from './recipes';
import { checkChanges, collectChange, setOption, settingEntries } from './settings';

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
  styleExample?: string;
  infrared?: boolean;
}

export interface OutputFlags {
  out: string;
  format?: ExportFormat;
  quality: number;
  size?: OutputSize;
  dpi?: number;
  depth?: '8' | '16';
  profile: ProfileChoice;
  metadata: MetadataChoice;
  /** The same as the metadata `none`. */
  stripMetadata?: boolean;
  saveChanges?: boolean;
  setMeta: Caption;
}

export interface OpeningFlags {
  pages: string;
  salvage?: boolean;
  split?: boolean;
  negative?: (typeof NEGATIVE_CHOICES)[number];
  filmBase?: string;
}

/** What `--negative` takes. */
const NEGATIVE_CHOICES = ['auto', ...NEGATIVE_KINDS, 'off'] as const;

/** Adds the options that say how files are opened. */
export function addOpening(command: Command, { t }: Translator): Command {
  return command
    .optionsGroup(t('manual.groups.opening'))
    .addOption(new Option('--pages <all|first|2-5>', t('manual.options.pages')).argParser(parsePages).default('all'))
    .option('--split', t('manual.options.split'))
    .option('--salvage', t('manual.options.salvage'))
    .addOption(
      new Option('--negative [kind]', t('manual.options.negative'))
        .choices(NEGATIVE_CHOICES)
        .preset(NEGATIVE_CHOICES[0]),
    )
    .option('--film-base <r,g,b|scan>', t('manual.options.filmBase'));
}

/**
 * The negatives that the options of {@link addOpening} ask for; null: none. The film base is measured once, on the scan that is named.
 * Throws BAD_REQUEST, and the errors of opening a photo.
 */
export async function negativesOf(
  { negative = 'off', filmBase, ...flags }: OpeningFlags & EngineFlags,
  engine?: Engine,
): Promise<NegativeWish | null> {
  if (negative === 'off') {
    if (filmBase !== undefined) throw new EmulsionError('BAD_REQUEST', { reason: say('cli.errors.filmBaseAlone') });
    return null;
  }
  return { kind: negative, base: filmBase === undefined ? null : await filmBaseOf(filmBase, flags, negative, engine) };
}

async function filmBaseOf(text: string, flags: EngineFlags, kind: NegativeWish['kind'], engine?: Engine) {
  const given = FilmBase.safeParse(text.split(',').map((each) => (each.trim() === '' ? Number.NaN : Number(each))));
  if (given.success) return given.data;
  if (!existsSync(text)) throw new EmulsionError('BAD_REQUEST', { reason: say('cli.errors.filmBase') });
  const wish: NegativeWish = { kind: kind === 'auto' ? 'colour' : kind, base: null };
  const ask = (one: Engine) =>
    one.request('restore', { path: resolve(text), wish: { negative: wish }, recipe: null, target: null, ...UNWRITTEN });
  const { photo } = await (engine ? ask(engine) : askEngine(flags, ask));
  return photo.page!.scan.negative!.base;
}

/** For a photo of which nothing is written. */
const UNWRITTEN = { format: null, quality: QUALITY, metadata: 'none' } as const;

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
    .addOption(new Option('--style-example <picture>', t('manual.options.styleExample')).conflicts('style'))
    .option('--crisp', t('manual.options.crisp'))
    .option('--no-infrared', t('manual.options.noInfrared'));
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
  const withOne = <T>(ask: (engine: Engine) => Promise<T>) => (engine ? ask(engine) : askEngine(flags, ask));
  if (flags.style !== undefined) added.push(await styleStep(flags.style, withOne));
  let changes = flags.set;
  if (flags.styleExample !== undefined) {
    const change = await withOne((one) => exampleChange(flags.styleExample!, recipe, flags, one));
    changes = [...changes.filter(({ kind }) => kind !== 'style'), change];
    if (!recipe || !stepOf(recipe, 'style'))
      added.push({ kind: 'style', enabled: true, settings: StyleSettings.parse({ style: NO_STYLE }) });
  }
  if (flags.infrared === false && (!recipe || stepOf(recipe, 'repair'))) {
    changes = collectChange('repair.infrared=false', changes);
  }
  checkChanges(changes, recipe, added);
  return { recipe, added, changes };
}

/** The name of no style, for steps whose generator copies a picture instead. */
const NO_STYLE = 'none';

/** Keeps a picture whose style is copied. Throws the errors of opening a photo. */
export const keepStyleExample = (path: string, { userData }: UserDataFlag, engine: Engine): Promise<StyleExample> =>
  keepExample(examplesIn(userData), resolve(path), (file) => engine.request('readExample', { path: file }));

/**
 * The change of the style step that copies the style of a picture: with the generator that the options or the recipe name,
 * else with the only one that can. Throws BAD_REQUEST.
 */
async function exampleChange(
  path: string,
  recipe: Recipe | null,
  flags: StepFlags,
  engine: Engine,
): Promise<StepChange> {
  const change = flags.set.find(({ kind }) => kind === 'style') ?? { kind: 'style' as const, settings: {} };
  const named = change.settings.generator ?? (recipe && stepOf(recipe, 'style')?.settings.generator);
  const able = (await engine.request('generators', null)).filter(
    ({ takesExample, isUsed, state }) => takesExample && isUsed && state === 'ready',
  );
  const ids = able.map(({ id }) => id).join(', ');
  const refuse = (reason: Message) => new EmulsionError('BAD_REQUEST', { reason });
  if (able.length === 0) throw refuse(say('cli.errors.noExampleGenerator'));
  if (named == null && able.length > 1) throw refuse(say('cli.errors.whichExampleGenerator', { ids }));
  const generator = named ?? able[0]!.id;
  if (!able.some(({ id }) => id === generator))
    throw refuse(say('cli.errors.takesNoExample', { id: String(generator), ids }));
  const example = await keepStyleExample(path, flags, engine);
  return { ...change, settings: { ...change.settings, generator, example } };
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

export function addOutput(command: Command, translator: Translator): Command {
  const { t } = translator;
  return command
    .optionsGroup(t('manual.groups.output'))
    .requiredOption('-o, --out <folder>', t('manual.options.out'))
    .addOption(new Option('-f, --format <format>', t('manual.options.format')).choices(EXPORT_FORMATS))
    .option('-q, --quality <1-100>', t('manual.options.quality'), whole(1, 100), QUALITY)
    .addOption(new Option('--size <size>', t('manual.options.size')).argParser(readOutputSize))
    .addOption(new Option('--dpi <n>', t('manual.options.dpi')).argParser(readDpi))
    .addOption(new Option('--depth <bits>', t('manual.options.depth')).choices(['8', '16']))
    .addOption(
      new Option('--profile <profile>', t('manual.options.profile')).choices(PROFILE_CHOICES).default('original'),
    )
    .addOption(new Option('--metadata <what>', t('manual.options.metadata')).choices(METADATA_CHOICES).default('all'))
    .option('--strip-metadata', t('manual.options.stripMetadata'))
    .option('--save-changes', t('manual.options.saveChanges'))
    .addOption(captionOption(translator));
}

/** The settings from the options of {@link addOutput}, except the folder. Throws BAD_REQUEST for a depth that the format has not. */
export function outputOf({ format, stripMetadata, depth, ...flags }: OutputFlags) {
  if (depth === '16' && format !== undefined && !DEEP_FORMATS.some((deep) => deep === format)) {
    throw new EmulsionError('BAD_REQUEST', { reason: say('cli.errors.depth', { format }) });
  }
  return {
    format: format ?? null,
    quality: flags.quality,
    size: flags.size ?? null,
    dpi: flags.dpi ?? null,
    depth: depth === undefined ? null : depth === '16' ? (16 as const) : (8 as const),
    profile: flags.profile,
    metadata: stripMetadata === true ? ('none' as const) : flags.metadata,
    saveChanges: flags.saveChanges === true,
    caption: flags.setMeta,
  };
}

const SIZES = /^(\d+(?:\.\d+)?)(?:x(\d+(?:\.\d+)?))?(px|cm|in)?$/;

/** `2048`, `2048px`, `1920x1080`, `10x15cm` or `4x6in`. */
export function readOutputSize(text: string): OutputSize {
  const [, first, second, unit = 'px'] = SIZES.exec(text.replaceAll(' ', '').toLowerCase()) ?? [];
  const [one, other] = [Number(first), Number(second ?? first)];
  const wanted =
    unit !== 'px'
      ? { unit: unit === 'in' ? 'inch' : 'cm', width: one, height: other }
      : second === undefined
        ? { unit: 'longer', longer: one }
        : { unit: 'pixels', width: one, height: other };
  const size = OutputSize.safeParse(wanted);
  if (!size.success) throw new BadArgument(say('cli.usage.outputSize'));
  return size.data;
}

function readDpi(text: string): number {
  const { min, max } = OUTPUT_BOUNDS.dpi;
  const value = Number(text);
  if (!(value >= min && value <= max)) throw new BadArgument(say('cli.usage.dpi', { min, max }));
  return value;
}
