/**
 * Docker Content Trust, which is a module of its own: few policies name it. A check that needs it asks through here, and only then it is
 * loaded.
 */

import { type CoreOptions, type Fetch, loaded, type Publishers, trustCore } from './core.js';
import { fromCore } from './errors.js';
import { credentialsFor, textOf, toCore } from './options.js';
import { prove } from './prover.js';
import { parseReference } from './reference.js';
import type { ContentTrust, InspectOptions, Store, TrustInspection } from './types.js';

/** Asks with the same means as the check: whoever may be asked, with whichever credentials, whatever the time. */
export function publishersFor(options: CoreOptions, fetch: Fetch, signal?: AbortSignal, store?: Store): Publishers {
  const { platform, policy, attachments, ...means } = options;
  return async (image, root, wanted) => (await trustCore()).published(image, root, wanted, means, fetch, prove, signal, store);
}

export async function inspect(image: string, wanted: ContentTrust, options: InspectOptions): Promise<TrustInspection> {
  const { signal, store } = options;
  const { platform } = loaded();
  const { registry } = parseReference(image);
  const means = { ...toCore(options), ...await credentialsFor(registry, options), safelistedOnly: platform.safelistedOnly };
  const asked = textOf(wanted, 'contentTrust', 'policy-invalid');
  const core = await trustCore();
  signal?.throwIfAborted();
  const { fetch = platform.fetch } = options;
  try {
    const inspection = await core.inspectTrust(image, asked, means, (request) => fetch(request), prove, signal, store);
    signal?.throwIfAborted();
    return inspection;
  } catch (thrown) {
    signal?.throwIfAborted();
    throw fromCore(thrown);
  }
}
