import { z } from 'zod';
import { hint } from '../nearest';

/*
 * What the contract's schemas say of recipes, in words for a person and in a form that a program can ask for values by.
 */

/** A fault in a recipe and where it is, as `steps[1].settings.strength`; `recipe` is the whole. */
export interface RecipeProblem {
  path: string;
  /** Reads on after the path: `must be at most 1`. */
  message: string;
}

/** Everything that zod found wrong with a value, in words. */
export function describeIssues({ issues }: z.ZodError, value: unknown): RecipeProblem[] {
  return issues.map((issue) => ({ path: pathOf(issue.path), message: describe(issue, at(value, issue.path)) }));
}

const TYPES: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  string: 'a text',
  object: 'an object',
  array: 'a list',
};

/** What length is counted in. */
const UNITS: Readonly<Record<string, string>> = { string: ' characters long', array: ' entries long' };

function describe(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return 'is missing';
  const unit = 'origin' in issue ? (UNITS[issue.origin] ?? '') : '';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return unit && issue.minimum === 1 ? 'must not be empty' : `must be at least ${issue.minimum}${unit}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${unit}`;
    case 'invalid_value':
      return oneOf(issue.values, value);
    case 'invalid_union': {
      const literals = issue.errors.flat().flatMap((each) => (each.code === 'invalid_value' ? each.values : []));
      const tags = 'options' in issue ? (issue.options as unknown[]) : [];
      return oneOf([...literals, ...tags], value);
    }
    case 'invalid_format':
      return 'must be 1 to 64 small letters, digits and hyphens';
    default:
      return issue.message;
  }
}

function oneOf(choices: readonly unknown[], value: unknown): string {
  if (choices.length === 1) return `must be ${choices[0]}`;
  return `must be one of ${choices.join(', ')}${typeof value === 'string' ? hint(value, choices.map(String)) : ''}`;
}

/** Keys of a value that its schema does not know and would leave out. */
export function unknownKeys(schema: z.ZodType, value: unknown, path: readonly PropertyKey[] = []): RecipeProblem[] {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) {
    return unknownKeys(schema.unwrap() as z.ZodType, value, path);
  }
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return value.flatMap((each, index) => unknownKeys(schema.element as z.ZodType, each, [...path, index]));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const record = value as Record<string, unknown>;
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const tag = schema.def.discriminator;
    const option = (schema.options as z.ZodObject[]).find(({ shape }) => shape[tag]!.safeParse(record[tag]).success);
    return option ? unknownKeys(option, value, path) : [];
  }
  if (!(schema instanceof z.ZodObject)) return [];
  const shape = schema.shape as Record<string, z.ZodType>;
  return Object.keys(record).flatMap((key) =>
    Object.hasOwn(shape, key)
      ? unknownKeys(shape[key]!, record[key], [...path, key])
      : [{ path: pathOf([...path, key]), message: `is not known here${hint(key, Object.keys(shape))}` }],
  );
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

/** `steps[1].settings.scale`, or `recipe` for the whole. */
function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text.replace(/^\./, '') || 'recipe';
}
