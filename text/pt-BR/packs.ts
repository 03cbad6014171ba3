import type { packs as english } from '../en/packs';
import type { Translated } from '../translated';

export const packs: Translated<typeof english> = {
  packs: {
    system: 'Esta versão do Emulsion só usa bibliotecas adicionadas no Linux com processador x64, não em {{system}}.',
    notPack:
      'Isto não é uma pasta nem um arquivo compactado com as bibliotecas do onnxruntime para CUDA (.whl, .nupkg, .zip ou .tgz).',
    missing: 'Falta {{files}}.',
    otherSystem: '{{file}} foi feito para outro sistema ou processador.',
    notLibrary: '{{file}} não é uma biblioteca.',
    version:
      'As bibliotecas são do onnxruntime {{found}}, e esta versão do Emulsion precisa das da versão {{version}}.',
    noVersion:
      'Nada ali diz a que versão do onnxruntime isto pertence. Adicione a pasta ou o pacote inteiro da versão {{version}}.',
    changed: '{{file}} mudou desde que foi adicionado. Adicione as bibliotecas de novo.',
    added_one: '{{count}} biblioteca do onnxruntime {{version}} foi adicionada de {{from}}. Passa a ser usada agora.',
    added_other:
      '{{count}} bibliotecas do onnxruntime {{version}} foram adicionadas de {{from}}. Passam a ser usadas agora.',
    removed: 'As bibliotecas adicionadas foram removidas.',
    none: 'Nenhuma biblioteca foi adicionada.',
    runtime: 'onnxruntime {{version}}, {{system}}',
    pack: 'Bibliotecas adicionadas: onnxruntime {{version}}, de {{from}}, {{size}}',
    states: {
      ready: 'funciona',
      notBuilt: 'não faz parte deste onnxruntime',
      noLibraries: 'as bibliotecas não foram adicionadas (emulsion help providers add)',
      noDevice: 'nenhuma placa de vídeo com driver adequado foi encontrada',
      failed: 'não pode ser usado',
      differs: 'não calcula o mesmo que a CPU',
      crashed: 'travou ao ser testado',
    },
    device: 'placa de vídeo: {{device}}, driver {{driver}}',
    choosesItself: 'escolhe a placa de vídeo sozinho',
    remembered: {
      right: '{{generator}}: calculado como na CPU, {{seconds}} s por bloco em vez de {{onCpu}} s',
      wrong:
        '{{generator}}: calculado de outro jeito que na CPU (diferença de {{share}} da faixa), por isso não é usado',
      crashed: '{{generator}}: travou, por isso não é usado',
      elsewhere: 'com outra placa ou outro driver',
    },
    forgotten_one: '{{count}} resultado foi esquecido. O que travou ou divergiu será tentado de novo.',
    forgotten_other: '{{count}} resultados foram esquecidos. O que travou ou divergiu será tentado de novo.',
    nothing: 'Não havia nada a esquecer.',
    refused: {
      crashed: 'Não é usado para {{generator}}: travou.',
      wrong: 'Não é usado para {{generator}}: calcula de outro jeito que a CPU.',
    },
    card: 'Placa de vídeo',
    first: 'A primeira',
    title: 'O que funciona neste computador',
    checking: 'Testando os processadores…',
    forget: 'Tentar tudo de novo',
  },
};
