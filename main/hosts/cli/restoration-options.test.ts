import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { GeneratorInfo } from '../../../contract/app';
import type { Recipe, StepChange } from '../../../contract/recipe';
import type { Engine } from '../../engine/supervisor';
import { hashFile } from '../../storage/hash';
import { readExample } from '../../userdata/examples';
import { askedFor } from './restoration-options';

const net = (id: string, takesExample: boolean) =>
  ({ id, takesExample, isUsed: true, state: 'ready' }) as GeneratorInfo;

/** What the command asks for, with an engine that knows these generators. */
async function asked(generators: GeneratorInfo[], options: { set?: StepChange[]; recipe?: Partial<Recipe> } = {}) {
  const userData = await mkdtemp(join(tmpdir(), 'options-'));
  try {
    const picture = join(userData, 'rug.jpg');
    await writeFile(picture, 'threads');
    const engine = {
      request: async (kind: string) => (kind === 'generators' ? generators : new TextEncoder().encode('reduced')),
    } as unknown as Engine;
    const recipe = join(userData, 'recipe.json');
    if (options.recipe) await writeFile(recipe, JSON.stringify(options.recipe));
    const flags = {
      ...{ userData, models: '', provider: 'cpu' as const, threads: 1, set: options.set ?? [] },
      styleExample: picture,
      ...(options.recipe && { recipe }),
    };
    const { added, changes } = await askedFor(flags, engine);
    const sha256 = await hashFile(picture);
    expect(Buffer.from((await readExample(join(userData, 'examples'), sha256))!).toString()).toBe('reduced');
    return { added, changes, example: { sha256, name: 'rug.jpg' } };
  } finally {
    await rm(userData, { recursive: true });
  }
}

const RECIPE = { format: 1, id: 'painted', name: 'Painted', gate: 'always' } as const;
const painted = (generator: string): Partial<Recipe> => ({
  ...RECIPE,
  steps: [
    { kind: 'style', enabled: true, settings: { style: 'none', strength: 1, keepColours: false, brush: 1, generator } },
  ],
});

test('a picture to copy is kept, and given to the only generator that copies one', async () => {
  const { added, changes, example } = await asked([net('net', false), net('adain', true)]);
  expect(added).toMatchObject([{ kind: 'style', enabled: true, settings: { style: 'none' } }]);
  expect(changes).toEqual([{ kind: 'style', settings: { generator: 'adain', example } }]);
});

test('or to the one that the options or the recipe name', async () => {
  const both = [net('adain', true), net('other', true)];
  const set = [{ kind: 'style' as const, settings: { generator: 'other', strength: 0.5 } }];
  expect((await asked(both, { set })).changes).toMatchObject([{ settings: { generator: 'other', strength: 0.5 } }]);
  const { added, changes } = await asked(both, { recipe: painted('adain') });
  expect(added).toEqual([]);
  expect(changes).toMatchObject([{ settings: { generator: 'adain' } }]);
});

test('it is said which generators could copy one', async () => {
  const refused = (key: string) => ({ code: 'BAD_REQUEST', reason: [expect.objectContaining({ key })] });
  await expect(asked([net('net', false)])).rejects.toMatchObject(refused('cli.errors.noExampleGenerator'));
  const both = [net('adain', true), net('other', true)];
  await expect(asked(both)).rejects.toMatchObject(refused('cli.errors.whichExampleGenerator'));
  const recipe = painted('net');
  await expect(asked([net('net', false), net('adain', true)], { recipe })).rejects.toMatchObject(
    refused('cli.errors.takesNoExample'),
  );
});
