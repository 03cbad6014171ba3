import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const PackageInfo = z.object({ homepage: z.url({ protocol: /^https$/ }) });

/**
 * Where the project is. Read from the app's own `package.json` and not built in, since `npm run package -- --homepage` writes
 * another address into it.
 *
 * @param root folder of the app, in a package its archive
 */
export function homepageOf(root: string): string {
  return PackageInfo.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).homepage;
}
