/** Environment variables of every engine process. They are read when it starts, so that only the parent process can set them. */
export const ENGINE_ENVIRONMENT = {
  /** onnxruntime records how it is used, keeps that in the user's cache folder and would send it to its maker. */
  ORT_DISABLE_TELEMETRY: '1',
  /**
   * On Linux each thread gets memory from a pool of its own, and what one pool has freed no other can use. After some thousand
   * photos that would be a hundred megabytes (`npm run bench -- hostile`).
   */
  MALLOC_ARENA_MAX: '2',
} as const;
