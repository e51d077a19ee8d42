/**
 * The doors to the core, which is WebAssembly. An entry point opens them once, with what its platform needs; nothing else in this package
 * knows where the modules come from, and no generated type gets past this file. There are five: a page that only checks downloads neither
 * what pins or scans nor, as a rule, the arithmetic of signatures, which its platform has, nor Docker Content Trust, which few policies name.
 */

import type { SignatureCheck } from './signatures.js';
import type {
  BundleResult, Credentials, Drift, FindResult, Lock, ParsedReference, PinKind, PinResult, RefreshedTarget, Report, Resolved, Scan, ScanLimits, ScanProgress, SignerIdentity, Step,
  Store, TrustInspection,
} from './types.js';

/** What the module that asks registries exports. A thrown value is a {@link CoreError}. */
export interface Core {
  check(
    image: string,
    options: CoreOptions,
    fetch: Fetch,
    verify: Verify,
    publishers: Publishers,
    signal?: AbortSignal,
    onStep?: (step: Step) => void,
    store?: Store,
    advisors?: Advisors,
  ): Promise<Report>;
  parseReference(text: string): ParsedReference;
  resolve(
    image: string,
    options: CoreOptions,
    fetch: Fetch,
    verify: Verify,
    publishers: Publishers,
    signal?: AbortSignal,
    store?: Store,
    advisors?: Advisors,
  ): Promise<Resolved>;
  /** `image` has a tag and the digest that it is pinned to. */
  drift(
    image: string,
    options: CoreOptions,
    fetch: Fetch,
    verify: Verify,
    publishers: Publishers,
    signal?: AbortSignal,
    store?: Store,
    advisors?: Advisors,
  ): Promise<Drift>;
  /** What the signers say of an image whom the policy names for it: between this module and the one that scans. */
  attestations(
    image: string,
    options: CoreOptions,
    fetch: Fetch,
    verify: Verify,
    publishers: Publishers,
    signal?: AbortSignal,
    store?: Store,
  ): Promise<object>;
  /** `artifact` is its bytes, or its digest. */
  verifyBundle(bundle: Uint8Array, artifact: Uint8Array | string, options: CoreBundleOptions, verify: Verify): Promise<BundleResult>;
  /** Who signed an index of shards, or why that is not proven. */
  publisherOfShards(
    index: Uint8Array,
    signature: Uint8Array,
    options: CoreBundleOptions,
    verify: Verify,
  ): Promise<{ name: string; history: string } | { code: string; message: string }>;
  refreshTarget(
    target: { now: number; metadata: string; targets?: string; path?: string },
    root: Uint8Array,
    fetch: Fetch,
    verify: Verify,
    signal: AbortSignal | undefined,
    store: Store,
  ): Promise<RefreshedTarget>;
}

/** What the module that reads and edits texts exports. A thrown value is a {@link CoreError}. */
export interface PinCore {
  detectKind(text: string, file?: string): PinKind | undefined;
  find(text: string, kind: string): FindResult;
  pin(text: string, kind: string, digests: Digests): Pinned;
  readLock(text: string): Lock;
}

/** What the module of the arithmetic exports. */
export interface CryptoCore {
  /** Whether each of them holds. */
  verify(checks: readonly SignatureCheck[]): boolean[];
}

/** What the module of Docker Content Trust exports. `wanted` is the JSON text of a policy's `contentTrust`. */
export interface TrustCore {
  /** What collections say of the bytes of `root`, which `image` stands for. */
  published(
    image: string,
    root: Uint8Array,
    wanted: readonly string[],
    options: CoreMeans,
    fetch: Fetch,
    verify: Verify,
    signal?: AbortSignal,
    store?: Store,
  ): Promise<unknown>;
  inspectTrust(
    image: string,
    wanted: string,
    options: CoreMeans,
    fetch: Fetch,
    verify: Verify,
    signal?: AbortSignal,
    store?: Store,
  ): Promise<TrustInspection>;
}

/** What the module that scans exports. */
export interface ScanCore {
  /** Without `shards` OSV's server is asked. `attested` is what {@link Core.attestations} answered. */
  scan(
    image: string,
    options: CoreMeans & ScanBasis & { platform?: string; rule?: unknown; packages?: string; listPackages?: boolean },
    vex: readonly Uint8Array[],
    sbom: Uint8Array | undefined,
    attested: object | undefined,
    fetch: Fetch,
    shards?: (ecosystem: string) => Promise<Uint8Array | null | undefined>,
    signal?: AbortSignal,
    onStep?: (step: ScanProgress) => void,
    hash?: BeginHash,
    store?: Store,
  ): Promise<Scan>;
  /** The same for a check, of the manifest that it has found. */
  scanFound(
    image: string,
    options: CoreMeans & ScanBasis & { found: unknown; rule: unknown },
    vex: readonly Uint8Array[],
    fetch: Fetch,
    shards?: (ecosystem: string) => Promise<Uint8Array | null | undefined>,
    signal?: AbortSignal,
    onStep?: (step: ScanProgress) => void,
    hash?: BeginHash,
    store?: Store,
  ): Promise<unknown>;
}

