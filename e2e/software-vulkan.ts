import { existsSync, realpathSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const MANIFEST = 'vk_swiftshader_icd.json';
const LOADER = 'libvulkan.so.1';

/**
 * Environment variables with which WebGPU computes on SwiftShader, a graphics driver in software that comes with every
 * Chromium for Linux, together with the loader of Vulkan. Throws if there is none beside the Chromium of the stories.
 *
 * @param folder an empty folder
 */
export async function softwareVulkan(folder: string): Promise<Record<string, string>> {
  const chromium = process.env.CHROMIUM_PATH ?? '';
  // Debian's `/usr/bin/chromium` is a script.
  const places = [
    existsSync(chromium) ? dirname(realpathSync(chromium)) : '',
    '/usr/lib/chromium',
    '/opt/google/chrome',
  ];
  const place = places.find((each) => each !== '' && [MANIFEST, LOADER].every((name) => existsSync(join(each, name))));
  if (place === undefined)
    throw new Error(`There is no ${MANIFEST} with ${LOADER} in ${places.filter(Boolean).join(', ')}`);
  // Not the whole folder: it has libraries of Chromium whose names others have too.
  await mkdir(folder, { recursive: true });
  await symlink(join(place, LOADER), join(folder, LOADER));
  return { LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: join(place, MANIFEST) };
}
