import { describe, expect, it } from 'vitest';
import { runIsolated, whyNotIsolated } from './isolated.mjs';

const run = (code: string) => runIsolated(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' });

describe.skipIf(whyNotIsolated() !== undefined)('an isolated program', () => {
  it('reaches this computer', () => {
    const { status, attempts } = run(`
      import { createServer } from 'node:http';
      const server = createServer((_, response) => response.end('here')).listen(0, '127.0.0.1', async () => {
        const answer = await fetch('http://127.0.0.1:' + server.address().port);
        process.exit((await answer.text()) === 'here' ? 0 : 1);
      });`);
    expect({ status, attempts }).toEqual({ status: 0, attempts: 0 });
  });

  it.each([
    ['a connection', `import { connect } from 'node:net'; connect(80, '198.51.100.7').on('error', () => {});`],
    ['a message', `import { createSocket } from 'node:dgram'; createSocket('udp4').send('x', 53, '198.51.100.7');`],
  ])('is seen when it tries %s, although it says nothing', (_what, code) => {
    const { status, attempts } = run(`${code} setTimeout(() => process.exit(0), 500);`);
    expect(status).toBe(0);
    expect(attempts).toBeGreaterThan(0);
  });
});
