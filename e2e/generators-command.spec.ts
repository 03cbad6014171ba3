import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { run } from './command-line';

const STAND_INS = fileURLToPath(new URL('../main/generators/inspect/fixtures/', import.meta.url));

const own = () => ({ EMULSION_USER_DATA: test.info().outputPath('data') });
const net = (name: string) => join(STAND_INS, `${name}.onnx`);
const added = () => join(test.info().outputPath('data'), 'models');

test('a net is added from a file, with the evidence for each decision, renamed and removed', async () => {
  const result = await run(
    ['generators', 'add', net('4x-Standin-compact-fp32'), '--json', '--name', 'Four times'],
    own(),
  );
  expect(result.code).toBe(0);
  const [decided, adding] = result.records.slice(-2) as [
    {
      decisions: Record<string, { value: unknown; confidence: string; evidence: { code: string; sentence: string }[] }>;
    },
    Record<string, unknown>,
  ];
  expect(decided).toMatchObject({
    type: 'decisions',
    open: [],
    decisions: {
      task: { value: 'upscale', confidence: 'certain' },
      scale: { value: 4 },
      inputRange: { value: '0..1', confidence: 'probable' },
      licence: { value: '', confidence: 'probable' },
    },
  });
  for (const [field, { evidence }] of Object.entries(decided.decisions)) {
    expect(evidence.length, field).toBeGreaterThan(0);
    for (const { sentence } of evidence) expect(sentence).toMatch(/\.$/);
  }
  expect(adding).toMatchObject({ type: 'added', id: 'four-times', isUsed: true });

  const again = await run(['generators', 'add', net('4x-Standin-compact-fp32')], own());
  expect(again.code).toBe(1);
  expect(again.err).toContain('added before, as four-times');

  expect((await run(['generators', 'rename', 'four-times', 'Sharp'], own())).code).toBe(0);
  const listed = await run(['generators', 'list', '--json'], own());
  expect(listed.code).toBe(0);
  expect(listed.records).toContainEqual(
    expect.objectContaining({
      id: 'four-times',
      name: 'Sharp',
      origin: 'imported',
      commercial: 'unknown',
      state: 'ready',
    }),
  );
  expect((await run(['generators', 'remove', 'inpainter'], own())).code).toBe(1);
  expect((await run(['generators', 'remove', 'four-times'], own())).out).toBe('Removed “Sharp” (four-times).\n');
  expect(await readdir(added())).toEqual([]);
  expect((await run(['generators', 'remove', 'four-times'], own())).err).toContain('There is no generator four-times.');
});

test('what could not be found out is asked: named with exit code 2, proposed with --yes, said with --set', async () => {
  const open = await run(['generators', 'add', net('zero_dce'), '--json'], own());
  expect(open.code).toBe(2);
  expect(open.records.at(-1)).toMatchObject({
    type: 'open',
    questions: [
      { field: 'task', proposal: 'tone' },
      { field: 'inputRange', proposal: '0..1' },
      { field: 'outputChannels', proposal: 'curves' },
    ],
  });
  expect(existsSync(added())).toBe(false);

  const said = ['--set', 'task=style', '--set', 'inputRange=0..1', '--set', 'outputChannels=rgb'];
  expect((await run(['generators', 'add', net('zero_dce'), ...said, '--name', 'said'], own())).code).toBe(0);
  const card = JSON.parse(await readFile(join(added(), 'said', 'card.json'), 'utf8'));
  expect(card).toMatchObject({ task: 'style', evidence: { task: { said: true, evidence: [{ code: 'curves' }] } } });
  await run(['generators', 'remove', 'said'], own());

  const yes = await run(['generators', 'add', net('zero_dce'), '--yes'], own());
  expect(yes.code).toBe(0);
  expect(yes.out).toContain('No step can use it yet.');

  expect((await run(['generators', 'add', net('zero_dce'), '--set', 'colour=rgb'], own())).err).toContain(
    'There are: task,',
  );
  expect((await run(['generators', 'add', net('zero_dce'), '--set', 'order=gbr'], own())).code).toBe(2);
});

test('a file that cannot be used is refused with the reason, in the language of the person', async () => {
  const alone = test.info().outputPath('alone');
  await mkdir(alone);
  await copyFile(net('weights-beside'), join(alone, 'net.onnx'));
  const cases: Record<string, [path: string, english: string, portuguese: string]> = {
    weights: [join(alone, 'net.onnx'), 'weights-beside.onnx.data”, which is not beside it', 'não está ao lado dele'],
    operator: [net('foreign-operator'), 'the operator com.microsoft.extensions:Decode', 'o operador com.microsoft'],
    classifier: [net('classifier'), 'its output y has the shape [1, 3]', 'a saída y tem a forma [1, 3]'],
  };
  for (const [path, english, portuguese] of Object.values(cases)) {
    const told = await run(['generators', 'add', path], own());
    expect(told.code).toBe(1);
    expect(told.err).toContain(english);
    expect((await run(['generators', 'add', path], { ...own(), LC_ALL: 'pt_BR.UTF-8' })).err).toContain(portuguese);
  }
  expect(existsSync(added())).toBe(false);
});
