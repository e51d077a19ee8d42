/** The ways to end without what was asked for: no report at all, a report that does not accept, or no target. */

import type { CoreError } from './core.js';
import type { ErrorCode, Report } from './types.js';

/** There is no answer. `code` is stable; the message is for people. */
export class CheckError extends Error {
  override readonly name = 'CheckError';
  readonly code: ErrorCode;
  /** The platform's own wording, where there is one: for people, and different in every runtime. */
  readonly detail: string | undefined;

  constructor(code: ErrorCode, message: string, detail?: string) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}

/** There is no target: the repository cannot be reached, or says what must not be believed. `code` is stable; the message is for people. */
export class RefreshError extends Error {
  override readonly name = 'RefreshError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** There is a report, and its verdict is not `accept`. */
export class ImageRejectedError extends Error {
  override readonly name = 'ImageRejectedError';
  readonly report: Report;

  constructor(report: Report) {
    super(`${report.reference.input}: ${report.verdict}: ${report.reasons[0]?.message ?? 'no reason given'}`);
    this.report = report;
  }
}

/** The core throws plain data; anything else is a defect and stays what it is. */
export function fromCore(thrown: unknown): unknown {
  if (thrown instanceof Error || typeof thrown !== 'object' || thrown === null) {
    return thrown;
  }
  const { code, message, detail } = thrown as CoreError;
  return new CheckError(code as ErrorCode, message, detail);
}

/** Errors that asking again, or asking for another image, cannot mend: what was given is wrong. */
export function isCallersFault({ code }: CheckError): boolean {
  return ['platform-invalid', 'policy-invalid', 'policy-unsupported', 'options-invalid'].includes(code);
}
