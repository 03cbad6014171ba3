import type { errors as english } from '../en/errors';
import type { Translated } from '../translated';

export const errors: Translated<typeof english> = {
  errors: {
    BAD_REQUEST: 'Erro interno. Nada foi alterado. Relate este problema.',
    CANCELLED: 'Cancelado. Nada foi gravado.',
    FILE_MISSING: 'O arquivo não está mais lá. Pode ter sido movido, renomeado ou apagado.',
    FILE_UNREADABLE: 'Não é possível ler o arquivo. Verifique as permissões.',
    FILE_EMPTY: 'O arquivo está vazio (0 bytes).',
    NOT_A_PHOTO: 'Não é uma imagem compatível.',
    PHOTO_DAMAGED: 'O arquivo da foto está incompleto ou danificado e não pode ser aberto.',
    PHOTO_TOO_LARGE: 'A foto tem mais de 200 megapixels, o limite do Emulsion.',
    FORMAT_UNSUPPORTED: 'O Emulsion ainda não lê este formato. Converta para TIFF, PNG ou JPEG e tente de novo.',
    FOLDER_MISSING: 'A pasta não existe e não pôde ser criada. A foto não foi gravada.',
    FOLDER_UNWRITABLE:
      'Não é possível gravar na pasta. A foto não foi gravada; seu original não foi alterado. Escolha outra pasta.',
    DISK_FULL:
      'O disco está cheio. A foto não foi gravada; seu original não foi alterado. Libere espaço ou escolha outra pasta.',
    NAME_TAKEN: 'Já existe um arquivo com esse nome, e ele não foi alterado.',
    METADATA_DAMAGED: 'O arquivo de metadados ao lado da foto não pode ser lido e não foi alterado.',
    CROP_IMPOSSIBLE: 'A foto não foi recortada: esta parte não pode ser tirada dela.',
    MASK_SIZE: 'A máscara não foi usada: ela precisa ter o mesmo tamanho da foto.',
    MASK_UNSUITABLE: 'Esta imagem tem detalhes demais para uma máscara. Use uma com áreas pretas e brancas.',
    EDIT_INVALID:
      'As edições salvas desta foto não podem ser lidas. Elas foram separadas, e a foto começa sem edições.',
    EDIT_NEWER:
      'As edições desta foto foram feitas por uma versão mais nova do Emulsion. Elas não foram alteradas, e novas edições não serão salvas.',
    EDITS_UNSAVED:
      'Não é possível salvar edições: a pasta de dados do Emulsion não permite gravação. Exporte o que precisar antes de fechar a foto.',
    EDIT_FILE_SLOW: 'A leitura deste arquivo de edição demora demais e foi interrompida. Nada foi alterado.',
    EDIT_FILE_INVALID: 'Este não é um arquivo de edição do Emulsion, ou está danificado. Nada foi alterado.',
    EDIT_FILE_NEWER: 'Este arquivo de edição foi feito por uma versão mais nova do Emulsion. Nada foi alterado.',
    EDIT_FOREIGN: 'Este arquivo de edição é de outra foto. Nada foi alterado.',
    RECIPE_INVALID: 'Não é uma receita, ou precisa de uma versão mais nova do Emulsion.',
    RECIPE_UNKNOWN: 'Não há receita com esse nome.',
    PHOTO_CHANGED: 'O arquivo foi alterado durante a restauração. Nada foi gravado; tente de novo.',
    PHOTO_QUARANTINED: 'Esta foto travou o processamento duas vezes e foi separada. O original não foi alterado.',
    PHOTO_TOO_SMALL: 'A foto é pequena demais para isto.',
    NEGATIVE_IMPOSSIBLE:
      'O negativo não foi revelado: não há imagem nele. Nada foi gravado, e a digitalização não foi alterada.',
    NO_PRINTS: 'Nenhuma foto impressa foi encontrada nesta digitalização. Nada foi gravado.',
    PHOTOS_UNUSABLE: 'Nenhuma das fotos desta pasta pode ser usada. Nada foi gravado.',
    FOLDER_TAKEN: 'A pasta contém outros arquivos. Nada foi gravado; escolha uma pasta vazia ou nova.',
    PAIRS_DIFFER:
      'A pasta contém pares de treino feitos com outros ajustes ou de outras fotos. Nada foi gravado; escolha outra pasta.',
    OUTPUT_IS_INPUT: 'Os resultados não podem ficar na pasta dos originais. Escolha outra pasta, ou uma dentro dela.',
    JOURNAL_INVALID: 'Esta pasta contém um lote que não pode ser continuado. Nada foi alterado; escolha outra pasta.',
    JOURNAL_NEWER: 'O lote desta pasta foi iniciado por uma versão mais nova do Emulsion. Nada foi alterado.',
    BATCH_RUNNING: 'Já há um lote em andamento.',
    BATCH_UNKNOWN: 'Este lote não existe mais.',
    RESULT_CHANGED: 'O resultado foi alterado depois de gravado pelo lote. Ele não foi substituído.',
    QUEUE_UNREACHABLE: 'A fila não responde. As fotos prontas são mantidas, e o lote pode ser continuado.',
    QUEUE_VERSION: 'A fila é usada por outra versão do Emulsion. Atualize todos os computadores para a mesma versão.',
    STORAGE_UNREACHABLE: 'Não foi possível acessar o armazenamento em rede. Nada foi alterado.',
    STYLE_UNKNOWN: 'O gerador instalado não conhece este estilo. Escolha outro, ou adicione a imagem dele novamente.',
    GENERATOR_MISSING: 'O gerador desta etapa não está instalado. Desative a etapa para continuar sem ela.',
    GENERATOR_DAMAGED: 'O gerador desta etapa está danificado e não foi usado. Reinstale o Emulsion para substituí-lo.',
    GENERATOR_REFUSED: 'Este modelo não pode ser usado como gerador.',
    OUTPUT_INVALID: 'O modelo devolveu uma imagem inutilizável, que foi descartada. Seu original não foi alterado.',
    MEMORY_LIMIT:
      'Este arquivo precisa de muito mais memória do que qualquer foto deveria, e foi abandonado. O original não foi alterado.',
    OUT_OF_MEMORY: 'Não há memória suficiente para esta foto. Feche outros programas e tente de novo.',
    PROVIDER_FAILED: 'O processador escolhido não pode ser usado neste computador. Escolha outro nas Configurações.',
    ENGINE_CRASHED: 'O processamento travou e foi reiniciado. Nada foi gravado.',
    ENGINE_HUNG: 'O processamento parou de responder e foi reiniciado. Nada foi gravado.',
    ENGINE_FAILED:
      'O processamento travou repetidas vezes e não foi reiniciado. Seus originais e suas edições não foram alterados.',
    UNKNOWN_PHOTO: 'Esta foto não está mais aberta. Abra-a de novo.',
    NOT_ALLOWED: 'Isto não é permitido.',
    CONNECTION_LOST:
      'A conexão com o Emulsion foi perdida. Inicie-o novamente e recarregue esta página. Seus originais não foram alterados.',
    INTERNAL: 'Erro interno. Nada foi gravado; seu original não foi alterado.',
  },
  failures: {
    nothingBeside: 'A foto foi enviada ou colada, então nada pode ser gravado junto dela. Escolha uma pasta.',
    meant: 'Você quis dizer “{{word}}”?',
    noFolder: 'A pasta “{{folder}}” não existe.',
    folderGone: 'A pasta não existe mais.',
    folderUnreadable: 'A pasta não pode ser lida.',
    originalsGone: 'A pasta dos originais não foi encontrada.',
    originalsUnreadable: 'A pasta dos originais não pode ser lida.',
    notAFolder: '“{{path}}” é um arquivo, não uma pasta. Nada foi gravado.',
    fileForBatch: '“{{path}}” é um arquivo. Um lote precisa de uma pasta.',
    fileForPairs: '“{{path}}” é um arquivo. Pares de treino são criados a partir de uma pasta.',
    folderUnwritable: 'Não é possível gravar na pasta “{{folder}}”. Nada foi gravado.',
    inputMissing: 'A pasta “{{folder}}” não foi encontrada. Reconecte a unidade e continue.',
    outputUnwritable:
      'Não é mais possível gravar na pasta “{{folder}}”. Reconecte a unidade ou verifique as permissões e continue.',
    resultsHoldOriginals:
      'Os originais estão dentro da pasta dos resultados. Escolha outra pasta, ou uma dentro de “{{folder}}”.',
    leadsToOriginals: 'A pasta “{{folder}}” leva aos originais, onde nada é gravado.',
    link: '“{{path}}” é um link. O Emulsion não segue links dentro da pasta dos resultados. Remova-o e comece de novo.',
    links:
      'Há links dentro da pasta dos resultados, onde o Emulsion não segue nenhum: {{paths}}. Remova-os e comece de novo.',
    specialFile: '“{{path}}” não é um arquivo comum.',
    fileTooLong: '“{{path}}” é grande demais para o que deveria conter.',
    infraredOf: 'É a imagem infravermelha de {{name}} e é usada para essa foto.',
    systemFolder: 'O sistema ou outro programa usa esta pasta para si. Ela fica de fora.',
    outsideRoot: 'O link leva para fora da pasta em que o Emulsion foi iniciado.',
    namesAlike: 'Os nomes de dois arquivos contêm bytes que não são texto e, fora isso, são iguais. Renomeie um deles.',
    impossibleName: 'Um arquivo não pode ter esse nome.',
    circularLink: 'O link aponta para si mesmo.',
    visualCpp:
      'O Windows não conseguiu carregar uma biblioteca necessária aos cálculos. Instale o Microsoft Visual C++ Redistributable e abra o Emulsion novamente.',
    cannotOpen: 'O sistema não conseguiu abrir “{{path}}”.',
    isFolder: 'Isto é uma pasta, não uma foto.',
    unread: 'O Emulsion ainda não lê $t(kinds.{{kind}}). Salve como TIFF, PNG ou JPEG e tente de novo.',
    unreadRaw: 'O Emulsion ainda não lê as fotos raw desta câmera. Exporte a foto como TIFF e tente de novo.',
    unreadTiff:
      'O Emulsion ainda não lê arquivos TIFF com compressão {{kind}}. Salve a foto sem compressão e tente de novo.',
    unreadTiffSamples:
      'O Emulsion ainda não lê este tipo de arquivo TIFF ({{kind}}, {{bits}} bits). Salve-o com 8 ou 16 bits por canal e tente de novo.',
    partlyReadable:
      'O arquivo está incompleto: só é possível ler {{share}} da foto. Procure uma cópia completa. Na linha de comando, --salvage restaura o que existe.',
    nothingReadable: 'O arquivo termina antes de qualquer parte da foto. Procure uma cópia completa.',
    cropOutside: 'A parte a recortar fica fora da foto, que tem {{width}} × {{height}} pixels.',
    negativeEmpty: 'A digitalização é uniforme: pode ser filme não exposto, ou nem ser filme.',
    cropCorners:
      'Os cantos precisam contornar a imagem no sentido horário, a partir do superior esquerdo, e nenhum lado pode cruzar outro nem dobrar para dentro.',
    cropSmall: 'O que resta é pequeno demais. Uma foto precisa de {{least}} pixels de cada lado.',
    cropLarge: 'A foto recortada teria pixels demais.',
    noSuchPage: 'O arquivo não tem a foto {{page}}: ele contém {{count}}.',
    unreadPixels:
      'O Emulsion ainda não lê esse tipo de pixel. Salve a foto com 8 ou 16 bits por canal e tente de novo.',
    uploadTooLarge: 'O arquivo tem mais de {{gigabytes}} GB, o limite do Emulsion.',
    sidecarDamaged:
      '“{{name}}”, ao lado da foto, está danificado, e a avaliação não foi gravada nele. Ela fica no Emulsion.',
    isOriginal: '“{{name}}” é a foto que está aberta. Os originais nunca são substituídos. Escolha outro nome.',
    tooLargeToDecode:
      'A foto tem {{megapixels}} megapixels de {{bits}} bits, {{size}} MB depois de decodificada. É mais do que o Emulsion consegue decodificar no Linux. Faça uma cópia menor ou de 8 bits.',
    tooLargeForFormat:
      'A imagem é grande demais para {{format}}, que permite no máximo {{size}} pixels por lado. Escolha TIFF ou PNG.',
    tooDetailed: 'A imagem é grande e detalhada demais para WebP. Escolha JPEG, AVIF, PNG ou TIFF.',
    enlargedTooOften: 'Isso é {{times}} vezes o tamanho da foto. O Emulsion amplia até {{most}} vezes.',
    enlargedTooLarge:
      'Ampliada {{times}} vezes, a imagem teria {{megapixels}} megapixels. O Emulsion cria até {{most}}.',
    maskSize:
      'A máscara tem {{width}} × {{height}} pixels, e a foto, {{ownWidth}} × {{ownHeight}}. As duas precisam ter o mesmo tamanho.',
    notAnOverlay: 'Esta não é uma imagem de danos. Ela deve ser branca sobre preto, e quase toda preta.',
    noOverlay: 'Nenhuma das imagens de danos pode ser usada.',
    noPhotos: 'Não há fotos nesta pasta. Nada foi gravado.',
    noOverlays: 'Não há imagens na pasta de sobreposições. Nada foi gravado.',
    overlaysNeeded: 'Para usar sobreposições, indique a pasta delas.',
    generatorNotHere:
      'A etapa “{{kind}}” usa o gerador “{{id}}”, que não está neste computador. Adicione-o de novo ou escolha outro para esta etapa.',
    finderNotHere:
      'A etapa “Rostos” usa o localizador “{{id}}”, que não está neste computador. Adicione-o novamente ou escolha outro para esta etapa.',
    styleWithoutPicture:
      'Este gerador copia o estilo de uma imagem, e não há nenhuma. Escolha uma imagem ou outro gerador.',
    exampleNotHere:
      'A imagem “{{name}}”, cujo estilo seria copiado, não está neste computador. Escolha-a novamente. Nada foi pintado.',
    exampleDamaged:
      'A cópia da imagem “{{name}}”, cujo estilo seria copiado, foi alterada e não pode ser lida. Escolha a imagem novamente. Nada foi pintado.',
    generatorUnfit: 'O gerador “{{id}}” não serve para a etapa “{{kind}}”. Escolha outro para esta etapa.',
    synthesiserMissing: 'O gerador que desenha danos não está instalado.',
    pairsRunning: 'Outro programa está criando pares nesta pasta.',
    pairsInside: 'A pasta dos pares deve ficar fora de “{{folder}}” e não pode contê-la. Nada foi gravado.',
    tooSmallForPairs:
      'A foto tem {{width}} × {{height}} pixels. Pares de {{size}} pixels precisam de pelo menos {{least}} no lado menor.',
    editTooMuch:
      'O arquivo de edição pede mais trabalho do que alguém faz à mão. Não foi feito pelo Emulsion, ou está danificado.',
    editNewer:
      'Estas edições foram feitas por uma versão mais nova do Emulsion (formato {{format}}; esta versão lê até {{newest}}).',
    editOf: 'Esta edição pertence a outra foto: {{name}}, {{width}} × {{height}}. Nada foi gravado.',
    ownRecipe: 'A sua receita “{{name}}” não pode ser lida. O arquivo é {{file}}.',
    recipeUnusable: 'Esta receita não pode ser usada.',
    recipeFileUnusable: '“{{file}}” não pode ser usado como receita.',
    stepUnusable: 'A etapa “{{kind}}” não pode ser usada.',
    noSandbox:
      'O Emulsion não funciona sem a sandbox que protege você de arquivos maliciosos. Abra-o sem --no-sandbox.',
    resultChanged: '“{{name}}” foi alterado depois de gravado pelo lote. Ele não foi substituído.',
    photoNotDone: 'Esta foto ainda não está pronta. Tente de novo quando o lote a terminar.',
    formerGone: 'O resultado anterior não existe mais. Nada foi alterado.',
    noDialogs: 'Este programa não tem janelas de diálogo próprias.',
    jobTaken: 'Já existe uma tarefa em andamento com esse identificador.',
    otherBatch: 'A pasta “{{folder}}” contém o lote de outra pasta: {{input}}. Nada foi alterado; escolha outra pasta.',
    noFolderHere: 'A pasta “{{folder}}” não existe neste computador.',
    unreachableHere:
      'A pasta “{{folder}}” do lote não pode ser usada neste computador. Conecte-a, ou use --map para dizer como ela se chama aqui.',
    outsideBatch: 'O trabalhador não pode usar “{{path}}”. Está fora do lote.',
    notReadable:
      'O trabalhador não pode usar “{{path}}”. Inicie-o com --read ou --allow para uma pasta que contenha esse caminho.',
    notWritable:
      'O trabalhador não pode usar “{{path}}”. Inicie-o com --allow para uma pasta que contenha esse caminho.',
    notAllowed:
      'O trabalhador não pode usar “{{path}}”. Inicie-o com --allow para essa pasta, ou com --read para uma pasta de originais.',
    mayReplaceOriginals:
      'O trabalhador não pode usar “{{path}}”. Ele só substitui arquivos onde não pode haver originais: indique a pasta deles com --read.',
    queueRefuses: 'A fila em {{url}} negou o acesso. A senha está certa?',
    queueAway: 'A fila em {{url}} não responde. O Redis está em execução?',
    queueAddress: '--queue recebe um endereço como redis://servidor:6379.',
    queueVersion:
      'Este é o Emulsion {{mine}}, mas “{{name}}”, na mesma fila, é o {{other}}. Atualize os dois para a mesma versão.',
    jobVersion: 'A foto foi colocada na fila pelo Emulsion {{other}}; este trabalhador é o {{mine}}.',
    workersGone: 'Os trabalhadores que restauravam esta foto desapareceram.',
    notSeen:
      'Um trabalhador informa que gravou “{{path}}”, mas o arquivo não aparece aqui. Os dois computadores veem a mesma pasta?',
    nothingBelow: 'Não há nada em “{{folder}}”.',
    storageAddress: '“{{path}}” não é um endereço como s3://bucket/pasta.',
    noBucket: 'Não existe bucket para “{{path}}”.',
    noKey: 'Falta a chave do armazenamento: defina AWS_ACCESS_KEY_ID e AWS_SECRET_ACCESS_KEY.',
    storageAway: 'O armazenamento de “{{path}}” não responde ou negou o acesso.',
  },
  kinds: {
    losslessJpeg: 'arquivos JPEG sem perdas com codificação aritmética ou cores em resolução menor',
    hierarchicalJpeg: 'arquivos JPEG hierárquicos',
    jpeg12: 'arquivos JPEG progressivos com 12 bits por canal',
    avifSequence: 'arquivos AVIF animados',
    jxr: 'imagens JPEG XR',
    svg: 'desenhos SVG',
    pdf: 'documentos PDF',
    exr: 'imagens OpenEXR',
  },
  problems: {
    notAnObject: 'Uma receita é um objeto JSON, e isto não é.',
    notJson: 'Isto não é JSON válido.',
    format: 'Isto não é uma receita: “format” deve ser um número inteiro de 1 a {{newest}}.',
    newer:
      'Esta receita foi feita por uma versão mais nova do Emulsion (formato de receita {{format}}; esta versão lê até {{newest}}).',
    missing: 'Falta “{{path}}”.',
    number: '“{{path}}” deve ser um número.',
    int: '“{{path}}” deve ser um número inteiro.',
    boolean: '“{{path}}” deve ser true ou false.',
    string: '“{{path}}” deve ser um texto.',
    object: '“{{path}}” deve ser um objeto.',
    array: '“{{path}}” deve ser uma lista.',
    empty: '“{{path}}” não pode ficar vazio.',
    atLeast: '“{{path}}” deve ser pelo menos {{bound}}.',
    atMost: '“{{path}}” deve ser no máximo {{bound}}.',
    longerText: '“{{path}}” deve ter pelo menos {{bound}} caracteres.',
    shorterText: '“{{path}}” deve ter no máximo {{bound}} caracteres.',
    longerList: '“{{path}}” deve ter pelo menos {{bound}} itens.',
    shorterList: '“{{path}}” deve ter no máximo {{bound}} itens.',
    exactly: '“{{path}}” deve ser {{choices}}.',
    oneOf: '“{{path}}” deve ser um destes: {{choices}}.',
    curve: 'Os pontos de “{{path}}” devem estar em ordem, da esquerda para a direita.',
    colour: '“{{path}}” deve ser uma cor como #c8b49a.',
    id: '“{{path}}” deve ter de 1 a 64 letras minúsculas, dígitos e hifens.',
    unknownKey: '“{{path}}” não existe aqui.',
    twice: 'Uma receita tem cada tipo de etapa no máximo uma vez.',
    withoutFolders: '“{{path}}” deve ser um nome sem pastas.',
    nameNeeded: '“{{path}}” deve conter {name}.',
    nameTokens: '“{{path}}” só pode conter {name}, {folder}, {date} e {recipe} entre chaves.',
    other: '“{{path}}” não está certo: {{detail}}.',
  },
};
