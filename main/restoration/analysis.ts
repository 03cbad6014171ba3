import type { Analysis, InfraredUse, Need } from '../../contract/photo';
import { RECIPE_FORMAT, type Recipe, type Step } from '../../contract/recipe';
import type { DamageMap } from './damage';
import { writingLeft } from './mask';
import { castOf, type Measurements, measure, rangeOf } from './measurements';
import type { MeasuredPixels } from './pixels';
import type { Raster } from './raster';
import { orderSteps } from './recipe';
import { ALL_STEPS } from './steps';
import type { StepTools } from './tools';

/** Every reason that {@link analyse} may give, with the names of its figures. */
export const REASONS: Readonly<Record<string, readonly string[]>> = Object.assign(
  {},
  ...ALL_STEPS.map(({ reasons }) => reasons),
);

/**
 * Measures what a photo needs and proposes a recipe. Does not change the raster. `damage` is its damage map, null if no
 * detector is installed; `pixels` what is being measured of the photo, if that has begun; `isNegative` whether it
 * looks like a colour negative, whose tones mean nothing; `infrared` what its infrared picture was good for. Throws CANCELLED.
 */
export async function analyse(
  raster: Raster,
  damage: DamageMap | null,
  tools: StepTools,
  pixels?: Promise<MeasuredPixels>,
  isNegative = false,
  infrared: InfraredUse | null = null,
): Promise<Analysis> {
  const measurements = await measure(raster, damage, tools, pixels, isNegative);
  const needs = ALL_STEPS.map((step) => step.assess(measurements, tools));
  const recipe = propose(needs, measurements);
  const { tone, quality } = measurements;
  return {
    damage: measurements.damage ?? 0,
    writing: damage ? writingLeft(damage) : 0,
    infrared,
    range: rangeOf(tone),
    cast: castOf(tone),
    fading: measurements.fading,
    film: measurements.film,
    faces: measurements.faces,
    colour: tone.colour,
    noise: quality.noise,
    blockiness: quality.blockiness,
    compression: quality.compression,
    megapixels: measurements.megapixels,
    needs,
    recipe,
    nothingToDo: !recipe.steps.some((step) => step.enabled),
  };
}

/**
 * The recipe for the needs. Colours, enlargement and style are never proposed automatically, since they are a matter of
 * taste and not a repair.
 */
function propose(needs: readonly Need[], measurements: Measurements): Recipe {
  const steps = ALL_STEPS.flatMap(({ kind, propose, alwaysProposed }): Step[] => {
    const need = needs.find((each) => each.kind === kind);
    const enabled = need?.needed === true && need.available;
    if (propose === undefined || !(enabled || alwaysProposed)) return [];
    return [{ kind, enabled, settings: propose(measurements) } as Step];
  });
  return { format: RECIPE_FORMAT, id: 'proposal', name: 'Proposal', gate: 'needed', steps: orderSteps(steps) };
}
