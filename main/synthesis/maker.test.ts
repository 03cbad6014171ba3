import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SynthesisSettings, type SynthesisState } from '../../contract/synthesis';
import type { Requests } from '../engine/protocol';
import type { Engine } from '../engine/supervisor';
import { temporaryFolder } from '../engine/test-support';
import { EmulsionError } from '../errors';
import { createMaker } from './maker';

type PairRequest = Requests['pair']['request'];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let clean: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  clean = join(folder.path, 'clean');
  await mkdir(clean);
  for (const name of ['a', 'b', 'c']) await writeFile(join(clean, `${name}.gif`), `GIF89a ${name}`);
});
afterEach(() => folder.remove());

/** An engine whose pictures name their sources. */
function setUp(refuse: (request: PairRequest) => EmulsionError | null = () => null) {
  const asked: PairRequest[] = [];
  const states: SynthesisState[] = [];
  const request = async (kind: string, body: PairRequest) => {
    if (kind === 'generators') return [];
    asked.push(body);
    const error = refuse(body);
    if (error) throw error;
    const picture = (side: string) => ({ type: 'image/png', bytes: Buffer.from(`${side} ${body.index}`) });
    const pictures = { clean: picture('clean'), damaged: picture('damaged'), mask: picture('mask') };
    return { facts: { coverage: 0.02 }, files: null, pictures, unusable: [] };
  };
  const maker = createMaker({
    engine: { request } as unknown as Engine,
    launch: () => {
      throw new Error('no engine of its own was needed');
    },
    options: () => ({ models: '', provider: 'cpu', threads: 1 }),
    onState: (state) => states.push(state),
  });
  const settings = SynthesisSettings.parse({});
  const preview = (index: number, changes: Partial<SynthesisSettings> = {}) =>
    maker.preview({ input: clean, overlays: null, settings: { ...settings, ...changes } }, index, {});
  return { maker, asked, states, preview, settings };
}

describe('preview pairs', () => {
  it('use the photos in turn, and their pictures are kept for a while', async () => {
    const { maker, preview } = setUp();
    const first = await preview(0);
    const others = [await preview(1), await preview(2)];
    expect([first, ...others].map(({ source }) => source).sort()).toEqual(['a.gif', 'b.gif', 'c.gif']);
    expect(first).toMatchObject({ photos: 3, overlays: 0, coverage: 0.02 });
    expect(Buffer.from(maker.picture({ pairId: others[1]!.id, pairSide: 'mask' }).bytes).toString()).toBe('mask 2');
    for (let i = 0; i < 30; i++) await preview(i);
    expect(() => maker.picture({ pairId: first.id, pairSide: 'mask' })).toThrow(/no longer open/);
  });

  it('skip a photo that cannot be used, and ask for it only once', async () => {
    const { asked, preview } = setUp(({ path }) =>
      path.endsWith('b.gif') ? new EmulsionError('PHOTO_DAMAGED') : null,
    );
    for (let i = 0; i < 6; i++) expect((await preview(i)).source).not.toBe('b.gif');
    expect(asked.filter(({ path }) => path.endsWith('b.gif'))).toHaveLength(1);
    // A photo that is too small for one size may be large enough for another.
    const before = asked.length;
    for (let i = 0; i < 6; i++) await preview(i, { size: 128 });
    expect(asked.slice(before).some(({ path }) => path.endsWith('b.gif'))).toBe(true);
  });

  it('give up after three bad photos, or at once if the error is not the photo’s', async () => {
    const small = setUp(() => new EmulsionError('PHOTO_TOO_SMALL'));
    await expect(small.preview(0)).rejects.toMatchObject({ code: 'PHOTO_TOO_SMALL' });
    expect(small.asked).toHaveLength(3);
    const short = setUp(() => new EmulsionError('OUT_OF_MEMORY'));
    await expect(short.preview(0)).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
    expect(short.asked).toHaveLength(1);
    const { preview } = setUp();
    await expect(preview(0, { damage: ['synthesised'] })).rejects.toMatchObject({ code: 'GENERATOR_MISSING' });
  });
});

it('makes one folder at a time, and says why one cannot be made', async () => {
  const { maker, states, settings } = setUp();
  const order = { overlays: null, settings, pairs: 5, output: join(folder.path, 'pairs') };
  expect(maker.start({ ...order, input: join(folder.path, 'nowhere') })).toMatchObject({ phase: 'running', pairs: 5 });
  expect(maker.busy()).toBe(true);
  expect(() => maker.start({ ...order, input: clean })).toThrow(expect.objectContaining({ code: 'BATCH_RUNNING' }));
  await expect.poll(() => maker.busy()).toBe(false);
  expect(maker.state()).toMatchObject({ phase: 'failed', failure: { code: 'FILE_MISSING' } });
  expect(states.at(-1)).toEqual(maker.state());
  maker.start({ ...order, input: clean, output: join(clean, 'pairs') });
  await expect.poll(() => maker.state()?.failure?.code).toBe('OUTPUT_IS_INPUT');
  await maker.close();
});
