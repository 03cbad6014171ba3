import { RUNTIME_VARIABLE } from './runtime';

/**
 * Environment variables of every engine process. onnxruntime records how it is used, keeps that in the user's cache folder and
 * would send it to its maker. It reads this variable when it is loaded, so that only the parent process can set it in time.
 */
const ENGINE_ENVIRONMENT = {
  ORT_DISABLE_TELEMETRY: '1',
  // Numbers of devices are those of the list that people see, see `devices.ts`.
  CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
} as const;

/** @param runtime folder of added libraries of providers, which only the app names */
export function engineEnvironment(runtime: string | undefined): NodeJS.ProcessEnv {
  const { [RUNTIME_VARIABLE]: _, ...own } = process.env;
  return { ...own, ...ENGINE_ENVIRONMENT, ...(runtime !== undefined && { [RUNTIME_VARIABLE]: runtime }) };
}
