import { z } from 'zod';
import type { Message } from '../../contract/basics';
import type { en } from '../../text/en';
import { say } from '../../text/message';
import { meant } from '../nearest';

/*
 * Converts the errors of the contract's schemas to messages about recipes for the user.
 */

/** A fault in a recipe and its path, as `steps[1].settings.strength`; `recipe` is the whole. */
export interface RecipeProblem {
  path: string;
  messages: readonly Message[];
}

/** All errors that zod found in a value. */
export function describeIssues({ issues }: z.ZodError, value: unknown): RecipeProblem[] {
  return issues.map((issue) => {
    const path = pathOf(issue.path);
    return { path, messages: describe(issue, path, at(value, issue.path)) };
  });
}

const TYPES: readonly string[] = [
  'number',
  'int',
  'boolean',
  'string',
  'object',
  'array',
] satisfies (keyof typeof en.problems)[];

function describe(issue: z.core.$ZodIssue, path: string, value: unknown): Message[] {
  if (value === undefined) return [say('problems.missing', { path })];
  const origin = 'origin' in issue ? issue.origin : '';
  switch (issue.code) {
    case 'invalid_type':
      return [
        TYPES.includes(issue.expected) ? { key: `problems.${issue.expected}`, values: { path } } : other(path, issue),
      ];
    case 'too_small': {
      const bound = Number(issue.minimum);
      if (origin === 'string')
        return [bound === 1 ? say('problems.empty', { path }) : say('problems.longerText', { path, bound })];
      if (origin === 'array')
        return [bound === 1 ? say('problems.empty', { path }) : say('problems.longerList', { path, bound })];
      return [say('problems.atLeast', { path, bound })];
    }
    case 'too_big': {
      const bound = Number(issue.maximum);
      if (origin === 'string') return [say('problems.shorterText', { path, bound })];
      return [say(origin === 'array' ? 'problems.shorterList' : 'problems.atMost', { path, bound })];
    }
    case 'invalid_value':
      return oneOf(path, issue.values, value);
    case 'invalid_union': {
      const literals = issue.errors.flat().flatMap((each) => (each.code === 'invalid_value' ? each.values : []));
      const tags = 'options' in issue ? (issue.options as unknown[]) : [];
      return oneOf(path, [...literals, ...tags], value);
    }
    case 'invalid_format':
    case 'custom':
      // The schema names the key of the sentence; an identifier has none.
      if (!issue.message.startsWith('problems.')) return [say('problems.id', { path })];
      return [{ key: issue.message, values: { path } }];
    default:
      return [other(path, issue)];
  }
}

const other = (path: string, { message }: z.core.$ZodIssue) => say('problems.other', { path, detail: message });

function oneOf(path: string, choices: readonly unknown[], value: unknown): Message[] {
  const list = choices.join(', ');
  if (choices.length === 1) return [say('problems.exactly', { path, choices: list })];
  return [
    say('problems.oneOf', { path, choices: list }),
    ...(typeof value === 'string' ? meant(value, choices.map(String)) : []),
  ];
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
      : [unknownKey(pathOf([...path, key]), key, Object.keys(shape))],
  );
}

function unknownKey(path: string, key: string, known: readonly string[]): RecipeProblem {
  return { path, messages: [say('problems.unknownKey', { path }), ...meant(key, known)] };
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

/** `steps[1].settings.scale`, or `recipe` for the whole. */
function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text.replace(/^\./, '') || 'recipe';
}
