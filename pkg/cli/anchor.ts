/** Whose root of a collection of Docker Content Trust is believed, as a command line says it. */

import type { ContentTrust } from '../types.js';
import { readOption } from './asking.js';

/** Flags of which exactly one says so. */
export const ANCHORS = ['root-key', 'root-cert', 'ca', 'tofu'] as const;

export type Anchor =
  /** An ID, or the name of a file. */
  | { readonly kind: 'root-key' | 'root-cert'; readonly pin: string }
  | { readonly kind: 'ca'; readonly file: string }
  | { readonly kind: 'tofu' };

/** What the flags say of a collection. */
export interface Trusting {
  readonly anchor: Anchor;
  /** The trust server's address. */
  readonly server?: string;
  /** Whether it goes on without a delegated role that cannot be used. */
  readonly fallBack: boolean;
}

/** The same as a policy says it. */
export function contentTrust({ anchor, server, fallBack }: Trusting): ContentTrust {
  return { ...(server !== undefined && { server }), ...pinned(anchor), ...(fallBack && { whenUnusable: 'fall-back' }) };
}

function pinned(anchor: Anchor): ContentTrust {
  switch (anchor.kind) {
    case 'root-key':
      return { rootKey: idOrFile('root-key', anchor.pin) };
    case 'root-cert':
      return { rootCertificate: idOrFile('root-cert', anchor.pin) };
    case 'ca':
      return { ca: readOption('ca', anchor.file) };
    case 'tofu':
      return { firstUse: true };
  }
}

/** A file that is called like an ID has a folder in front of it. */
function idOrFile(name: string, pin: string): string {
  return /^[0-9a-f]{64}$/i.test(pin) ? pin.toLowerCase() : readOption(name, pin);
}
