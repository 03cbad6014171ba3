/** The crop tool. */
export const crop = {
  crop: {
    options: 'Crop',
    mode: 'How to crop',
    modes: { frame: 'Frame', corners: 'Four corners' },
    straighten: 'Straighten',
    degrees: '°',
    ratio: 'Proportions',
    ratios: { free: 'Free', original: 'Original' },
    size: '{{width}} × {{height}}',
    sizeSaid: 'The photo will have {{width}} × {{height}} pixels.',
    hint: {
      frame: 'Drag inside to move, outside to turn',
      corners: 'Put the corners on those of the print',
    },
    cancel: 'Cancel',
    apply: 'Apply',
    applying: 'Cropping…',
    frame: 'Move the crop',
    handles: {
      top: 'Top edge',
      topRight: 'Top right corner',
      right: 'Right edge',
      bottomRight: 'Bottom right corner',
      bottom: 'Bottom edge',
      bottomLeft: 'Bottom left corner',
      left: 'Left edge',
      topLeft: 'Top left corner',
    },
    byKeys: 'The arrow keys move it by a pixel, with Shift by ten.',
  },
};
