import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { translatorFor } from '../../../text/message';
import { languageOfCommand } from '../language';
import { everyCommand } from './completion';
import { createProgram } from './program';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'emulsion-language-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the language of the command line', () => {
  const portuguese = { LANG: 'pt_BR.UTF-8' };
  const of = (env: NodeJS.ProcessEnv, ...argv: string[]) =>
    languageOfCommand(argv, { EMULSION_USER_DATA: folder, ...env });
  const choose = (language: unknown) => writeFileSync(join(folder, 'settings.json'), JSON.stringify({ language }));

  test('is the requested one, else the one chosen in the window, else that of the locale, else English', () => {
    expect(of(portuguese)).toBe('pt-BR');
    expect(of({ LANG: 'de_DE.UTF-8' })).toBe('en');
    expect(of({ LC_ALL: 'C.UTF-8', ...portuguese })).toBe('en');
    choose('en');
    expect(of(portuguese)).toBe('en');
    choose('pt-BR');
    expect(of({ LANG: 'C' })).toBe('pt-BR');
    expect(of({ LANG: 'C' }, 'restore', '--language', 'en')).toBe('en');
    expect(of({ LANG: 'C' }, '--language=en')).toBe('en');
    expect(of({ EMULSION_USER_DATA: '/nowhere', LANG: 'C' }, 'recipes', `--user-data=${folder}`)).toBe('pt-BR');
  });

  test('does not depend on unreadable settings', () => {
    choose('Klingon');
    expect(of(portuguese)).toBe('pt-BR');
    writeFileSync(join(folder, 'settings.json'), '{"langu');
    expect(of(portuguese)).toBe('pt-BR');
    writeFileSync(join(folder, 'settings.json'), 'null');
    expect(of({ LANG: 'C' })).toBe('en');
  });
});

describe('in Portuguese', () => {
  const program = () => createProgram(new AbortController().signal, translatorFor('pt-BR'));

  test.each(everyCommand(program()).map((command) => [command.name(), command] as const))(
    'the help of %s has no English titles left',
    (_, command) => {
      const help = command.helpInformation();
      expect(help).toMatch(/^NOME\n/);
      expect(help).not.toMatch(/^(NAME|SYNOPSIS|DESCRIPTION|OPTIONS|EXAMPLES|EXIT STATUS|.* OPTIONS)$/m);
    },
  );

  test.each([
    ['restore a.jpg', 'obrigatória'],
    ['analyse', 'Falta o argumento'],
    ['restore a.jpg -o out --oout x', 'Opção desconhecida: --oout. Você quis dizer “--out”?'],
    ['restore a.jpg -o out --quality 700', 'número inteiro de 1 a 100'],
    ['restore a.jpg -o out --format bmp', 'Valores aceitos: jpeg, png'],
    ['restore a.jpg -o out --edit e --recipe r', 'não podem ser usadas juntas'],
    ['restore a.jpg -o out --set repiar.grow=2', 'Você quis dizer “repair”?'],
    ['analyse a.jpg b.jpg', 'Argumentos demais: b.jpg'],
    ['recipes shw', 'Comando desconhecido: “recipes shw”. Você quis dizer “show”?'],
    ['restroe', 'Comando desconhecido: “restroe”. Você quis dizer “restore”?'],
  ])('“%s” is refused in Portuguese', async (line, text) => {
    const spoken = program();
    let told = '';
    const writeErr = (part: string) => {
      told += part;
    };
    for (const command of everyCommand(spoken)) command.configureOutput({ writeErr });
    await expect(spoken.parseAsync(line.split(' '), { from: 'user' })).rejects.toMatchObject({ exitCode: 1 });
    expect(told).toContain(text);
    expect(told).toMatch(/^emulsion: /);
  });
});
