import type { Language } from '../contract/app';

/**
 * What the figures on the cards measure, in Portuguese. A card writes it in English, in phrases with commas between them
 * and the words first ("lines found, real, fold 2"). "#" stands for a number. Names such as PSNR stay as they are.
 */
const PORTUGUESE: Readonly<Record<string, string>> = {
  '# Kodak crops of # px': '# recortes do Kodak de # px',
  '# Kodak pictures': '# imagens do Kodak',
  '# captions with creases through them': '# legendas atravessadas por vincos',
  '# clean pictures': '# imagens sem danos',
  '# kept regions of # real photographs': '# regiões a preservar em # fotografias reais',
  '# of each': '# de cada',
  '# pictures': '# imagens',
  '# pictures of # px': '# imagens de # px',
  '# presets on # pictures': '# estilos prontos em # imagens',
  '# px of kodak': '# px do Kodak',
  '# px tolerance': 'tolerância de # px',
  '# real photographs': '# fotografias reais',
  '# windows of glass plates': '# recortes de chapas de vidro',
  '% of pictures': '% das imagens',
  '% of pixels': '% dos pixels',
  '% of the original': '% do original',
  'F# by photograph': 'F# por fotografia',
  'PSNR in the hole': 'PSNR dentro do buraco',
  'PSNR of the luma': 'PSNR da luminância',
  'all #': 'todas as #',
  'asked for': 'a pedido',
  'beside held-out scans': 'ao lado de digitalizações reservadas',
  'by itself': 'automático',
  captions: 'legendas',
  'change elsewhere': 'mudança longe do lugar',
  'change there': 'mudança no lugar',
  'cid#': 'CID#',
  clean: 'sem danos',
  colourfulness: 'intensidade das cores',
  'content distance': 'distância do conteúdo',
  crosstalk: 'corantes misturados',
  curves: 'curvas',
  diversity: 'diversidade',
  dyes: 'corantes',
  '# faces in # photographs': '# rostos em # fotografias',
  'each in another style': 'cada uma em outro estilo',
  faces: 'rostos',
  'false positives': 'falsos positivos',
  'fold #': 'grupo #',
  'folds # and #': 'grupos # e #',
  grey: 'cinza',
  halved: 'na metade do tamanho',
  hard: 'difícil',
  'holes # px': 'buracos de # px',
  'holes mixed': 'buracos variados',
  ink: 'tinta',
  'kept regions hurt': 'regiões a preservar atingidas',
  kodak: 'Kodak',
  'lines found': 'linhas encontradas',
  mixed: 'variado',
  'net alone': 'só a rede',
  'no halo': 'sem margem',
  'no hints': 'sem cores dadas',
  'noise #': 'ruído #',
  'not clipped': 'sem corte de valores',
  'one hint': 'uma cor dada',
  pencil: 'lápis',
  plain: 'evidente',
  precision: 'precisão',
  presets: 'estilos prontos',
  'proposal missed': 'propostas que faltaram',
  'proposal needless': 'propostas desnecessárias',
  'proposal right': 'propostas certas',
  real: 'danos reais',
  'real damage': 'danos reais',
  recall: 'revocação',
  'repair proposed': 'reparo proposto',
  'set#': 'Set#',
  sound: 'em bom estado',
  'specks found': 'pontos encontrados',
  spoilt: 'degradado',
  'square of # px': 'quadrado de # px',
  'style distance': 'distância do estilo',
  'ten hints': 'dez cores dadas',
  'the net alone': 'só a rede',
  time: 'tempo',
  'writing touched': 'escrita atingida',
};

const NUMBER = /\d+(?:\.\d+)?/g;

/** What a figure of a card measures, in `language`. A phrase that is not known, as on an imported card, stays as it is. */
export function figureWords(words: string, language: Language): string {
  if (language === 'en') return words;
  const phrases = words.split(', ').map((phrase) => {
    const numbers = phrase.match(NUMBER) ?? [];
    const translation = PORTUGUESE[phrase.replace(NUMBER, '#')];
    return translation?.replace(/#/g, () => numbers.shift() ?? '') ?? phrase;
  });
  return phrases.join(', ');
}
