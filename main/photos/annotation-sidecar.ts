import { writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Caption } from '../../contract/caption';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { readText } from '../storage/open-file';
import { discardStaged, openTarget, publishAs, stageIn, writePhoto } from '../storage/write';
import { captionInXmp } from './caption';
import { withRating } from './xmp';
import { MAX_SIDECAR_BYTES, sidecarsOf } from './xmp-sidecar';

/** Stars, null: as they are; and the fields of the caption that a person has filled in. */
interface Annotations {
  rating: number | null;
  caption: Caption;
}

/** What was last written to a file here, so that only what other programs have written is kept. */
const ours = new Map<string, string>();
/** Writes wait for one another, so that the last one wins. */
let writing: Promise<unknown> = Promise.resolve();

/**
 * Writes what a person has said of a photo into the XMP beside it: into the file that is there, which keeps everything else, or into a new one.
 * What another program has written is copied to `<name>.xmp.bak` first. The photo itself is not touched.
 *
 * @param root folder below which no link is followed
 *
 * Throws METADATA_DAMAGED if the XMP beside the photo cannot be read, and the errors of `writePhoto`.
 */
export function writeAnnotations(
  path: string,
  said: Annotations,
  { root, at = new Date() }: { root?: string; at?: Date } = {},
): Promise<{ name: string; backup: string | null }> {
  // Who asked for the write before was told of its failure.
  const turn = writing.catch(() => undefined).then(() => write(path, said, root, at));
  writing = turn;
  return turn;
}

async function write(path: string, { rating, caption }: Annotations, root: string | undefined, at: Date) {
  const [existing, text] = await firstThere(sidecarsOf(path));
  const target = existing ?? `${path}.xmp`;
  const name = basename(target);
  const rated = rating === null ? text : withRating(text, rating, at);
  const packet = rated === null && text !== null ? null : captionInXmp(rated, caption);
  if (packet === null) {
    throw new EmulsionError('METADATA_DAMAGED', { reason: say('failures.sidecarDamaged', { name }) });
  }
  const folder = { folder: dirname(target), root };
  let backup: string | null = null;
  if (text !== null && ours.get(target) !== text) {
    const kept = await writePhoto({ ...folder, stem: name, extension: 'bak' }, (part) => writeFile(part, text));
    backup = basename(kept.path);
  }
  // The name is that of the photo to the letter, even where some system would not take it.
  const place = await openTarget(folder);
  try {
    const staged = await stageIn(place, name, (part) => writeFile(part, packet));
    try {
      await publishAs(place, staged.path, name, { replace: existing !== null });
    } finally {
      await discardStaged(place, staged.path);
    }
  } finally {
    await place.close();
  }
  ours.set(target, packet);
  return { name, backup };
}

/** The first of these files that there is, with its text. Throws if there is one that cannot be read. */
async function firstThere(paths: readonly string[]): Promise<[string, string] | [null, null]> {
  for (const path of paths) {
    // SECURITY: links and special files are not followed, and nothing large is read.
    const text = await readText(path, MAX_SIDECAR_BYTES, { follow: false }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (text !== null) return [path, text];
  }
  return [null, null];
}
