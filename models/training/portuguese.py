"""The cards' texts in Brazilian Portuguese, by generator. The English ones are in `generators/`; a test compares their figures."""

CARDS = {
    "coloriser": {
        "name": "Colorizador",
        "description": "Dá cores geradas a uma imagem em preto e branco. Ele olha uma cópia pequena da imagem inteira e as cores que "
        "forem indicadas para lugares dela. O brilho de cada pixel não muda.",
        "limits": "Ninguém tem como saber as cores de uma imagem em cinza: estas são geradas. Quase sempre ele reconhece céu, água, "
        "folhagem, pele e madeira. Roupas, superfícies pintadas, bandeiras, flores e comida são palpites, em geral mais apagados do "
        "que eram, ou azuis. Em fotos antigas, multidões e texturas finas podem ficar verdes, e a imagem inteira pode ganhar um tom. "
        "As bordas da cópia e as partes gastas também recebem cor. Uma cor indicada para um lugar se espalha em volta "
        "dele até um quarto da imagem, também por cima das bordas das coisas; outras cores a mantêm dentro de limites. Treinado ao lado de outros trabalhos por uma hora e meia, em que o "
        "processador teve cerca de vinte e cinco minutos para ele, sem fase adversarial.",
    },
    "damage-detector": {
        "name": "Detector de danos",
        "description": "Encontra vincos, rachaduras, riscos e fios (linhas), manchas, oxidação, poeira e perda de emulsão (áreas), "
        "cantos rasgados, furos e fita adesiva (perdas) em uma fotografia. Também reconhece a escrita, que não é tocada.",
        "limits": "A máscara é uma proposta; confira. Em fotografias com que não foi treinado, ele encontra três quintos dos "
        "pixels danificados (revocação 0,58, precisão 0,64), três quartos da poeira e das manchas pequenas e três quintos do "
        "comprimento de vincos e riscos. Não vê dobras suaves que não quebraram a superfície, manchas fracas e perdas largas na borda. Em uma "
        "fotografia com muitos danos, marca também o que só provavelmente é dano; por isso toca com mais frequência em detalhes "
        "pequenos (um brinco, um filete dourado). Pode tomar por dano fios de cerca, frestas entre folhas, panos "
        "brancos, broches e juntas de calçada, e as bordas irregulares de árvores em desenhos, que "
        "muitas vezes recebem uma proposta de que não precisam.",
    },
    "damage-synthesiser": {
        "name": "Sintetizador de danos",
        "description": "Desenha uma camada de danos a partir de números aleatórios: fios, fiapos, riscos, sujeira, pontos e manchas. "
        "Ajuda a criar pares de imagens danificadas e limpas para treino. O maior dos dez primeiros números de z escolhe o tipo: "
        "sujeira, pontos, fio, fio curto, fiapo, riscos, borrões, manchas pequenas, salpicos, mancha.",
        "limits": "Treinado apenas com digitalizações de sujeira, fios, fiapos, riscos, pontos e manchas; por isso não desenha vincos, "
        "rasgos nem bordas gastas. Fios, fiapos, pontos, borrões e manchas parecem reais. Riscos e salpicos saem como novelos em vez de "
        "traços retos e grãos finos, e a sujeira como linhas fracas. Desenha cada peça no meio de um quadrado, com códigos que guardam "
        "0,8 da distância até a média do tipo.",
    },
    "face-finder": {
        "name": "Localizador de rostos",
        "description": "Encontra rostos, com olhos, nariz e cantos da boca. Os rostos são contados, e a correção de cores desbotadas "
        "mantém a pele nos matizes da pele. Ninguém é reconhecido, e de um rosto só se guarda o lugar.",
        "limits": "Não vê rostos de perfil ou curvados, rostos inclinados mais de uns 40 graus ou deitados, nem rostos com menos de "
        "13 px em uma foto reduzida a 1.100 px. Raramente toma a estampa de um tecido ou um ponto danificado por um rosto.",
    },
    "fading": {
        "name": "Desbotamento",
        "description": "Estima como uma foto em cores desbotou: que parte de sua densidade cada corante (ciano, magenta, amarelo) "
        "guardou e quanta mancha há sobre cada um. A etapa de tons desbotados desfaz isso.",
        "limits": "Em fotografias desbotadas pelo modelo que ele aprendeu, a correção tira 58 % do erro de cor no Kodak e 50 % no "
        "CID22, e quase o mesmo quando os corantes também se misturam (56 % e 49 %). Quando cada canal tem uma curva própria, o que ele "
        "nunca viu, tira só 17 % e 37 %, e piora algumas imagens. Por si só, não mexe em fotografias em bom estado: de 45, muda uma de "
        "forma visível, em um delta E de 1,5. Uma foto tão desbotada que parece sépia é tomada por uma. Ele não vê formas; por isso uma fotografia de uma só cor, ou com névoa, pode parecer "
        "desbotada. Não conhece desbotamento local, como bordas pálidas. Autocromos antigos e cópias coloridas à mão, que têm outros "
        "corantes, ficam mais nítidos, mas ninguém sabe suas cores verdadeiras. Treinado por 45 minutos em um processador.",
    },
    "inpainter": {
        "name": "Preenchedor",
        "description": "Preenche o dano marcado a partir da imagem em volta. Feito para vincos, riscos e manchas de até cerca de 24 "
        "pixels de largura, em cores e em preto e branco.",
        "limits": "Preenche buracos largos de forma lisa: continua bordas e tons, mas não inventa textura, grão nem feições. O "
        "aplicativo preenche buracos de 24 pixels ou mais por exemplos, guiado por ele. Em danos reais de placas de vidro, fica mais "
        "perto da verdade que o OpenCV em PSNR (33,91 dB, Telea 33,20), mas não em LPIPS (0,0068, Telea 0,0063). Treinado por três "
        "horas em um processador. A fase adversarial foi curta e teve pouco efeito; a nitidez vem da perda perceptual.",
    },
    "night": {
        "name": "Noite",
        "description": "Faz de uma fotografia tirada de dia uma noite. Olha uma cópia pequena da imagem inteira, reconhece céu e casas e "
        "devolve três ganhos e três deslocamentos para cada lugar, que são ampliados ao longo das bordas da imagem grande e "
        "aplicados a ela.",
        "limits": "A noite é inventada, não medida. O céu fica azul-escuro, fosse como fosse, e as janelas acesas são palpites; a maioria "
        "continua escura. Nenhuma estrela, lua ou lâmpada de rua é desenhada. Praias e paredes brancas ficam acinzentadas, paredes claras "
        "podem ser tomadas por céu, e restam halos onde o céu encontra o chão. O caminho de volta dá um dia, mas não o que foi.",
    },
    "restorer": {
        "name": "Restaurador",
        "description": "Remove ruído, grão de filme, blocos de compressão e desfoque leve de uma imagem, na medida do erro esperado.",
        "limits": "As metas eram 32,1 dB com ruído 25 (sem corte), um ganho de 1,2 dB em JPEG 20 e um SSIM de 0,995 em imagens limpas; "
        "ele alcança 31,48, 1,04 e 0,990. Treinado por pouco menos de quatro horas em um processador, sem fase adversarial, por isso não "
        "inventa nada. Bordas, olhos e letras resistem até um ruído de cerca de 50 níveis. Tricô, sulcos de pneu, poros e pregas de um "
        "vestido branco amolecem a partir de cerca de 30, ou se o erro esperado for alto demais. Blocos de compressão somem, mas as cores "
        "que um arquivo muito comprimido perdeu não voltam. Também foi treinado com retículas de impressão e desfoque leve, mas a "
        "qualidade nesses casos não foi medida.",
    },
    "style": {
        "name": "Pintor",
        "description": "Repinta uma fotografia no estilo de uma pintura ou de qualquer outra imagem. Recebe as estatísticas da "
        "fotografia inteira e da imagem de estilo, ambas medidas por seu próprio statistics.onnx. Os códigos dos estilos incluídos são "
        "aprendidos.",
        "limits": "Toma a paleta, os contornos e as pinceladas de uma imagem, mas não acrescenta formas à fotografia: nem ondas "
        "encrespadas nem redemoinhos de estrelas. Os estilos incluídos têm códigos aprendidos e chegam mais perto de suas pinturas do que "
        "uma imagem sua; a descrição de cada um diz o que ele toma e o que falta. As pinceladas têm até uns vinte pixels, qualquer que "
        "seja o tamanho da fotografia. A meta era uma distância de estilo não maior que a de 200 passos de otimização da própria imagem "
        "(0,04). Não foi alcançada: a distância é 0,17, partindo de 0,73 na fotografia original, e 20 desses passos chegam a 0,13. Rostos "
        "tomam a cor da pintura, e estilos escuros os escurecem. Céus lisos ganham uma trama uniforme, e algumas bordas um contorno claro "
        "ou escuro. Treinado por menos de três horas em um processador compartilhado.",
    },
    "upscaler-x2": {
        "name": "Ampliador x2, fiel",
        "description": "Deixa uma imagem 2 vezes mais larga e mais alta. Desenha o que os pixels tornam mais provável e não inventa "
        "textura.",
        "limits": "A meta de 32,4 dB no Set14 (SRCNN 32,42) foi alcançada. Feito para imagens limpas: ruído, grão e marcas de compressão "
        "também são ampliados; remova-os antes ou escolha a variante nítida. Torna as bordas mais nítidas e não inventa textura: cabelo, "
        "folhas e tecido ficam tão suaves quanto eram. Treinado por 42 minutos em um processador.",
    },
    "upscaler-x2-crisp": {
        "name": "Ampliador x2, nítido",
        "description": "Deixa uma imagem suave, ruidosa ou comprimida 2 vezes mais larga e mais alta e desenha bordas e textura como "
        "provavelmente eram. Pode desenhar detalhes que nunca existiram.",
        "limits": "A meta de um LPIPS menor que o do ampliador fiel em imagens suaves, ruidosas e comprimidas foi alcançada. A de superar "
        "o NomosUni compact, oito vezes maior e quatro vezes mais lento, não foi: aquela rede alcança 0,21, esta 0,26. Remove ruído e "
        "blocos e desenha bordas limpas, mas pouca textura: folhas, cabelo e tecido saem lisos. Pode desenhar detalhes que nunca "
        "existiram. Treinado por 26 minutos em um processador a partir dos pesos do ampliador fiel, com uns 500 passos adversariais.",
    },
    "upscaler-x4": {
        "name": "Ampliador x4, fiel",
        "description": "Deixa uma imagem 4 vezes mais larga e mais alta. Desenha o que os pixels tornam mais provável e não inventa "
        "textura.",
        "limits": "A meta de 27,6 dB no Set14 (FSRCNN 27,59) foi alcançada. Feito para imagens limpas: ruído, grão e marcas de compressão "
        "também são ampliados; remova-os antes ou escolha a variante nítida. Torna as bordas mais nítidas e não inventa textura: um "
        "rosto de trinta pixels continua suave. Treinado por 36 minutos em um processador, a partir dos pesos do ampliador x2.",
    },
    "upscaler-x4-crisp": {
        "name": "Ampliador x4, nítido",
        "description": "Deixa uma imagem suave, ruidosa ou comprimida 4 vezes mais larga e mais alta e desenha bordas e textura como "
        "provavelmente eram. Pode desenhar detalhes que nunca existiram.",
        "limits": "A meta de um LPIPS menor que o do ampliador fiel em imagens suaves, ruidosas e comprimidas foi alcançada. A de superar "
        "o realesr-animevideov3, sete vezes maior e duas vezes mais lento, não foi: aquela rede alcança 0,36, esta 0,39. Remove ruído e "
        "blocos e suaviza bordas. A textura que uma imagem assim perdeu não volta, e rostos de trinta pixels continuam suaves. Pode "
        "desenhar detalhes que nunca existiram. Treinado por 16 minutos em um processador a partir dos pesos do ampliador fiel, com uns "
        "200 passos adversariais; um treino adversarial mais longo desenhava uma grade fraca.",
    },
}

