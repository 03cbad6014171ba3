import { execFileSync, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { extractAll, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { homepageOf } from '../main/hosts/homepage';
import packageInfo from '../package.json' with { type: 'json' };
import { ensureBuilt, ROOT } from './build.mjs';
import { addStarter, makePackage } from './package/linux.mjs';
import { addRuntime, RUNTIME } from './package/windows-runtime.mjs';
import { builderArguments, CONFIG } from './package.mjs';
import { installDebian, isRootOnDebian } from './run.mjs';

const MODELS = join(ROOT, 'models');
/** What the window runs in Node. */
const PROGRAMS = ['out/main/electron.js', 'out/main/engine.js', 'out/preload/electron.cjs'];
const isLinux = process.platform === 'linux';
/** What a fuse says that is on or off. */
const [ON, OFF] = [0x31, 0x30];

let work: string;
/** The unpacked app, with the start script. */
let folder: string;
let resources: string;
const HOMEPAGE = 'https://elsewhere.example/emulsion';

/**
 * A stand-in for Electron's folder, which is not installed here: its program is a script with the mark that electron-builder
 * looks for, followed by fuses as Electron comes with them. It says how it was called.
 */
function fakeElectron(at: string): void {
  mkdirSync(join(at, 'resources'), { recursive: true });
  mkdirSync(join(at, 'locales'));
  const fuses = Buffer.concat([
    Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
    Buffer.from([1, 9]),
    Buffer.from('101001110'),
  ]);
  const script = [
    '#!/bin/sh',
    'if [ "$STAND_IN" = trap ]; then kill -s TRAP $$; fi',
    'if [ "$STAND_IN" = wait ]; then trap "echo told to end; exit 7" TERM; echo ready; while :; do sleep 0.1; done; fi',
    'for each in "$@"; do echo "<$each>"; done',
    'exit 3',
    '',
  ].join('\n');
  writeFileSync(join(at, 'electron'), Buffer.concat([Buffer.from(script), fuses]), { mode: 0o755 });
  writeFileSync(join(at, 'chrome-sandbox'), '', { mode: 0o755 });
  writeFileSync(join(at, 'version'), packageInfo.devDependencies.electron);
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'locales/en-US.pak']) writeFileSync(join(at, name), name);
}

beforeAll(async () => {
  if (!isLinux) return;
  await ensureBuilt();
  work = mkdtempSync(join(tmpdir(), 'emulsion-package-'));
  fakeElectron(join(work, 'electron'));
  const builder = createRequire(import.meta.url).resolve('electron-builder/cli.js');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      builder,
      ...['--dir', '--linux', `--config.electronDist=${join(work, 'electron')}`],
      `--config.directories.output=${join(work, 'release')}`,
      ...builderArguments({ platform: 'linux', env: {}, homepage: HOMEPAGE }),
    ],
    { cwd: ROOT, encoding: 'utf8' },
  );
  expect(status, `${stdout}\n${stderr}`).toBe(0);
  const [name] = readdirSync(join(work, 'release')).filter((each) => each.endsWith('unpacked'));
  folder = join(work, 'release', name!);
  resources = join(folder, 'resources');
  addStarter(folder);
}, 300_000);
afterAll(() => {
  if (work !== undefined) rmSync(work, { recursive: true, force: true });
});

const textOf = (...path: string[]) => readFileSync(join(resources, ...path), 'utf8');
const archived = () => listPackage(join(resources, 'app.asar'), { isPack: false }).map((path) => path.slice(1));
const filesBelow = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(path.length + 1));

