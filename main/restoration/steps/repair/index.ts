import type { Need } from '../../../../contract/photo';
import { say } from '../../../../text/message';
import { EmulsionError } from '../../../errors';
import { detectInBothPasses } from '../../damage';
import { annotationsOf } from '../../foreign';
import { createMask } from '../../mask';
import { REPAIR_DEFAULTS } from '../../measurements';
import { chosen as wantedBy } from '../../tools';
import { editedMask, maskSource } from '../edited-mask';
import { hasGenerators, refersToDamage, type StepDescriptor } from '../step';
import { chosenPlaces } from './chosen';
import { inpaint } from './inpaint';

/** A mask of a larger share of the picture leaves nothing to repair it from, 0..1. */
const MOST_MASKED = 0.9;

/** The need of a repair as it is set: without infrared, what that shows is no reason. */
export function needOfRepair(need: Need, { infrared = true }: { infrared?: boolean }): Need {
  if (infrared || need.reason !== 'reason.repair.infrared') return need;
  const needed = need.figures.besides === 1;
  const reason = needed ? 'reason.repair.damage' : 'reason.repair.clean';
  return { ...need, needed, reason, figures: { damage: need.figures.damage! } };
}

/** Detects creases, scratches, dust and stains, and fills them. */
export const repair: StepDescriptor<'repair'> = {
  kind: 'repair',
  tasks: ['detect', 'inpaint'],
  chooses: 'inpaint',
  reasons: {
    'reason.repair.damage': ['damage'],
    'reason.repair.infrared': ['count', 'damage', 'besides'],
    'reason.repair.clean': ['damage'],
    'reason.repair.unknown': [],
  },
  alwaysProposed: true,

  assess({ damage, isDamaged, isDamagedBesides, infraredPieces }, tools) {
    const about = { kind: 'repair', available: hasGenerators(tools, 'detect', 'inpaint') } as const;
    if (damage === null) {
      return { ...about, needed: false, reason: 'reason.repair.unknown', figures: {} as Record<string, number> };
    }
    if (infraredPieces > 0) {
      const figures: Record<string, number> = { count: infraredPieces, damage, besides: isDamagedBesides ? 1 : 0 };
      return { ...about, needed: true, reason: 'reason.repair.infrared', figures };
    }
    const figures: Record<string, number> = { damage };
    return isDamaged
      ? { ...about, needed: true, reason: 'reason.repair.damage', figures }
      : { ...about, needed: false, reason: 'reason.repair.clean', figures };
  },

  propose: () => ({ ...REPAIR_DEFAULTS }),

  require: ({ tools }, { detector }) => {
    if (detector === undefined || tools.generator('detect', { id: detector })) return;
    const reason = say('failures.generatorNotHere', { id: detector, kind: 'repair' });
    throw new EmulsionError('GENERATOR_MISSING', {
      reason,
      detail: `the step "repair" needs the detector "${detector}"`,
    });
  },

  // Only tiles with damage are computed, but scattered damage touches many of them.
  cost: ({ analysis }) => 0.2 + 10 * Math.min(1, 20 * analysis.damage),

  async apply(run, settings) {
    const { raster, tools } = run;
    const damage = run.damage ?? (await detectInBothPasses(raster, tools));
    const mask = run.mask ? editedMask(run.mask, damage, settings, raster) : createMask(damage, settings, raster);
    const masked = mask.coverage();
    if (masked === 0) {
      const did = say(run.mask ? 'did.repair.emptyMask' : 'did.repair.nothing');
      return { raster, did, generator: null, provider: null, masked };
    }
    if (masked > MOST_MASKED) {
      return { raster, did: say('did.repair.tooMuch', { share: masked }), generator: null, provider: null, masked: 0 };
    }
    const full = Math.round(raster.width * Math.sqrt((1e6 * run.analysis.megapixels) / (raster.width * raster.height)));
    const chosen = run.mask ? await chosenPlaces(run.mask, maskSource(run.mask, damage, settings), raster, tools) : [];
    const report = await inpaint(raster, mask, tools, {
      full,
      chosen,
      wanted: wantedBy(settings),
    });
    const { generator, provider, filled } = report;
    const done =
      filled > 0 ? say('did.repair.wide', { share: masked, count: filled }) : say('did.repair.done', { share: masked });
    const further = settings.detector ? [say('did.repair.further', { id: settings.detector })] : [];
    const did = [done, ...further, ...annotationsOf(report)];
    return { raster, did, generator, provider, masked };
  },

  followsDamage: (ops) => ops === undefined || refersToDamage(ops),
};
