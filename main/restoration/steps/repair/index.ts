import { detectInBothPasses } from '../../damage';
import { createMask } from '../../mask';
import { REPAIR_DEFAULTS } from '../../measurements';
import { editedMask } from '../edited-mask';
import { hasGenerators, percent, refersToDamage, type StepDescriptor } from '../step';
import { inpaint } from './inpaint';

/** Finds creases, scratches, dust and stains, and fills them. */
export const repair: StepDescriptor<'repair'> = {
  kind: 'repair',
  tasks: ['detect', 'inpaint'],
  reasons: {
    'reason.repair.damage': ['damage'],
    'reason.repair.clean': ['damage'],
    'reason.repair.unknown': [],
  },
  alwaysProposed: true,

  assess({ damage, isDamaged }, tools) {
    const about = { kind: 'repair', available: hasGenerators(tools, 'detect', 'inpaint') } as const;
    if (damage === null) {
      const sentence = 'Damage cannot be detected: no damage detector is installed.';
      return { ...about, needed: false, reason: 'reason.repair.unknown', figures: {}, sentence };
    }
    const figures = { damage };
    return isDamaged
      ? {
          ...about,
          needed: true,
          reason: 'reason.repair.damage',
          figures,
          sentence: `Creases and scratches cover ${percent(damage)} % of the picture.`,
        }
      : {
          ...about,
          needed: false,
          reason: 'reason.repair.clean',
          figures,
          sentence: 'No creases or scratches found.',
        };
  },

  propose: () => ({ ...REPAIR_DEFAULTS }),

  // Only tiles with damage are computed; scattered damage touches many of them.
  cost: ({ analysis }) => 0.2 + 10 * Math.min(1, 20 * analysis.damage),

  async apply(run, settings) {
    const { raster, tools } = run;
    const damage = run.damage ?? (await detectInBothPasses(raster, tools));
    const mask = run.mask ? editedMask(run.mask, damage, settings, raster) : createMask(damage, settings, raster);
    const masked = mask.coverage();
    if (masked === 0) {
      const sentence = run.mask ? 'The mask is empty.' : 'No damage found at this sensitivity.';
      return { raster, sentence, generator: null, provider: null, masked };
    }
    const { generator, provider } = await inpaint(raster, mask, tools);
    const sentence = `Filled ${(100 * masked).toFixed(masked < 0.001 ? 2 : 1)} % of the picture.`;
    return { raster, sentence, generator, provider, masked };
  },

  followsDamage: (ops) => ops === undefined || refersToDamage(ops),
};
