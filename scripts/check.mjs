// `npm run check`: types, lint and import boundaries, formatting. What a change must pass before its tests are run.
import { pathToFileURL } from 'node:url';
import { runPackage } from './run.mjs';

export function check() {
  const types = runPackage('typescript', 'tsc', ['--noEmit']);
  const lint = runPackage('@biomejs/biome', 'biome', ['check', '--error-on-warnings', '.']);
  return types === 0 && lint === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = check() ? 0 : 1;
