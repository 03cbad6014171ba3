import type { Message } from '../../../../contract/basics';
import type { FilmFaults, Need } from '../../../../contract/photo';
import { say } from '../../../../text/message';
import type { StepDescriptor } from '../step';
import { fillScratches } from './fill';
import { cornerStops, correctLight } from './light';

/** Fills the scratches of scanned film, takes away leaked light and brightens dark corners. */
export const film: StepDescriptor<'film'> = {
  kind: 'film',
  tasks: [],
  reasons: {
    'reason.film.scratches': ['count'],
    'reason.film.leak': [],
    'reason.film.vignette': ['stops'],
    'reason.film.clean': [],
  },

  assess({ film: faults }): Need {
    const about = { kind: 'film', available: true } as const;
    const { scratches, leak, vignette } = faults;
    const count = scratches.lines.length;
    if (count > 0) return { ...about, needed: true, reason: 'reason.film.scratches', figures: { count } };
    if (leak) return { ...about, needed: true, reason: 'reason.film.leak', figures: {} };
    if (vignette?.isCertain) {
      return { ...about, needed: true, reason: 'reason.film.vignette', figures: { stops: cornerStops(vignette) } };
    }
    return { ...about, needed: false, reason: 'reason.film.clean', figures: {} };
  },

  // Many scenes are darker towards the corners, so only certain ones are proposed to be brightened.
  propose: ({ film: { vignette } }) => ({ scratches: 1, leak: 1, vignette: vignette?.isCertain ? 1 : 0 }),

  cost: () => 0.3,

  async apply(run, settings) {
    const { raster, tools, analysis } = run;
    const { scratches, leak, vignette } = analysis.film;
    const done: FilmFaults = {
      scratches: { ...scratches, lines: settings.scratches > 0 ? scratches.lines : [] },
      leak: settings.leak > 0 ? leak : null,
      vignette: settings.vignette > 0 ? vignette : null,
    };
    await fillScratches(raster, done.scratches, settings.scratches, tools);
    await correctLight(raster, done, settings, tools);
    return { raster, did: didCorrect(done), generator: null, provider: null };
  },
};

/** What was corrected, fault by fault. */
function didCorrect({ scratches: { across, lines }, leak, vignette }: FilmFaults): Message[] {
  const count = lines.length;
  const done = [
    ...(count > 0 ? [say(across ? 'did.film.across' : 'did.film.down', { count })] : []),
    ...(leak ? [say(`did.film.leak.${leak.edge}`)] : []),
    ...(vignette ? [say('did.film.vignette', { stops: cornerStops(vignette) })] : []),
  ];
  return done.length > 0 ? done : [say('did.film.nothing')];
}
