// Given to Node by `--import`: makes its process look like Electron's main process before the built program is loaded.
import { register } from 'node:module';
import { ROOT } from '../../../scripts/build.mjs';
import { versions } from './versions.mjs';

Object.defineProperty(process, 'versions', { value: versions });
Object.defineProperty(process, 'type', { value: 'browser' });
Object.defineProperty(process, 'resourcesPath', { value: ROOT });
register('./resolve.mjs', import.meta.url);
