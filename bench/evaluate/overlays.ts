import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { listPictures } from './pictures';

/** A scan of damage, white on black. */
export interface Overlay {
  path: string;
  /** Name of its folder, such as `hair`. */
  kind: string;
  /** Whether it was never trained on, as `is_held_out` of the training kit decides. */
  isHeldOut: boolean;
}

/** The scans in `<folder>/<kind>/`, in the order of their names. */
export function listOverlays(folder: string): Overlay[] {
  const kinds = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return kinds
    .map(({ name }) => name)
    .sort()
    .flatMap((kind) =>
      listPictures(join(folder, kind)).map((path) => {
        const name = `damage/${kind}/${path.slice(join(folder, kind).length + 1)}`;
        const number = BigInt(`0x${createHash('sha256').update(name).digest('hex')}`);
        return { path, kind, isHeldOut: number % 10n === 0n };
      }),
    );
}
