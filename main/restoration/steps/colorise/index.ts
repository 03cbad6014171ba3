import type { Message } from '../../../../contract/basics';
import { COLOUR_VARIANTS } from '../../../../contract/recipe';
import { say } from '../../../../text/message';
import { annotationsOf } from '../../foreign';
import { hasGenerators, type StepDescriptor } from '../step';
import { colorise as addColours, hasColourVariants, WARMTH_INPUT } from './colorise';
import type { HintPlanes } from './hints';

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

  async apply({ raster, tools, hints }, settings) {
    const done = await addColours(raster, settings, tools, hints);
    if (!done) return { raster, did: say('did.colorise.nothing'), generator: null, provider: null };
    const { generator, provider } = done.report;
    const did = [
      say('did.colorise.done'),
      ...annotationsOfHints(hints?.list.length ?? 0, done.hints),
      ...annotationsOf(done.report),
    ];
    return { raster: done.raster, did, generator, provider };
  },
};

/** What became of so many hints. */
function annotationsOfHints(count: number, used: HintPlanes | null): Message[] {
  if (count === 0) return [];
  if (!used) return [say('did.colorise.noHints', { count })];
  const { outside, tooStrong } = used;
  return [
    ...(count > outside ? [say('did.colorise.hints', { count: count - outside })] : []),
    ...(outside > 0 ? [say('did.colorise.outside', { count: outside })] : []),
    ...(tooStrong > 0 ? [say('did.colorise.tooStrong', { count: tooStrong })] : []),
  ];
}
