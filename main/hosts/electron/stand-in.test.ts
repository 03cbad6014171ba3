import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Node } from 'typescript/unstable/ast';
import { isCallExpression, isPropertyAccessExpression, isStringLiteral } from 'typescript/unstable/ast';
import { API, type Checker, type Program, SignatureKind, SymbolFlags, type Type } from 'typescript/unstable/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/*
 * The stand-in of e2e/electron against the types that Electron ships: it offers nothing that Electron does not have, and all
 * that the host uses.
 */

const ROOT = join(import.meta.dirname, '..', '..', '..');
const STAND_IN = join(ROOT, 'e2e', 'electron', 'program');

/** What the stand-in offers that is no module of its own: the names of Electron's types. */
const INSTANCES: Record<string, string> = {
  'app.commandLine': 'CommandLine',
  'session.defaultSession': 'Session',
  'process.parentPort': 'ParentPort',
  BrowserWindow: 'BrowserWindow',
  Notification: 'Notification',
  UtilityProcess: 'UtilityProcess',
  WebRequest: 'WebRequest',
  webContents: 'WebContents',
};
/** Objects of options, by the names that the stand-in gives them. */
const OPTIONS: Record<string, string> = {
  BrowserWindow: 'BrowserWindowConstructorOptions',
  webPreferences: 'WebPreferences',
  MenuItem: 'MenuItemConstructorOptions',
  Notification: 'NotificationConstructorOptions',
  'dialog.showOpenDialog': 'OpenDialogOptions',
  'dialog.showSaveDialog': 'SaveDialogOptions',
  'dialog.showMessageBox': 'MessageBoxOptions',
  'utilityProcess.fork': 'ForkOptions',
};

const LISTENING = ['on', 'once', 'off', 'addListener', 'removeListener'];

interface Offered {
  modules: string[];
  statics: Record<string, string[]>;
  members: Record<string, string[]>;
  events: Record<string, string[]>;
  options: Record<string, string[]>;
}

/** A part of the stand-in with the type that Electron gives it. */
interface Part {
  name: string;
  types: readonly Type[];
  members: readonly string[];
  events: readonly string[];
}

let offered: Offered;
let api: API;
let program: Program;
let checker: Checker;
let parts: Part[];

beforeAll(async () => {
  const child = fork(join(STAND_IN, 'offered.mjs'), [], {
    execArgv: ['--import', pathToFileURL(join(STAND_IN, 'hook.mjs')).href],
    serialization: 'advanced',
  });
  offered = await new Promise((resolve, reject) => {
    // The stand-in's own messages come the same way.
    child.on('message', (message: Partial<Offered>) => message.modules && resolve(message as Offered));
    child.once('exit', () => reject(new Error('The stand-in has not told what it offers.')));
  });
  api = new API({ cwd: ROOT });
  const [project] = api.updateSnapshot({ openProjects: [join(ROOT, 'tsconfig.json')] }).getProjects();
  ({ program, checker } = project!);
  const { statics, members, events } = offered;
  parts = [
    ...Object.entries(members).map(([name, names]) => {
      const instance = INSTANCES[name];
      const types = instance === undefined ? [moduleOf(name)] : declared(instance);
      return { name, types, members: names, events: events[name] ?? [] };
    }),
    ...Object.entries(statics).map(([name, names]) => {
      return { name: `class ${name}`, types: [moduleOf(name)], members: names, events: [] };
    }),
  ];
});
afterAll(() => api?.close());

const exportsOf = (path: readonly string[]) =>
  path.reduce(
    (at, name) => checker.getExportsOfModule(at).find((each) => each.name === name)!,
    checker.resolveName('Electron', SymbolFlags.Namespace)!,
  );

/** Types of Electron's under this name: classes have another one as they are imported, which extends the first. */
function declared(name: string): Type[] {
  const found = [exportsOf([name]), exportsOf(['CrossProcessExports', name])].filter((each) => each !== undefined);
  if (found.length === 0) throw new Error(`Electron has no type ${name}`);
  return found.map((each) => checker.getDeclaredTypeOfSymbol(each));
}

