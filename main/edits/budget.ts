import { type EditLog, type EditState, type LocalRepair, MAX_HINTS, type MaskOp } from '../../contract/edit';
import { stateOf } from '../../document/edit';

/*
 * What an edit file may ask for. SECURITY: a few bytes can describe hours of work: a mask grown again and again, strokes as
 * wide as the photo, actions that each go through all repairs. The limits are far above what people do by hand.
 */

/** Pixels by which a mask is grown, shrunk and feathered in all. Each one looks at as many pixels around every pixel. */
const MOST_SPREAD = 3000;
/** Points of strokes, each with the share of the photo that its brush covers, and corners of outlines. */
const MOST_PAINTED = 20_000;
const MOST_CORNERS = 200_000;
const MOST_OPS = 10_000;
const MOST_REPAIRS = 1000;
/** Actions on repairs, times the repairs that each of them goes through. */
const MOST_VISITS = 5_000_000;

/** Why a log asks for too much; null if it does not. `width` and `height` are those of the photo. */
export function excessOf(log: EditLog, { width, height }: { width: number; height: number }): string | null {
  const added = log.actions.filter(({ repair }) => repair).length;
  const largest = Math.max(log.base.repairs.length, ...log.actions.map(({ repairs }) => repairs?.length ?? 0)) + added;
  const visits = log.actions.filter((action) => touchesRepairs(action)).length * largest;
  if (visits > MOST_VISITS) return `${visits} visits of repairs`;
  // Each stroke of the eraser copies the masks that those before it have made longer.
  const erasing = log.actions.flatMap(({ erase }) => erase?.ids.length ?? []);
  const copies = erasing.length * erasing.reduce((sum, count) => sum + count, 0);
  if (copies > MOST_VISITS) return `${erasing.length} strokes of the eraser on repairs`;
  const state = stateOf(log);
  return excessOfState(state, Math.min(width, height));
}

const touchesRepairs = ({ repair, toggle, refill, reblend, erase, remove, move }: EditLog['actions'][number]) =>
  [repair, toggle, refill, reblend, erase, remove, move].some((each) => each !== undefined);

function excessOfState({ mask, styleMask, keepMask, hints, repairs }: EditState, edge: number): string | null {
  if ([mask, styleMask, keepMask].some((ops) => ops.length > MOST_OPS)) return 'too many operations on a mask';
  if (hints.length > MAX_HINTS) return `${hints.length} hints`;
  if (repairs.length > MOST_REPAIRS) return `${repairs.length} repairs`;
  const all: (MaskOp | LocalRepair['mask'][number])[] = [
    ...mask,
    ...styleMask,
    ...keepMask,
    ...repairs.flatMap((each) => each.mask),
  ];
  let spread = 0;
  let painted = 0;
  let corners = 0;
  for (const { points, radius } of hints) painted += (points.length / 2) * Math.min(1, (2 * radius) / edge) ** 2;
  for (const op of all) {
    if (op.kind === 'grow' || op.kind === 'shrink' || op.kind === 'feather') spread += op.radius;
    else if (op.kind === 'stroke') painted += (op.points.length / 3) * Math.min(1, op.size / edge) ** 2;
    else if (op.kind === 'area') corners += op.points.length / 2;
  }
  if (spread > MOST_SPREAD) return `masks spread by ${spread} pixels in all`;
  if (painted > MOST_PAINTED) return `strokes that cover the photo ${Math.round(painted)} times`;
  return corners > MOST_CORNERS ? `${corners} corners of outlines` : null;
}
