// `npm run bench -- files --folder <folder>` opens every file below a folder; `prints [--folder <data>] [--pages <n>]` looks for
// prints on made album pages; `profile` shows where the time of a photo goes (README.md); `peers --data <pictures>` compares with
// what people would use instead. Else
// `npm run bench -- [restore] [memory] [start] [first-look] [stroke] [batch] [seams] [styles] [hostile] [--json]`: builds the app if
// needed, then loads the benches.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { ensureBuilt } from '../scripts/build.mjs';

// As in the app, see main/engine/environment.ts.
process.env.ORT_DISABLE_TELEMETRY = '1';
await ensureBuilt();
const { module } = await runnerImport(fileURLToPath(new URL('index.ts', import.meta.url)), {
  configFile: false,
  root: fileURLToPath(new URL('..', import.meta.url)),
});
await module.main(process.argv.slice(2));
