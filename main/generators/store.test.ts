import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { figureWords } from '../../text/figures';
import { fixtureCard, installFixture, synthesiserCard, temporaryFolder } from '../engine/test-support';
import { GeneratorStore } from './store';

let models: Awaited<ReturnType<typeof temporaryFolder>>;
let store: GeneratorStore;
beforeEach(async () => {
  models = await temporaryFolder();
  store = new GeneratorStore(models.path);
});
afterEach(() => models.remove());

async function states(): Promise<Record<string, string>> {
  await store.refresh();
  return Object.fromEntries((await store.list()).map(({ id, state }) => [id, state]));
}

it('finds a generator by its task', async () => {
  const path = await installFixture(models.path, await fixtureCard('detector', { task: 'detect' }));
  await store.refresh();
  expect(store.find('detect')).toMatchObject({ path, card: { id: 'detector' } });
  expect(store.find('inpaint')).toBeNull();
  expect(await states()).toEqual({ detector: 'ready' });
});

it('distinguishes generators for one task by scale and variant', async () => {
  const install = async (id: string, scale: number, variant?: string) => {
    const card = await fixtureCard('identity', { id, task: 'upscale' });
    await installFixture(models.path, { ...card, variant, output: { ...card.output, scale } });
  };
  await install('b-twice', 2, 'faithful');
  await install('c-four', 4, 'faithful');
  await install('a-other', 2);
  await store.refresh();
  const found = (wanted?: { scale?: number; variant?: string }) => store.find('upscale', wanted)?.card.id;
  expect(found()).toBe('a-other');
  expect(found({ scale: 2, variant: 'faithful' })).toBe('b-twice');
  expect(found({ scale: 4 })).toBe('c-four');
  expect(found({ scale: 2, variant: 'crisp' })).toBeUndefined();
  expect(found({ scale: 3 })).toBeUndefined();
});

it('keeps a generator that draws damage apart from those that change pictures', async () => {
  const card = await synthesiserCard();
  const install = async (what: object) => {
    await mkdir(join(models.path, card.id), { recursive: true });
    await writeFile(join(models.path, card.id, 'card.json'), JSON.stringify(what));
    await store.refresh();
  };
  await installFixture(models.path, await fixtureCard('identity', { task: 'detect' }));
  await install(card);
  expect(store.synthesiser()).toBeNull();
  expect(await states()).toEqual({ synthesiser: 'missing', identity: 'ready' });

  await installFixture(models.path, card);
  expect(await states()).toEqual({ synthesiser: 'ready', identity: 'ready' });
  expect(store.synthesiser()?.card).toEqual(card);
  expect((await store.list()).map(({ task }) => task)).toEqual(['detect', 'synthesise']);
  for (const task of ['inpaint', 'restore', 'colorise', 'upscale', 'style'] as const) {
    expect(store.find(task)).toBeNull();
  }

  const { inputs: __, ...picture } = { ...card, input: { name: 'x' } };
  await install(picture);
  expect(store.synthesiser()).toBeNull();
  expect((await store.list()).find(({ id }) => id === card.id)).toMatchObject({
    state: 'damaged',
    limits: expect.stringContaining('inputs'),
  });
});

const FIGURE = /\d+(?:[.,]\d+)?/g;
const figuresIn = (text: string) => (text.match(FIGURE) ?? []).map((figure) => figure.replace(',', '.')).sort();

it('ships cards whose Portuguese texts give the same figures as the English ones', async () => {
  const shipped = new GeneratorStore(join(import.meta.dirname, '../../models'));
  await shipped.refresh();
  const generators = await shipped.list();
  expect(generators).not.toEqual([]);
  for (const { translations, ...generator } of generators) {
    const portuguese = { ...translations['pt-BR'] };
    expect(Object.keys(portuguese).sort()).toEqual(['description', 'limits', 'name']);
    expect(figuresIn(portuguese.limits!), generator.id).toEqual(figuresIn(generator.limits));
    expect(figuresIn(portuguese.description!), generator.id).toEqual(figuresIn(generator.description));
  }
  for (const { id, translations } of shipped.styles().presets) {
    expect(translations?.['pt-BR']?.description, id).toBeTruthy();
  }
});

/** Names that are the same in every language, and units. */
const NAME = /^(?:|PSNR|SSIM|LPIPS|CIEDE2000|F1|JPEG \d+|x\d|dB|s\/MP|\d+ (?:px|threads))$/;

