import packageInfo from '../../../package.json' with { type: 'json' };

/** As in every process of Electron. The product chooses the build of sharp by it. */
export const versions = Object.freeze({ ...process.versions, electron: packageInfo.devDependencies.electron });
