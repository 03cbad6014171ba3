// The notices of third parties that a package carries, as text.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../build.mjs';
import { generatorsIn, librariesOf, packagesIn } from './contents.mjs';

const LICENCES = join(ROOT, 'build', 'licences');
const RULE = '='.repeat(100);

/** Libraries of packages that do not bring their notices. */
const OWN_TEXTS = {
  'onnxruntime-node': ['onnxruntime.txt', 'onnxruntime-libraries.txt'],
  'onnxruntime-common': ['onnxruntime.txt'],
  'libraw-wasm': ['libraw.txt'],
};

/**
 * @param {string} resources The folder with `app.asar` and `models`.
 * @param {{ forWindows: boolean }} options
 * @returns {string}
 */
export function noticesFor(resources, { forWindows }) {
  const packages = packagesIn(resources);
  const libraries = librariesOf(packages);
  const isLesser = packages.some(({ licence }) => licence.includes('LGPL'));
  const sections = [
    [
      'THIRD-PARTY NOTICES OF EMULSION',
      '',
      'Emulsion is under the Apache License 2.0, see LICENSE.txt. It contains the software and the weights below.',
      'Electron and Chromium are in this package too: their licences are LICENSE.electron.txt and',
      'LICENSES.chromium.html (on macOS, in the licences that Electron brings in the same package).',
    ].join('\n'),
    ...packages.map((each) => section(`${each.name} ${each.version} (${each.licence})`, textsOf(each))),
    section('Libraries inside the decoders of pictures', decoders(libraries)),
    ...(isLesser ? [lesserLicence(libraries)] : []),
    ...(forWindows ? [OF_MICROSOFT] : []),
    ...generatorsIn(resources).map(({ card, files, licence }) =>
      section(
        `${card.name}: ${files.map((file) => `models/${card.id}/${file}`).join(', ')} (${card.licence})`,
        [
          `By ${card.author}, trained with:`,
          ...card.trainingData.map(({ name, licence, count }) => `- ${name}: ${count} (${licence})`),
          licence === null ? 'Every picture with its author: models/training/CREDITS.csv.' : `\n${licence}`,
        ].join('\n'),
      ),
    ),
  ];
  return `${sections.join(`\n\n${RULE}\n`)}\n`;
}

/** @param {string} title @param {string} text */
const section = (title, text) => `${title}\n\n${text.trim()}`;

/** @param {import('./contents.mjs').Shipped} shipped */
function textsOf({ name, licence, folder }) {
  const own = OWN_TEXTS[name]?.map((file) => readFileSync(join(LICENCES, file), 'utf8'));
  if (own) return own.join('\n\n');
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice|third)/i.test(file) && !/\.(js|ts|json)$/.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8'));
  // The packages of sharp's libraries list in their README under which licence each is.
  const readme = join(folder, 'README.md');
  if (existsSync(readme)) {
    const [, licensing] =
      /^## Licen[cs](?:ing|e)\s*\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(readFileSync(readme, 'utf8')) ?? [];
    if (name.startsWith('@img/') || texts.length === 0) texts.push(licensing ?? '');
  }
  const text = texts
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .join('\n\n');
  return text === '' ? standardText(name, licence, folder) : text;
}

/** Of a package that only names its licence. @param {string} name @param {string} licence @param {string} folder */
function standardText(name, licence, folder) {
  const { author, contributors } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const who = author?.name ?? author ?? contributors?.[0]?.name ?? contributors?.[0] ?? `the authors of ${name}`;
  if (licence === 'Apache-2.0') return `Copyright ${who}\n\nUnder the Apache License 2.0, whose text is LICENSE.txt.`;
  if (licence === 'MIT') return `Copyright (c) ${who}\n\n${MIT}`;
  throw new Error(`The package ${name} has no text of its licence ${licence}. Add one to build/licences.`);
}

/** @param {ReturnType<typeof librariesOf>} libraries */
function decoders(libraries) {
  const lines = libraries
    .filter(({ licence }) => licence !== undefined)
    .map(({ name, version, licence, within }) => `- ${name} ${version} (${licence}), inside ${within}`);
  return [...lines, '', readFileSync(join(LICENCES, 'decoders.txt'), 'utf8')].join('\n');
}

/** @param {ReturnType<typeof librariesOf>} libraries */
function lesserLicence(libraries) {
  const ofSharp = libraries.filter(({ licence }) => licence === undefined);
  const versions = [...new Set(ofSharp.map(({ name, version }) => `${name} ${version}`))].sort();
  return section(
    'Libraries under the GNU Lesser General Public License 3.0',
    [
      'libvips and some of the libraries that it uses are under the GNU Lesser General Public License, as listed above for',
      'each package of @img, and so are libheif and libde265 inside libheif-js. They are separate files, in the folders',
      '@img and libheif-js of resources/app.asar.unpacked/node_modules, and you may replace them by versions of your own.',
      'Their source code and how they are built: https://github.com/lovell/sharp-libvips, for the WebAssembly build',
      'https://github.com/lovell/sharp, and for libheif-js https://github.com/catdad-experiments/libheif-emscripten.',
      `Versions inside sharp: ${versions.join(', ')}.`,
      '',
      readFileSync(join(LICENCES, 'LGPL-3.0.txt'), 'utf8'),
      readFileSync(join(LICENCES, 'GPL-3.0.txt'), 'utf8'),
    ].join('\n'),
  );
}

const OF_MICROSOFT = section(
  'Microsoft Visual C++ runtime and DirectML',
  [
    'Copyright (c) Microsoft Corporation. The runtime is distributed under the terms of Visual Studio for distributable',
    'code, https://learn.microsoft.com/visualstudio/releases/2022/redistribution, DirectML under its own,',
    'https://www.nuget.org/packages/Microsoft.AI.DirectML.',
  ].join('\n'),
);

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
