import { say } from '../../../../text/message';
import { annotationsOf } from '../../foreign';
import { editedMask } from '../edited-mask';
import { FOUND_DAMAGE, hasGenerators, isReduced, refersToDamage, type StepDescriptor } from '../step';
import { isNight } from './night';
import { exampleOf, paint, requireStyle, takesExample } from './style';

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

  async require({ tools }, settings) {
    // A generator of one style takes no code.
    if (settings.generator === undefined) requireStyle(settings, tools);
    else if (takesExample(settings, tools)) await exampleOf(settings, tools);
  },

  cost: () => 6,

  async apply(run, settings) {
    const { raster, tools, damage, styleMask, paintings } = run;
    const mask = styleMask && editedMask(styleMask, damage, FOUND_DAMAGE, raster);
    const done = await paint(raster, settings, tools, {
      isReduced: isReduced(run),
      mask,
      paintings,
    });
    if (!done) return { raster, did: say('did.style.nothing'), generator: null, provider: null };
    const { generator, provider } = done.report;
    const named = tools.styles()?.presets.find(({ id }) => id === settings.style && !settings.code);
    if (settings.generator !== undefined) {
      const name = takesExample(settings, tools) ? settings.example?.name : undefined;
      const painted =
        name === undefined
          ? say(mask ? 'did.style.byGeneratorInMask' : 'did.style.byGenerator')
          : say(mask ? 'did.style.byExampleInMask' : 'did.style.byExample', { name });
      return { raster: done.raster, did: [painted, ...annotationsOf(done.report)], generator, provider };
    }
    if (isNight(settings, tools)) {
      return { raster: done.raster, did: say(mask ? 'did.style.nightInMask' : 'did.style.night'), generator, provider };
    }
    const did = named
      ? say(mask ? 'did.style.presetInMask' : 'did.style.preset', { name: named.name })
      : say(mask ? 'did.style.ownInMask' : 'did.style.own');
    return { raster: done.raster, did, generator, provider };
  },

  followsDamage: refersToDamage,
};
