import { COLOUR_VARIANTS } from '../../../../contract/recipe';
import { say } from '../../../../text/message';
import { saidOf } from '../../foreign';
import { hasGenerators, type StepDescriptor } from '../step';
import { colorise as addColours, hasColourVariants, WARMTH_INPUT } from './colorise';

/** Gives colours to a photo without any. */
export const colorise: StepDescriptor<'colorise'> = {
  kind: 'colorise',
  tasks: ['colorise'],
  chooses: 'colorise',
  sets: new RegExp(`^${WARMTH_INPUT}$`),
  reasons: {
    'reason.colorise.monochrome': [],
    'reason.colorise.toned': [],
    'reason.colorise.colour': [],
  },

  assess({ tone }, tools) {
    const about = {
      kind: 'colorise',
      available: hasGenerators(tools, 'colorise'),
      variants: hasColourVariants(tools) ? [...COLOUR_VARIANTS] : [COLOUR_VARIANTS[0]],
      figures: {},
    } as const;
    switch (tone.colour) {
      case 'monochrome':
        return { ...about, needed: true, reason: 'reason.colorise.monochrome' };
      case 'toned':
        return { ...about, needed: true, reason: 'reason.colorise.toned' };
      case 'colour':
        return { ...about, needed: false, reason: 'reason.colorise.colour' };
    }
  },

  cost: () => 0.6,

  async apply({ raster, tools }, settings) {
    const done = await addColours(raster, settings, tools);
    if (!done) return { raster, did: say('did.colorise.nothing'), generator: null, provider: null };
    const { generator, provider } = done.report;
    return { raster: done.raster, did: [say('did.colorise.done'), ...saidOf(done.report)], generator, provider };
  },
};
