/** Entry point for Cloudflare Workers: the import is a compiled module, because nothing may be compiled at run time there. */
import module from './wasm/pullproof_bg.wasm';
import * as core from './wasm/pullproof.js';
import { open } from './core.js';

core.initSync({ module });
open(core, { fetch: (request) => globalThis.fetch(request), safelistedOnly: false });
export * from './index.js';
