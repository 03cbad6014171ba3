/** Colours that a person gives for places of a photo. */
export const hints = {
  hints: {
    begin: 'Paint colours',
    about: 'Say which colour a place has, and the rest is coloured to match',
    count_one: '{{count}} colour given',
    count_other: '{{count}} colours given',
    notFollowed: 'The chosen generator does not follow given colours',
    options: 'Colours',
    tools: 'Tool',
    tool: { paint: 'Give a colour', pick: 'Pick a colour from the photo', remove: 'Remove a given colour' },
    text: {
      paint: 'Click or paint a place. Alt-click picks a colour.',
      pick: 'Click a place that has the colour',
      remove: 'Click a given colour to remove it',
    },
    surface: {
      paint: 'Photo. Arrow keys move, Enter gives the place the colour.',
      pick: 'Photo. Arrow keys move, Enter picks the colour there.',
      remove: 'Photo. Arrow keys move, Enter removes the colour given there.',
    },
    palette: 'Colours of this photo',
    colour: 'Colour {{colour}}',
    chosen: 'Other colours. Chosen: {{colour}}',
    other: 'Other colours',
    any: 'Any colour',
    usual: {
      fairSkin: 'Fair skin',
      darkSkin: 'Dark skin',
      sky: 'Sky',
      leaves: 'Leaves',
      grass: 'Grass',
      brick: 'Brick',
      wood: 'Wood',
      denim: 'Denim',
    },
    removeAll: 'Remove all given colours',
  },
};
