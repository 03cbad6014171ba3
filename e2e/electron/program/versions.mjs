import packageInfo from '../../../package.json' with { type: 'json' };

/** As in every process of Electron. The product chooses the build of sharp by it. */
export const versions = Object.freeze({
  ...process.versions,
  chrome: '148.0.0.0',
  electron: packageInfo.devDependencies.electron,
});
