// `npm run evaluate -- --data <folder>`: builds the app if needed, then measures picture quality.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { ensureBuilt } from '../../scripts/build.mjs';

// As in the app, see main/engine/environment.ts.
process.env.ORT_DISABLE_TELEMETRY = '1';
await ensureBuilt();
const { module } = await runnerImport(fileURLToPath(new URL('index.ts', import.meta.url)), {
  configFile: false,
  root: fileURLToPath(new URL('../..', import.meta.url)),
});
process.exitCode = await module.main(process.argv.slice(2));
