import { z } from 'zod';
import { Step, type StepKind, TargetSize } from './recipe';

/** The settings of each kind of step, derived from the schemas, for sliders, the command line and its completion. */

/** The values that a setting takes, and its default, if it has one. */
export type SettingType =
  | { kind: 'number'; min: number; max: number; initial?: number }
  | { kind: 'boolean' }
  | { kind: 'choice'; choices: readonly (string | number)[] }
  /** A {@link TargetSize}. */
  | { kind: 'size' }
  | { kind: 'text'; longest: number };

/** By kind of step and name of the setting. */
export const STEP_SETTINGS: Readonly<Record<StepKind, Readonly<Record<string, SettingType>>>> = Object.fromEntries(
  Step.options.map(({ shape }) => [
    shape.kind.value,
    Object.fromEntries(
      Object.entries(shape.settings.shape).flatMap(([name, schema]) => {
        const type = typeOf(schema);
        return type ? [[name, type]] : [];
      }),
    ),
  ]),
) as Record<StepKind, Record<string, SettingType>>;

/** Null for a setting that is not a single value: the code of a style picture, a second style, places, numbers by name. */
function typeOf(schema: z.ZodType): SettingType | null {
  if (schema instanceof z.ZodDefault) {
    const type = typeOf(schema.unwrap() as z.ZodType);
    return type?.kind === 'number' ? { ...type, initial: schema.def.defaultValue as number } : type;
  }
  if (schema instanceof z.ZodOptional) return typeOf(schema.unwrap() as z.ZodType);
  if (schema === TargetSize) return { kind: 'size' };
  if (schema instanceof z.ZodObject || schema instanceof z.ZodArray || schema instanceof z.ZodRecord) return null;
  if (schema instanceof z.ZodBoolean) return { kind: 'boolean' };
  if (schema instanceof z.ZodEnum) return { kind: 'choice', choices: schema.options };
  if (schema instanceof z.ZodUnion) {
    return { kind: 'choice', choices: schema.options.flatMap((each) => [...(each as z.ZodLiteral<number>).values]) };
  }
  if (schema instanceof z.ZodNumber) return { kind: 'number', min: schema.minValue!, max: schema.maxValue! };
  if (schema instanceof z.ZodString) return { kind: 'text', longest: schema.maxLength! };
  throw new TypeError(`a setting of an unknown type: ${schema.def.type}`);
}
