import type { crop as english } from '../en/crop';
import type { Translated } from '../translated';

export const crop: Translated<typeof english> = {
  crop: {
    options: 'Recorte',
    mode: 'Como recortar',
    modes: { frame: 'Moldura', corners: 'Quatro cantos' },
    straighten: 'Endireitar',
    degrees: '°',
    ratio: 'Proporções',
    ratios: { free: 'Livres', original: 'Originais' },
    size: '{{width}} × {{height}}',
    sizeSaid: 'A foto terá {{width}} × {{height}} pixels.',
    hint: {
      frame: 'Arraste por dentro para mover, por fora para girar',
      corners: 'Coloque os cantos sobre os da cópia',
    },
    finding: 'Procurando…',
    foundNone: 'Nenhuma cópia encontrada',
    found_one: 'Uma cópia encontrada',
    found_other: 'Cópia {{at}} de {{count}}',
    cancel: 'Cancelar',
    apply: 'Aplicar',
    applying: 'Recortando…',
    frame: 'Mover o recorte',
    handles: {
      top: 'Borda superior',
      topRight: 'Canto superior direito',
      right: 'Borda direita',
      bottomRight: 'Canto inferior direito',
      bottom: 'Borda inferior',
      bottomLeft: 'Canto inferior esquerdo',
      left: 'Borda esquerda',
      topLeft: 'Canto superior esquerdo',
    },
    byKeys: 'As setas o movem um pixel; com Shift, dez.',
  },
};
