/**
 * Environment variables of every engine process. onnxruntime records how it is used, keeps that in the user's cache folder and
 * would send it to its maker. It reads this variable when it is loaded, so that only the parent process can set it in time.
 */
export const ENGINE_ENVIRONMENT = { ORT_DISABLE_TELEMETRY: '1' } as const;
