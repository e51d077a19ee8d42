/** Entry point for pages and bundlers: the module is fetched from beside this file. */
import * as core from './wasm/pullproof.js';
import { open } from './core.js';

// A registry learns nothing of the page, and no cache answers for it: registries answer one address differently for every Accept.
const discreet: RequestInit = { credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer' };
const loading = core.default({ module_or_path: new URL('./wasm/pullproof_bg.wasm', import.meta.url) });
open(core, { fetch: (request) => globalThis.fetch(request, discreet), safelistedOnly: true }, loading);
export * from './index.js';
