/** Why nothing can be said about a file, or why it was not written. The other files go on without it. */

import type { ErrorCode } from '../types.js';

export type FailureCode =
  | ErrorCode
  | 'file-changed'
  | 'file-not-written'
  | 'file-unreadable'
  | 'lock-busy'
  | 'text-not-utf8';

export class FileFailure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The same as data. */
export interface Failed {
  readonly file: string;
  readonly code: FailureCode;
  readonly message: string;
}
