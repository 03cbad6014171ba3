import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './build.mjs';

const MODELS = join(ROOT, 'models');

it('packs every file of every generator that ships', () => {
  const packed = readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8');
  const folders = readdirSync(MODELS, { withFileTypes: true }).filter((each) => each.isDirectory());
  const generators = folders.filter(({ name }) => readdirSync(join(MODELS, name)).includes('card.json'));
  expect(generators.length).toBeGreaterThan(5);
  for (const { name } of generators) {
    for (const file of readdirSync(join(MODELS, name))) expect(packed, `${name}/${file}`).toContain(`'*/${file}'`);
  }
});
