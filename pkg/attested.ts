/**
 * What is attested of an image, for a scan of it: the module that checks verifies whose attestations there are, the one that scans reads what they
 * say. The image is asked for once; from then on its digest names it.
 */

import { type CoreOptions, type Fetch, loaded } from './core.js';
import { CheckError, fromCore } from './errors.js';
import { rulesFor } from './options.js';
import { prove } from './prover.js';
import { parseReference } from './reference.js';
import { publishersFor } from './trust.js';
import type { ScanOptions } from './types.js';

/** What the one module answers and the other reads; nothing where nobody was named. */
export async function attestedOf(image: string, options: ScanOptions, means: CoreOptions, fetch: Fetch): Promise<object | undefined> {
  const { attestedBy, trustedRoot, signal, store } = options;
  if (attestedBy === undefined) {
    if (trustedRoot !== undefined) throw new CheckError('options-invalid', 'expected trustedRoot with attestedBy, found it alone: nobody is named');
    return undefined;
  }
  const policy = rulesFor(parseReference(image), Array.isArray(attestedBy) ? attestedBy : [attestedBy], trustedRoot);
  const asked = { ...means, policy: JSON.stringify(policy) };
  try {
    return await loaded().core.attestations(image, asked, fetch, prove, publishersFor(asked, fetch, signal, store), signal, store);
  } catch (thrown) {
    signal?.throwIfAborted();
    const error = fromCore(thrown);
    // Nobody who scans has written a policy.
    if (error instanceof CheckError && error.code.startsWith('policy-')) throw new CheckError('options-invalid', error.message.replace(/^policy: /u, 'attestedBy: '));
    throw error;
  }
}
