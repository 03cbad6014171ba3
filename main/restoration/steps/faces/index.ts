import type { Need } from '../../../../contract/photo';
import { say } from '../../../../text/message';
import { annotationsOf } from '../../foreign';
import { hasGenerators, type StepDescriptor } from '../step';
import { FIDELITY_INPUTS, restoreFaces } from './faces';

/** Restores faces with a generator that a person has added; none ships. It can change who somebody seems to be. */
export const faces: StepDescriptor<'faces'> = {
  kind: 'faces',
  tasks: ['face'],
  chooses: 'face',
  sets: FIDELITY_INPUTS,
  reasons: {
    'reason.faces.found': ['count'],
    'reason.faces.none': [],
  },

  // Needed means that a recipe with the step has something to do. It is never proposed, and nobody misses a generator for it.
  assess({ faces: found }, tools): Need {
    const count = found?.length ?? 0;
    const available = hasGenerators(tools, 'face');
    const about = { kind: 'faces', available } as const;
    if (count > 0) return { ...about, needed: available, reason: 'reason.faces.found', figures: { count } };
    return { ...about, needed: false, reason: 'reason.faces.none', figures: {} };
  },

  cost: ({ analysis }) => 2 * (analysis.faces?.length ?? 0),

  async apply({ raster, analysis, tools }, settings) {
    const done = await restoreFaces(raster, analysis.faces ?? [], settings, tools);
    const { restored, sharp, small } = done;
    const did = [
      ...(restored > 0 ? [say('did.faces.done', { count: restored }), say('did.faces.warning')] : []),
      ...(sharp > 0 ? [say('did.faces.sharp', { count: sharp })] : []),
      ...(small > 0 ? [say('did.faces.small', { count: small })] : []),
      ...(settings.finder ? [say('did.faces.finder', { id: settings.finder })] : []),
    ];
    if (!('report' in done)) {
      return { raster, did: did.length > 0 ? did : say('did.faces.nothing'), generator: null, provider: null };
    }
    // What finds faces has a part in the result, and so has its licence.
    did.push(...annotationsOf(done.report));
    const generator = [done.report.generator, ...(settings.finder ? [settings.finder] : [])].join(', ');
    return { raster, did, generator, provider: done.report.provider };
  },
};
