import { z } from 'zod';
import { because, type Decision, type Decisions, FIELDS, type FieldName } from './decision';

/** A value as text, as it is written after `--set`. */
export const written = (decision: Decision | undefined): string =>
  typeof decision?.value === 'string' ? decision.value : JSON.stringify(decision?.value ?? '');

/** The texts of all values that a field can have; null: any text; empty: only the command line can say it. */
export function choicesOf(field: FieldName, outputs: readonly { name: string }[]): readonly string[] | null {
  if (field === 'output') return outputs.map(({ name }) => name);
  return choicesIn(FIELDS[field]);
}

function choicesIn(schema: z.ZodType): readonly string[] | null {
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String);
  if (schema instanceof z.ZodBoolean) return ['true', 'false'];
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((each) => choicesIn(each as z.ZodType) ?? []);
  if (schema instanceof z.ZodString || schema instanceof z.ZodNumber) return null;
  return [];
}

/** What a person may know that a file does not say. */
const RIGHTS: readonly FieldName[] = ['licence', 'author', 'source'];

/** What was decided about a field, or that the file says nothing of its makers; null for a field that it does not have. */
export function shownOf(decisions: Decisions, field: FieldName): Decision | null {
  const nothing = { value: '', confidence: 'probable', evidence: [because('notSaid')] } as const;
  return decisions[field] ?? (RIGHTS.includes(field) ? { ...nothing, evidence: [...nothing.evidence] } : null);
}
