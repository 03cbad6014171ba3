import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** Whether there is a Redis to test with. `scripts/test.mjs` installs one where it can. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

export interface RedisServer {
  url: string;
  client: Redis;
  /** Ends it without a word and starts it anew; it has forgotten everything. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** A Redis of its own on a free port, which keeps nothing. */
export async function startRedis(): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'emulsion-redis-'));
  for (;;) {
    const server = await startOn(await freePort(), folder);
    if (server !== null) return server;
  }
}

/** Null where somebody else has taken the port meanwhile. */
async function startOn(port: number, folder: string): Promise<RedisServer | null> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const launch = () => spawn('redis-server', options, { stdio: 'ignore' });
  const kill = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  let child = launch();
  const client = new Redis(port, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  const isOurs = await Promise.race([
    client.info('server').then((info) => info.includes(`process_id:${child.pid}\r\n`)),
    new Promise<boolean>((resolve) => child.once('exit', () => resolve(false))),
  ]);
  if (!isOurs) {
    client.disconnect();
    child.kill('SIGKILL');
    return null;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    client,
    async restart() {
      await kill();
      child = launch();
      await client.ping();
    },
    async close() {
      client.disconnect();
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
