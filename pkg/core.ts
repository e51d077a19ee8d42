/**
 * The door to the core, which is WebAssembly. An entry point opens it once, with what its platform needs; nothing else in this package
 * knows where the module comes from, and no generated type gets past this file.
 */

import type { Credentials, ParsedReference, Report, Step } from './types.js';

/** What the WebAssembly module exports. A thrown value is a {@link CoreError}. */
export interface Core {
  check(
    image: string,
    options: CoreOptions,
    fetch: Fetch,
    signal?: AbortSignal,
    onStep?: (step: Step) => void,
  ): Promise<Report>;
  parseReference(text: string): ParsedReference;
}

/** {@link CheckOptions} after they were checked: data only. */
export interface CoreOptions {
  /** Unix seconds. */
  now: number;
  platform?: string;
  /** JSON text. */
  policy?: string;
  credentials?: Credentials;
  /** An absolute URL that ends in a slash. */
  relay?: string;
  attachments?: boolean;
  safelistedOnly?: boolean;
}

export interface CoreError {
  code: string;
  message: string;
  detail?: string;
}

export type Fetch = (request: Request) => Promise<Response>;

/** What differs between a page, a Worker and Node. */
export interface Platform {
  /** How requests are sent unless the caller says otherwise. */
  fetch: Fetch;
  /** A page: cross-origin requests must get by without a preflight, which most registries do not answer. */
  safelistedOnly: boolean;
}

let opened: { core: Core; platform: Platform } | undefined;
let settle: { resolve: () => void; reject: (cause: unknown) => void };

/**
 * Settles when the WebAssembly module is loaded. `check` and `verify` wait for it by themselves; only `parseReference`, which is
 * synchronous, needs it awaited first, and only in a page: elsewhere the module is there as soon as the import is.
 */
export const ready: Promise<void> = new Promise((resolve, reject) => {
  settle = { resolve, reject };
});
// Whoever uses the package is told by the rejection; a page that only imports it is not a failure nobody handles.
ready.catch(() => {});

/** Opens the door. `loading` settles when `core` may be called; without it that is now. */
export function open(core: Core, platform: Platform, loading?: Promise<unknown>): void {
  if (loading === undefined) {
    opened = { core, platform };
    settle.resolve();
  } else {
    loading.then(() => open(core, platform), settle.reject);
  }
}

/** What an entry point opened. */
export function loaded(): { core: Core; platform: Platform } {
  if (opened === undefined) {
    throw new Error('expected the WebAssembly module to be loaded, found it still loading: `await ready` first');
  }
  return opened;
}
