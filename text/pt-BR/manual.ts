import type { manual as english } from '../en/manual';
import type { Translated } from '../translated';

export const manual: Translated<typeof english> = {
  manual: {
    program: {
      summary: 'restaura fotografias danificadas neste computador',
      description:
        'Restaura fotografias danificadas neste computador. Os originais nunca são alterados. Nada é enviado a lugar nenhum, exceto a uma fila ou a um armazenamento indicado no comando.\nCom --json, cada comando imprime um objeto JSON por linha.',
      version: 'mostra a versão',
      help: 'mostra esta ajuda',
      examples: {
        one: 'uma foto',
        folder: 'uma pasta, com uma receita',
        batch: 'uma pasta grande, com relatório; continua de onde parou',
        analyse: 'o que uma foto precisa, e por quê',
        help: 'a ajuda de um comando',
      },
    },
    help: {
      summary: 'mostra a ajuda de um comando',
      description: 'Mostra a ajuda de um comando ou do programa.',
      command: 'as palavras do comando',
      example: 'o mesmo que emulsion recipes save --help',
    },
    options: {
      json: 'imprime um objeto JSON por linha',
      userData: 'pasta com as suas receitas e as configurações do aplicativo',
      provider: 'processador a usar',
      device: 'nome da placa de vídeo a usar, se houver várias (veja emulsion providers)',
      models: 'pasta com os geradores',
      shipped: 'os incluídos',
      enabled: 'true aplica a etapa mesmo sem necessidade (colorise, só em fotos sem cores); false a desativa',
      recipe: 'nome ou arquivo de uma receita; padrão: o que cada foto precisa',
      colour: 'gera cores para fotos em preto e branco',
      enlarge: 'amplia: 2x, 4x, um lado maior (3000px) ou uma impressão (30cm, 30cm@240dpi)',
      style: 'pinta no estilo de uma obra (veja emulsion styles) ou de qualquer imagem',
      noInfrared:
        'não usa o que o canal infravermelho de um filme digitalizado mostra, como `--set repair.infrared=false`',
      styleExample: 'pinta com um gerador adicionado que copia o estilo de uma imagem: esta',
      crisp: 'para fotos suaves, com ruído ou comprimidas: acrescenta textura plausível ao ampliar',
      out: 'pasta para os resultados (criada se não existir)',
      format: 'formato dos resultados; padrão: o da própria foto',
      quality: 'qualidade para JPEG, WebP e AVIF',
      pages: 'quais fotos de um arquivo com várias páginas: all (todas), first (a primeira), 3 ou 2-5',
      split: 'encontra as fotos impressas em cada página; cada uma vira uma foto própria (nome-1, nome-2 ...)',
      salvage: 'restaura arquivos incompletos até onde eles vão',
      negative:
        'revela negativos: auto (o padrão) revela o que com certeza é um negativo colorido e deixa o resto como está; colour e mono revelam toda digitalização',
      filmBase:
        'base do filme do rolo em três proporções de luz, como 0.42,0.19,0.12, ou uma digitalização com filme não exposto de onde tirá-la',
      size: 'reduz os resultados para caberem: 2048 (lado maior), 1920x1080, 10x15cm ou 4x6in (impressão). Nada é ampliado',
      dpi: 'grava esta resolução, em pixels por polegada (para impressão: 300)',
      depth: 'bits por canal; 16 só em png e tiff (como o original)',
      profile: 'converte as cores; adobeRgb é compatível com Adobe RGB (1998)',
      metadata: 'o que os resultados recebem dos dados da câmera, da localização e das legendas do original',
      stripMetadata: 'o mesmo que --metadata none',
      saveChanges:
        'junto a cada resultado: uma máscara de cada pixel alterado (PNG) e SHA256SUMS de originais e resultados',
      setMeta:
        'dizer algo sobre as fotos, nos metadados dos resultados: title=…, description=…, people=Ana; Rosa, place=…, date=cerca de 1925 (ou EDTF: 1925~, 192X, 1920/1925). Um texto vazio remove o campo. A data da digitalização fica. Pode ser repetida',
      jobs: 'fotos por vez; 0: conforme os núcleos e a memória',
      set: 'muda um ajuste de uma etapa, ou ativa ou desativa uma etapa; pode ser repetida',
      language: 'idioma das mensagens; padrão: o do aplicativo, depois o do sistema',
      threads: 'threads da CPU; 0: todas as {{count}}',
      none: 'nenhuma',
      all: 'todos',
    },
    groups: {
      computing: 'OPÇÕES DE PROCESSAMENTO',
      restoration: 'OPÇÕES DE RESTAURAÇÃO',
      output: 'OPÇÕES DE SAÍDA',
      opening: 'OPÇÕES DE ABERTURA',
      selection: 'OPÇÕES DE SELEÇÃO',
      sharing: 'OPÇÕES DE COMPARTILHAMENTO',
      recipe: 'OPÇÕES DE RECEITA',
      synthesis: 'OPÇÕES DE SÍNTESE',
      general: 'OPÇÕES GERAIS',
      options: 'OPÇÕES',
    },
    restore: {
      summary: 'restaura fotos, ou todas as fotos de pastas, em arquivos novos',
      about:
        'Restaura cada foto em um arquivo novo e informa o que foi feito e por quê. Os originais nunca são alterados e nada é sobrescrito: se o nome já existe, recebe um número.',
      proposals:
        'Sem receita, cada foto recebe o que precisa. As pastas são espelhadas na pasta de saída. Arquivos que não são fotos são ignorados, e uma foto com erro não impede as outras.',
      paths: 'fotos e pastas',
      edit: 'um arquivo de edição salvo no aplicativo, para a foto à qual pertence',
      crop: 'usa só esta parte de cada foto, antes de tudo: esquerda, topo, largura e altura em pixels (com --edit: grava só esta parte da foto editada)',
      straighten:
        'gira cada foto este número de graus no sentido horário, de -45 a 45, e deixa de fora os cantos vazios; um --crop é girado em torno do seu centro',
      corners:
        'tira esta cópia de cada página e a endireita: x e y de quatro cantos em pixels, no sentido horário, a partir do superior esquerdo da cópia',
      maskOut: 'grava também a máscara de cada reparo, em PNG, nesta pasta',
      examples: {
        proposal: 'o que a foto precisa',
        recipe: 'uma receita para uma pasta inteira',
        own: 'uma das suas receitas',
        set: 'o que cada foto precisa, com reparo mais sensível e sem remoção de ruído',
        added: 'além do que cada foto precisa',
        crisp: 'para fotos suaves, com ruído ou comprimidas',
        style: 'pintada no estilo de uma obra, ou de qualquer imagem',
        edit: 'as edições feitas no aplicativo',
        straighten: 'uma cópia um pouco torta no scanner',
        corners: 'uma cópia de uma página, pelos seus cantos',
        split: 'cada foto impressa de uma página de álbum, endireitada e restaurada',
        crop: 'um arquivo incompleto, recortado para o que foi lido',
        maskOut: 'as máscaras junto com os resultados',
        web: 'arquivos pequenos para a web, sem os lugares',
        saveChanges: 'para um arquivo histórico: o que mudou e somas de verificação',
        setMeta: 'o que se sabe das fotos de um álbum',
        json: 'um relatório que programas podem ler',
      },
    },
    edit: {
      summary: 'restaura uma foto para outro programa',
      about:
        'Restaura uma foto que outro programa, como darktable, digiKam, GIMP ou Lightroom, entrega, e termina quando está pronta. O programa instalado aceita os mesmos argumentos; sem receita ele abre a janela e termina quando a foto é salva ou fechada.',
      photo: 'a foto',
      inPlace: 'substitui exatamente este arquivo; o estado anterior fica guardado na pasta de dados',
      out: 'pasta do resultado (a da foto)',
      former: 'estados anteriores de arquivos substituídos',
      examples: { inPlace: 'como editor externo', out: 'com uma receita, para uma pasta' },
    },
    batch: {
      summary: 'restaura uma pasta inteira; continua de onde parou',
      about:
        'Restaura todas as fotos de uma pasta em arquivos novos, em uma árvore de pastas espelhada, várias por vez. Os originais nunca são alterados.',
      journal:
        'Um registro na pasta de saída guarda o que já foi feito. Depois de Ctrl-C ou de uma queda de energia, o mesmo comando continua de onde parou e não repete nada. No fim, grava um relatório com cada foto antes e depois.',
      storage:
        'As pastas podem ser s3://bucket/pasta; o endereço e as chaves vêm de AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID e AWS_SECRET_ACCESS_KEY. Sem --queue e s3://, nada é enviado a lugar nenhum.',
      folder: 'pasta dos originais; as pastas dentro dela são espelhadas',
      name: 'nomes dos resultados; {name}, {folder}, {date} e {recipe} são substituídos',
      conflict: 'o que fazer se já existir um arquivo com esse nome',
      noReport: 'não grava relatório',
      include: 'só estes arquivos; pode ser repetida',
      exclude: 'não estes arquivos; pode ser repetida',
      order: 'quais fotos vêm primeiro',
      watch: 'continua com as fotos acrescentadas à pasta, até Ctrl-C',
      retry: 'tenta de novo as fotos que falharam ou foram ignoradas',
      dryRun: 'mostra o que seria feito, sem gravar nada',
      queue:
        'deixa “emulsion worker” em outros computadores restaurar as fotos: redis://servidor[:porta][/banco], ou rediss:// com TLS. Sem endereço, vale o da variável EMULSION_QUEUE_URL, que pode conter uma senha.',
      queueFile: 'o mesmo; o endereço está neste arquivo',
      journalFolder: 'pasta neste computador para o registro de um lote no S3',
      examples: {
        proposal: 'o que cada foto precisa; execute de novo para continuar de onde parou',
        dryRun: 'quais fotos seriam restauradas, e para onde',
        recipe: 'uma receita, com outros nomes de arquivo',
        some: 'parte das fotos, com reparo mais sensível',
        split: 'cada foto impressa de cada página de álbum, como foto própria',
        retry: 'de novo as fotos que falharam',
        queue: 'com trabalhadores em muitos computadores',
        storage: 'em armazenamento S3',
        watch: 'o que um scanner salvar ali, para um programa',
      },
      files: {
        journal: 'o registro do lote, necessário para continuar; pode ser apagado quando o lote terminar',
        report: 'o relatório: index.html, photos.csv, photos.json',
      },
    },
    worker: {
      summary: 'restaura fotos de lotes que estão em outros computadores',
      about:
        'Pega fotos da fila de “emulsion batch --queue” em outros computadores e as restaura neste, até Ctrl-C. As fotos em andamento voltam então para a fila.',
      folders:
        'As imagens ficam em uma pasta que todos os computadores compartilham, ou no S3. Diga a fila o que disser, o trabalhador não toca em nada fora das pastas (ou s3://bucket/pasta) indicadas aqui, e só substitui arquivos onde não pode haver originais. Todos os computadores precisam da mesma versão do Emulsion.',
      queue:
        'redis://servidor[:porta][/banco], ou rediss:// com TLS. Sem endereço, vale o da variável EMULSION_QUEUE_URL, que pode conter uma senha.',
      queueFile: 'o mesmo; o endereço está neste arquivo',
      allow: 'pasta que pode ser lida e gravada; pode ser repetida',
      read: 'pasta de originais, que só pode ser lida; pode ser repetida',
      map: 'uma pasta com outro nome neste computador, também permitida; pode ser repetida',
      styleExample:
        'uma imagem cujo estilo os lotes copiam, guardada neste computador para que as receitas a encontrem; pode ser repetida',
      name: 'nome deste trabalhador no lote',
      examples: {
        apart: 'os originais só são lidos, e os resultados só vão para uma pasta',
        map: 'a pasta compartilhada tem outro nome aqui',
      },
      exits: {
        done: 'parado por Ctrl-C ou SIGTERM; nenhum arquivo fica pela metade',
        halted: 'este computador não pode receber fotos: sem fila, sem pasta, sem processador',
      },
    },
    split: {
      summary: 'separa as fotos impressas de uma digitalização, cada uma em seu arquivo',
      about:
        'Encontra as fotos impressas em uma página digitalizada, sobre fundo branco, preto ou estampado, e grava cada uma endireitada: page-1, page-2 e assim por diante, por fileiras, a partir do alto à esquerda. Elas são só endireitadas; a digitalização nunca é alterada.',
      scans: 'páginas digitalizadas',
      page: 'qual página de um arquivo com várias',
      examples: {
        one: 'page-1.jpg, page-2.jpg ...',
        json: 'uma linha por foto: cantos, ângulo, arquivo',
        several: 'muitas páginas, em TIFF',
      },
    },
    analyse: {
      summary: 'mostra o que uma foto precisa, e por quê, sem alterar nada',
      about:
        'Mede uma foto e informa, para cada etapa, se ela é necessária, com o valor medido. Sem receita, restore faz o que aparece aqui.',
      photo: 'uma foto',
      list: 'lista os lugares que um reparo preencheria, os maiores primeiro',
      page: 'qual foto de um arquivo com várias páginas',
      maskOut: 'grava a máscara do reparo em PNG (branco: a preencher)',
      examples: {
        plain: 'uma linha por etapa',
        list: 'também os lugares, com posição e tamanho',
        maskOut: 'a máscara como imagem',
        json: 'todas as medidas e a receita sugerida',
      },
    },
    generators: {
      summary: 'listar, adicionar, medir, renomear e remover geradores',
      about:
        'Geradores são as redes por trás das etapas. Alguns vêm com o Emulsion; outros podem ser adicionados a partir de arquivos ONNX. Sem um comando, todos são listados.',
      examples: {
        plain: 'um parágrafo para cada um',
        json: 'os de uma pasta, para um programa',
        add: 'adicionar uma rede a partir de um arquivo',
        remove: 'removê-la de novo',
      },
      exits: {
        done: 'todos estão prontos',
        failed: 'pelo menos um está danificado ou não pode ser usado',
      },
      list: {
        summary: 'listar os geradores instalados com a qualidade medida',
        about:
          'Lista os geradores por trás das etapas: tarefa, tamanho, licença, qualidade medida e limites conhecidos.',
      },
      add: {
        summary: 'adicionar uma rede a partir de um arquivo ONNX',
        about:
          'Descobre com testes como a rede de um arquivo ONNX é usada e copia o arquivo, com seus pesos, para os seus geradores. O que não pode ser descoberto é perguntado.',
        file: 'arquivo ONNX ou pacote do darktable; pesos em arquivos ao lado dele vão junto',
        yes: 'aceitar o que é proposto onde algo não pôde ser descoberto',
        set: 'informar você mesmo; pode ser repetido',
        name: 'nome nas listas; padrão: o do arquivo',
        examples: {
          plain: 'adicionar se nada ficar em aberto',
          yes: 'aceitar as propostas',
          set: 'informar para que serve e que recebe o azul primeiro',
          json: 'cada decisão com seus indícios, para um programa',
        },
        exits: {
          done: 'foi adicionado',
          failed: 'não pode ser usado; o motivo é informado',
          open: 'algo ficou em aberto, ou o comando está errado',
        },
      },
      benchmark: {
        summary: 'medir a velocidade dos geradores neste computador',
        about:
          'Executa a etapa que usa o gerador em uma imagem inventada de um megapixel, em um processo próprio, depois de carregá-lo com uma menor. Sem identificador, mede todos os que uma etapa consegue usar.',
        id: 'identificador de um gerador',
        everyProvider: 'com cada provedor que funciona aqui, um após o outro',
        examples: {
          all: 'medir todos',
          one: 'medir um, para um programa',
          every: 'comparar CPU e placa de vídeo',
        },
        exits: { done: 'todos foram medidos', failed: 'pelo menos um falhou' },
      },
      rename: {
        summary: 'dar outro nome a um gerador seu',
        about: 'Muda o nome nas listas. O id continua o mesmo, então as receitas ainda o encontram.',
        id: 'id do gerador',
        name: 'novo nome',
        example: 'renomear',
      },
      remove: {
        summary: 'remover um gerador seu',
        about: 'Apaga a cópia do arquivo e o cartão. Geradores que vêm com o Emulsion não podem ser removidos.',
        id: 'id do gerador',
        example: 'remover',
      },
    },
    providers: {
      summary: 'listar, adicionar, remover e redefinir o que calcula: CPU e placas de vídeo',
      about:
        'Provedores são as partes do onnxruntime que calculam redes na CPU ou em uma placa de vídeo. Sem um comando, todos são listados.',
      examples: {
        plain: 'o que funciona aqui, e por que os outros não',
        json: 'o mesmo para um programa',
        add: 'adicionar as bibliotecas para CUDA',
        reset: 'tentar de novo o que travou ou divergiu',
      },
      list: {
        summary: 'listar os provedores e o que funciona aqui',
        about:
          'Lista o que este onnxruntime contém. Cada provedor calcula uma rede minúscula em um processo próprio, e o que não consegue diz por quê. Abaixo dele estão suas placas de vídeo e as redes que já foram comparadas com a CPU.',
      },
      add: {
        summary: 'adicionar as bibliotecas para CUDA de uma pasta ou de um arquivo compactado',
        about:
          'Copia para a pasta de dados as bibliotecas com que o onnxruntime usa CUDA, e TensorRT se houver, depois de verificar que são desta versão e deste sistema. Aceita um wheel onnxruntime-gpu, um pacote Microsoft.ML.OnnxRuntime.Gpu.Linux, uma versão para GPUs ou uma pasta com o conteúdo deles. São programas e rodam com as suas permissões: adicione só de uma fonte em que você confia. Nada é baixado.',
        path: 'pasta, .whl, .nupkg, .zip ou .tgz',
        files: 'as cópias, com o hash de cada uma',
        examples: {
          wheel: 'de um wheel',
          release: 'de uma versão publicada',
          folder: 'de uma pasta, com as bibliotecas da própria CUDA se estiverem lá',
        },
        exits: { done: 'foram adicionadas', failed: 'não podem ser usadas; o motivo é informado' },
      },
      remove: {
        summary: 'remover as bibliotecas adicionadas',
        about: 'Apaga as cópias da pasta de dados.',
        example: 'CUDA deixa de ser usada',
      },
      reset: {
        summary: 'esquecer o que se sabe das redes nos provedores',
        about:
          'Cada rede é comparada com a CPU quando um provedor a calcula pela primeira vez. Uma rede que divergiu ou travou só é tentada de novo com outro driver, outra placa ou outra versão, ou depois deste comando.',
        provider: 'só deste',
        examples: { all: 'tentar tudo de novo', one: 'só com WebGPU' },
      },
    },
    styles: {
      summary: 'lista as obras em cujo estilo as fotos podem ser pintadas',
      about:
        'Lista os estilos do gerador instalado. As obras em si não estão incluídas, só o que o gerador aprendeu com elas.',
      example: 'os nomes que --style aceita',
      exits: {
        done: 'há estilos',
        failed: 'nenhum gerador de estilos está instalado',
      },
    },
    recipes: {
      summary: 'lista, mostra, salva, valida e remove receitas',
      about:
        'Uma receita diz por quais etapas uma foto passa, e com quais ajustes. Algumas vêm com o Emulsion; as suas são compartilhadas com o aplicativo. Sem um comando, todas são listadas.',
      examples: {
        all: 'todas as receitas',
        show: 'o que uma delas faz',
        save: 'salva uma receita sua',
        use: 'usa essa receita',
      },
      list: {
        summary: 'lista todas as receitas',
        about: 'Lista as receitas que vêm com o Emulsion e as suas.',
        examples: {
          plain: 'identificador, nome e origem de cada uma',
          json: 'receitas completas, para um programa',
        },
        failed: 'uma das suas receitas não pode ser lida; as outras são listadas',
      },
      show: {
        summary: 'mostra as etapas e os ajustes de uma receita',
        about: 'Mostra uma receita: as etapas em ordem, com os ajustes como --set os aceita.',
        name: 'nome ou arquivo de uma receita',
        examples: {
          plain: 'para ler',
          json: 'um arquivo de receita para editar à mão',
        },
      },
      save: {
        summary: 'salva uma receita sua',
        about:
          'Salva uma cópia alterada de uma receita com um nome seu. Diferente de restore, uma etapa ativada com --set continua a seguir o critério (gate) da receita.',
        name: 'o nome, como aparece no aplicativo',
        from: 'a receita de partida',
        gate: 'aplica as etapas só onde necessário, ou sempre',
        replace: 'substitui uma receita existente com esse nome',
        enabled: 'true ativa uma etapa e a acrescenta se faltar; false a desativa',
        examples: {
          variant: 'uma variante de uma receita incluída',
          size: 'com outro tamanho',
          file: 'um arquivo de receita de outra pessoa',
          replace: 'muda de novo',
        },
      },
      validate: {
        summary: 'verifica arquivos de receita',
        about:
          'Informa, para cada arquivo, se é uma receita válida e onde estão os problemas. Chaves desconhecidas contam como problemas.',
        files: 'arquivos de receita',
        examples: {
          one: 'um arquivo',
          many: 'vários, para um programa',
        },
        exits: {
          done: 'todos os arquivos são receitas válidas',
          failed: 'pelo menos um não é válido ou não pode ser lido',
        },
      },
      remove: {
        summary: 'remove uma das suas receitas',
        about:
          'Remove uma das suas receitas. As incluídas não podem ser removidas. As fotos restauradas com ela não mudam.',
        name: 'o nome',
        example: 'pelo identificador ou pelo nome',
      },
    },
    synthesise: {
      summary: 'cria pares de treino (danificado e limpo) a partir de fotos limpas',
      about:
        'Cria pares de treino a partir de uma pasta de fotos limpas: um quadrado de uma foto, o mesmo quadrado danificado e envelhecido, e uma máscara do dano visível. As fotos nunca são alteradas.',
      details:
        'A mesma semente dá sempre os mesmos pares; pedir mais acrescenta a eles. O mesmo comando continua de onde parou. Cada par tem uma linha em pairs.jsonl que diz o que foi feito. Nas máscaras, linhas (vincos, riscos, fios) são brancas e áreas (manchas, pontos, lascas) são cinza-claro; cinza abaixo de 128 é fraco demais para contar como dano.',
      folder: 'pasta com fotos limpas, incluindo subpastas',
      out: 'pasta para os pares, fora da pasta de fotos (criada se não existir)',
      pairs: 'quantos',
      size: 'lado das imagens quadradas',
      format: 'formato das imagens, sem perdas',
      seed: 'semente dos números aleatórios',
      overlays: 'pasta com imagens de danos, branco sobre preto, como poeira digitalizada',
      ageing: 'quanto as imagens também são envelhecidas',
      jobs: 'pares por vez; 0: conforme os núcleos e a memória',
      examples: {
        all: '512 pixels, com todos os tipos de dano',
        dust: 'só com poeira digitalizada',
        other: 'outros pares, menores e menos envelhecidos',
      },
      exits: {
        done: 'todos os pares estão prontos',
        failed:
          'todos os pares estão prontos, mas alguns arquivos não puderam ser usados (cada um é citado com o motivo); ou nada pôde ser feito',
        halted:
          'parado por um problema que afeta todos os pares, como disco cheio; execute o mesmo comando para continuar',
        interrupted: 'interrompido; os pares prontos são mantidos, e o mesmo comando continua',
      },
      files: {
        pictures: 'as imagens, 000000.png e assim por diante',
        record: 'uma linha por par: foto, posição, envelhecimento, danos, parte danificada',
        settings: 'os ajustes, usados para continuar',
      },
      damage: '{{kinds}}, separados por vírgulas; padrão: todos os disponíveis',
    },
    completion: {
      summary: 'mostra um script que completa comandos em um shell',
      about:
        'Mostra um script com o qual um shell completa os comandos, opções, receitas e ajustes do Emulsion. Carregue-o ao iniciar o shell.',
      shell: 'o shell',
      bash: 'source <(emulsion completion bash), em ~/.bashrc',
      zsh: 'source <(emulsion completion zsh), em ~/.zshrc depois de compinit',
      examples: {
        plain: 'o script, na saída padrão',
        fish: 'salvo onde o fish o procura',
      },
    },
    titles: {
      name: 'NOME',
      synopsis: 'SINOPSE',
      description: 'DESCRIÇÃO',
      arguments: 'ARGUMENTOS',
      commands: 'COMANDOS',
      settings: 'AJUSTES',
      installation: 'INSTALAÇÃO',
      examples: 'EXEMPLOS',
      exits: 'CÓDIGOS DE SAÍDA',
      environment: 'VARIÁVEIS DE AMBIENTE',
      files: 'ARQUIVOS',
      seeAlso: 'VEJA TAMBÉM',
    },
    default: 'padrão',
    choices: 'valores',
    env: 'usada se {{option}} não for dada',
    exits: {
      done: 'feito',
      failed: 'não foi possível; o motivo está na saída de erros',
      usage: 'o comando não foi entendido; nada foi feito',
      interrupted: 'interrompido; as fotos prontas são mantidas, e nenhum arquivo fica pela metade',
      photosDone: 'todas as fotos foram feitas, ou não precisavam de nada',
      photosFailed: 'pelo menos uma foto falhou; cada uma é citada com o motivo',
      halted:
        'parado por um problema que afeta todas as fotos, como disco cheio; execute o mesmo comando para continuar',
    },
    ownRecipes: 'as suas receitas, compartilhadas com o aplicativo (veja --user-data)',
  },
};