describe.runIf(isLinux)('the unpacked app', () => {
  it('has its fuses set: the program is no Node, and loads only its archive', async () => {
    const {
      version: _,
      resetAdHocDarwinSignature: __,
      strictlyRequireAllFuses: ___,
      ...wire
    } = await getCurrentFuseWire(join(folder, 'emulsion.bin'));
    expect(wire).toMatchObject({
      [FuseV1Options.RunAsNode]: OFF,
      [FuseV1Options.EnableCookieEncryption]: OFF,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: OFF,
      [FuseV1Options.EnableNodeCliInspectArguments]: OFF,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: ON,
      [FuseV1Options.OnlyLoadAppFromAsar]: ON,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: OFF,
    });
  });

  it('holds the programs of the window and all that they import, but nothing of the network', async () => {
    const names = archived();
    for (const entry of [...PROGRAMS, 'out/renderer/index.html']) expect(names).toContain(entry);
    const packages = names.flatMap(
      (name) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(name)?.[1] ?? [],
    );
    for (const name of ['bullmq', 'ioredis', '@aws-sdk/client-s3', 'global-agent', 'ws', 'commander']) {
      expect(packages).not.toContain(name);
    }
    expect(
      names.filter((name) => /\.map$|\.test\.|^out\/(test|bundled)|out\/main\/(cli|browser)\.js/.test(name)),
    ).toEqual([]);
    expect(names.filter((name) => /\.onnx$|\.py$|checkpoints/.test(name))).toEqual([]);
    expect(JSON.parse(textOfArchive('package.json'))).toMatchObject({
      name: 'emulsion',
      desktopName: 'emulsion.desktop',
      homepage: HOMEPAGE,
    });
  });

  it('computes with what is inside it', async () => {
    const alone = join(work, 'alone');
    // As Electron sees it: the archive, with what is beside it in its place.
    extractAll(join(resources, 'app.asar'), alone);
    const asElectron = `Object.defineProperty(process.versions, 'electron', { value: '45.4.1' });`;
    const child = fork(join(alone, 'out', 'main', 'engine.js'), [], {
      cwd: alone,
      serialization: 'advanced',
      execArgv: ['--import', `data:text/javascript,${encodeURIComponent(asElectron)}`],
      env: { PATH: process.env.PATH, ORT_DISABLE_TELEMETRY: '1' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const answers = new Map<string, { ok: boolean; value?: unknown; error?: unknown }>();
    const answered = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.on('message', (message: { type: string; id: string; result: { ok: boolean } }) => {
        if (message.type === 'answer') answers.set(message.id, message.result);
        if (answers.size === asked) resolve();
      });
    });
    let asked = 0;
    const ask = (id: string, kind: string, body: unknown) => {
      asked++;
      child.send({ type: 'request', id, kind, body });
    };
    const photo = join(ROOT, 'build', 'icon.png');
    ask('1', 'configure', { models: join(resources, 'models'), provider: 'cpu', threads: 1 });
    ask('2', 'open', { photoId: 'a', path: photo, name: 'icon.png' });
    ask('3', 'analyse', { photoId: 'a' });
    ask('4', 'generators', null);
    // Each in a decoder of its own.
    const foreign = ['ramp.heic', 'ramp.jxl', 'ramp.jp2', 'ramp.jls'];
    for (const name of foreign) {
      ask(name, 'open', { photoId: name, path: join(ROOT, 'main', 'photos', 'fixtures', name), name });
    }
    await answered;
    child.kill('SIGKILL');
    expect([...answers.values()].map(({ ok, error }) => (ok ? 'ok' : error))).toEqual(Array(asked).fill('ok'));
    const generators = answers.get('4')!.value as { id: string; state: string }[];
    expect(generators.length).toBeGreaterThan(8);
    expect(generators.filter(({ state }) => state !== 'ready')).toEqual([]);
    expect(homepageOf(alone)).toBe(HOMEPAGE);
    // Everything that is imported is there, and is named in the notices with its version.
    const require = createRequire(pathToFileURL(join(alone, 'out', 'main', 'electron.js')));
    const external = PROGRAMS.flatMap((entry) => importsOf(alone, entry)).filter(
      (name) => !isBuiltin(name) && name !== 'electron',
    );
    expect(external).toEqual(expect.arrayContaining(['sharp', 'fzstd', '@jsquash/jxl/codec/dec/jxl_dec.js', 'zod']));
    const notices = textOf('THIRD-PARTY-NOTICES.txt');
    for (const name of external) {
      expect(require.resolve(name), name).toContain(alone);
      const [packageName] = /^(@[^/]+\/)?[^/]+/.exec(name)!;
      const { version } = JSON.parse(readFileSync(join(alone, 'node_modules', packageName, 'package.json'), 'utf8'));
      expect(notices, name).toContain(`\n${packageName} ${version} (`);
    }
  });

  it('carries the generators, the licences and the notices, and no training data', () => {
    const models = filesBelow(join(resources, 'models'));
    const shipped = filesBelow(MODELS).filter((name) => /^(?!training)[^.]/.test(name));
    expect(models.sort()).toEqual([...shipped, 'training/CREDITS.csv'].sort());
    const notices = textOf('THIRD-PARTY-NOTICES.txt');
    expect(notices.length).toBeGreaterThan(100_000);
    for (const text of [
      // Packages in the archive and those inside our own files.
      ...[
        'sharp',
        '@img/sharp-wasm32',
        'onnxruntime-node',
        'zod',
        'react',
        'radix-ui/react-dialog',
        'tailwindcss',
        'i18next',
      ],
      // Libraries inside sharp and inside onnxruntime.
      ...['libvips', 'GNU LESSER GENERAL PUBLIC LICENSE', 'GNU GENERAL PUBLIC LICENSE', 'vips 8.', 'Eigen', 'protobuf'],
      'Permission is hereby granted',
      'Copyright (c) 2019 Timothy Esler',
    ]) {
      expect(notices, text).toContain(text);
    }
    for (const name of models.filter((each) => each.endsWith('.onnx'))) expect(notices).toContain(`models/${name}`);
    expect(textOf('LICENSE.txt')).toContain('Apache License');
    // Of the window.
    expect(readFileSync(join(resources, 'icon.png')).subarray(1, 4).toString()).toBe('PNG');
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['LICENSE.electron.txt', 'LICENSES.chromium.html']));
  });

  it('names the libraries inside its decoders, and lets those under the LGPL be replaced', () => {
    const notices = textOf('THIRD-PARTY-NOTICES.txt');
    const sbom = JSON.parse(textOf('sbom.cdx.json'));
    const decoders = archived().filter((name) => /\.wasm$|libheif-bundle/.test(name));
    // One build of each, and sharp's.
    expect(decoders.map((name) => name.split('/').at(-1)).sort()).toEqual([
      'charlswasm_decode.wasm',
      'jxl_dec.wasm',
      'libheif-bundle.js',
      'libraw.wasm',
      'openjpegwasm_decode.wasm',
      expect.stringMatching(/^sharp-wasm32/),
    ]);
    for (const path of decoders) {
      const [, within] = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)!;
      const inside = sbom.components.filter(({ properties = [] }: { properties?: { name: string; value: string }[] }) =>
        properties.some(({ name, value }) => name === 'emulsion:within' && value === within),
      );
      expect(inside, within).not.toEqual([]);
      for (const { name, version } of inside) expect(notices, name).toContain(`${name} ${version}`);
    }
    for (const text of ['libde265', 'the JPEG XL Project Authors', 'Universite catholique de Louvain', 'Jan de Vaan']) {
      expect(notices, text).toContain(text);
    }
    const apart = join(resources, 'app.asar.unpacked', 'node_modules');
    expect(existsSync(join(apart, 'libheif-js', 'libheif-wasm', 'libheif-bundle.js'))).toBe(true);
    expect(existsSync(join(apart, '@img', 'sharp-wasm32'))).toBe(true);
  });

  it('has a list of all its parts', () => {
    const sbom = JSON.parse(textOf('sbom.cdx.json'));
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
    expect(sbom.serialNumber).toMatch(/^urn:uuid:/);
    expect(sbom.metadata.component).toMatchObject({
      type: 'application',
      name: 'Emulsion',
      version: packageInfo.version,
      externalReferences: [{ type: 'website', url: HOMEPAGE }],
    });
    const names = sbom.components.map(({ name }: { name: string }) => name);
    for (const name of ['electron', 'react', 'sharp', '@img/sharp-wasm32', 'onnxruntime-node', 'vips', 'coloriser']) {
      expect(names).toContain(name);
    }
    for (const name of ['vitest', 'electron-builder', 'bullmq', 'typescript']) expect(names).not.toContain(name);
    const packages = archived().filter((name) => /^node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(name));
    for (const path of packages) expect(names).toContain(path.slice('node_modules/'.length, -'/package.json'.length));
    const refs = sbom.components.map((each: { 'bom-ref': string }) => each['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    const all = [sbom.metadata.component['bom-ref'], ...refs];
    for (const { ref, dependsOn } of sbom.dependencies)
      for (const each of [ref, ...dependsOn]) expect(all).toContain(each);
    const ofWasm = sbom.dependencies.find(({ ref }: { ref: string }) => ref.startsWith('@img/sharp-wasm32@'));
    expect(ofWasm.dependsOn.some((ref: string) => ref.includes('/vips@'))).toBe(true);
    const sealed = sbom.components.find(({ name }: { name: string }) => name === 'coloriser').hashes[0].content;
    expect(sealed).toBe(JSON.parse(textOf('models', 'coloriser', 'card.json')).sha256);
  });
});

