/** A store that lives as long as the program: whoever has no other asks each repository once. */

import type { Store } from './types.js';

export function memoryStore(): Store {
  const kept = new Map<string, Uint8Array>();
  return {
    async load(key) {
      return kept.get(key)?.slice();
    },
    async swap(key, expected, bytes) {
      if (!isSame(kept.get(key), expected)) return false;
      kept.set(key, bytes.slice());
      return true;
    },
  };
}

/** Whether what is there is what was expected: nothing, or the same bytes. */
export function isSame(found: Uint8Array | undefined, expected: Uint8Array | undefined): boolean {
  if (found === undefined || expected === undefined) return found === expected;
  return found.length === expected.length && found.every((byte, place) => byte === expected[place]);
}
