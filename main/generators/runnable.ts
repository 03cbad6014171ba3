import type { Card } from './card';

const COLOURS = ['rgb', 'bgr'] as const;

/** Whether the engine can run a generator and a step can use what it returns. The others are kept and listed. */
export function isRunnable(card: Card): boolean {
  if (card.origin.kind === 'shipped') return true;
  const { task, input, output, mask, example } = card;
  const takes = (...channels: Card['input']['channels'][]) => channels.includes(input.channels);
  const gives = (...channels: string[]) => !Array.isArray(output.channels) && channels.includes(output.channels);
  const isPlain = mask === null && example === undefined;
  const isColour = takes('rgb', 'bgr', 'rgb+sigma');
  const isGrey = takes('luma', 'luma+sigma');
  switch (task) {
    case 'inpaint':
      return mask !== null && takes('rgb', 'bgr', 'rgb+mask', 'mask+rgb') && gives(...COLOURS) && output.scale === 1;
    case 'restore':
      // Noise is taken away from sRGB's values.
      if (gives('residual') && input.light === 'linear') return false;
      return isPlain && output.scale === 1 && (isColour ? gives(...COLOURS, 'residual') : isGrey && gives('luma'));
    case 'colorise':
      return (
        isPlain && output.scale === 1 && takes('rgb', 'bgr', 'luma', 'l100') && gives(...COLOURS, 'cbcr', 'lab-ab')
      );
    case 'upscale':
      return isPlain && ((isColour && gives(...COLOURS)) || (isGrey && gives('luma')));
    case 'style':
      return mask === null && takes(...COLOURS) && gives(...COLOURS);
    case 'face':
      return isPlain && output.scale === 1 && takes(...COLOURS) && gives(...COLOURS) && input.fixed !== null;
    case 'detect':
      return isPlain && output.scale === 1 && takes('rgb', 'bgr', 'luma') && gives('luma', 'mask');
  }
}
