import { say } from '../../../../text/message';
import { createMask } from '../../mask';
import { castOf, maskedPixels, rangeOf } from '../../measurements';
import { FOUND_DAMAGE, type StepDescriptor } from '../step';
import { applyTone, castConfidence, LEAST_LOSS, lostRange, measureTone, TONE_PIXELS, toneCurves } from './tone';

/** Confidence from which a cast is reported, 0..1. */
const LEAST_CAST = 0.3;

/** Restores faded tones and removes colour casts. */
export const tone: StepDescriptor<'tone'> = {
  kind: 'tone',
  tasks: [],
  reasons: {
    'reason.tone.faded': ['range'],
    'reason.tone.cast': ['cast'],
    'reason.tone.good': ['range'],
  },
  alwaysProposed: true,

  assess({ tone: statistics }) {
    const about = { kind: 'tone', available: true } as const;
    const range = rangeOf(statistics);
    const cast = castOf(statistics);
    if (castConfidence(statistics) >= LEAST_CAST) {
      return { ...about, needed: true, reason: 'reason.tone.cast', figures: { cast } };
    }
    const figures = { range };
    return lostRange(statistics) >= LEAST_LOSS
      ? { ...about, needed: true, reason: 'reason.tone.faded', figures }
      : { ...about, needed: false, reason: 'reason.tone.good', figures };
  },

  propose: ({ toneStrength }) => ({ strength: toneStrength, cast: 1, contrast: 1 }),

  cost: () => 0.1,

  async apply(run, settings) {
    const { raster, tools } = run;
    const small = await tools.shrink(raster, TONE_PIXELS);
    // Always uses the coarse pass, so that the preview and the full size get the same tones.
    const damage = run.damage?.coarse ?? run.damage;
    const ignore = damage ? maskedPixels(createMask(damage, FOUND_DAMAGE, small)) : undefined;
    const curves = toneCurves(measureTone(small, tools.colour, ignore), settings);
    if (curves) await applyTone(raster, curves, tools);
    return { raster, did: say(curves ? 'did.tone.done' : 'did.tone.nothing'), generator: null, provider: null };
  },
};
