#!/usr/bin/env node
// The `emulsion` command. `--version` answers from here; everything else needs the built command line, which is
// built first where it is missing or older than its sources (a checkout; a package ships it built).
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = new URL('../../../', import.meta.url);

if (process.argv.length === 3 && ['--version', '-V'].includes(process.argv[2])) {
  console.log(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).version);
} else {
  const build = new URL('scripts/build.mjs', root);
  if (existsSync(build)) {
    const { ensureBuilt } = await import(build.href);
    await ensureBuilt();
  }
  const program = fileURLToPath(new URL('out/main/cli.js', root));
  await import(pathToFileURL(program).href);
}
