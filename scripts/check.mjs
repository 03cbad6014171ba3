// `npm run check`: types, lint, import boundaries, import circles and formatting. A change must pass this before its tests run.
import { pathToFileURL } from 'node:url';
import { ROOT } from './build.mjs';
import { findCircles } from './circles.mjs';
import { runPackage } from './run.mjs';

export function check() {
  const types = runPackage('typescript', 'tsc', ['--noEmit']);
  const lint = runPackage('@biomejs/biome', 'biome', ['check', '--error-on-warnings', '.']);
  const circles = findCircles(ROOT);
  for (const circle of circles) console.error(`These modules import one another: ${circle.join(', ')}`);
  return types === 0 && lint === 0 && circles.length === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = check() ? 0 : 1;
