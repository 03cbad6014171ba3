/** Processors and generators. */
export const engine = {
  providers: {
    auto: 'Automatic',
    cpu: 'CPU',
    cuda: 'NVIDIA graphics (CUDA)',
    tensorrt: 'NVIDIA graphics (TensorRT)',
    dml: 'Graphics (DirectML)',
    coreml: 'Apple (CoreML)',
    webgpu: 'Graphics (WebGPU)',
  },
  refusals: {
    crashed:
      '$t(providers.{{provider}}) crashed before with this net and driver, so it is not used. Settings can have it tried again.',
    missing: '$t(providers.{{provider}}) is not available on this computer.',
    differs: '$t(providers.{{provider}}) computes this net differently from the CPU, so it is not used for it.',
    slower: '$t(providers.{{provider}}) is slower than the CPU here.',
    failed: '$t(providers.{{provider}}) could not be used.',
    otherDevice: 'The chosen graphics card was not found. $t(providers.{{provider}}) uses another one.',
  },
  generators: {
    title: 'Generators',
    text: 'A generator is a neural network trained for one task. These are installed with this version.',
    loading: 'Loading generators…',
    none: 'No generators are installed. Steps that do not need one still work.',
    states: { ready: 'Ready', missing: 'File missing', damaged: 'File damaged' },
    version: 'Version {{version}}',
    parameters: '{{figure}} parameters',
    limits: 'Limits',
    measured: 'Measured',
  },
};
