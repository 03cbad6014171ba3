/** The exit codes of commands. `--help` and the README list the same. */
export const EXIT = { done: 0, failed: 1, usage: 2, halted: 3, interrupted: 130 } as const;
