/** Entry point for Node, Deno and Bun: the modules are files beside this one. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as core from './wasm/pullproof.js';
import * as cryptoCore from './wasm/pullproof_crypto.js';
import * as pinCore from './wasm/pullproof_pin.js';
import * as scanCore from './wasm/pullproof_scan.js';
import * as trustCore from './wasm/pullproof_trust.js';
import { type CryptoCore, open, type PinCore, type ScanCore, type TrustCore } from './core.js';

const read = (name: string) => ({ module: readFileSync(new URL(`./wasm/${name}`, import.meta.url)) });

function loadPinCore(): PinCore {
  pinCore.initSync(read('pullproof_pin_bg.wasm'));
  return pinCore as PinCore;
}

function loadCryptoCore(): CryptoCore {
  cryptoCore.initSync(read('pullproof_crypto_bg.wasm'));
  return cryptoCore as CryptoCore;
}

function loadScanCore(): ScanCore {
  scanCore.initSync(read('pullproof_scan_bg.wasm'));
  return scanCore as ScanCore;
}

function loadTrustCore(): TrustCore {
  trustCore.initSync(read('pullproof_trust_bg.wasm'));
  return trustCore as TrustCore;
}

core.initSync(read('pullproof_bg.wasm'));
open(core, {
  fetch: (request) => globalThis.fetch(request),
  safelistedOnly: false,
  hash: (algorithm) => createHash(algorithm),
  loadPinCore, loadCryptoCore, loadScanCore, loadTrustCore,
});
export * from './index.js';
export { fileStore } from './filestore.js';
