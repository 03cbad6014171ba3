import type { help as english } from '../en/help';
import type { Translated } from '../translated';

/** The help page: what people come for, each in five short steps. */
export const help: Translated<typeof english> = {
  help: {
    title: 'Ajuda',
    intro:
      'Onze coisas que as pessoas vêm fazer aqui. Nada disso precisa de internet, e os originais nunca são alterados.',
    keys: 'Todos os atalhos do teclado',
    topics: {
      scan: {
        title: 'Recortar e endireitar uma digitalização',
        one: 'Tecle C. A página inteira aparece, qualquer que tenha sido o recorte anterior.',
        two: 'Arraste a moldura pelas alças, por dentro para movê-la, por fora para girá-la.',
        three: 'N acha a borda da cópia. É uma foto de uma foto? Escolha Quatro cantos.',
        four: 'As proporções mantêm o formato de um papel; X troca largura e altura.',
        five: 'Enter aplica. Máscaras e reparos acompanham a imagem, e desfazer traz a página de volta.',
      },
      repair: {
        title: 'Reparar riscos, vincos e poeira',
        one: 'Solte a foto na janela. O que ela precisa aparece como sugestão à direita.',
        two: 'Compare antes e depois com S, ou segure \\ para ver o original.',
        three: 'Tecle V para revisar os pontos um a um: K repara, S deixa como está.',
        four: 'Achou pouco? Aumente a sensibilidade. Achou demais? Diminua.',
        five: 'Exporte com Ctrl+E. O resultado é um arquivo novo.',
      },
      faded: {
        title: 'Recuperar cores desbotadas',
        one: 'Ative Tons desbotados, se ainda não estiver ativo.',
        two: 'A intensidade diz quanto do desbotamento é desfeito.',
        three: 'Se sobrar uma dominante de cor, abra Mais e clique em algo da foto que deveria ser cinza.',
        four: 'O sépia continua sépia, a não ser que você aumente a intensidade da cor.',
        five: 'Para o acabamento, use Luz e cor: exposição, contraste, curva.',
      },
      hand: {
        title: 'Reparar um ponto à mão',
        one: 'Escolha Pintar em Reparo à mão, ou tecle B para editar a máscara inteira.',
        two: 'Pinte sobre o dano. Ele é reparado quando você solta.',
        three: '[ e ] mudam o tamanho do pincel. A borracha tira o que foi pintado.',
        four: 'Segure Espaço para mover a foto sem largar o pincel.',
        five: 'Não ficou bom? Preencha de outro modo: Corrigir e Copiar usam um lugar em que você clica com Alt.',
      },
      keep: {
        title: 'Proteger o que deve ficar',
        one: 'A escrita é reconhecida e fica como está; a opção está em Riscos e vincos.',
        two: 'Para o resto, escolha Pintar em Deixar como está.',
        three: 'Pinte sobre uma pinta, uma tatuagem, uma assinatura, a borda da foto.',
        four: 'Nenhuma etapa muda um pixel ali, nesta foto e no arquivo de edição.',
        five: 'Diferença (X) mostra cada pixel alterado.',
      },
      colour: {
        title: 'Colorir uma foto em preto e branco',
        one: 'Repare e clareie antes: as cores seguem os tons.',
        two: 'Ative Colorização e escolha a paleta que combina com a foto.',
        three: 'Você sabe a cor de alguma coisa? Pinte cores (Shift+C), e o resto acompanha.',
        four: 'As cores são imaginadas. Ninguém pode saber as verdadeiras a partir do cinza.',
        five: 'O resultado diz isso nos metadados.',
      },
      enlarge: {
        title: 'Ampliar uma foto pequena',
        one: 'Ative Ampliar.',
        two: 'Escolha um fator ou o tamanho da impressão em centímetros.',
        three: 'Fiel não acrescenta nada; Nítida parece mais definida e inventa detalhes finos.',
        four: 'O tamanho do resultado aparece ao lado do nome da foto.',
        five: 'Veja em 100% (tecla 1) antes de imprimir.',
      },
      style: {
        title: 'Pintar uma foto em um estilo',
        one: 'Abra a aba Estilo (T) e escolha uma pintura.',
        two: 'Ou solte uma imagem sua: o estilo dela é copiado.',
        three: 'A intensidade mistura a pintura com a foto.',
        four: 'Pinte onde o estilo vale, para deixar um rosto como está.',
        five: 'Vários estilos lado a lado: Variantes (G).',
      },
      folder: {
        title: 'Restaurar uma pasta inteira',
        one: 'Tecle Ctrl+B ou solte a pasta na janela.',
        two: 'Escolha uma receita. Cada foto recebe só as etapas de que precisa, a não ser que você peça todas.',
        three: 'Os resultados vão para uma pasta ao lado dos originais, ou para onde você escolher.',
        four: 'Pode ser interrompido a qualquer momento; continua de onde parou, até depois de uma queda de energia.',
        five: 'No fim, veja os resultados e decida sobre cada um.',
      },
      many: {
        title: 'Trabalhar com muitas fotos',
        one: 'Solte todas. A mesa de luz (L) mostra todas juntas.',
        two: 'Clique com Shift ou Ctrl para selecionar várias; Ctrl+A seleciona todas.',
        three: 'Copie os ajustes de uma (Ctrl+Shift+C) e cole nas outras.',
        four: 'Shift e um algarismo dá estrelas; ordene e filtre por elas.',
        five: 'Exporte todas as selecionadas, com os nomes que quiser.',
      },
      honest: {
        title: 'Saber o que foi alterado',
        one: 'Detalhes lista cada etapa, o gerador usado e onde foi processada.',
        two: 'O histórico guarda cada mudança. Clique em uma para voltar.',
        three: 'Os resultados levam uma nota nos metadados quando algo neles foi gerado.',
        four: 'Salve as edições em um arquivo (Ctrl+S) para continuar em outro lugar, ou para provar o que foi feito.',
        five: 'Os originais só são lidos. Um resultado nunca toma o lugar de um deles.',
      },
    },
  },
};
