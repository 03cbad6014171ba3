import type { Provider } from '../../contract/app';
import type { ProviderInfo, Providers } from '../../contract/providers';
import { EmulsionError } from '../errors';
import { readPack } from './pack';
import type { EngineOptions, LaunchEngine } from './protocol';
import type { RequestControl } from './supervisor';
import { withTrialEngine } from './trials';

/** What onnxruntime says where there is no graphics card, or no driver that it can use. */
const NO_DEVICE = /get a WebGPU adapter|no CUDA-capable device|CUDA driver version is insufficient|EnumAdapters/;

/**
 * What this build of onnxruntime contains and what of it works here: each provider computes a tiny net, in a process of its own,
 * since a faulty driver may take it down. A provider that has done so before is not tried again.
 */
export function checkProviders(
  launch: LaunchEngine,
  options: EngineOptions,
  control?: RequestControl,
): Promise<Providers> {
  return withTrialEngine(launch, { ...options, provider: 'cpu' }, async (engine) => {
    const { runtime, providers } = await engine.request('providers', null, control);
    const checked: ProviderInfo[] = [];
    for (const info of providers) {
      if (info.state !== 'ready' || info.provider === 'cpu') checked.push(info);
      else checked.push({ ...info, ...(await stateOf(info.provider)) });
    }
    const pack = options.providers === undefined ? null : await readPack(options.providers);
    return { runtime, providers: checked, pack };

    async function stateOf(provider: Provider): Promise<Pick<ProviderInfo, 'state' | 'detail'>> {
      try {
        if (engine.status().state === 'failed') engine.restart();
        const wrong = await engine.request('tryProvider', { provider, device: options.device ?? null }, control);
        return wrong === null ? { state: 'ready', detail: '' } : { state: 'differs', detail: wrong };
      } catch (error) {
        if (!(error instanceof EmulsionError) || error.code === 'CANCELLED') throw error;
        const isCrash = ['ENGINE_CRASHED', 'ENGINE_HUNG', 'ENGINE_FAILED', 'MEMORY_LIMIT'].includes(error.code);
        const detail = error.detail ?? error.message;
        return { state: isCrash ? 'crashed' : NO_DEVICE.test(detail) ? 'noDevice' : 'failed', detail };
      }
    }
  });
}
