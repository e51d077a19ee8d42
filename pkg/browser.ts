/** Entry point for pages and bundlers: the modules are fetched from beside this file, all but the first only when they are needed. */
import * as core from './wasm/pullproof.js';
import { type CryptoCore, open, type PinCore, type ScanCore, type TrustCore } from './core.js';

// A registry learns nothing of the page, and no cache answers for it: registries answer one address differently for every Accept.
const discreet: RequestInit = { credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer' };

async function loadPinCore(): Promise<PinCore> {
  const pinCore = await import('./wasm/pullproof_pin.js');
  await pinCore.default({ module_or_path: new URL('./wasm/pullproof_pin_bg.wasm', import.meta.url) });
  return pinCore as PinCore;
}

async function loadCryptoCore(): Promise<CryptoCore> {
  const cryptoCore = await import('./wasm/pullproof_crypto.js');
  await cryptoCore.default({ module_or_path: new URL('./wasm/pullproof_crypto_bg.wasm', import.meta.url) });
  return cryptoCore as CryptoCore;
}

async function loadScanCore(): Promise<ScanCore> {
  const scanCore = await import('./wasm/pullproof_scan.js');
  await scanCore.default({ module_or_path: new URL('./wasm/pullproof_scan_bg.wasm', import.meta.url) });
  return scanCore as ScanCore;
}

async function loadTrustCore(): Promise<TrustCore> {
  const trustCore = await import('./wasm/pullproof_trust.js');
  await trustCore.default({ module_or_path: new URL('./wasm/pullproof_trust_bg.wasm', import.meta.url) });
  return trustCore as TrustCore;
}

const loading = core.default({ module_or_path: new URL('./wasm/pullproof_bg.wasm', import.meta.url) });
const fetch = (request: Request) => globalThis.fetch(request, discreet);
open(core, { fetch, safelistedOnly: true, loadPinCore, loadCryptoCore, loadScanCore, loadTrustCore }, loading);
export * from './index.js';
export { indexedDbStore } from './indexeddb.js';
