// What a packed app holds: packages of npm, whole or inside our own files, and generators.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listPackage } from '@electron/asar';
import { ROOT } from '../build.mjs';

/**
 * @typedef {object} Shipped
 * @property {string} name
 * @property {string} version
 * @property {string} licence An SPDX expression.
 * @property {string} folder Where its own files are in the checkout.
 */

/**
 * The packages of npm in a packed app: those in its archive and those that the build has taken into its own files.
 *
 * @param {string} resources The folder with `app.asar`.
 * @returns {Shipped[]}
 */
export function packagesIn(resources) {
  const inArchive = listPackage(join(resources, 'app.asar'), { isPack: false })
    .map((path) => path.replaceAll('\\', '/').replace(/^\//, ''))
    .filter((path) => /(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path))
    .map((path) => path.slice(0, -'/package.json'.length));
  const folders = [...inArchive, ...bundled()].map((path) => join(ROOT, path));
  const shipped = new Map();
  for (const folder of folders) {
    const { name, version, license, licenses } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const licence = typeof license === 'string' ? license : (license?.type ?? licenses?.[0]?.type);
    if (licence === undefined) throw new Error(`The package ${name} names no licence.`);
    shipped.set(`${name}@${version}`, { name, version, licence, folder });
  }
  return [...shipped.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Folders of the packages in our own files, from the checkout. The style sheet begins with Tailwind's. */
function bundled() {
  const lists = join(ROOT, 'out', 'bundled');
  if (!existsSync(lists)) throw new Error('The build has not listed its packages. Run npm run build first.');
  const named = readdirSync(lists).flatMap((name) => JSON.parse(readFileSync(join(lists, name), 'utf8')));
  return [...new Set([...named, 'node_modules/tailwindcss'])];
}

/**
 * The cards of the generators in a packed app, with the names of their files.
 *
 * @param {string} resources
 * @returns {{ card: Record<string, any>, files: string[] }[]}
 */
export function generatorsIn(resources) {
  const models = join(resources, 'models');
  return readdirSync(models)
    .sort()
    .filter((id) => existsSync(join(models, id, 'card.json')))
    .map((id) => ({
      card: JSON.parse(readFileSync(join(models, id, 'card.json'), 'utf8')),
      files: readdirSync(join(models, id)).filter((name) => name.endsWith('.onnx')),
      // Weights that other people have trained bring the text of their licence.
      licence: existsSync(join(models, id, 'LICENCE.txt'))
        ? readFileSync(join(models, id, 'LICENCE.txt'), 'utf8')
        : null,
    }));
}

/**
 * Native libraries inside the WebAssembly files of decoders, which do not list them as sharp does, for one version (`of`) of
 * each package. Their licences are in build/licences/decoders.txt. Their versions are those that the files name; libjxl names
 * none, so it is the source that it was built from.
 *
 * @type {Record<string, { of: string, libraries: [name: string, version: string, licence: string][] }>}
 */
const INSIDE_DECODERS = {
  'libheif-js': {
    of: '1.23.2',
    libraries: [
      ['libheif', '1.23.2', 'LGPL-3.0-or-later'],
      ['libde265', '1.0.15', 'LGPL-3.0-or-later'],
    ],
  },
  '@jsquash/jxl': {
    of: '1.3.0',
    libraries: [
      ['libjxl', '9f544641', 'BSD-3-Clause'],
      ['highway', 'of libjxl 9f544641', 'BSD-3-Clause'],
      ['skcms', 'of libjxl 9f544641', 'BSD-3-Clause'],
      ['brotli', 'of libjxl 9f544641', 'MIT'],
    ],
  },
  'libraw-wasm': {
    of: '1.6.0',
    libraries: [
      ['libraw', 'of libraw-wasm 1.6.0', 'LGPL-2.1-only'],
      ['lcms2', 'of libraw-wasm 1.6.0', 'MIT'],
    ],
  },
  '@cornerstonejs/codec-openjpeg': { of: '1.3.6', libraries: [['openjpeg', '2.5.4', 'BSD-2-Clause']] },
  '@cornerstonejs/codec-charls': { of: '1.2.7', libraries: [['charls', '2.4.4', 'BSD-3-Clause']] },
};

/**
 * The libraries inside packages, which are no packages of npm, with their versions. The licences of those inside sharp are in
 * its README.
 *
 * @param {Shipped[]} shipped
 * @returns {{ name: string, version: string, within: string, licence?: string }[]}
 */
export function librariesOf(shipped) {
  return shipped.flatMap(({ name: within, version: of, folder }) => {
    const decoder = INSIDE_DECODERS[within];
    if (decoder !== undefined && decoder.of !== of) {
      throw new Error(
        `${within} ${of} may hold other libraries than ${decoder.of}. Update scripts/package/contents.mjs.`,
      );
    }
    const list = join(folder, 'versions.json');
    const known = existsSync(list) ? Object.entries(JSON.parse(readFileSync(list, 'utf8'))) : [];
    return [
      ...known.map(([name, version]) => ({ name, version: String(version), within })),
      ...(decoder?.libraries ?? []).map(([name, version, licence]) => ({ name, version, licence, within })),
    ];
  });
}
