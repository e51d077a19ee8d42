/** The names of images. */

import { loaded } from './core.js';
import { CheckError, fromCore } from './errors.js';
import type { ParsedReference } from './types.js';

/**
 * Takes a reference apart as Docker does. Asks nobody.
 *
 * @throws {CheckError} `reference-invalid`
 */
export function parseReference(text: string): ParsedReference {
  const { core } = loaded();
  if (typeof text !== 'string') {
    throw new CheckError('reference-invalid', `expected the reference to be a text, found a value of type ${typeof text}`);
  }
  try {
    return core.parseReference(text);
  } catch (thrown) {
    throw fromCore(thrown);
  }
}
