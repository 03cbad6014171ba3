// The list of all parts of a packed app (SBOM), in the format CycloneDX.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../build.mjs';
import { generatorsIn, librariesOf, packagesIn } from './contents.mjs';

/**
 * What npm knows of the packages that are really in the app, with Electron, the libraries inside packages and the generators,
 * which npm does not know.
 *
 * @param {string} resources The folder with `app.asar` and `models`.
 * @param {{ electronVersion: string, homepage: string }} options
 * @returns {Record<string, any>}
 */
export function sbomFor(resources, { electronVersion, homepage }) {
  const packages = packagesIn(resources);
  const known = fromNpm();
  const ofNpm = known.components.filter(({ name, version }) =>
    packages.some((each) => each.name === name && each.version === version),
  );
  const missing = packages.filter(({ name, version }) => !ofNpm.some((each) => each.purl === purlOf(name, version)));
  if (missing.length > 0) throw new Error(`npm knows nothing of ${missing.map(({ name }) => name).join(', ')}.`);
  const electron = {
    'bom-ref': `electron@${electronVersion}`,
    type: 'framework',
    name: 'electron',
    version: electronVersion,
    purl: purlOf('electron', electronVersion),
    licenses: [{ license: { id: 'MIT' } }],
  };
  const libraries = librariesOf(packages).map(({ name, version, licence, within }) => ({
    'bom-ref': `${within}/${name}@${version}`,
    type: 'library',
    name,
    version,
    ...(licence === undefined ? {} : { licenses: [{ license: { id: licence } }] }),
    properties: [{ name: 'emulsion:within', value: within }],
  }));
  const generators = generatorsIn(resources).map(({ card, files }) => ({
    'bom-ref': `generator/${card.id}@${card.version}`,
    type: 'machine-learning-model',
    name: card.id,
    version: card.version,
    author: card.author,
    description: card.description,
    licenses: [{ license: { id: card.licence } }],
    hashes: [{ alg: 'SHA-256', content: card.sha256 }],
    properties: files.map((file) => ({ name: 'emulsion:file', value: `models/${card.id}/${file}` })),
  }));
  const components = [
    ...ofNpm.map((each) => ({
      ...each,
      properties: each.properties?.filter(({ name }) => !name.endsWith(':development')),
    })),
    electron,
    ...libraries,
    ...generators,
  ];
  const refs = new Set([known.metadata.component['bom-ref'], ...components.map((each) => each['bom-ref'])]);
  const parts = (within) =>
    libraries.filter((each) => each.properties[0].value === within).map((each) => each['bom-ref']);
  const dependencies = known.dependencies
    .filter(({ ref }) => refs.has(ref) && ref !== electron['bom-ref'])
    .map(({ ref, dependsOn = [] }) => {
      const isApp = ref === known.metadata.component['bom-ref'];
      const own = isApp
        ? [electron['bom-ref'], ...generators.map((each) => each['bom-ref'])]
        : parts(ref.replace(/@[^@]+$/, ''));
      return { ref, dependsOn: [...new Set([...dependsOn.filter((each) => refs.has(each)), ...own])] };
    });
  const { component, ...metadata } = known.metadata;
  const app = {
    ...component,
    type: 'application',
    name: 'Emulsion',
    externalReferences: [{ type: 'website', url: homepage }],
  };
  return { ...known, metadata: { ...metadata, component: app }, components, dependencies };
}

/** @param {string} name @param {string} version */
const purlOf = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

function fromNpm() {
  // npm runs this script where it can, and then says where it is itself.
  const npm = process.env.npm_execpath;
  const [program, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const { status, stdout, stderr } = spawnSync(program, [...first, 'sbom', '--sbom-format', 'cyclonedx'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
    shell: process.platform === 'win32' && program === 'npm',
  });
  if (status !== 0) throw new Error(`npm could not list the packages:\n${stderr}`);
  return JSON.parse(stdout);
}

/** The version of Electron that is packed. */
export function electronVersion() {
  return JSON.parse(readFileSync(join(ROOT, 'node_modules', 'electron', 'package.json'), 'utf8')).version;
}
