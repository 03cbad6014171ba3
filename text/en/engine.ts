/** Processors and generators. */
export const engine = {
  providers: {
    auto: 'Automatic',
    cpu: 'CPU',
    cuda: 'NVIDIA graphics (CUDA)',
    dml: 'Graphics (DirectML)',
    coreml: 'Apple (CoreML)',
    webgpu: 'Graphics (WebGPU)',
  },
  refusals: {
    crashed: '{{provider}} crashed before and is no longer used. Select it again to retry.',
    missing: '{{provider}} is not available on this computer.',
    differs: '{{provider}} gives a different result than the CPU, so it is not used.',
    slower: '{{provider}} is slower than the CPU here.',
    failed: '{{provider}} could not be used.',
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
