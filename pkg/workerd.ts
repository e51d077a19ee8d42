/** Entry point for Cloudflare Workers: an import is a compiled module, because nothing may be compiled at run time there. */
import module from './wasm/pullproof_bg.wasm';
import cryptoModule from './wasm/pullproof_crypto_bg.wasm';
import pinModule from './wasm/pullproof_pin_bg.wasm';
import scanModule from './wasm/pullproof_scan_bg.wasm';
import trustModule from './wasm/pullproof_trust_bg.wasm';
import * as core from './wasm/pullproof.js';
import * as cryptoCore from './wasm/pullproof_crypto.js';
import * as pinCore from './wasm/pullproof_pin.js';
import * as scanCore from './wasm/pullproof_scan.js';
import * as trustCore from './wasm/pullproof_trust.js';
import { type CryptoCore, open, type PinCore, type ScanCore, type TrustCore } from './core.js';

function loadPinCore(): PinCore {
  pinCore.initSync({ module: pinModule });
  return pinCore as PinCore;
}

function loadCryptoCore(): CryptoCore {
  cryptoCore.initSync({ module: cryptoModule });
  return cryptoCore as CryptoCore;
}

function loadScanCore(): ScanCore {
  scanCore.initSync({ module: scanModule });
  return scanCore as ScanCore;
}

function loadTrustCore(): TrustCore {
  trustCore.initSync({ module: trustModule });
  return trustCore as TrustCore;
}

core.initSync({ module });
open(core, { fetch: (request) => globalThis.fetch(request), safelistedOnly: false, loadPinCore, loadCryptoCore, loadScanCore, loadTrustCore });
export * from './index.js';
