/** `data/publishers.json`, which build.mjs makes a module of: not every browser that runs the rest imports JSON. */

import type { Suggestion } from './types.js';

interface Entry extends Omit<Suggestion, 'images'> {
  readonly images: readonly string[];
  readonly example: string;
}

declare const catalogue: { readonly publishers: readonly Entry[] };
export default catalogue;
