import { COLOUR_VARIANTS } from '../../../../contract/recipe';
import { hasGenerators, type StepDescriptor } from '../step';
import { colorise as addColours, hasColourVariants } from './colorise';

/** What the coloriser was seen to do, for whoever decides on it. */
const PLAUSIBLE = 'plausible for skin, sky and foliage, a guess for clothes, painted surfaces and streets';

/** Gives colours to a photo without any. */
export const colorise: StepDescriptor<'colorise'> = {
  kind: 'colorise',
  tasks: ['colorise'],
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
      case 'monochrome': {
        const sentence = `This is a black and white photo. Its colours would be generated: ${PLAUSIBLE}.`;
        return { ...about, needed: true, reason: 'reason.colorise.monochrome', sentence };
      }
      case 'toned': {
        const sentence = `This is a toned black and white photo. Its colours would be generated: ${PLAUSIBLE}.`;
        return { ...about, needed: true, reason: 'reason.colorise.toned', sentence };
      }
      case 'colour':
        return { ...about, needed: false, reason: 'reason.colorise.colour', sentence: 'This is a colour photo.' };
    }
  },

  cost: () => 0.6,

  async apply({ raster, tools }, settings) {
    const done = await addColours(raster, settings, tools);
    if (!done) return { raster, sentence: 'Colours left as they are (strength 0).', generator: null, provider: null };
    const { generator, provider } = done.report;
    return { raster: done.raster, sentence: 'The colours are generated.', generator, provider };
  },
};
