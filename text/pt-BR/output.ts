import type { output as english } from '../en/output';
import type { Translated } from '../translated';

export const output: Translated<typeof english> = {
  editFile: {
    offer: 'Edições mais recentes desta foto',
    beside: '{{name}}, de {{date}}, está na pasta desta foto e difere das suas edições.',
    use: 'Usar estas edições',
    keep: 'Manter as minhas',
    find: 'Localizar a foto destas edições',
    lost: '{{name}} contém edições de {{photo}} ({{width}} × {{height}}). Essa foto não está aberta nem na mesma pasta.',
    byContent: 'A foto é reconhecida pelo conteúdo, mesmo que tenha sido renomeada.',
    choose: 'Escolher a foto…',
  },
  files: {
    title: 'Abrir fotos',
    up: 'Pasta acima',
    loading: 'Carregando a pasta…',
    none: 'Não há fotos nem pastas aqui.',
    upload: 'Escolher neste computador…',
    listFailed: 'Não foi possível ler a pasta.',
    folder: 'Pasta',
    titles: {
      export: 'Pasta para as fotos exportadas',
      input: 'Pasta com os originais',
      output: 'Pasta dos resultados',
      clean: 'Pasta com fotos limpas',
      pairs: 'Pasta para os pares',
      overlays: 'Pasta com imagens de danos',
    },
    choose: 'Escolher esta pasta',
    noFolders: 'Não há pastas aqui.',
    photos_one: '{{count}} foto',
    photos_other: '{{count}} fotos',
  },
  export: {
    title: 'Exportar',
    format: 'Formato',
    quality: 'Qualidade',
    keepMetadata: 'Manter os metadados da foto',
    keepMetadataText: 'Data, câmera, lugar, legendas e avaliação.',
    toDialog: 'Em seguida você escolhe a pasta. Arquivos existentes nunca são sobrescritos.',
    toDownload: 'O arquivo é salvo nos downloads do navegador.',
    marked: 'O arquivo é marcado como editado com IA.',
    lossless: 'Sem perdas, arquivos maiores.',
    export: 'Exportar',
    needsFull: 'O tamanho original é processado antes.',
  },
};
