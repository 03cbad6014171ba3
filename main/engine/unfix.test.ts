import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { ownForEachTest } from './standin-support';
import { fixtureCard } from './test-support';
import { withoutSize } from './unfix';

const FIXTURES = join(import.meta.dirname, '..', 'generators', 'inspect', 'fixtures');

/** A stand-in that declares 64 x 64, though the file has symbols there. */
async function declared64(name: string): Promise<Buffer> {
  const file = await readFile(join(FIXTURES, `${name}.onnx`));
  for (const symbol of ['h', 'w']) {
    const free = Buffer.from([0x0a, 3, 0x12, 1, symbol.charCodeAt(0)]);
    const fixed = Buffer.from([0x0a, 3, 0x08, 0xc0, 0x00]);
    const at = file.indexOf(free, file.indexOf(Buffer.from('x', 'latin1')));
    expect(at).toBeGreaterThan(0);
    // The first is that of the input.
    fixed.copy(file, at);
  }
  return file;
}

const own = ownForEachTest();

async function loaded(name: string, { halo, origin = 'imported' }: { halo: number; origin?: 'imported' | 'shipped' }) {
  const bytes = await declared64(name);
  const path = join(own.folder.path, 'net.onnx');
  await writeFile(path, bytes);
  const base = await fixtureCard('identity');
  const card = {
    ...base,
    input: { ...base.input, fixed: { width: 64, height: 64 } },
    halo,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    origin: origin === 'imported' ? { kind: 'imported', file: 'net.onnx', added: '' } : { kind: 'shipped' },
  } as typeof base;
  return own.sessions.acquire({ card, path, presets: [] });
}

describe('a net that declares one size', () => {
  it('gets larger tiles if it is the same at every size', async () => {
    const { card } = await loaded('sharpen-bgr', { halo: 1 });
    expect(card.input).toMatchObject({ fixed: null, multiple: 1, minimum: 64 });
    expect(card.tile).toBe(512);
  });

  it('keeps its size if its result depends on it', async () => {
    const { card } = await loaded('padding-baked', { halo: 1 });
    expect(card.input.fixed).toEqual({ width: 64, height: 64 });
  });

  it('keeps its size if it ships, as its card says', async () => {
    const { card } = await loaded('sharpen-bgr', { halo: 1, origin: 'shipped' });
    expect(card.input.fixed).toEqual({ width: 64, height: 64 });
  });

  it('is copied whole but for its size', async () => {
    const bytes = await declared64('sharpen-bgr');
    const shapeOf = async (file: Uint8Array) => {
      const session = await InferenceSession.create(Buffer.from(file));
      const [input] = session.inputMetadata;
      await session.release();
      return input?.isTensor ? input.shape : null;
    };
    expect((await shapeOf(bytes))?.slice(1)).toEqual([3, 64, 64]);
    const free = withoutSize(bytes, 'x', [2, 3]);
    expect((await shapeOf(free!))?.slice(1)).toEqual([3, 'emulsion_h', 'emulsion_w']);
    expect(withoutSize(free!, 'x', [2, 3])).toBeNull();
    expect(withoutSize(bytes, 'other', [2, 3])).toBeNull();
  });
});
