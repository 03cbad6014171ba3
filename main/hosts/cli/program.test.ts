import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { type Step, StyleSettings } from '../../../contract/recipe';
import { translatorFor } from '../../../text/message';
import { findRecipe } from '../../restoration/recipe';
import { everyCommand } from './completion';
import { examplesOf, pathOf } from './help';
import { createProgram } from './program';
import { checkChanges } from './settings';

/** The program with fake actions that record what would have run. */
function parser() {
  const program = createProgram(new AbortController().signal, translatorFor('en'));
  const run: { path: string; flags: Record<string, unknown> }[] = [];
  for (const command of everyCommand(program)) {
    command.configureOutput({ writeErr: () => {}, writeOut: () => {} });
    if (command.commands.length === 0) {
      command.action(() => {
        run.push({ path: pathOf(command), flags: command.opts() });
      });
    }
  }
  return { program, run };
}

/** Splits a line like a shell, as far as the examples need it. */
function wordsOf(line: string): string[] {
  const [command] = line.split(' > ');
  return [...command!.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
}

const all = (program: Command) => everyCommand(program).map((command): [string, Command] => [pathOf(command), command]);
const commands = all(parser().program);

test.each(commands)('%s: all its examples can be parsed, and run that command', async (path, command) => {
  const examples = examplesOf(command);
  expect(examples.length).toBeGreaterThan(0);
  expect(examples.some((line) => line.startsWith(path))).toBe(true);
  for (const line of examples) {
    // A command keeps the options of its last line.
    const { program, run } = parser();
    await program.parseAsync(wordsOf(line).slice(1), { from: 'user' });
    expect(run, line).toHaveLength(1);
    expect(line.startsWith(run[0]!.path.replace(/ list$/, '')), line).toBe(true);
    const { set, recipe, from, style } = run[0]!.flags as { set?: []; recipe?: string; from?: string; style?: string };
    const base = recipe ?? from;
    const named = base === undefined ? null : findRecipe(base);
    const added: Step[] = style ? [{ kind: 'style', enabled: true, settings: StyleSettings.parse({ style }) }] : [];
    // What is said about a net is no setting of a step.
    const isAboutNet = path === 'emulsion generators add';
    if (set && !isAboutNet && (base === undefined || named)) checkChanges(set, named, added);
  }
});

test.each([
  'emulsion restore portrait.jpg',
  'emulsion restore portrait.jpg --out restored --recipes enlarge',
  'emulsion restore portrait.jpg --out restored --edit a.emulsion --set tone.cast=0',
  'emulsion restore portrait.jpg --out restored --crop 10,,50,40',
  'emulsion restore portrait.jpg --out restored --crop 10,10,0,40',
  'emulsion restore portrait.jpg --out restored --straighten 46',
  'emulsion restore portrait.jpg --out restored --straighten 1e1',
  'emulsion restore portrait.jpg --out restored --corners 0,0,10,0,10,10,0',
  'emulsion restore portrait.jpg --out restored --corners 0,0,10,0,10,10,0,ten',
  'emulsion restore portrait.jpg --out restored --corners 0,0,10,0,10,10,0,10 --crop 0,0,5,5',
  'emulsion restore portrait.jpg --out restored --edit a.emulsion --straighten 2',
  'emulsion recipes save Mine',
  'emulsion recipes save " " --from enlarge',
  'emulsion completion tcsh',
])('“%s” is refused', async (line) => {
  await expect(parser().program.parseAsync(wordsOf(line).slice(1), { from: 'user' })).rejects.toMatchObject({
    exitCode: 1,
  });
});

test('a crop is four whole numbers', async () => {
  const { program, run } = parser();
  await program.parseAsync(wordsOf('restore half.jpg --out restored --crop 0,5,1200,800'), { from: 'user' });
  expect(run[0]!.flags.crop).toEqual({ x: 0, y: 5, width: 1200, height: 800 });
});

test('corners are eight numbers, and an angle is one', async () => {
  const { program, run } = parser();
  await program.parseAsync(wordsOf('restore page.tif --out restored --corners 1,2,30.5,-1,31,40,0,39'), {
    from: 'user',
  });
  expect(run[0]!.flags.corners).toEqual([
    [1, 2],
    [30.5, -1],
    [31, 40],
    [0, 39],
  ]);
  await program.parseAsync(wordsOf('restore page.tif --out restored --straighten=-1.5'), { from: 'user' });
  expect(run[1]!.flags.straighten).toBe(-1.5);
});

test.each(commands)('%s: its help has every part of a manual page', (path, command) => {
  const help = command.helpInformation();
  const titles = help.split('\n').filter((line) => /^[A-Z]/.test(line));
  expect(titles.slice(0, 3)).toEqual(['NAME', 'SYNOPSIS', 'DESCRIPTION']);
  expect(titles).toEqual(expect.arrayContaining(['GENERAL OPTIONS', 'EXAMPLES', 'EXIT STATUS']));
  expect(command.summary()).not.toBe('');
  expect(help).toContain(`${path} - `);
  for (const { envVar } of command.options) if (envVar) expect(help).toContain(`\n  ${envVar}`);
  for (const line of examplesOf(command)) expect(help).toContain(`\n  ${line}\n`);
});

test('every command that prints results can also print them for programs', () => {
  const mute = commands
    .filter(([, { commands: below, options }]) => below.length === 0 && !options.some(({ long }) => long === '--json'))
    .map(([path]) => path);
  expect(mute).toEqual(['emulsion completion', 'emulsion help']);
});

test('every command that the help refers to exists', () => {
  const { program } = parser();
  const paths = all(program).map(([path]) => path);
  const named = everyCommand(program).flatMap((command) => {
    const [, list = ''] = command.helpInformation().split('\nSEE ALSO\n');
    return list.trim() === '' ? [] : list.trim().split('\n');
  });
  expect(named.length).toBeGreaterThan(0);
  for (const line of named) expect(paths).toContain(line.trim().replace('emulsion help', 'emulsion'));
});
