import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { inspectNet, refuseByContent } from '../generators/inspect';
import type { InspectedFile } from '../generators/inspect/inspected';
import { type OnnxFile, readOnnxFile } from '../generators/inspect/onnx-file';
import { MalformedFile } from '../generators/inspect/protobuf';
import { Refused } from '../generators/inspect/signature';
import { hashFile } from '../storage/hash';
import { openRegular, readText } from '../storage/open-file';
import type { Job } from './job';
import { openTrialNet } from './trial-net';

/** Seconds without a sign of life, after which the process is ended: for reading and for one run. */
const READ_SECONDS = 300;
const RUN_SECONDS = 120;
const HEAD_BYTES = 64;
const MOST_METADATA = 1 << 20;

/** Looks at an ONNX file and tries it. Throws GENERATOR_REFUSED with the reason, or the errors of reading. */
export async function inspectFile(job: Job, path: string, threads: number): Promise<InspectedFile> {
  const started = performance.now();
  job.stage('opening', 0, 0.1);
  job.busy(READ_SECONDS);
  const handle = await openRegular(path);
  try {
    const { size } = await handle.stat();
    const file = parsed(handle, size);
    refuseByContent(file);
    const weights = await weightsOf(path, file);
    job.busy(READ_SECONDS);
    const sha256 = await hashFile(path);
    job.stage('analysing', 0.1, 1);
    let runs = 0;
    const found = await inspectNet({
      name: basename(path),
      beside: await besideOf(path),
      sha256,
      file,
      load: () => {
        job.busy(READ_SECONDS);
        return openTrialNet(path, threads);
      },
      announce: async () => {
        await job.breathe();
        job.busy(RUN_SECONDS);
        // How many runs it takes is not known before; most nets need about thirty.
        job.progress(1 - 1 / (1 + runs++ / 15));
      },
    });
    const facts = ({ name, type, shape }: OnnxFile['inputs'][number]) => ({ name, type, shape });
    return {
      name: basename(path),
      bytes: size,
      sha256,
      weights,
      opset: file.opsets.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0,
      parameters: file.parameters,
      inputs: file.inputs.slice(0, 64).map(facts),
      outputs: file.outputs.slice(0, 64).map(facts),
      ...found,
      seconds: (performance.now() - started) / 1000,
    };
  } catch (error) {
    throw error instanceof Refused ? refusal(error) : error;
  } finally {
    await handle.close();
  }
}

function refusal({ code, figures }: Refused): EmulsionError {
  const { detail, ...values } = figures;
  const reason = say(`models.refused.${code}`, values);
  return new EmulsionError('GENERATOR_REFUSED', { reason, detail: detail === undefined ? undefined : String(detail) });
}

function parsed({ fd }: FileHandle, length: number): OnnxFile {
  const read = (at: number, into: Uint8Array) => readSync(fd, into, 0, into.length, at);
  const head = new Uint8Array(HEAD_BYTES);
  const other = otherFormat(head.subarray(0, read(0, head)));
  if (other !== null) throw new Refused(other.code, other.figures);
  try {
    return readOnnxFile({ length, read });
  } catch (error) {
    if (!(error instanceof MalformedFile)) throw error;
    throw new Refused(error.problem === 'malformed' ? 'notOnnx' : 'tooComplicated');
  }
}

/** What a file is by its first bytes if it is certainly no ONNX file. */
function otherFormat(head: Uint8Array): Pick<Refused, 'code' | 'figures'> | null {
  const text = Buffer.from(head).toString('latin1');
  const format = (name: string) => ({ code: 'otherFormat' as const, figures: { format: name } });
  if (head.length === 0) return { code: 'empty', figures: {} };
  if (text.startsWith('version https://git-lfs')) return { code: 'pointer', figures: {} };
  if (/^\s{0,9}<(?:!doctype|html|\?xml)/i.test(text)) return { code: 'webPage', figures: {} };
  if (text.startsWith('PK\x03\x04')) return format('PyTorch (.pt, .pth)');
  if (head[0] === 0x80 && head[1]! <= 5) return format('PyTorch (.pt, .pth)');
  if (text.startsWith('GGUF')) return format('GGUF');
  if (text.startsWith('\x89HDF')) return format('Keras (.h5)');
  if (text.startsWith('7767517')) return format('ncnn');
  if (text.slice(4, 8) === 'TFL3') return format('TensorFlow Lite');
  if (text.slice(4, 8) === 'ORTM') return format('ORT');
  if (text.charAt(8) === '{') return format('safetensors');
  return null;
}

/** The metadata file beside it, if there is one. */
async function besideOf(path: string): Promise<string | undefined> {
  const beside = join(dirname(path), `${basename(path, extname(path))}.json`);
  // Most nets have none, and one that cannot be read says nothing.
  return readText(beside, MOST_METADATA).catch(() => undefined);
}

/** The files beside it that hold its weights, which have to be there. */
async function weightsOf(path: string, { external }: OnnxFile): Promise<InspectedFile['weights']> {
  const found: InspectedFile['weights'] = [];
  for (const name of external) {
    // SECURITY: a link beside the file could lead anywhere.
    const handle = await openRegular(join(dirname(path), name), { follow: false }).catch(() => null);
    if (!handle) throw new Refused('missingWeights', { file: name });
    const { size } = await handle.stat().finally(() => handle.close());
    found.push({ file: name, bytes: size, sha256: await hashFile(join(dirname(path), name), { follow: false }) });
  }
  return found;
}