# Titles of the paintings, as they are known in Brazil.
WORKS = {
    "hokusai-great-wave": "A grande onda de Kanagawa",
    "uehara-waves": "Ondas",
    "van-gogh-starry-night": "A noite estrelada",
    "van-gogh-wheat-field": "Campo de trigo com ciprestes",
    "van-gogh-olive-trees": "Oliveiras",
    "van-gogh-self-portrait": "Autorretrato com chapéu de palha",
    "van-gogh-cafe": "O café à noite",
    "van-gogh-houses": "Casas e figura",
    "munch-the-scream": "O grito",
    "gauguin-tahiti": "Três taitianas",
    "turner-shipwreck-minotaur": "O naufrágio do Minotauro",
    "turner-venice": "Veneza, do pórtico da Madonna della Salute",
    "picabia-udnie": "Udnie",
    "picabia-edtaonisl": "Edtaonisl",
    "bruegel-harvesters": "Os ceifeiros",
    "caillebotte-chrysanthemums": "Crisântemos no jardim de Petit-Gennevilliers",
    "manet-garden": "A família Monet em seu jardim em Argenteuil",
}

STYLES = {
    "hokusai-great-wave": "Índigo sobre papel e os contornos escuros e interrompidos da gravura. Céus e pele ficam papel nu, e "
    "nenhuma onda se encrespa.",
    "uehara-waves": "Azuis profundos em traços que correm como ondulação, com espuma onde é claro. Rostos se afogam neles, e falta a "
    "espuma salpicada.",
    "van-gogh-starry-night": "Seus azuis com luzes amarelas, em traços curtos ao longo das bordas. Um céu limpo ganha uma trama deles, "
    "não os redemoinhos e as estrelas.",
    "van-gogh-wheat-field": "Verdes pálidos, ocre e um céu cremoso em pinceladas curvas. As nuvens revoltas e as chamas dos ciprestes "
    "não são desenhadas.",
    "van-gogh-olive-trees": "Vermelho-tijolo, verde e ocre em hachuras densas. As hachuras são mais uniformes que as dele, e o céu "
    "pontilhado vira uma malha.",
    "van-gogh-self-portrait": "Amarelo-palha e rosa em pinceladas curtas e grossas, como de tinta fresca. Os azuis frios do casaco são "
    "raros, e toda a foto fica dourada.",
    "van-gogh-cafe": "Mostarda, vermelho e verde-escuro com contornos desenhados. O contraste de vermelho e verde só aparece onde a "
    "foto tem vermelho; paredes lisas continuam lisas.",
    "van-gogh-houses": "Contornos escuros sobre creme, preenchidos com pinceladas verdes e ocres: o mais próximo dos Van Goghs. Falta a "
    "fumaça em espiral.",
    "munch-the-scream": "Laranja e azul quase preto em traços que ondulam ao longo das bordas. As longas faixas do céu não são "
    "desenhadas, e o laranja domina o resto.",
    "gauguin-tahiti": "Verde-amarelado, laranja e verde-azulado em manchas variadas com contornos escuros e suaves. Suas grandes áreas "
    "de cor pura aqui ficam salpicadas.",
    "turner-shipwreck-minotaur": "O verde-oliva escuro da tempestade com luzes amarelo-claras, a superfície rasgada e inquieta. Rostos "
    "escurecem, e a grande vaga não é desenhada.",
    "turner-venice": "Luz leitosa, azul-claro com toques de marrom e ocre. O que é fino em uma foto se dissolve nela, e o brilho das "
    "velas é fraco.",
    "picabia-udnie": "Cinzas, preto e branco em planos lisos de bordas duras. Os planos seguem as formas da própria foto, e seus verdes "
    "e vermelhos são poucos.",
    "picabia-edtaonisl": "Planos claros e escuros cortados com dureza, com laranja, azul e roxo. Onde a foto é lisa, não há planos.",
    "bruegel-harvesters": "O ocre e o marrom do trigo maduro em pinceladas finas e secas. Faltam a distância fria e as pequenas figuras "
    "coloridas.",
    "caillebotte-chrysanthemums": "Verdes-escuros e vinho, em toques como folhas e pétalas. Tudo fica tão escuro quanto seu jardim, e "
    "rostos quase desaparecem nele.",
    "manet-garden": "Verdes de jardim com pinceladas rápidas e claras e um pouco de rosa. A pele fica verde, e os vestidos claros só "
    "aparecem onde a foto é clara.",
}

NIGHT = {
    "work": "Noite",
    "description": "Outra luz: um céu azul-escuro e um chão frio. A luz das janelas e das lâmpadas é inventada.",
}
