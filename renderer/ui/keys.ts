import { type CommandId, commandOf, strokeText } from '../commands';

export const onMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.userAgent);

/** The first shortcut of a command as this computer writes it; undefined where it has none. */
export function keyOf(commandId: CommandId): string | undefined {
  const stroke = commandOf(commandId).keys[0];
  return stroke === undefined ? undefined : strokeText(stroke, onMac);
}
