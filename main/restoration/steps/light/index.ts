import { say } from '../../../../text/message';
import type { StepDescriptor } from '../step';
import { colourNow, gainsOf } from './balance';
import { applyLight, isNeutral } from './light';

/** Light and colour as a person sets them. */
export const light: StepDescriptor<'light'> = {
  kind: 'light',
  tasks: [],
  byHand: true,
  reasons: { 'reason.light.byHand': [] },

  assess: () => ({ kind: 'light', needed: false, available: true, reason: 'reason.light.byHand', figures: {} }),

  looksBack: ({ neutral }) => neutral !== undefined,

  cost: () => 0.15,

  async apply({ raster, opened, tools }, settings) {
    const about = { raster, generator: null, provider: null };
    if (isNeutral(settings)) return { ...about, did: say('did.light.nothing') };
    const { neutral } = settings;
    const picked = neutral === undefined ? null : await colourNow(neutral, opened ?? raster, raster, tools);
    await applyLight(raster, settings, gainsOf(settings, picked), tools);
    return { ...about, did: say('did.light.done') };
  },
};
