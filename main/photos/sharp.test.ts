import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { loadSharp } from './sharp';

describe('loadSharp', () => {
  test('reads only the supported formats', async () => {
    const sharp = await loadSharp();
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');
    await expect(sharp(svg).metadata()).rejects.toThrow('unsupported image format');
    const ppm = Buffer.concat([Buffer.from('P6 2 2 255\n'), Buffer.alloc(12)]);
    await expect(sharp(ppm).metadata()).rejects.toThrow('unsupported image format');
  });

  test('returns the same module every time', async () => {
    expect(await loadSharp()).toBe(await loadSharp());
  });

  test('sharp falls back to its WebAssembly build if the native package throws', async () => {
    // loadSharp relies on this inside Electron on Linux. It is tested in a separate process.
    const program = `
      import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      const requireAsSharp = createRequire(require.resolve('sharp'));
      for (const platform of ['linux', 'linuxmusl', 'darwin', 'win32']) {
        try {
          const id = requireAsSharp.resolve('@img/sharp-' + platform + '-' + process.arch + '/sharp.node');
          require.cache[id] = { id, filename: id, loaded: true, children: [], get exports() { throw new Error('refused'); } };
        } catch {}
      }
      const { default: sharp } = await import('sharp');
      const png = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } }).png().toBuffer();
      console.log(JSON.stringify([typeof sharp.versions.emscripten, (await sharp(png).raw().toBuffer()).length]));
      process.exit();
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: import.meta.dirname,
    });
    expect(JSON.parse(stdout)).toEqual(['string', 48]);
  });
});
