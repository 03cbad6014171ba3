/** Options of every session of onnxruntime. */
export const SESSION_DEFAULTS = {
  // Errors are thrown as well, so they need not be logged.
  logSeverityLevel: 4,
  // Threads without work sleep. By default they wait in a loop for some time, at the cost of what else computes.
  extra: { session: { intra_op: { allow_spinning: '0' } } },
} as const;
