import type { hints as english } from '../en/hints';
import type { Translated } from '../translated';

export const hints: Translated<typeof english> = {
  hints: {
    begin: 'Pintar cores',
    about: 'Indique a cor de um lugar, e o resto é colorido de acordo',
    count_one: '{{count}} cor indicada',
    count_other: '{{count}} cores indicadas',
    notFollowed: 'O gerador escolhido não segue cores indicadas',
    options: 'Cores',
    tools: 'Ferramenta',
    tool: { paint: 'Indicar uma cor', pick: 'Pegar uma cor da foto', remove: 'Remover uma cor indicada' },
    text: {
      paint: 'Clique ou pinte um lugar. Alt e clique pega uma cor.',
      pick: 'Clique em um lugar que tem a cor',
      remove: 'Clique em uma cor indicada para removê-la',
    },
    surface: {
      paint: 'Foto. As setas movem, Enter dá a cor ao lugar.',
      pick: 'Foto. As setas movem, Enter pega a cor dali.',
      remove: 'Foto. As setas movem, Enter remove a cor indicada ali.',
    },
    palette: 'Cores desta foto',
    colour: 'Cor {{colour}}',
    chosen: 'Outras cores. Escolhida: {{colour}}',
    other: 'Outras cores',
    any: 'Qualquer cor',
    usual: {
      fairSkin: 'Pele clara',
      darkSkin: 'Pele escura',
      sky: 'Céu',
      leaves: 'Folhas',
      grass: 'Grama',
      brick: 'Tijolo',
      wood: 'Madeira',
      denim: 'Jeans',
    },
    removeAll: 'Remover todas as cores indicadas',
  },
};
