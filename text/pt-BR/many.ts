import type { many as english } from '../en/many';
import type { Translated } from '../translated';

export const many: Translated<typeof english> = {
  many: {
    selected_one: '{{count}} foto de {{all}} selecionada',
    selected_other: '{{count}} fotos de {{all}} selecionadas',
  },
};
