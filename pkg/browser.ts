/** Entry point for pages and bundlers: the modules are fetched from beside this file, the one that pins only when it is needed. */
import * as core from './wasm/pullproof.js';
import { open, type PinCore } from './core.js';

// A registry learns nothing of the page, and no cache answers for it: registries answer one address differently for every Accept.
const discreet: RequestInit = { credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer' };

async function loadPinCore(): Promise<PinCore> {
  const pinCore = await import('./wasm/pullproof_pin.js');
  await pinCore.default({ module_or_path: new URL('./wasm/pullproof_pin_bg.wasm', import.meta.url) });
  return pinCore as PinCore;
}

const loading = core.default({ module_or_path: new URL('./wasm/pullproof_bg.wasm', import.meta.url) });
open(core, { fetch: (request) => globalThis.fetch(request, discreet), safelistedOnly: true, loadPinCore }, loading);
export * from './index.js';
export { indexedDbStore } from './indexeddb.js';
