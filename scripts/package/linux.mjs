// Packages for Linux, made from the unpacked app: the start script in front of its program, a deb and an rpm.
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import createDeb from 'electron-installer-debian';
import createRpm from 'electron-installer-redhat';
import sharp from 'sharp';
import { ROOT } from '../build.mjs';

const OURS = join(ROOT, 'build', 'linux');
/** What the installation scripts put in their places. */
const RESOURCES = ['apparmor-profile', 'emulsion-mime.xml', 'servicemenu.desktop', 'nautilus.py'];
const ICON_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];
const ARCHITECTURES = { x64: { deb: 'amd64', rpm: 'x86_64' }, arm64: { deb: 'arm64', rpm: 'aarch64' } };

/**
 * Puts the start script in front of the program of an unpacked app.
 *
 * @param {string} folder
 */
export function addStarter(folder) {
  const program = join(folder, 'emulsion');
  if (!existsSync(`${program}.bin`)) renameSync(program, `${program}.bin`);
  copyFileSync(join(OURS, 'emulsion.sh'), program);
  chmodSync(program, 0o755);
  // Goes to the place where a distribution looks for licences.
  copyFileSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  for (const name of RESOURCES) copyFileSync(join(OURS, name), join(folder, 'resources', name));
}

/**
 * @param {'deb' | 'rpm'} kind
 * @param {string} folder The unpacked app, with its start script.
 * @param {{ dest: string, arch: string, homepage: string, config: Record<string, any>, isQuick?: boolean }} options
 *   `isQuick`: hardly compressed, for tests.
 * @returns {Promise<string>} The package.
 */
export async function makePackage(kind, folder, { dest, arch, homepage, config, isQuick = false }) {
  const { linux } = config;
  const scripts = { install: join(OURS, 'after-install.sh'), remove: join(OURS, 'after-remove.sh') };
  const options = {
    src: folder,
    dest,
    arch: ARCHITECTURES[arch][kind],
    name: 'emulsion',
    bin: 'emulsion',
    productName: 'Emulsion',
    genericName: 'Photo restoration',
    maintainer: linux.maintainer,
    homepage,
    section: 'graphics',
    categories: [linux.category],
    mimeType: [...linux.mimeTypes, 'application/x-emulsion'],
    desktopTemplate: join(OURS, 'emulsion.desktop.ejs'),
    icon: await drawIcons(join(dest, '.icons')),
  };
  const { packagePaths } =
    kind === 'deb'
      ? await createDeb({
          ...options,
          scripts: { postinst: scripts.install, postrm: scripts.remove },
          ...(isQuick && { compression: 'none' }),
        })
      : await createRpm({
          ...options,
          scripts: { post: scripts.install, postun: scripts.remove },
          specTemplate: join(OURS, 'emulsion.spec.ejs'),
          payload: isQuick ? 'w.ufdio' : 'w6.xzdio',
        });
  rmSync(join(dest, '.icons'), { recursive: true });
  return packagePaths[0];
}

/** The icon in every size that desktops look for, each drawn from the lines. @param {string} folder */
async function drawIcons(folder) {
  const drawing = join(ROOT, 'build', 'icon.svg');
  mkdirSync(folder, { recursive: true });
  const files = ICON_SIZES.map(async (size) => {
    const file = join(folder, `${size}.png`);
    await sharp(drawing).resize(size).png().toFile(file);
    return [`${size}x${size}`, file];
  });
  return { ...Object.fromEntries(await Promise.all(files)), scalable: drawing };
}
