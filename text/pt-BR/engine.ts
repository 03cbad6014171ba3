import type { engine as english } from '../en/engine';
import type { Translated } from '../translated';

export const engine: Translated<typeof english> = {
  providers: {
    auto: 'Automático',
    cpu: 'CPU',
    cuda: 'Placa NVIDIA (CUDA)',
    dml: 'Placa de vídeo (DirectML)',
    coreml: 'Apple (CoreML)',
    webgpu: 'Placa de vídeo (WebGPU)',
  },
  refusals: {
    crashed: '{{provider}} travou antes e não é mais usado. Selecione-o novamente para tentar.',
    missing: '{{provider}} não está disponível neste computador.',
    differs: '{{provider}} dá um resultado diferente do da CPU, por isso não é usado.',
    slower: '{{provider}} é mais lento que a CPU aqui.',
    failed: 'Não foi possível usar {{provider}}.',
  },
  generators: {
    title: 'Geradores',
    text: 'Um gerador é uma rede neural treinada para uma tarefa. Estes vêm com esta versão.',
    loading: 'Carregando geradores…',
    none: 'Nenhum gerador instalado. As etapas que não dependem de um continuam funcionando.',
    states: { ready: 'Pronto', missing: 'Arquivo ausente', damaged: 'Arquivo danificado' },
    version: 'Versão {{version}}',
    parameters: '{{figure}} parâmetros',
    limits: 'Limites',
    measured: 'Medido',
  },
};
