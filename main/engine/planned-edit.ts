import type { Crop, MaskOp } from '../../contract/edit';
import type { OutputOptions } from '../../contract/output';
import type { Analysis, ExportFormat, Photo, StepReport } from '../../contract/photo';
import type { Recipe, StepKind } from '../../contract/recipe';
import { cropIn } from '../../document/crop';
import { writtenSize } from '../../document/output-size';
import { unpackRuns } from '../../document/runs';
import { enlargedSize, type Size } from '../../document/size';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { assertFitsFormat } from '../photos/encode';
import type { DamageMap } from '../restoration/damage';
import type { LocalWork } from '../restoration/local';
import { stepOf } from '../restoration/recipe';
import { followsDamage, planRecipe, type Run } from '../restoration/run';
import type { EngineEdit } from './protocol';

/** The planned steps of a recipe and an edit on a photo, and the keys under which their pictures are cached. */
export function keyed(
  recipe: Recipe,
  edit: EngineEdit | undefined,
  analysis: Analysis,
  damage: DamageMap | null | undefined,
) {
  const plan = planRecipe(recipe, analysis);
  // The fine pass changes only the steps that depend on the damage.
  const isFine = damage != null && damage.coarse !== null;
  // What is left alone is put back after each step.
  const kept = edit?.keepMask?.length ? edit.keepMask : undefined;
  const steps = plan
    .filter(({ outcome }) => outcome === 'done')
    .map(({ step: { kind, settings } }) => {
      // A mask counts only if it is used, so that painting on an unused one recomputes nothing.
      const mask = edit && usedMask(edit, kind);
      return [
        kind,
        settings,
        mask,
        ...(kind === 'colorise' && edit?.hints?.length ? [{ hints: edit.hints }] : []),
        ...(kept === undefined ? [] : [{ kept }]),
        ...(isFine && followsDamage(kind, mask) ? ['fine pass'] : []),
      ];
    });
  const repairs = edit?.repairs.filter(({ enabled }) => enabled) ?? [];
  /** Key of the picture after the first `count` steps. */
  const keyOf = (count: number) => JSON.stringify(steps.slice(0, count));
  // Without a step the picture is the original itself, which must never be changed in place.
  const key = steps.length === 0 && repairs.length > 0 ? 'local' : keyOf(steps.length);
  return { plan, steps, repairs, keyOf, key };
}

/** Whether a step that runs depends on the detected damage. */
export function doesFollowDamage(plan: ReturnType<typeof planRecipe>, edit: EngineEdit | undefined): boolean {
  return plan.some(
    ({ step: { kind }, outcome }) => outcome === 'done' && followsDamage(kind, edit && usedMask(edit, kind)),
  );
}

/** The mask drawn for a kind of step; undefined if the step applies everywhere. */
function usedMask({ mask, styleMask }: EngineEdit, kind: StepKind): readonly MaskOp[] | undefined {
  if (kind === 'style') return styleMask?.length ? styleMask : undefined;
  return kind === 'repair' ? mask : undefined;
}

/** Pixels per inch of a print enlargement; undefined if there was none. */
export function printDensity(recipe: Recipe, reports: readonly StepReport[]): number | undefined {
  const isDone = reports.some(({ kind, outcome }) => kind === 'upscale' && outcome === 'done');
  const target = stepOf(recipe, 'upscale')?.settings.target;
  return isDone && target?.unit === 'print' ? target.dpi : undefined;
}

/** What an edit holds that is drawn by hand on the photo, with its bitmaps unpacked. */
export function drawnOf(
  edit: EngineEdit | undefined,
  { width, height }: Photo,
): Pick<Run, 'mask' | 'styleMask' | 'keepMask' | 'hints'> {
  if (!edit) return {};
  const bitmaps = new Map([...edit.bitmaps].map(([id, bytes]) => [id, unpackRuns(bytes)]));
  const about = { bitmaps, full: { width, height } };
  const style = usedMask(edit, 'style');
  const kept = edit.keepMask?.length ? edit.keepMask : undefined;
  return {
    mask: { ops: edit.mask, ...about },
    styleMask: style && { ops: style, ...about },
    keepMask: kept && { ops: kept, ...about },
    ...(edit.hints?.length && { hints: { list: edit.hints, full: about.full } }),
  };
}

/**
 * Adds local repairs to the report of the repair step. It names a generator only if one has changed pixels: healing, cloning
 * and taking the red out of eyes generate nothing.
 */
export function withLocal(reports: StepReport[], works: readonly LocalWork[]): StepReport[] {
  if (works.length === 0) return reports;
  const passes = works.flatMap((work) => (work.by === 'generator' ? [work.pass] : []));
  const messages = (['generator', 'heal', 'clone', 'redEye'] as const).flatMap((by) => {
    const count = works.filter((work) => work.by === by).length;
    return count === 0 ? [] : [say(`did.repair.${BY_HAND[by]}`, { count })];
  });
  const repair = reports.find(({ kind }) => kind === 'repair');
  const ran = repair?.outcome === 'done' ? repair : null;
  const names = [...(ran?.generator?.split(', ') ?? []), ...passes.map(({ generator }) => generator)];
  const done: StepReport = {
    kind: 'repair',
    outcome: 'done',
    messages: [...(ran?.messages ?? []), ...messages],
    seconds: ran?.seconds ?? 0,
    generator: names.length === 0 ? null : [...new Set(names)].join(', '),
    provider: ran?.provider ?? passes.at(-1)?.provider ?? null,
  };
  return [done, ...reports.filter(({ kind }) => kind !== 'repair')];
}

const BY_HAND = { generator: 'byHand', heal: 'healed', clone: 'cloned', redEye: 'redEyes' } as const;

/**
 * Says before anything is computed that the crop leaves nothing of the photo, or that the result has more pixels than its
 * format can hold.
 */
export function assertResultFits(
  photo: Photo,
  analysis: Analysis,
  {
    recipe,
    format,
    crop = null,
    ...asked
  }: { recipe: Recipe; format: ExportFormat; crop?: Crop | null } & Partial<OutputOptions>,
): void {
  if (crop && !cropIn(crop, photo, photo)) throw cropOutside(photo);
  const plan = planRecipe(recipe, analysis);
  // Without a step, the original is copied as it is.
  if (plan.every(({ outcome }) => outcome !== 'done') && format === photo.format) return;
  const size = resultSize(photo, analysis, recipe);
  const part = (crop && cropIn(crop, photo, size)) ?? size;
  assertFitsFormat(writtenSize({ size: asked.size ?? null, dpi: null }, part), format);
}

/** The size of a whole result, in pixels. */
export function resultSize(photo: Size, analysis: Analysis, recipe: Recipe): Size {
  const enlarged = planRecipe(recipe, analysis).find(
    ({ step, outcome }) => step.kind === 'upscale' && outcome === 'done',
  );
  return enlarged?.step.kind === 'upscale' ? enlargedSize(enlarged.step.settings, photo) : photo;
}

export const cropOutside = ({ width, height }: Size) =>
  new EmulsionError('BAD_REQUEST', { reason: say('failures.cropOutside', { width, height }) });
