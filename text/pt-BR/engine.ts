import type { engine as english } from '../en/engine';
import type { Translated } from '../translated';

export const engine: Translated<typeof english> = {
  providers: {
    auto: 'Automático',
    cpu: 'CPU',
    cuda: 'Placa NVIDIA (CUDA)',
    tensorrt: 'Placa NVIDIA (TensorRT)',
    dml: 'Placa de vídeo (DirectML)',
    coreml: 'Apple (CoreML)',
    webgpu: 'Placa de vídeo (WebGPU)',
  },
  refusals: {
    crashed:
      '$t(providers.{{provider}}) travou antes com esta rede e este driver, por isso não é usado. Nas Configurações você pode pedir uma nova tentativa.',
    missing: '$t(providers.{{provider}}) não está disponível neste computador.',
    differs: '$t(providers.{{provider}}) calcula esta rede de outro jeito que a CPU, por isso não é usado nela.',
    slower: '$t(providers.{{provider}}) é mais lento que a CPU aqui.',
    failed: 'Não foi possível usar $t(providers.{{provider}}).',
    otherDevice: 'A placa de vídeo escolhida não foi encontrada. $t(providers.{{provider}}) usa outra.',
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
