import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Provider } from '../../contract/app';

/** Two box blurs of three planes: `fixtures/blur.onnx`. Small enough to be here, and convolutions as most nets have them. */
export const TINY_NET =
  'CAgSADq9AgoyCgF4CgNib3gSAWEiBENvbnYqDAoFZ3JvdXAYA6ABAioRCgRwYWRzQAFAAUABQAGgAQcKMgoBYQoDYm94EgF5IgRD' +
  'b252KgwKBWdyb3VwGAOgAQIqEQoEcGFkc0ABQAFAAUABoAEHEgRibHVyKn0IAwgBCAMIAxABQgNib3hKbDmO4z05juM9OY7jPTmO' +
  '4z05juM9OY7jPTmO4z05juM9OY7jPTmO4z05juM9OY7jPTmO4z05juM9OY7jPTmO4z05juM9OY7jPTmO4z05juM9OY7jPTmO4z05' +
  'juM9OY7jPTmO4z05juM9OY7jPVomCgF4EiEKHwgBEhsKAggBCgIIAwoIEgZoZWlnaHQKBxIFd2lkdGhiJgoBeRIhCh8IARIbCgII' +
  'AQoCCAMKCBIGaGVpZ2h0CgcSBXdpZHRoQgQKABAR';
const EDGE = 32;
const TOLERANCE = 1e-3;

/** The entry for a session's list of providers. @param device its number, for those that take one */
export function executionProvider(provider: Provider, device?: number): InferenceSession.ExecutionProviderConfig {
  return device === undefined || device === 0 ? provider : { name: provider, deviceId: device };
}

/**
 * Whether a provider can compute at all: null if it returns for a tiny net what the CPU returns, otherwise what it does
 * instead, for developers. Throws what onnxruntime throws.
 */
export async function tryProvider(provider: Provider, device?: number): Promise<string | null> {
  const [expected, got] = [await answerOf('cpu'), await answerOf(provider, device)];
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (got[i] ?? Number.NaN))), 0);
  return worst <= TOLERANCE ? null : `its answer for a tiny net differs from the CPU's by ${worst.toPrecision(2)}`;
}

async function answerOf(provider: Provider, device?: number): Promise<Float32Array> {
  const session = await InferenceSession.create(Buffer.from(TINY_NET, 'base64'), {
    executionProviders: [executionProvider(provider, device)],
    logSeverityLevel: 4,
  });
  try {
    const data = Float32Array.from({ length: 3 * EDGE * EDGE }, (_, i) => ((i * 7) % 256) / 255);
    const answer = await session.run({ x: new Tensor('float32', data, [1, 3, EDGE, EDGE]) });
    return answer.y!.data as Float32Array;
  } finally {
    await session.release();
  }
}
