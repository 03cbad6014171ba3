import { app } from './app';
import { batch } from './batch';
import { cli } from './cli';
import { commands } from './commands';
import { crop } from './crop';
import { engine } from './engine';
import { errors } from './errors';
import { help } from './help';
import { hints } from './hints';
import { library } from './library';
import { manual } from './manual';
import { many } from './many';
import { mask } from './mask';
import { menu } from './menu';
import { models } from './models';
import { output } from './output';
import { packs } from './packs';
import { pairs } from './pairs';
import { photo } from './photo';
import { report } from './report';
import { restoration } from './restoration';
import { results } from './results';

/** Every text in English, the language that the others are checked against. */
export const en = {
  ...app,
  ...commands,
  ...photo,
  ...mask,
  ...crop,
  ...hints,
  ...restoration,
  ...engine,
  ...output,
  ...batch,
  ...report,
  ...packs,
  ...pairs,
  ...errors,
  ...cli,
  ...manual,
  ...many,
  ...results,
  ...menu,
  ...models,
  ...library,
  ...help,
};