/** What advisories have to be, and what a scan may take. */
export interface ScanBasis {
  limits?: ScanLimits;
  maxAgeDays?: number;
  /** JSON text. */
  knownExploited?: string;
  signedIndex?: ScanIndex;
}

/** An index of shards, and who is proven to have signed it and under which name it is remembered; or why it must not be believed. */
export type ScanIndex = { text: string; name: string; history: string } | { code: string; message: string };

/** What became of the references of a text: for each its digest, or why it has none. */
export type Digests = Readonly<Record<string, { digest: string } | { code: string; message: string }>>;

export type Pinned = Pick<PinResult, 'kind' | 'text' | 'changes' | 'leftAlone'>;

/** The present, and how registries and trust servers may be asked. */
export interface CoreMeans {
  /** Unix seconds. */
  now: number;
  credentials?: Credentials;
  /** An absolute URL that ends in a slash. */
  relay?: string;
  safelistedOnly?: boolean;
  /** An address. */
  trustServer?: string;
}

/** {@link CheckOptions} after they were checked: data only. */
export interface CoreOptions extends CoreMeans {
  platform?: string;
  /** JSON text. */
  policy?: string;
  attachments?: boolean;
}

/** {@link BundleOptions} after they were checked: data only. */
export interface CoreBundleOptions {
  /** Unix seconds. */
  now: number;
  /** PEM. */
  key?: string;
  identity?: SignerIdentity;
  /** The name of one that comes with the core, or JSON text. */
  trustedRoot?: string;
}

export interface CoreError {
  code: string;
  message: string;
  detail?: string;
}

export type Fetch = (request: Request) => Promise<Response>;

/** Says which signatures hold, or rejects. */
export type Verify = (checks: readonly SignatureCheck[]) => Promise<boolean[]>;

/** Says what collections of Docker Content Trust say of an image, or rejects. What it answers is between the two modules. */
export type Publishers = (image: string, root: Uint8Array, wanted: readonly string[]) => Promise<unknown>;

/** Begins a digest: `createHash` of Node's. `update` has read the bytes when it returns. */
export type BeginHash = (algorithm: 'sha256' | 'sha384' | 'sha512') => { update(bytes: Uint8Array): unknown; digest(): Uint8Array };

/** Says what is known to be vulnerable in an image that a check has found, or rejects. What it answers is between the two modules. */
export type Advisors = (image: string, found: unknown, rule: string) => Promise<unknown>;

/** What differs between a page, a Worker and Node. */
export interface Platform {
  /** How requests are sent unless the caller says otherwise. */
  fetch: Fetch;
  /** A page: cross-origin requests must get by without a preflight, which most registries do not answer. */
  safelistedOnly: boolean;
  /** A hash function that is quicker than the one in wasm, if there is one. */
  hash?: BeginHash | undefined;
  /** Opens another door, when somebody first asks for it. */
  loadPinCore: () => PinCore | Promise<PinCore>;
  loadCryptoCore: () => CryptoCore | Promise<CryptoCore>;
  loadScanCore: () => ScanCore | Promise<ScanCore>;
  loadTrustCore: () => TrustCore | Promise<TrustCore>;
}

let opened: { core: Core; platform: Platform } | undefined;
let settle: { resolve: () => void; reject: (cause: unknown) => void };

/**
 * Settles when the WebAssembly module is loaded. Whatever returns a promise waits for it by itself; only `parseReference`, which is
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

/** A door that is opened when it is first asked for; again after it could not be. */
function whenAsked<Door>(load: (platform: Platform) => Door | Promise<Door>): () => Promise<Door> {
  let loading: Promise<Door> | undefined;
  return async () => {
    loading ??= Promise.resolve(load(loaded().platform));
    try {
      return await loading;
    } catch (thrown) {
      loading = undefined;
      throw thrown;
    }
  };
}

/** The arithmetic. */
export const cryptoCore = whenAsked((platform) => platform.loadCryptoCore());

/** What is known to be vulnerable. */
export const scanCore = whenAsked((platform) => platform.loadScanCore());

/** Docker Content Trust. */
export const trustCore = whenAsked((platform) => platform.loadTrustCore());

let opening: PinCore | Promise<PinCore> | undefined;

/**
 * Loads what `find` needs, and settles when it is there. `pin` and `drift` do so by themselves; only `find`, which is synchronous, needs
 * this awaited first, and only in a page.
 */
export async function readyToPin(): Promise<void> {
  await pinCore();
}

/** The other module, loaded when it is first asked for. */
export async function pinCore(): Promise<PinCore> {
  await ready;
  opening ??= loaded().platform.loadPinCore();
  return opening = await opening;
}

/** The other module, if it needs no waiting for. */
export function loadedPinCore(): PinCore {
  opening ??= loaded().platform.loadPinCore();
  if (opening instanceof Promise) {
    throw new Error('expected the WebAssembly module that pins to be loaded, found it still loading: `await readyToPin()` first');
  }
  return opening;
}
