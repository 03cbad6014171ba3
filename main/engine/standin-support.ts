import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Card } from '../generators/card';
import { importGenerator } from '../generators/import';
import { inspectNet } from '../generators/inspect';
import { type Answers, answered, confirmed } from '../generators/inspect/card';
import { readOnnxFile } from '../generators/inspect/onnx-file';
import { bytesOf } from '../generators/inspect/protobuf';
import { GeneratorStore } from '../generators/store';
import { hashFile } from '../storage/hash';
import { Sessions } from './sessions';
import { temporaryFolder } from './test-support';
import { openTrialNet } from './trial-net';
import { Verdicts } from './verdicts';

/* For tests: the stand-ins of well-known nets, added as a person adds a file. */

export const STANDINS = join(import.meta.dirname, '..', 'generators', 'inspect', 'fixtures');

/** Sessions on one thread of the processor. */
const quietSessions = (): Sessions =>
  new Sessions({
    provider: 'cpu',
    threads: 1,
    avoid: [],
    budget: 2 ** 28,
    verdicts: new Verdicts(undefined),
    onUse: () => {},
    onProvider: () => {},
    busy: () => {},
  });

/** Gives each test of the file that calls this a folder and sessions of its own. */
export function ownForEachTest() {
  const own = {} as { folder: Awaited<ReturnType<typeof temporaryFolder>>; sessions: Sessions };
  beforeEach(async () => {
    own.folder = await temporaryFolder();
    own.sessions = quietSessions();
  });
  afterEach(async () => {
    await own.sessions.release();
    await own.folder.remove();
  });
  return own;
}

/**
 * Adds a stand-in to the folder `models`, with these answers and the proposals for the rest. `installed` is null if no step
 * can run it.
 */
export async function addStandIn(models: string, name: string, answers: Answers = {}) {
  const path = join(STANDINS, `${name}.onnx`);
  const bytes = await readFile(path);
  const file = readOnnxFile(bytesOf(bytes));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const load = () => openTrialNet(path, 1);
  const found = await inspectNet({ name: basename(path), sha256, file, load, announce: async () => {} });
  const weights = await Promise.all(
    file.external.map(async (each) => ({ file: each, bytes: 1, sha256: await hashFile(join(STANDINS, each)) })),
  );
  const about = { name: basename(path), bytes: bytes.length, sha256, weights, opset: 17, seconds: 1 };
  const inspected = { ...file, ...found, ...about };
  const decisions = confirmed(answered(found.decisions, answers));
  const { id, task } = await importGenerator(models, path, { inspected, decisions, name });
  const store = new GeneratorStore(join(models, 'none'), models);
  await store.refresh();
  return { store, id, installed: store.find(task as Card['task'], { id }) };
}
