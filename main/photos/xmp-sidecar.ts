import { basename, extname } from 'node:path';
import type { Message } from '../../contract/basics';
import { say } from '../../text/message';
import { readText } from '../storage/open-file';
import type { PhotoMetadata } from './metadata';
import { parseXmp } from './xmp-document';
import { mergePackets } from './xmp-extension';

export const MAX_SIDECAR_BYTES = 8 * 1024 * 1024;

/** Where the XMP beside a photo may be, in the order in which it is looked for. */
export function sidecarsOf(path: string): string[] {
  const stem = path.slice(0, path.length - extname(path).length);
  return [`${path}.xmp`, `${stem}.xmp`];
}

/**
 * Adds the XMP beside a photo, where many programs keep ratings and captions: `lake.jpg.xmp`, or `lake.xmp`. What it says
 * counts more than what the photo says, because it was written later.
 */
export async function withSidecar(
  path: string,
  metadata: PhotoMetadata,
): Promise<{ metadata: PhotoMetadata; sidecar: string | null; notes: Message[] }> {
  for (const candidate of sidecarsOf(path)) {
    const packet = await readSidecar(candidate);
    if (packet === null) continue;
    const name = basename(candidate);
    const xmp = metadata.xmp === null ? (parseXmp(packet) ? packet : null) : mergePackets(metadata.xmp, packet);
    if (xmp === null) return { metadata, sidecar: null, notes: [say('notes.sidecarUnread', { name })] };
    return { metadata: { ...metadata, xmp }, sidecar: name, notes: [say('notes.sidecar', { name })] };
  }
  return { metadata, sidecar: null, notes: [] };
}

async function readSidecar(path: string): Promise<string | null> {
  // SECURITY: links and special files are not followed, and nothing large is read.
  const text = readText(path, MAX_SIDECAR_BYTES, { follow: false });
  // A file that cannot be read is as good as none: the photo is complete without it.
  return (await text.catch(() => null)) || null;
}
