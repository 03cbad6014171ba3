import type { en } from '../en';
import type { Translated } from '../translated';
import { app } from './app';
import { batch } from './batch';
import { commands } from './commands';
import { engine } from './engine';
import { errors } from './errors';
import { mask } from './mask';
import { output } from './output';
import { pairs } from './pairs';
import { photo } from './photo';
import { restoration } from './restoration';

export const ptBR: Translated<typeof en> = {
  ...app,
  ...commands,
  ...photo,
  ...mask,
  ...restoration,
  ...engine,
  ...output,
  ...batch,
  ...pairs,
  ...errors,
};
