import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { translatorFor } from '../../../text/message';
import { completionsOf } from './completion';
import { bash, fish, zsh } from './completion-scripts';
import { createProgram } from './program';

const completions = completionsOf(createProgram(new AbortController().signal, translatorFor('en')));
/** On Windows, bash may belong to another system with other paths. */
const has = (shell: string) => process.platform !== 'win32' && spawnSync(shell, ['-c', 'true']).status === 0;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulsion completion-'));
  await mkdir(join(folder, 'recipes'));
  await writeFile(join(folder, 'recipes', 'my-prints.json'), '');
  // Not a valid recipe: a careless script would run its name.
  await writeFile(join(folder, 'recipes', '$(touch run).json'), '');
  for (const [name, script] of Object.entries({ bash, zsh, fish })) {
    await writeFile(join(folder, `emulsion.${name}`), script({ ...completions, userData: folder }));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const shell = (command: string, script: string) => {
  const { EMULSION_USER_DATA: _, ...env } = process.env;
  return execFileSync(command, ['-c', script], { cwd: folder, env, encoding: 'utf8' }).trim().split('\n');
};

describe.skipIf(!has('bash'))('bash', () => {
  /** The suggestions of bash for the last of these words, which are split as bash splits them. */
  const offered = (...words: string[]) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    return shell(
      'bash',
      `source emulsion.bash; COMP_WORDS=(emulsion ${quoted}); COMP_CWORD=${words.length}; _emulsion; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );
  };

  test('offers commands and subcommands', () => {
    expect(offered('re')).toEqual(['restore', 'recipes']);
    expect(offered('recipes', '')).toEqual(['list', 'show', 'save', 'validate', 'remove']);
    expect(offered('help', 'ana')).toEqual(['analyse']);
  });

  test('offers only the options of the given command', () => {
    expect(offered('recipes', 'save', '--')).toEqual([
      '--from',
      '--set',
      '--gate',
      '--replace',
      '--user-data',
      '--json',
      '--language',
      '--help',
    ]);
    expect(offered('restore', 'scans', '--out', 'recipes', '--stri')).toEqual(['--strip-metadata']);
  });

  test('offers the choices of an option in every notation', () => {
    expect(offered('restore', '--format', 'p')).toEqual(['png']);
    expect(offered('restore', '-f', 'p')).toEqual(['png']);
    expect(offered('restore', '--format', '=', 'p')).toEqual(['png']);
    expect(offered('restore', '--colour', '')).toEqual(['natural', 'warm', 'cool']);
    expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  test('offers shipped recipes and the user’s recipes, and runs nothing', async () => {
    expect(offered('restore', '--recipe', '')).toEqual([...completions.recipes, 'my-prints']);
    expect(offered('recipes', 'remove', 'my')).toEqual(['my-prints']);
    expect(await readdir(folder)).not.toContain('run');
  });

  test('offers steps with their settings, and the values of a choice', () => {
    expect(offered('restore', '--set', 'repair.s')).toEqual(['repair.sensitivity=']);
    expect(offered('restore', '--set', 'colorise.variant', '=', 'w')).toEqual(['warm']);
    expect(offered('restore', '--set', 'tone.enabled', '=', '')).toEqual(['true', 'false']);
  });

  test('leaves files to the shell', () => {
    expect(offered('restore', 'por')).toEqual(['']);
    expect(offered('restore', '--out', '')).toEqual(['']);
  });
});

describe.skipIf(!has('zsh'))('zsh', () => {
  test('can read its script', () => {
    expect(spawnSync('zsh', ['-n', join(folder, 'emulsion.zsh')]).status).toBe(0);
  });
});

describe.skipIf(!has('fish'))('fish', () => {
  const offered = (line: string) =>
    shell('fish', `source emulsion.fish; complete -C 'emulsion ${line}'`).map((each) => each.split('\t')[0]);

  test('offers the same', () => {
    expect(offered('re')).toEqual(['recipes', 'restore']);
    expect(offered('recipes save --from recipes --g')).toEqual(['--gate']);
    expect(offered('restore -f p')).toEqual(['png']);
    expect(offered('recipes remove my')).toEqual(['my-prints']);
    expect(offered('restore --set colorise.variant=w')).toEqual(['colorise.variant=warm']);
  });
});
