import type { pairs as english } from '../en/pairs';
import type { Translated } from '../translated';

export const pairs: Translated<typeof english> = {
  pairs: {
    title: 'Pares de treino',
    folderName: 'Pares de treino',
    make_one: 'Criar {{figure}} par',
    make_other: 'Criar {{figure}} pares',
    empty: {
      title: 'Criar pares de treino com fotos limpas',
      text: 'Adiciona danos e envelhecimento realistas a fotos limpas, com uma máscara dos danos, para treinar detectores. Suas fotos nunca são alteradas.',
      choose: 'Escolher uma pasta de fotos limpas…',
    },
    setUp: 'Ajustes dos pares',
    clean: 'Fotos limpas',
    output: 'Pares',
    beside: 'Nova pasta ao lado',
    inside: 'Nova pasta dentro de outra…',
    into: 'Dentro de',
    which: 'Pares',
    count: 'Quantos',
    size: 'Tamanho',
    pixels: 'Quadrados de {{size}} pixels',
    format: 'Formato',
    seed: 'Semente',
    seedText: 'O mesmo número dá os mesmos pares.',
    kinds: 'Danos',
    damage: { drawn: 'Desenhados', overlay: 'De imagens de danos', synthesised: 'Do gerador' },
    damageText: {
      drawn: 'Vincos, riscos, rasgos, poeira, manchas',
      overlay: 'Branco sobre preto, como poeira digitalizada',
      synthesised: 'Fios, sujeira e pontos aprendidos',
    },
    missing: 'O gerador de danos não está instalado.',
    noKind: 'Escolha pelo menos um tipo de dano.',
    ageing: 'Envelhecimento',
    preview: {
      title: 'Os primeiros pares',
      making: 'Criando os primeiros pares…',
      photos_one: 'De {{figure}} foto',
      photos_other: 'De {{figure}} fotos',
      show: 'Exibir',
      sides: { damaged: 'Danificada', mask: 'Máscara', clean: 'Limpa' },
      others: 'Novas amostras',
      again: 'Tentar de novo',
      hint: 'Passe o ponteiro sobre uma imagem para destacar os danos.',
      covered: '{{share}} danificada',
      picture: '{{side}}, par {{number}}, de {{name}}',
    },
    status: {
      running: 'Criando pares',
      done: 'Pronto',
      cancelled: 'Parado',
      failed: 'Os pares não puderam ser criados',
    },
    statusText: {
      done: 'Todos os pares foram criados. Suas fotos não foram alteradas.',
      cancelled: 'Os pares prontos são mantidos. Inicie de novo com os mesmos ajustes para continuar.',
    },
    failures: {
      OUTPUT_IS_INPUT:
        'A pasta dos pares precisa ficar fora das pastas das fotos e das imagens de danos e não pode contê-las. Nada foi gravado. Escolha outro nome ou outra pasta.',
      FILE_MISSING:
        'A pasta das fotos ou das imagens de danos não foi encontrada. Reconecte a unidade ou escolha outra pasta.',
      PHOTO_TOO_SMALL: 'As fotos têm pixels de menos para pares deste tamanho. Escolha um tamanho menor.',
      PHOTOS_UNUSABLE: 'Nenhuma foto desta pasta pode ser usada.',
      BATCH_RUNNING: 'Outro programa está criando pares nesta pasta.',
      DISK_FULL:
        'O disco está cheio. Os pares prontos são mantidos. Libere espaço e inicie de novo com os mesmos ajustes.',
    },
    progressLabel: 'Pares criados',
    progress: '{{done}} de {{all}} pares',
    used: 'Danos: {{kinds}}',
    unusable_one: '{{figure}} arquivo não pôde ser usado',
    unusable_other: '{{figure}} arquivos não puderam ser usados',
    line: 'Pares de treino: {{done}} de {{all}}',
  },
};
