/** Entry point for Node, Deno and Bun: the module is a file beside this one. */
import { readFileSync } from 'node:fs';
import * as core from './wasm/pullproof.js';
import { open } from './core.js';

core.initSync({ module: readFileSync(new URL('./wasm/pullproof_bg.wasm', import.meta.url)) });
open(core, { fetch: (request) => globalThis.fetch(request), safelistedOnly: false });
export * from './index.js';
