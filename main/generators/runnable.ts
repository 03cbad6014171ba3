import type { Card } from './card';

const COLOURS = ['rgb', 'bgr'];

/** Whether the engine can run a generator and a step can use what it returns. The others are kept and listed. */
export function isRunnable(card: Card): boolean {
  if (card.origin.kind === 'shipped') return true;
  const { task, input, output, mask, example, global } = card;
  const takes = (...channels: Card['input']['channels'][]) => channels.includes(input.channels);
  const gives = (...channels: string[]) => !Array.isArray(output.channels) && channels.includes(output.channels);
  const isWhole = global === 'whole' || global === 'fixed';
  const isPlain = mask === null && example === undefined;
  switch (task) {
    case 'inpaint':
      return mask !== null && takes('rgb', 'bgr', 'rgb+mask', 'mask+rgb') && gives(...COLOURS) && output.scale === 1;
    default:
      return isPlain && !isWhole && takes('rgb', 'bgr', 'luma') && gives(...COLOURS, 'luma', 'cbcr');
  }
}