/** The type of what is imported from `electron`. */
function moduleOf(name: string): Type {
  const found = exportsOf(['CrossProcessExports', name]);
  if (found === undefined) throw new Error(`Electron has no module ${name}`);
  return checker.getTypeOfSymbol(found)!;
}

/** Whether a type has this event: its `on` takes the name. */
function hasEvent([type]: readonly Type[], event: string): boolean {
  const on = checker.getPropertyOfType(type!, 'on');
  const signatures =
    on === undefined ? [] : checker.getSignaturesOfType(checker.getTypeOfSymbol(on)!, SignatureKind.Call);
  return signatures.some((signature) => {
    const parameter = checker.getParameterType(signature, 0);
    return parameter?.isStringLiteralType() === true && parameter.value === event;
  });
}

describe('the stand-in offers nothing but what Electron has', () => {
  it('modules', () => {
    expect(offered.modules.length).toBeGreaterThan(10);
    for (const name of offered.modules) expect(() => moduleOf(name), name).not.toThrow();
  });

  it('members and events', () => {
    const unknown = parts.flatMap(({ name, types, members, events }) => [
      ...members
        .filter((each) => checker.getPropertyOfType(types[0]!, each) === undefined)
        .map((each) => `${name}.${each}`),
      ...events.filter((each) => !hasEvent(types, each)).map((each) => `${name}.on('${each}')`),
    ]);
    expect(unknown).toEqual([]);
    expect(hasEvent(declared('BrowserWindow'), 'unheard-of')).toBe(false);
  });

  it('options and roles', () => {
    const { roles, ...options } = offered.options;
    const unknown = Object.entries(options).flatMap(([name, names]) => {
      const [type] = declared(OPTIONS[name]!);
      return names
        .filter((each) => checker.getPropertyOfType(type!, each) === undefined)
        .map((each) => `${name}.${each}`);
    });
    expect(unknown).toEqual([]);
    const role = checker.getTypeOfSymbol(
      checker.getPropertyOfType(declared('MenuItemConstructorOptions')[0]!, 'role')!,
    )!;
    if (!role.isUnionType()) throw new Error('Roles are no union');
    const known = role.getTypes().flatMap((each) => (each.isStringLiteralType() ? [each.value] : []));
    for (const name of roles!) expect(known).toContain(name);
  });
});

it('the stand-in has all that the host and the preload script use', () => {
  const own = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const files = [...own.map((name) => join(import.meta.dirname, name)), join(ROOT, 'preload', 'electron.ts')];
  const byType = new Map(parts.flatMap((part) => part.types.map(({ id }) => [id, part] as const)));
  const used = new Set<string>();
  const missing = new Set<string>();
  const partOf = (node: Node) => {
    const type = checker.getTypeAtLocation(node);
    return type && byType.get((checker.getNonNullableType(type) ?? type).id);
  };
  const visit = (node: Node): undefined => {
    const part = isPropertyAccessExpression(node) ? partOf(node.expression) : undefined;
    if (part !== undefined && isPropertyAccessExpression(node)) {
      const name = node.name.text;
      const call = node.parent;
      const event = LISTENING.includes(name) && isCallExpression(call) ? call.arguments[0] : undefined;
      const isEvent = event !== undefined && isStringLiteral(event);
      // Channels of messages have names of ours.
      const isChannel = part.name === 'ipcRenderer';
      const text = isEvent && !isChannel ? `${part.name}.on('${event.text}')` : `${part.name}.${name}`;
      used.add(text);
      if (!(isEvent && !isChannel ? part.events.includes(event.text) : part.members.includes(name))) missing.add(text);
    }
    node.forEachChild(visit);
  };
  for (const file of files) visit(program.getSourceFile(file)!);
  // It has really looked.
  for (const each of [
    "app.on('before-quit')",
    'BrowserWindow.setProgressBar',
    "BrowserWindow.on('close')",
    'class Menu.setApplicationMenu',
    'webUtils.getPathForFile',
  ]) {
    expect([...used]).toContain(each);
  }
  expect([...missing]).toEqual([]);
});
