import { say } from '../../../../text/message';
import { annotationsOf } from '../../foreign';
import type { Quality } from '../../quality';
import { hasGenerators, type StepDescriptor } from '../step';
import { restore as clean, errorOf, expectedIn, MEASURED_INPUTS } from './restore';

/** Noise in 8-bit levels from which cleaning pays off. It applies to colour noise, which neither film nor paper has. */
const LEAST_NOISE = 6;
/** The same for the grain of film, which belongs to a photo until it hides the photo. */
const LEAST_GRAIN = 9;
/** From here on, the proposal does not keep the grain. */
const HIDING_GRAIN = 16;
/** Noise with at least this share in the luma is grain, which is the same in all channels. */
const GRAIN_SHARE = 0.85;
/** Blocks need cleaning if both their relative step and the estimated error in levels are at least this large. */
const LEAST_BLOCKINESS = 1.35;
const LEAST_COMPRESSION = 3;
/** A trace of noise looks more natural than none. */
const RESTORE_STRENGTH = 0.8;

/** Removes noise, grain and compression artefacts. */
export const restore: StepDescriptor<'restore'> = {
  kind: 'restore',
  tasks: ['restore'],
  chooses: 'restore',
  sets: MEASURED_INPUTS,
  reasons: {
    'reason.restore.noise': ['noise'],
    'reason.restore.blocks': ['blockiness', 'compression'],
    'reason.restore.grain': ['noise'],
    'reason.restore.clean': ['noise'],
  },

  assess({ quality }, tools) {
    const about = { kind: 'restore', available: hasGenerators(tools, 'restore') } as const;
    const { noise, blockiness, compression } = quality;
    if (isBlocky(quality)) {
      return { ...about, needed: true, reason: 'reason.restore.blocks', figures: { blockiness, compression } };
    }
    const figures = { noise };
    if (noise >= (isGrain(quality) ? LEAST_GRAIN : LEAST_NOISE)) {
      return { ...about, needed: true, reason: 'reason.restore.noise', figures };
    }
    return {
      ...about,
      needed: false,
      reason: noise >= LEAST_NOISE ? 'reason.restore.grain' : 'reason.restore.clean',
      figures,
    };
  },

  propose: ({ quality }) => ({
    strength: RESTORE_STRENGTH,
    keepGrain: isGrain(quality) && quality.noise < HIDING_GRAIN,
  }),

  cost: () => 10,

  async apply({ raster, tools, analysis }, settings) {
    const expected = expectedIn(raster, analysis);
    await tools.breathe();
    const report = await clean(raster, expected, settings, tools);
    if (!report) {
      return { raster, did: say('did.restore.nothing'), generator: null, provider: null };
    }
    const { generator, provider, sigma, quality, seen } = report;
    const done = say(settings.keepGrain ? 'did.restore.grainKept' : 'did.restore.done', {
      strength: settings.strength,
      levels: errorOf(expected),
    });
    const did = [
      done,
      ...(sigma === undefined ? [] : [say('did.restore.sigma', { levels: Math.round(10 * sigma) / 10 })]),
      ...(quality === undefined ? [] : [say('did.restore.quality', { quality: Math.round(quality) })]),
      ...annotationsOf(report, seen),
    ];
    return { raster, did, generator, provider };
  },
};

function isGrain({ noise, lumaNoise }: Quality): boolean {
  return lumaNoise >= GRAIN_SHARE * noise;
}

function isBlocky({ blockiness, compression }: Quality): boolean {
  return blockiness >= LEAST_BLOCKINESS && compression >= LEAST_COMPRESSION;
}
