/** One target of any TUF repository: the newest there is, verified from a root that is trusted, and kept. */

import { loaded, ready } from './core.js';
import { CheckError, RefreshError } from './errors.js';
import { memoryStore } from './memory.js';
import { validate } from './options.js';
import { prove } from './prover.js';
import type { RefreshedTarget, RefreshOptions, TufTarget } from './types.js';

export async function refresh(target: TufTarget, options: RefreshOptions): Promise<RefreshedTarget> {
  const { root, metadata, targets, path } = target;
  const { signal, now = new Date(), store = memoryStore() } = options;
  await ready;
  const { core, platform } = loaded();
  const { fetch = platform.fetch } = options;
  const asked = {
    now: Math.floor(now.getTime() / 1000),
    metadata: String(metadata),
    ...(targets !== undefined && { targets: String(targets) }),
    ...(path !== undefined && { path }),
  };
  try {
    const found = await core.refreshTarget(asked, bytesOf(root), (request) => fetch(request), prove, signal, store);
    signal?.throwIfAborted();
    return found;
  } catch (thrown) {
    signal?.throwIfAborted();
    if (thrown instanceof Error || typeof thrown !== 'object' || thrown === null) throw thrown;
    const { code, message } = thrown as { code: string; message: string };
    throw code === 'options-invalid' ? new CheckError(code, message) : new RefreshError(code, message);
  }
}

export function validateTarget(target: unknown, options: unknown): void {
  validate(target, 'target');
  const { root, metadata } = target as Partial<TufTarget>;
  if (root === undefined || metadata === undefined) {
    throw new CheckError('options-invalid', 'expected a root and the address of the metadata, found one of them missing');
  }
  validate(options, 'refresh');
}

function bytesOf(root: TufTarget['root']): Uint8Array {
  if (root instanceof Uint8Array) return root;
  return new TextEncoder().encode(typeof root === 'string' ? root : JSON.stringify(root));
}
