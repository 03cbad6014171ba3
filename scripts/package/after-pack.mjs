// Called by electron-builder when an app is put together, before its fuses are set and it is signed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Arch } from 'electron-builder';
import { noticesFor } from './notices.mjs';
import { electronVersion, sbomFor } from './sbom.mjs';
import { addRuntime } from './windows-runtime.mjs';

/** @param {import('electron-builder').AfterPackContext} context */
export default function afterPack({ appOutDir, arch, electronPlatformName: platform, packager }) {
  const resources = packager.getResourcesDir(appOutDir);
  if (platform === 'win32') addRuntime(resources, Arch[arch]);
  const homepage = String(packager.appInfo.info.metadata.homepage);
  const notices = noticesFor(resources, { forWindows: platform === 'win32' });
  writeFileSync(join(resources, 'THIRD-PARTY-NOTICES.txt'), notices);
  const sbom = sbomFor(resources, { electronVersion: electronVersion(), homepage });
  writeFileSync(join(resources, 'sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`);
}
