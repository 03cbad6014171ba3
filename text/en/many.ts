/** Several open photos at once: selection, settings for many, light table. */
export const many = {
  many: {
    selected_one: '{{count}} photo of {{all}} selected',
    selected_other: '{{count}} photos of {{all}} selected',
  },
};
