/** What a text is, and which images it names. Asks nobody. */

import type { PinCore } from './core.js';
import { CheckError, fromCore } from './errors.js';
import type { FindOptions, FindResult, Lock, PinKind } from './types.js';

/** Every kind of text. */
export const KINDS = [
  'reference', 'command', 'dockerfile', 'compose', 'kubernetes', 'kustomization', 'helm-values', 'github-actions',
] as const satisfies readonly PinKind[];

/** What a lock is called unless it is given another name. */
export const LOCK_NAME = 'pullproof.lock';

/** Where `text` names images. */
export function findIn(core: PinCore, text: string, { kind, file }: FindOptions): FindResult {
  expectText(text);
  const detected = kind ?? core.detectKind(text, file);
  if (detected === undefined) {
    throw new CheckError('kind-unknown', `expected a text of kind ${KINDS.join(', ')}, found none of them: say which it is`);
  }
  try {
    return core.find(text, detected);
  } catch (thrown) {
    throw fromCore(thrown);
  }
}

/** Whether `text` is a lock or, by the name of its file, should be one. */
export function isLock(text: string, file = ''): boolean {
  return file.split(/[/\\]/).pop() === LOCK_NAME || hasLockVersion(text);
}

function hasLockVersion(text: unknown): boolean {
  // Most texts are no JSON, and are not read as such only to find that out.
  if (typeof text !== 'string' || !text.includes('"lockVersion"')) {
    return false;
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && Object.hasOwn(value, 'lockVersion');
  } catch {
    return false;
  }
}

/** What a lock says. */
export function readLock(core: PinCore, text: string): Lock {
  expectText(text);
  try {
    return core.readLock(text);
  } catch (thrown) {
    throw fromCore(thrown);
  }
}

/** The core reads UTF-8, which cannot hold half a surrogate pair: it would come back as another character. */
function expectText(text: unknown): asserts text is string {
  if (typeof text !== 'string') {
    throw new CheckError('options-invalid', `expected a text, found a value of type ${typeof text}`);
  }
  if (/\p{Surrogate}/u.test(text)) {
    throw new CheckError('options-invalid', 'expected a text of whole characters, found half of a surrogate pair in it');
  }
}
