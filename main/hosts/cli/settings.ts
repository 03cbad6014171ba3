import { Option } from 'commander';
import type { Message } from '../../../contract/basics';
import {
  RECIPE_FORMAT,
  type Recipe,
  STEP_KINDS,
  type Step,
  type StepChange,
  type StepKind,
  type TargetSize,
} from '../../../contract/recipe';
import { type SettingType, STEP_SETTINGS } from '../../../contract/step-settings';
import { say, type Translator } from '../../../text/message';
import { EmulsionError } from '../../errors';
import { meant } from '../../nearest';
import { withChanges } from '../../restoration/recipe';
import { ALL_STEPS } from '../../restoration/steps';
import { BadArgument, readSize } from '../arguments';

/** A key of every step besides its settings. */
const ENABLED = 'enabled';
/** Begins the keys of numbers that a generator takes, by their names. */
const INPUT = 'inputs.';
/** Steps that the analysis may propose. The others are a matter of taste. */
const PROPOSED: readonly StepKind[] = ALL_STEPS.flatMap(({ kind, propose }) => (propose ? kind : []));

/** `--set step.key=value`, which may be repeated. Its value is a list of {@link StepChange}. */
export function setOption({ t }: Translator): Option {
  return new Option('-s, --set <step.key=value>', t('manual.options.set'))
    .argParser(collectChange)
    .default([], t('manual.options.none'));
}

/** Parses one more `step.key=value` and adds it to the previous ones. The last value of a setting wins. */
export function collectChange(text: string, before: readonly StepChange[]): StepChange[] {
  const { kind, key, value } = readSetting(text);
  const change: StepChange = before.find((each) => each.kind === kind) ?? { kind, settings: {} };
  const others = before.filter((each) => each.kind !== kind);
  if (key === ENABLED) return [...others, { ...change, enabled: value as boolean }];
  // A factor and a target size exclude each other.
  const { scale, target, ...rest } = change.settings;
  const isSize = key === 'scale' || key === 'target';
  const given = isSize ? rest : change.settings;
  if (!key.startsWith(INPUT)) return [...others, { ...change, settings: { ...given, [key]: value } }];
  const inputs = { ...(given.inputs as object | undefined), [key.slice(INPUT.length)]: value };
  return [...others, { ...change, settings: { ...given, inputs } }];
}

/** Parses `repair.sensitivity=0.7`. Throws InvalidArgumentError with the possible values. */
export function readSetting(text: string): { kind: StepKind; key: string; value: unknown } {
  const parts = /^([^.=]*)\.([^=]*)=(.*)$/s.exec(text);
  if (!parts) throw new BadArgument(say('cli.usage.setting'));
  const [, step, key, given] = parts as unknown as [string, string, string, string];
  const kind = STEP_KINDS.find((each) => each === step);
  if (!kind) {
    throw new BadArgument(say('cli.usage.noStep', { step, steps: STEP_KINDS.join(', ') }), ...meant(step, STEP_KINDS));
  }
  const settings = settingsOf(kind);
  if (key.startsWith(INPUT) && 'generator' in settings) {
    const value = given.trim() === '' ? Number.NaN : Number(given);
    if (key.length === INPUT.length || !Number.isFinite(value)) throw new BadArgument(say('cli.usage.input', { kind }));
    return { kind, key, value };
  }
  const type = Object.hasOwn(settings, key) ? settings[key] : undefined;
  if (!type) {
    const known = Object.keys(settings);
    throw new BadArgument(say('cli.usage.noSetting', { kind, key, keys: known.join(', ') }), ...meant(key, known));
  }
  const value = readValue(type, given);
  if (value === undefined) {
    const known = type.kind === 'choice' ? meant(given, type.choices.map(String)) : [];
    throw new BadArgument(say('cli.usage.badSetting', { setting: `${kind}.${key}` }), mustBe(type), ...known);
  }
  return { kind, key, value };
}

/** Writes a value in the form that {@link readSetting} reads. */
export function writeValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (!('unit' in value)) return JSON.stringify(value);
  const target = value as TargetSize;
  return target.unit === 'pixels' ? `${target.longer}px` : `${target.longer}cm@${target.dpi}dpi`;
}

/** All settings of a kind of step, including `enabled`. */
export function settingsOf(kind: StepKind): Readonly<Record<string, SettingType>> {
  return { ...STEP_SETTINGS[kind], [ENABLED]: { kind: 'boolean' } };
}

/**
 * The settings that `--set` accepts, for the help: a term and a description each. `enabled` describes what that setting
 * does to a step.
 */
export function settingEntries(enabled: string, translator: Translator): [string, string][] {
  const entries = STEP_KINDS.flatMap((kind) =>
    Object.entries(STEP_SETTINGS[kind]).map(([key, type]): [string, string] => [
      `${kind}.${key}`,
      translator.sentence(mustBe(type)),
    ]),
  );
  const input: [string, string] = [`<step>.${INPUT}<name>`, translator.t('cli.values.input')];
  return [...entries, input, [`<step>.${ENABLED}`, enabled]];
}

/** The sentence that says which values are possible. */
export function mustBe(type: SettingType): Message {
  switch (type.kind) {
    case 'number':
      return say('cli.values.number', { min: String(type.min), max: String(type.max) });
    case 'boolean':
      return say('cli.values.boolean');
    case 'choice':
      return say('cli.values.choice', { choices: type.choices.join(', ') });
    case 'size':
      return say('cli.values.size');
    case 'text':
      return say('cli.values.text', { longest: type.longest });
  }
}

/** Parses the text of a value; undefined if it does not have the type. */
function readValue(type: SettingType, text: string): unknown {
  switch (type.kind) {
    case 'number': {
      const value = text.trim() === '' ? Number.NaN : Number(text);
      return value >= type.min && value <= type.max ? value : undefined;
    }
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'choice':
      return type.choices.find((choice) => String(choice) === text);
    case 'size': {
      if (!/px|cm/i.test(text)) return undefined;
      const size = readSize(text);
      return 'target' in size ? size.target : undefined;
    }
    case 'text':
      return text.length >= 1 && text.length <= type.longest ? text : undefined;
  }
}

/**
 * Refuses changes that cannot have any effect, and those that leave a step incomplete, before anything is computed.
 * `recipe` null: the proposals. Throws BAD_REQUEST or RECIPE_INVALID.
 */
export function checkChanges(changes: readonly StepChange[], recipe: Recipe | null, added: readonly Step[] = []): void {
  const has = (list: readonly { kind: StepKind }[], kind: StepKind) => list.some((each) => each.kind === kind);
  for (const { kind, enabled, settings } of changes) {
    const [key] = Object.keys(settings);
    const isThere = recipe ? has(recipe.steps, kind) : PROPOSED.includes(kind);
    if (isThere || enabled === true || key === undefined || has(added, kind)) continue;
    const reason = recipe
      ? say('cli.errors.noSuchStep', { name: recipe.name, kind, key })
      : say('cli.errors.neverProposed', { kind, key });
    throw new EmulsionError('BAD_REQUEST', { reason });
  }
  withChanges(
    recipe ?? { format: RECIPE_FORMAT, id: 'proposal', name: 'Proposal', gate: 'needed', steps: [] },
    changes,
  );
}
