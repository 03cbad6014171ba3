import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { say } from '../../../text/message';
import { EmulsionError } from '../../errors';
import { isBelow, isRemote, pathIn, placeOf } from '../../storage/remote';
import type { PhotoTask } from '../photo';
import type { QueueJob } from './queue';

/** The folders that a worker may use. It uses nothing else, whatever a job says. */
export interface PlacesSetup {
  /** Folders that may be read and written to. */
  allow: readonly string[];
  /** Folders of originals, which are only read. */
  read: readonly string[];
  /** Folders with another path here than on the machine that runs the batch. `mine` folders are allowed. */
  maps: readonly { theirs: string; mine: string }[];
}

interface Root {
  /** The resolved path, without links. */
  path: string;
  isWritable: boolean;
}

/**
 * SECURITY: jobs come from the network. Their paths are translated, and refused if they lead out of the worker's
 * folders, also through links.
 */
export class Places {
  readonly #roots: Root[];
  readonly #maps: PlacesSetup['maps'];
  readonly #seen = new Set<string>();

  private constructor(roots: Root[], maps: PlacesSetup['maps']) {
    this.#roots = roots;
    this.#maps = maps;
  }

  /** Throws FOLDER_MISSING if a folder does not exist. */
  static async open({ allow, read, maps }: PlacesSetup): Promise<Places> {
    const rootOf = async (path: string, isWritable: boolean): Promise<Root> => {
      if (isRemote(path)) return { path: placeOf(path), isWritable };
      const real = await realpath(path).catch((cause: unknown) => {
        throw new EmulsionError('FOLDER_MISSING', { reason: say('failures.noFolderHere', { folder: path }), cause });
      });
      return { path: real, isWritable };
    };
    const writable = [...allow, ...maps.map(({ mine }) => mine)];
    const roots = await Promise.all([
      ...read.map((path) => rootOf(path, false)),
      ...writable.map((path) => rootOf(path, true)),
    ]);
    const kept = maps.map(({ theirs, mine }) => ({ theirs, mine: placeOf(mine) }));
    return new Places(roots, kept);
  }

  /**
   * Translates the paths of a job to this machine. Throws NOT_ALLOWED if the job must be refused, and {@link
   * Unreachable} if the batch's folders cannot be reached from this machine.
   */
  async taskOf(job: QueueJob): Promise<PhotoTask> {
    const [input, output] = [this.#mine(job.input), this.#mine(job.output)];
    const [path, folder] = [this.#mine(job.path), this.#mine(job.folder)];
    if (!isBelow(input, path) || !isBelow(output, folder)) throw refusal('failures.outsideBatch', job.path);
    await this.#assertReachable(input, output);
    const from = await this.#rootOf(path);
    if (from === null) throw refusal('failures.notReadable', path);
    const to = await this.#rootOf(folder);
    if (!to?.root.isWritable) throw refusal('failures.notWritable', folder);
    if (job.settings.conflict === 'overwrite' && from.root.isWritable) {
      throw refusal('failures.mayReplaceOriginals', folder);
    }
    const { name, bytes, modified, page, settings } = job;
    // SECURITY: the checked paths without links, and the folders that they lie in. If somebody puts a link on the way later,
    // it is not followed.
    return {
      found: { name, path: from.real, bytes, modified, page },
      within: isRemote(path) ? undefined : from.root.path,
      ...{ folder: to.real, root: to.root.path, settings, input, output },
    };
  }

  /** Translates a path to this machine. */
  #mine(theirs: string): string {
    for (const map of this.#maps) {
      if (!theirs.startsWith(map.theirs)) continue;
      const rest = theirs.slice(map.theirs.length);
      if (rest !== '' && !/^[\\/]/.test(rest) && !/[\\/]$/.test(map.theirs)) continue;
      // Windows also uses backslashes. On other systems a backslash belongs to a name.
      const parts = rest.split(map.theirs.includes('\\') ? /[\\/]/ : '/').filter(Boolean);
      return placeOf(parts.reduce((folder, part) => pathIn(folder, part), map.mine));
    }
    return placeOf(theirs);
  }

  /** Checks this once for the folders, so that a missing network drive does not fail the photos one by one. */
  async #assertReachable(input: string, output: string): Promise<void> {
    const key = `${input}\0${output}`;
    if (this.#seen.has(key)) return;
    for (const folder of [input, output]) {
      if ((await this.#rootOf(folder)) === null) {
        throw refusal('failures.notAllowed', folder);
      }
      if (isRemote(folder)) continue;
      await access(folder, folder === input ? constants.R_OK : constants.W_OK | constants.X_OK).catch(
        (cause: unknown) => {
          throw new Unreachable(folder, cause);
        },
      );
    }
    this.#seen.add(key);
  }

  /** The innermost folder that holds a path, and the path without links. For a path that does not exist yet, its parent decides. */
  async #rootOf(path: string): Promise<{ root: Root; real: string } | null> {
    const real = await realOf(path);
    const [root] = this.#roots
      .filter((each) => isBelow(each.path, real))
      .sort((a, b) => b.path.length - a.path.length || Number(a.isWritable) - Number(b.isWritable));
    return root === undefined ? null : { root, real };
  }
}

/**
 * The batch's folders cannot be reached from this machine: the worker cannot help, and the photo waits for another one.
 */
export class Unreachable extends EmulsionError {
  constructor(folder: string, cause: unknown) {
    super('FOLDER_MISSING', {
      reason: say('failures.unreachableHere', { folder }),
      cause,
    });
  }
}

function refusal(reason: Parameters<typeof say>[0], path: string): EmulsionError {
  return new EmulsionError('NOT_ALLOWED', { reason: say(reason, { path }) });
}

async function realOf(path: string): Promise<string> {
  // Network storage has no links.
  if (isRemote(path)) return path;
  for (let place = path, rest = ''; ; ) {
    // Null: it does not exist yet, so the folder above decides.
    const real = await realpath(place).catch(() => null);
    if (real !== null) return join(real, rest);
    if (dirname(place) === place) return path;
    rest = join(relative(dirname(place), place), rest);
    place = dirname(place);
  }
}
