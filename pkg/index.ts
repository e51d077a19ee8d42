/**
 * Answers what a container image reference names: fetches the bytes, hashes them here, and says what that proves.
 *
 * This file is the whole JavaScript API. It converts; every rule is in the core.
 */

import { type CoreError, loaded, ready } from './core.js';
import { CheckError, ImageRejectedError } from './errors.js';
import { toCore, validate } from './options.js';
import type { CheckOptions, ErrorCode, ParsedReference, PinnedReference, Policy, Report } from './types.js';

export type * from './types.js';
export { CheckError, ImageRejectedError, ready };

/**
 * Finds out what `image` is. A check that fails is in the report; it does not throw.
 *
 * @throws {CheckError} when there is nothing to report on: the text is no reference, the registry gave no image.
 */
export async function check(image: string, options: CheckOptions = {}): Promise<Report> {
  validate(options);
  const { signal, onStep } = options;
  signal?.throwIfAborted();
  await ready;
  const { core, platform } = loaded();

  const { registry } = parseReference(image);
  const coreOptions = { ...await toCore(options, registry), safelistedOnly: platform.safelistedOnly };
  signal?.throwIfAborted();
  // Taken out of the options so that it is called without `this`: a page's own `fetch` throws when called as a method.
  const { fetch = platform.fetch } = options;
  try {
    const report = await core.check(image, coreOptions, (request) => fetch(request), signal, onStep);
    signal?.throwIfAborted();
    return report;
  } catch (thrown) {
    signal?.throwIfAborted();
    throw fromCore(thrown);
  }
}

/**
 * Returns `image` with its digest if the policy accepts it.
 *
 * @throws {ImageRejectedError} when there is a report, and its verdict is not `accept`.
 * @throws {CheckError} when there is no report.
 */
export async function verify(image: string, options: CheckOptions & { policy: Policy | string }): Promise<PinnedReference> {
  if (options?.policy === undefined) {
    throw new CheckError('options-invalid', 'expected a policy to verify against, found none: use `check` to look at an image without one');
  }
  const report = await check(image, options);
  if (report.verdict !== 'accept' || report.pinned === null) {
    throw new ImageRejectedError(report);
  }
  return report.pinned as PinnedReference;
}

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

/** The core throws plain data; anything else is a defect and stays what it is. */
function fromCore(thrown: unknown): unknown {
  if (thrown instanceof Error || typeof thrown !== 'object' || thrown === null) {
    return thrown;
  }
  const { code, message, detail } = thrown as CoreError;
  return new CheckError(code as ErrorCode, message, detail);
}
