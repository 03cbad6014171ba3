// `npm run package`: builds the app and makes the packages of this platform in release/.
//
// --homepage <address>   where the packages say that the project is; package.json names a reserved one
// --dir                  only the unpacked app
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { load } from 'js-yaml';
import { ensureBuilt, ROOT } from './build.mjs';
import { runPackage } from './run.mjs';

export const CONFIG = load(readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8'));
/** Where the project is, until packages are made with `--homepage`: an address that nobody can own. */
export const HOMEPAGE = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).homepage;

/**
 * What electron-builder gets besides its file.
 *
 * @param {{ platform: string, env: Record<string, string | undefined>, homepage?: string }} options
 * @returns {string[]}
 */
export function builderArguments({ platform, env, homepage }) {
  // Setting the fuses breaks the signature that Electron comes with, and macOS kills programs of a broken signature. With a
  // certificate electron-builder signs with it, without one ad hoc.
  const hasCertificate = Boolean(env.CSC_LINK || env.CSC_NAME);
  return [
    ...(platform === 'darwin' && !hasCertificate ? ['--config.mac.identity=-'] : []),
    ...(homepage === undefined ? [] : [`--config.extraMetadata.homepage=${homepage}`]),
  ];
}

/**
 * Puts the app together with electron-builder.
 *
 * @param {string[]} parameters
 */
function runBuilder(parameters) {
  if (runPackage('electron-builder', 'electron-builder', parameters) !== 0) throw new Error('electron-builder failed.');
}

/** @param {string[]} parameters */
async function main(parameters) {
  const { values } = parseArgs({
    args: parameters,
    options: { homepage: { type: 'string' }, dir: { type: 'boolean', default: false } },
  });
  const { platform, env, arch } = process;
  const more = builderArguments({ platform, env, homepage: values.homepage });
  await ensureBuilt();
  if (platform !== 'linux') return runBuilder([...more, ...(values.dir ? ['--dir'] : [])]);

  runBuilder([...more, '--dir']);
  const release = join(ROOT, 'release');
  const folder = join(release, arch === 'x64' ? 'linux-unpacked' : `linux-${arch}-unpacked`);
  const { addStarter, makePackage } = await import('./package/linux.mjs');
  addStarter(folder);
  if (values.dir) return;
  runBuilder([...more, '--prepackaged', folder]);
  const homepage = values.homepage ?? HOMEPAGE;
  for (const kind of /** @type {const} */ (['deb', 'rpm'])) {
    console.log(await makePackage(kind, folder, { dest: release, arch, homepage, config: CONFIG }));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