/** Names that a program in the unpacked archive imports, directly or by its chunks. */
function importsOf(top: string, entry: string): string[] {
  const names = new Set<string>();
  const seen = new Set<string>();
  const waiting = [join(top, entry)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file) || !existsSync(file)) continue;
    seen.add(file);
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*["']([\w@./:-]+)["']/g)) {
      if (name!.startsWith('.')) waiting.push(join(file, '..', name!));
      else names.add(name!);
    }
  }
  return [...names];
}

function textOfArchive(name: string): string {
  const { extractFile } = createRequire(import.meta.url)('@electron/asar');
  return extractFile(join(resources, 'app.asar'), name).toString();
}

describe.runIf(isLinux)('the start script', () => {
  const start = (parameters: string[], env: NodeJS.ProcessEnv = {}) =>
    spawnSync(join(folder, 'emulsion'), parameters, { encoding: 'utf8', env: { PATH: process.env.PATH, ...env } });

  it('passes everything on but the order to run without a sandbox', () => {
    const { status, stdout } = start(['a photo.jpg', '--no-sandbox', '--lang=pt', '', "Ada's"]);
    expect(stdout).toBe("<a photo.jpg>\n<--lang=pt>\n<>\n<Ada's>\n");
    expect(status).toBe(3);
  });

  it('says what to do where the system forbids the sandbox', () => {
    const tools = join(work, 'tools');
    mkdirSync(tools, { recursive: true });
    const unshare = (code: number) => {
      writeFileSync(join(tools, 'unshare'), `#!/bin/sh\nexit ${code}\n`);
      chmodSync(join(tools, 'unshare'), 0o755);
      return { STAND_IN: 'trap', PATH: `${tools}:/usr/bin:/bin`, LANG: 'C' };
    };
    const forbidden = start([], unshare(1));
    expect(forbidden.stderr).toContain('Install the deb or rpm package');
    expect(forbidden.status).toBe(133);
    expect(start([], { ...unshare(1), LANG: 'pt_BR.UTF-8' }).stderr).toContain('Instale o pacote');
    expect(start([], unshare(0)).stderr).not.toContain('emulsion:');
  });

  it('ends the window in order when it is told to end', async () => {
    const child = spawn(join(folder, 'emulsion'), {
      env: { ...process.env, STAND_IN: 'wait' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
      if (out === 'ready\n') child.kill('SIGTERM');
    });
    const [code] = await once(child, 'close');
    expect(out).toBe('ready\ntold to end\n');
    expect(code).toBe(7);
  });
});

const run = (program: string, ...parameters: string[]) =>
  execFileSync(program, parameters, { encoding: 'utf8', maxBuffer: 2 ** 26 });

/** Debian's tools for packages: installed ones, or as root new ones. */
function has(tool: string, debian: string): boolean {
  const works = () => spawnSync(tool, ['--version']).status === 0;
  return isLinux && (works() || (isRootOnDebian && installDebian(debian) && works()));
}

describe.each(['deb', 'rpm'] as const)('the %s', (kind) => {
  const can = kind === 'deb' ? has('dpkg-deb', 'dpkg') : has('rpmbuild', 'rpm');
  if (!can) console.log(`The ${kind}: NOT TESTED, the tools to make one are not here`);

  it.runIf(can)(
    'can be installed: everything is in its place, with the sandbox allowed',
    async () => {
      const dest = join(work, kind);
      mkdirSync(dest);
      const file = await makePackage(kind, folder, {
        dest,
        arch: process.arch,
        homepage: HOMEPAGE,
        config: CONFIG,
        isQuick: true,
      });
      const [list, about, scripts] =
        kind === 'deb'
          ? [run('dpkg-deb', '-c', file), run('dpkg-deb', '-f', file), readScripts(file)]
          : [run('rpm', '-qplv', file), run('rpm', '-qpi', file), run('rpm', '-qp', '--scripts', file)];
      expect(about).toContain(HOMEPAGE);
      expect(about).toContain(packageInfo.version);
      expect(about).toContain('Restores damaged photographs');
      const lines = list.split('\n');
      const line = (path: string) =>
        lines.find((each) => each.includes(` ${kind === 'deb' ? '.' : ''}${path}`) || each.endsWith(path));
      // The helper of the sandbox has the rights of root, and nothing else has.
      expect(line('/usr/lib/emulsion/chrome-sandbox')).toMatch(/^-rwsr-xr-x.*root[/ ]+root/);
      expect(lines.filter((each) => /^-..s/.test(each))).toHaveLength(1);
      expect(line('/usr/bin/emulsion')).toContain('../lib/emulsion/emulsion');
      for (const name of [
        'emulsion',
        'emulsion.bin',
        'resources/app.asar',
        'resources/apparmor-profile',
        'resources/sbom.cdx.json',
      ]) {
        expect(line(`/usr/lib/emulsion/${name}`), name).toBeDefined();
      }
      for (const icon of ['16x16/apps/emulsion.png', '512x512/apps/emulsion.png', 'scalable/apps/emulsion.svg']) {
        expect(line(`/usr/share/icons/hicolor/${icon}`), icon).toBeDefined();
      }
      expect(scripts).toContain('apparmor_parser');
      expect(scripts).toContain('update-mime-database');
      const unpacked = join(dest, 'unpacked');
      mkdirSync(unpacked);
      if (kind === 'deb') run('dpkg-deb', '-x', file, unpacked);
      else {
        run('rpm2archive', '-n', file);
        run('tar', '-xf', `${file}.tar`, '-C', unpacked);
      }
      const desktop = readFileSync(join(unpacked, 'usr/share/applications/emulsion.desktop'), 'utf8');
      expect(desktop).toMatch(/^Exec=emulsion %U$/m);
      expect(desktop).toContain('application/x-emulsion;');
      expect(desktop).toContain('image/jpeg;');
      expect(desktop).not.toContain('sandbox');
      // Windows have the name of this file.
      expect(packageInfo.desktopName).toBe('emulsion.desktop');
      expect(desktop).toMatch(/^StartupWMClass=emulsion$/m);
      const profile = readFileSync(join(unpacked, 'usr/lib/emulsion/resources/apparmor-profile'), 'utf8');
      // The profile allows the program that is really there.
      const [, allowed] = /^profile emulsion (\S+)/m.exec(profile)!;
      expect(statSync(join(unpacked, allowed!)).isFile()).toBe(true);
      expect(profile).toContain('userns,');
    },
    120_000,
  );
});

function readScripts(deb: string): string {
  const control = mkdtempSync(join(work, 'control-'));
  run('dpkg-deb', '-e', deb, control);
  return ['postinst', 'postrm'].map((name) => readFileSync(join(control, name), 'utf8')).join('\n');
}

describe('the scripts of installation', () => {
  it.runIf(isLinux).each(['emulsion.sh', 'after-install.sh', 'after-remove.sh'])(
    '%s can be read by every shell',
    (name) => {
      const { status, stderr } = spawnSync('sh', ['-n', join(ROOT, 'build', 'linux', name)], { encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(status).toBe(0);
    },
  );

  it('put "Restore with Emulsion" into the menus of every file manager, for the same photos, and take it away again', () => {
    const ours = (name: string) => readFileSync(join(ROOT, 'build', name), 'utf8');
    const [install, remove] = [ours('linux/after-install.sh'), ours('linux/after-remove.sh')];
    for (const path of ['kio/servicemenus/emulsion.desktop', 'nautilus-python/extensions/emulsion.py']) {
      expect(install).toContain(`/usr/share/${path}`);
      expect(remove).toContain(`/usr/share/${path}`);
    }
    const { mimeTypes } = CONFIG.linux;
    expect(/^MimeType=(.*);$/m.exec(ours('linux/servicemenu.desktop'))![1]!.split(';')).toEqual(mimeTypes);
    const python = /MIME_TYPES = \((.*)\)/.exec(ours('linux/nautilus.py'))![1]!;
    expect(JSON.parse(`[${python}]`)).toEqual(mimeTypes);
    const named = (macro: string) => [
      ...ours('installer.nsh').matchAll(new RegExp(`insertmacro ${macro} "(.*)"`, 'g')),
    ];
    const removed = named('forgetPhotoType').map(([, extension]) => extension);
    expect(removed).toEqual(named('photoType').map(([, extension]) => extension));
    expect(removed).toContain('.tiff');
  });

  it('nowhere switch the sandbox off', () => {
    const places = [
      'electron-builder.yml',
      'package.json',
      ...filesBelow(join(ROOT, 'build')).map((name) => join('build', name)),
    ];
    const sources = filesBelow(join(ROOT, 'scripts')).filter((name) => name.endsWith('.mjs'));
    for (const name of [...places, ...sources.map((each) => join('scripts', each))]) {
      const lines = readFileSync(join(ROOT, name), 'latin1').split('\n');
      const naming = lines.filter((line) => line.includes('--no-sandbox'));
      // One script names it, to drop it.
      expect(naming, name).toHaveLength(name.endsWith('emulsion.sh') ? 1 : 0);
    }
  });
});

describe('the packages of other systems', () => {
  it('are configured to start without what a fresh system lacks', () => {
    // Without libfuse2, and signed ad hoc where there is no certificate, so that macOS does not kill the program.
    expect(CONFIG.toolsets.appimage).toBe('1.0.3');
    expect(CONFIG.linux).toMatchObject({ target: ['AppImage'], syncDesktopName: true });
    expect(CONFIG.appId).toBe('app.emulsion.desktop');
    const mac = (env: Record<string, string>) => builderArguments({ platform: 'darwin', env });
    expect(mac({})).toEqual(['--config.mac.identity=-']);
    expect(mac({ CSC_LINK: 'certificate.p12' })).toEqual([]);
    expect(mac({ CSC_NAME: 'Ada' })).toEqual([]);
    expect(builderArguments({ platform: 'win32', env: {} })).toEqual([]);
    expect(CONFIG.mac.target.map(({ target, arch }: { target: string; arch: string }) => [target, arch])).toEqual([
      ['dmg', 'arm64'],
      ['zip', 'arm64'],
    ]);
    // For one user, without rights of an administrator.
    expect(CONFIG.nsis).toMatchObject({ oneClick: false, perMachine: false });
    expect(CONFIG.publish).toBeNull();
  });

  it('name an address that nobody can own, until another is given', () => {
    expect(new URL(homepageOf(ROOT)).hostname).toMatch(/\.example$/);
    const given = builderArguments({ platform: 'linux', env: {}, homepage: HOMEPAGE });
    expect(given).toEqual([`--config.extraMetadata.homepage=${HOMEPAGE}`]);
  });

  it('have the Visual C++ runtime beside onnxruntime on Windows, in the right kind', () => {
    const top = mkdtempSync(join(tmpdir(), 'emulsion-runtime-'));
    const system = join(top, 'system');
    const beside = join(top, 'resources/app.asar.unpacked/node_modules/onnxruntime-node/bin/napi-v6/win32/x64');
    mkdirSync(system);
    mkdirSync(beside, { recursive: true });
    const library = (name: string, machine: number) => {
      const bytes = Buffer.alloc(128);
      bytes.writeUInt32LE(80, 60);
      bytes.write('PE\0\0', 80);
      bytes.writeUInt16LE(machine, 84);
      writeFileSync(join(system, name), bytes);
    };
    const add = () => addRuntime(join(top, 'resources'), 'x64', system);
    for (const name of RUNTIME.slice(1)) library(name, 0x8664);
    expect(add).toThrow('msvcp140.dll of the Visual C++ runtime is not in');
    library('MSVCP140.dll', 0xaa64);
    expect(add).toThrow('is not for x64');
    rmSync(join(system, 'MSVCP140.dll'));
    library('MSVCP140.dll', 0x8664);
    add();
    expect(readdirSync(beside).sort()).toEqual([...RUNTIME].sort());
    rmSync(top, { recursive: true });
  });
});
