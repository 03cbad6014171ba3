import type { many as english } from '../en/many';
import type { Translated } from '../translated';

export const many: Translated<typeof english> = {
  many: {
    selected_one: '{{count}} foto de {{all}} selecionada',
    selected_other: '{{count}} fotos de {{all}} selecionadas',
    bar: 'Fotos selecionadas',
    copy: 'Copiar ajustes…',
    paste: 'Colar ajustes',
    recipe: 'Aplicar receita',
    turnLeft: 'Girar todas à esquerda',
    turnRight: 'Girar todas à direita',
    close: 'Fechar fotos selecionadas',
    notReady_one: '{{count}} foto ainda não foi analisada e ficou de fora.',
    notReady_other: '{{count}} fotos ainda não foram analisadas e ficaram de fora.',
    left: {
      size_one: 'A máscara ficou de fora em {{count}} foto de outro tamanho.',
      size_other: 'A máscara ficou de fora em {{count}} fotos de outro tamanho.',
      unavailable_one: 'Uma etapa que não pode ser executada ficou de fora em {{count}} foto.',
      unavailable_other: 'Uma etapa que não pode ser executada ficou de fora em {{count}} fotos.',
      bitmap_one: 'A máscara vinda de um arquivo não pôde ser copiada para {{count}} foto.',
      bitmap_other: 'A máscara vinda de um arquivo não pôde ser copiada para {{count}} fotos.',
    },
    copying: {
      title: 'Copiar ajustes',
      from: 'De {{name}}',
      steps: 'Etapas',
      bound: 'Serve só para esta foto',
      boundText: 'Fica de fora se você não escolher: em outra foto, está em outros lugares.',
      off: '{{step}} (desligada)',
      parts: {
        turn: 'Giro',
        crop: 'Corte',
        mask: 'Máscara e reparos à mão',
        styleMask: 'Onde o estilo é aplicado',
        faceChoice: 'Quais rostos são restaurados',
      },
      copy: 'Copiar',
      all: 'Todas as etapas',
      none: 'Nenhuma etapa',
      next: 'Depois selecione outras fotos e pressione {{keys}}.',
    },
  },
};
