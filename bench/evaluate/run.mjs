// `npm run evaluate -- --data <folder>`: builds what is missing, then measures the quality of the pictures.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { ensureBuilt } from '../../scripts/build.mjs';

await ensureBuilt();
const { module } = await runnerImport(fileURLToPath(new URL('index.ts', import.meta.url)), {
  configFile: false,
  root: fileURLToPath(new URL('../..', import.meta.url)),
});
process.exitCode = await module.main(process.argv.slice(2));
