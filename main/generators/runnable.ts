import type { Card } from './card';

/** Channels that steps hand to a generator, and take from it. */
const INPUTS: readonly Card['input']['channels'][] = ['rgb', 'bgr', 'luma', 'rgb+mask'];
const OUTPUTS: readonly Card['output']['channels'][] = ['rgb', 'bgr', 'luma', 'cbcr'];

/** Whether the engine can run a generator and a step can use what it returns. The others are kept and listed. */
export function isRunnable(card: Card): boolean {
  const { input, output, mask, example, global, origin } = card;
  const channels = Array.isArray(output.channels) || OUTPUTS.includes(output.channels);
  if (!INPUTS.includes(input.channels) || !channels) return false;
  if (input.normalise !== null || input.ladder.length > 0 || input.light !== 'srgb') return false;
  // Steps hand over a hole as white in a fourth channel.
  const isUsual = mask?.input === null && mask.polarity === 'hole' && mask.value === '1' && !mask.cleared;
  if ((mask !== null && !isUsual) || example !== undefined) return false;
  // What ships and sees the whole picture has a step that knows it.
  return origin.kind === 'shipped' || global === 'none' || global === 'weak';
}
