import { expect } from 'vitest';

/** Equal samples are found so at once; what differs is still shown element by element. */
expect.addEqualityTesters([
  (one: unknown, other: unknown) => {
    if (!(one instanceof Uint8Array && other instanceof Uint8Array) || one.constructor !== other.constructor) return;
    return Buffer.compare(one, other) === 0 ? true : undefined;
  },
]);
