import type { MaskOp } from '../../../contract/edit';
import type { Command, CommandId } from '../../commands';
import type { Session } from '../../state/context';
import { styleOf } from '../../state/recipes';
import type { Tool } from '../../state/tools';

/**
 * Commands of the mask. Those that need `mask` are only available while a mask is edited, but their keys are not used
 * for anything else.
 */

const KEYS: Record<Tool, string> = {
  hand: 'H',
  brush: 'B',
  eraser: 'E',
  lasso: 'L',
  polygon: 'N',
  rectangle: 'U',
  defect: 'W',
  eye: 'Shift+E',
};

function command(id: CommandId, keys: readonly string[], needs: Command['needs'], run: Command['run']): Command {
  return { id, group: 'mask', keys, needs, run };
}

const tool = (each: Exclude<Tool, 'brush' | 'eye'>): Command =>
  command(`tool-${each}`, [KEYS[each]], 'mask', ({ session }) => session.actions.tools.take(each));

const change = (id: CommandId, keys: readonly string[], op: (session: Session) => MaskOp): Command =>
  command(id, keys, 'mask', ({ session, entry }) => session.actions.paint(entry.key, op(session)));

const spread = (kind: 'grow' | 'shrink' | 'feather') => (session: Session) => ({
  kind,
  radius: session.stores.tools.getState().spread,
});

export const MASK_COMMANDS: readonly Command[] = [
  // Also starts editing the mask.
  command('tool-brush', [KEYS.brush], 'photo', ({ session, entry }) => {
    const { actions, stores } = session;
    const isOfStyle = stores.view.getState().tab === 'style' && entry.recipe !== null && styleOf(entry.recipe) !== null;
    if (stores.tools.getState().tool === null) actions.tools.editMask(isOfStyle ? 'style' : 'repair');
    else actions.tools.take('brush');
  }),
  command('repairPlace', ['Shift+B'], 'photo', ({ session }) => session.actions.tools.repairAtOnce()),
  tool('eraser'),
  tool('lasso'),
  tool('polygon'),
  tool('rectangle'),
  tool('defect'),
  command('colourHints', ['Shift+C'], 'photo', ({ session, entry }) => {
    const { hints } = session.actions;
    if (session.stores.hints.getState().tool === null) hints.start(entry.key);
    else hints.stop();
  }),
  command('tool-eye', [KEYS.eye], 'photo', ({ session }) => session.actions.tools.take('eye')),
  tool('hand'),
  command('atOnce', ['Y'], 'mask', ({ session }) => session.actions.tools.toggleAtOnce()),
  command('quickMask', ['Q'], 'mask', ({ session }) => session.actions.tools.toggleQuickMask()),
  change('maskInvert', ['I'], () => ({ kind: 'invert' })),
  change('maskClear', [], () => ({ kind: 'clear' })),
  change('maskGrow', [], spread('grow')),
  change('maskShrink', [], spread('shrink')),
  change('maskFeather', [], spread('feather')),
  command('maskReset', [], 'mask', ({ session, entry }) => session.actions.resetMask(entry.key)),
  command('maskExport', [], 'photo', ({ session, entry }) => session.actions.exportMask(entry.key)),
];
