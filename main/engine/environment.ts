import { RUNTIME_VARIABLE } from './runtime';

/** Environment variables of every engine process. They are read when it starts, so that only the parent process can set them. */
const ENGINE_ENVIRONMENT = {
  /** onnxruntime records how it is used, keeps that in the user's cache folder and would send it to its maker. */
  ORT_DISABLE_TELEMETRY: '1',
  /**
   * On Linux each thread gets memory from a pool of its own, and what one pool has freed no other can use. After some thousand
   * photos that would be a hundred megabytes (`npm run bench -- hostile`).
   */
  MALLOC_ARENA_MAX: '2',
  // Numbers of devices are those of the list that people see, see `devices.ts`.
  CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
} as const;

/** @param runtime folder of added libraries of providers, which only the app names */
export function engineEnvironment(runtime: string | undefined): NodeJS.ProcessEnv {
  const { [RUNTIME_VARIABLE]: _, ...own } = process.env;
  return { ...own, ...ENGINE_ENVIRONMENT, ...(runtime !== undefined && { [RUNTIME_VARIABLE]: runtime }) };
}
