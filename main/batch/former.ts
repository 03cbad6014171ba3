import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, open, rename, rm } from 'node:fs/promises';
import type { OpenFolder } from '../storage/open-folder';
import { openTarget } from '../storage/write';

/**
 * Results that were replaced by a person's decision, one for each photo, in a folder beside the journal, and their masks. They
 * are there to be put back.
 */

const { COPYFILE_EXCL, O_RDWR, O_NOFOLLOW = 0 } = constants;
const FOLDER = 'former';

const openFormer = (journal: string): Promise<OpenFolder> =>
  openTarget({ folder: `${journal}/${FOLDER}`, root: journal });

/** The name of a photo's former result. */
const nameOf = (photo: string) => createHash('sha256').update(photo).digest('hex').slice(0, 40);

/**
 * Keeps the result of a photo, which is about to be replaced, in place of an earlier one. It is a second name of the same
 * file where the file system has such names.
 *
 * @param journal folder of the journal
 */
export async function keepFormer(journal: string, photo: string, place: OpenFolder, file: string): Promise<void> {
  const folder = await openFormer(journal);
  try {
    const name = nameOf(photo);
    const [from, temporary] = [place.at(file), folder.at(`${name}.part`)];
    await rm(temporary, { force: true });
    // Without such names, it is copied.
    await link(from, temporary).catch(() => copyFile(from, temporary, COPYFILE_EXCL));
    const copy = await open(temporary, O_RDWR | O_NOFOLLOW).catch(() => null);
    // A read-only result was on the disk already.
    await copy?.sync();
    await copy?.close();
    await rename(temporary, folder.at(name));
  } finally {
    await folder.close();
  }
}

/** Forgets what is kept for a photo. */
export async function dropFormer(journal: string, photo: string): Promise<void> {
  const folder = await openFormer(journal);
  try {
    await rm(folder.at(nameOf(photo)), { force: true });
  } finally {
    await folder.close();
  }
}

/** Copies the kept result of a photo. Copies nothing if it is gone. */
export async function copyFormer(journal: string, photo: string, to: string): Promise<void> {
  const folder = await openFormer(journal);
  try {
    await copyFile(folder.at(nameOf(photo)), to).catch((error: NodeJS.ErrnoException) => {
      // Who asked for it compares the hash.
      if (error.code !== 'ENOENT') throw error;
    });
  } finally {
    await folder.close();
  }
}
