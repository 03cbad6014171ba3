import { say } from '../../../../text/message';
import { saidOf } from '../../foreign';
import { editedMask } from '../edited-mask';
import { FOUND_DAMAGE, hasGenerators, isReduced, refersToDamage, type StepDescriptor } from '../step';
import { paint, styleCode } from './style';

/** Paints a photo in a style. */
export const style: StepDescriptor<'style'> = {
  kind: 'style',
  tasks: ['style'],
  chooses: 'style',
  reasons: { 'reason.style.taste': [] },

  assess: (_, tools) => ({
    kind: 'style',
    needed: false,
    available: hasGenerators(tools, 'style'),
    reason: 'reason.style.taste',
    figures: {},
  }),

  // A generator of one style takes no code.
  require: (run, settings) => void (settings.generator === undefined && styleCode(settings, run.tools)),

  cost: () => 6,

  async apply(run, settings) {
    const { raster, tools, damage, styleMask, paintings, example } = run;
    const mask = styleMask && editedMask(styleMask, damage, FOUND_DAMAGE, raster);
    const done = await paint(raster, settings, tools, {
      isReduced: isReduced(run),
      mask,
      paintings,
      ...(example && { example }),
    });
    if (!done) return { raster, did: say('did.style.nothing'), generator: null, provider: null };
    const { generator, provider } = done.report;
    const named = tools.styles()?.presets.find(({ id }) => id === settings.style && !settings.code);
    if (settings.generator !== undefined) {
      const painted = say(mask ? 'did.style.byGeneratorInMask' : 'did.style.byGenerator');
      return { raster: done.raster, did: [painted, ...saidOf(done.report)], generator, provider };
    }
    const did = named
      ? say(mask ? 'did.style.presetInMask' : 'did.style.preset', { name: named.name })
      : say(mask ? 'did.style.ownInMask' : 'did.style.own');
    return { raster: done.raster, did, generator, provider };
  },

  followsDamage: refersToDamage,
};
