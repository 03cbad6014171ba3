import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';

/** The command as a person calls it. */
export const EMULSION = fileURLToPath(new URL('../main/hosts/cli/emulsion.mjs', import.meta.url));

export interface Run {
  code: number | null;
  out: string;
  err: string;
  records: Record<string, unknown>[];
}

export function start(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; done: Promise<Run> } {
  const child = spawn(process.execPath, [EMULSION, ...args], {
    // English, whatever the locale of whoever runs the tests, and no log in their data folder.
    env: { ...process.env, LC_ALL: 'C', EMULSION_LOG: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const done = new Promise<Run>((resolve) => {
    child.on('close', (code) => {
      const lines = out.trim().split('\n');
      const records = args.includes('--json') && out.trim() !== '' ? lines.map((line) => JSON.parse(line)) : [];
      resolve({ code, out, err, records });
    });
  });
  return { child, done };
}

export const run = (args: readonly string[], env?: NodeJS.ProcessEnv) => start(args, env).done;

/** A valid header that claims a huge picture, and no data to speak of. */
export function giantPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', Buffer.from('789c6300000000000001', 'hex')),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