it('ships cards whose figures can be read in Portuguese', async () => {
  const shipped = new GeneratorStore(join(import.meta.dirname, '../../models'));
  await shipped.refresh();
  for (const { id, measured } of await shipped.list()) {
    for (const { metric, data, unit } of measured) {
      for (const phrase of [metric, data, unit].flatMap((words) => words.split(', '))) {
        if (!NAME.test(phrase)) expect(figureWords(phrase, 'pt-BR'), `${id}: ${phrase}`).not.toBe(phrase);
      }
    }
  }
  expect(figureWords('lines found, real, fold 2', 'pt-BR')).toBe('linhas encontradas, danos reais, grupo 2');
  expect(figureWords('45 pictures of 512 px, 2 px tolerance', 'pt-BR')).toBe(
    '45 imagens de 512 px, tolerância de 2 px',
  );
  expect(figureWords('sharpness of tiles, PSNR', 'pt-BR')).toBe('sharpness of tiles, PSNR');
});

it('has no generators without a folder', async () => {
  await models.remove();
  expect(await states()).toEqual({});
});

it('distinguishes a missing file from a damaged one', async () => {
  const path = await installFixture(models.path, await fixtureCard('identity'));
  await writeFile(path, 'something else');
  expect(await states()).toEqual({ identity: 'damaged' });
  await rm(path);
  expect(await states()).toEqual({ identity: 'missing' });
  expect(store.find('restore')).toBeNull();
});

it('notices that a file changed after it was checked', async () => {
  const path = await installFixture(models.path, await fixtureCard('identity'));
  expect(await states()).toEqual({ identity: 'ready' });
  await writeFile(path, 'something else');
  expect(await states()).toEqual({ identity: 'damaged' });
});

it('shows a bad card as damaged, with the reason, and keeps the others', async () => {
  await installFixture(models.path, await fixtureCard('identity'));
  const partial = '{"format": 1, "id": "partial", "task": "restore"}';
  for (const [name, text] of Object.entries({ torn: '{"format": 1,', partial })) {
    await mkdir(join(models.path, name));
    await writeFile(join(models.path, name, 'card.json'), text);
  }
  await mkdir(join(models.path, 'training'));
  expect(await states()).toEqual({ identity: 'ready', torn: 'damaged', partial: 'damaged' });
  const shown = (await store.list()).find(({ id }) => id === 'partial');
  expect(shown?.limits).toContain('sha256');
});

it('refuses a card whose file would lie outside its folder', async () => {
  await installFixture(models.path, await fixtureCard('identity'));
  const card = { ...(await fixtureCard('identity')), file: '../identity/identity.onnx' };
  await mkdir(join(models.path, 'escape'));
  await writeFile(join(models.path, 'escape', 'card.json'), JSON.stringify(card));
  expect(await states()).toEqual({ escape: 'damaged', identity: 'ready' });
});

it('refuses cards whose figures cannot be: ranges of nothing, sizes and shapes that no generator has', async () => {
  const card = await fixtureCard('identity', { task: 'restore' });
  const wrong: Record<string, object> = {
    range: { input: { ...card.input, range: [0, 0] } },
    'range-of-result': { output: { ...card.output, range: [1, 1] } },
    'range-endless': { input: { ...card.input, range: [0, 1e300] } },
    tile: { tile: 1e9 },
    halo: { tile: 64, halo: 32 },
    scale: { output: { ...card.output, scale: 4096 } },
    multiple: { tile: 65, input: { ...card.input, multiple: 64 } },
    fixed: { input: { ...card.input, multiple: 64, fixed: { width: 65, height: 64 } } },
    extra: { extraInputs: [{ name: 'a', label: 'A', min: 1, max: 0, default: 5 }] },
    planes: { output: { ...card.output, channels: Array.from({ length: 10_000 }, (_, i) => `p${i}`) } },
  };
  for (const [id, change] of Object.entries(wrong)) {
    await installFixture(models.path, { ...card, ...change, id } as typeof card);
  }
  await installFixture(models.path, { ...card, id: 'right' });
  expect(await states()).toEqual({
    right: 'ready',
    ...Object.fromEntries(Object.keys(wrong).map((id) => [id, 'damaged'])),
  });
  expect(store.find('restore')?.card.id).toBe('right');
});

it('whatever a card holds, the others are found', async () => {
  const card = await fixtureCard('identity', { task: 'restore' });
  await installFixture(models.path, { ...card, id: 'right' });
  await mkdir(join(models.path, 'odd'));
  const odd = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(-1, 0, 1e300, '../x.onnx', null, []));
  const change = fc.dictionary(fc.constantFrom(...Object.keys(card)), odd);
  const text = fc.oneof(
    change.map((some) => JSON.stringify({ ...card, id: 'odd', ...some })),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      await writeFile(join(models.path, 'odd', 'card.json'), content);
      expect(await states()).toMatchObject({ right: 'ready' });
    }),
    { numRuns: Number(process.env.EMULSION_FUZZ ?? 50), seed: 19 },
  );
});
