import type { Message } from '../contract/basics';
import type { ErrorCode, Failure } from '../contract/errors';
import { failureSentence, inEnglish } from '../text/message';

/**
 * The only error class: a code, a more exact reason if there is one, and a detail for developers. `message` is the
 * sentence in English, for logs; use `failureSentence` to show it to the user.
 */
export class EmulsionError extends Error {
  override readonly name = 'EmulsionError';
  readonly code: ErrorCode;
  readonly reason: readonly Message[] | undefined;
  readonly detail: string | undefined;

  constructor(
    code: ErrorCode,
    options: { reason?: Message | readonly Message[]; detail?: string; cause?: unknown } = {},
  ) {
    const reason = options.reason && [options.reason].flat();
    super(failureSentence({ code, reason }, inEnglish()), { cause: options.cause });
    this.code = code;
    this.reason = reason;
    this.detail = options.detail ?? (options.cause === undefined ? undefined : textOf(options.cause));
  }

  toFailure(): Failure {
    const { code, message, reason, detail } = this;
    return {
      code,
      message,
      ...(reason && { reason: [...reason] }),
      ...(detail !== undefined && { detail }),
    };
  }
}

/** Converts any thrown value to a coded failure. File-system errors get the matching codes. */
export function toFailure(error: unknown): Failure {
  return toEmulsionError(error).toFailure();
}

export function toEmulsionError(error: unknown): EmulsionError {
  if (error instanceof EmulsionError) return error;
  const code = (error as { code?: unknown } | null)?.code;
  switch (code) {
    case 'ENOENT':
      return new EmulsionError('FILE_MISSING', { cause: error });
    case 'EACCES':
    case 'EPERM':
      return new EmulsionError('FILE_UNREADABLE', { cause: error });
    case 'ENOSPC':
    case 'EDQUOT':
      return new EmulsionError('DISK_FULL', { cause: error });
    case 'EROFS':
      return new EmulsionError('FOLDER_UNWRITABLE', { cause: error });
    case 'EEXIST':
      return new EmulsionError('NAME_TAKEN', { cause: error });
    default:
      return new EmulsionError('INTERNAL', { cause: error });
  }
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
