import type { CallName, ParsedRequest, Response } from '../../contract/calls';
import type { PhotoFormat } from '../../contract/photo';
import type { Size } from '../../document/size';
import type { createBatches } from '../batch/batches';
import type { createEdits } from '../edits/store';
import type { createEngine } from '../engine/supervisor';
import type { Subject } from '../restoration/sidecar';
import type { createFileTokens } from '../storage/tokens';
import type { createMaker } from '../synthesis/maker';
import type { createRecipes } from '../userdata/recipes';
import type { openSession } from '../userdata/session';
import type { openSettings } from '../userdata/settings';
import type { createStyles } from '../userdata/styles';
import type { Jobs } from './jobs';
import type { Library } from './library';
import type { Outgoing } from './outgoing';
import type { HostServices } from './services';

/** A photo that the page has open. */
export interface RegisteredPhoto {
  subject: Subject;
  path: string;
  format: PhotoFormat;
  /** In pixels: that of the print, where one was cut out of the page. */
  size: Size;
}

/** Photos that the page has open, by their ids. */
export interface PhotoRegistry {
  /** Throws UNKNOWN_PHOTO. */
  get(photoId: string): RegisteredPhoto;
  set(photoId: string, photo: RegisteredPhoto): void;
  delete(photoId: string): void;
  clear(): void;
  paths(): string[];
}

/** What the handlers of calls share. */
export interface AppContext {
  services: HostServices;
  settings: Awaited<ReturnType<typeof openSettings>>;
  session: ReturnType<typeof openSession>;
  edits: ReturnType<typeof createEdits>;
  recipes: ReturnType<typeof createRecipes>;
  styles: ReturnType<typeof createStyles>;
  /** The folder of the pictures whose style is copied. */
  examples: string;
  files: ReturnType<typeof createFileTokens>;
  engine: ReturnType<typeof createEngine>;
  /** Engine options from the current settings. */
  engineOptions(): Parameters<ReturnType<typeof createEngine>['configure']>[0];
  batches: ReturnType<typeof createBatches>;
  library: Library;
  maker: ReturnType<typeof createMaker>;
  jobs: Jobs;
  photos: PhotoRegistry;
  outgoing: Outgoing;
  /** A folder for this run of the program only. */
  scratch: string;
  /** Stops making the picture that was asked for with this number. */
  cancelPicture(ask: number): void;
  /** Whether a file is deleted when the program ends, because it was uploaded or pasted. */
  isTemporary(path: string): boolean;
}

export type Handlers = { [N in CallName]: (request: ParsedRequest<N>) => Promise<Response<N>> | Response<N> };
/** The handlers of the calls whose names begin with these subjects. */
export type HandlersOf<Subject extends string> = Pick<Handlers, Extract<CallName, `${Subject}.${string}`>>;
