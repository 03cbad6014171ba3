/** What a command's exit code means; `--help` and the README print the same. */
export const EXIT = { done: 0, failed: 1, usage: 2, halted: 3, interrupted: 130 } as const;
