import type { Message } from '../../../../contract/basics';
import type { Fading, Need } from '../../../../contract/photo';
import { say } from '../../../../text/message';
import { createMask } from '../../mask';
import { castOf, maskedPixels, rangeOf } from '../../measurements';
import { FOUND_DAMAGE, type StepDescriptor, type StepRun } from '../step';
import { fadingCurves, weakestDye } from './fading';
import { guardSkin, skinOf } from './skin';
import {
  applyTone,
  castConfidence,
  LEAST_LOSS,
  lostRange,
  measureTone,
  TONE_PIXELS,
  type ToneCurves,
  toneCurves,
  withNeutral,
} from './tone';

/** Confidence from which a cast is reported, 0..1. */
const LEAST_CAST = 0.3;

/** Restores faded tones and removes colour casts. */
export const tone: StepDescriptor<'tone'> = {
  kind: 'tone',
  tasks: [],
  reasons: {
    'reason.tone.cyan': ['kept'],
    'reason.tone.magenta': ['kept'],
    'reason.tone.yellow': ['kept'],
    'reason.tone.faded': ['range'],
    'reason.tone.cast': ['cast'],
    'reason.tone.good': ['range'],
    'reason.tone.negative': [],
  },
  alwaysProposed: true,

  assess({ tone: statistics, fading, isNegative }): Need {
    const about = { kind: 'tone', available: true } as const;
    if (isNegative) return { ...about, needed: false, reason: 'reason.tone.negative', figures: {} };
    const figures = { range: rangeOf(statistics) };
    if (fading) {
      if (fading.certainty === 0) return { ...about, needed: false, reason: 'reason.tone.good', figures };
      const { dye, kept } = weakestDye(fading);
      return { ...about, needed: true, reason: `reason.tone.${dye}`, figures: { kept } };
    }
    if (castConfidence(statistics) >= LEAST_CAST) {
      return { ...about, needed: true, reason: 'reason.tone.cast', figures: { cast: castOf(statistics) } };
    }
    return lostRange(statistics) >= LEAST_LOSS
      ? { ...about, needed: true, reason: 'reason.tone.faded', figures }
      : { ...about, needed: false, reason: 'reason.tone.good', figures };
  },

  // Without evidence of fading the step is proposed switched off; whoever switches it on wants all of it.
  propose: ({ toneStrength, fading }) => ({
    strength: fading?.certainty === 0 ? 1 : toneStrength,
    cast: 1,
    contrast: 1,
  }),

  cost: () => 0.1,

  async apply(run, settings) {
    const { raster, tools, analysis } = run;
    const { neutral } = settings;
    const balanced = (curves: ToneCurves | null) => (neutral === undefined ? curves : withNeutral(curves, neutral));
    if (analysis.fading) {
      const undone = fadingCurves(analysis.fading, settings);
      // A grey point that the user has picked decides alone.
      const guarded = undone && settings.cast > 0 && neutral === undefined ? await guard(undone, run) : undone;
      const curves = balanced(guarded);
      if (curves) await applyTone(raster, curves, tools);
      const did = undone ? didRestore(analysis.fading) : say(curves ? 'did.tone.done' : 'did.tone.nothing');
      return { raster, did, generator: analysis.fading.generator, provider: 'cpu' };
    }
    const { small, ignore } = await reduced(run);
    const curves = balanced(toneCurves(measureTone(small, tools.colour, ignore), settings));
    if (curves) await applyTone(raster, curves, tools);
    return { raster, did: say(curves ? 'did.tone.done' : 'did.tone.nothing'), generator: null, provider: null };
  },
};

/** A small copy of the photo, and which of its pixels are damaged. */
async function reduced({ raster, damage, tools }: StepRun) {
  const small = await tools.shrink(raster, TONE_PIXELS);
  // Always uses the coarse pass, so that the preview and the full size get the same tones.
  const coarse = damage?.coarse ?? damage;
  return { small, ignore: coarse ? maskedPixels(createMask(coarse, FOUND_DAMAGE, small)) : undefined };
}

/** The curves, changed where they would give the faces a colour that skin does not have. */
async function guard(curves: ToneCurves, run: StepRun): Promise<ToneCurves> {
  const { faces } = run.analysis;
  if (!faces || faces.length === 0) return curves;
  const { small, ignore } = await reduced(run);
  const skin = skinOf(small, faces, run.tools.colour, ignore);
  return skin ? guardSkin(curves, skin) : curves;
}

/** What the step undid, dye by dye. */
function didRestore({ kept: { cyan, magenta, yellow } }: Fading): Message {
  return say('did.tone.dyes', { cyan, magenta, yellow });
}
