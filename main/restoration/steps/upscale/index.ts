import type { Message } from '../../../../contract/basics';
import { UPSCALE_VARIANTS } from '../../../../contract/recipe';
import { say } from '../../../../text/message';
import { annotationsOf } from '../../foreign';
import { isReduced, type StepDescriptor, type StepRun } from '../step';
import { upscale as enlarge, planEnlargement, upscalePasses } from './upscale';

/** Photos below this are too small for a print of postcard size. */
const SMALL_MEGAPIXELS = 1.5;

/** Makes a photo larger. */
export const upscale: StepDescriptor<'upscale'> = {
  kind: 'upscale',
  tasks: ['upscale'],
  chooses: 'upscale',
  reasons: {
    'reason.upscale.small': ['megapixels'],
    'reason.upscale.large': ['megapixels'],
  },

  assess({ megapixels }, tools) {
    // Doubling twice enlarges four times.
    const variants = UPSCALE_VARIANTS.filter((variant) => upscalePasses(2, variant, tools) !== null);
    const about = { kind: 'upscale', available: variants.length > 0, variants, figures: { megapixels } } as const;
    return megapixels < SMALL_MEGAPIXELS
      ? { ...about, needed: true, reason: 'reason.upscale.small' }
      : { ...about, needed: false, reason: 'reason.upscale.large' };
  },

  // The full size decides, whatever the size of the raster.
  require: (run, settings) => void planEnlargement(settings, isReduced(run) ? fullSizeOf(run) : run.raster, run.tools),

  // The work grows with the picture. A reduced picture is not enlarged.
  cost: (run) => (isReduced(run) ? 0.01 : 8),

  async apply(run, settings) {
    const { raster, tools } = run;
    const nothing = (did: Message) => ({ raster, did, generator: null, provider: null });
    // A reduced picture has lost its detail, so enlarging it would show nothing.
    if (isReduced(run)) return nothing(say('did.upscale.atFullSize'));
    const plan = planEnlargement(settings, raster, tools);
    if (plan.passes.length === 0) return nothing(say('did.upscale.largeEnough'));
    const { raster: large, report } = await enlarge(raster, plan, tools);
    const { width, height } = large;
    const done = say('did.upscale.done', { times: width / raster.width, width, height });
    const did = [done, ...annotationsOf(report)];
    return { raster: large, did, generator: report.generator, provider: report.provider };
  },
};

/** Size of the photo that a reduced raster shows, to within a pixel. */
function fullSizeOf({ raster, analysis }: StepRun): { width: number; height: number } {
  const scale = Math.sqrt((1e6 * analysis.megapixels) / (raster.width * raster.height));
  return { width: Math.round(raster.width * scale), height: Math.round(raster.height * scale) };
}
