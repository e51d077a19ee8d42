/**
 * Shards of advisories, and who signed their index. The module that scans has no arithmetic of signatures: the one that checks says who signed an
 * index, over the very bytes that the other one reads.
 */

import { readBundle } from './bundle.js';
import { type CoreBundleOptions, loaded, type ScanIndex } from './core.js';
import { CheckError, fromCore } from './errors.js';
import { bundleToCore } from './options.js';
import { prove } from './prover.js';
import type { AdvisoryOptions, BundleOptions, CheckOptions, ScanOptions, ShardFile, ShardIndex, ShardSigner } from './types.js';

type Options = AdvisoryOptions & Pick<CheckOptions, 'now'>;

const INDEX = 'index.json';
const SIGNATURE = `${INDEX}.sigstore.json`;

/**
 * How a folder of shards is read, as `cargo xtask shards` writes it: `scan(image, { ...shardsFrom(read), shardsSignedBy })`.
 *
 * @param read gives a file of that folder, or nothing where there is none
 */
export function shardsFrom(read: (file: string) => ShardFile | Promise<ShardFile>): Required<Pick<ScanOptions, 'shardsIndex'>> & { shards: (ecosystem: string) => Promise<ShardFile> } {
  return {
    shards: async (ecosystem) => read(`${ecosystem.replace(/[^A-Za-z0-9.]/gu, '-')}.shard`),
    shardsIndex: async () => {
      const [index, signature] = [await read(INDEX), await read(SIGNATURE)];
      return { index, signature };
    },
  };
}

/** What loads the index and finds out who signed it; nothing where nobody has to have. Options that mean nobody are refused before. */
export function signedIndex({ shardsSignedBy, shardsIndex, now }: Options): (() => Promise<ScanIndex>) | undefined {
  if (shardsSignedBy === undefined) return undefined;
  if (shardsIndex === undefined) {
    throw new CheckError('options-invalid', 'expected shardsSignedBy with shardsIndex, found no shardsIndex: it is what is signed');
  }
  const signer = bundleToCore({ ...signerOf(shardsSignedBy), ...(now !== undefined && { now }) });
  return async () => provenIn(await read(shardsIndex), signer);
}

async function provenIn({ index, signature }: ShardIndex, signer: CoreBundleOptions): Promise<ScanIndex> {
  if (index === undefined || index === null) return unavailable(INDEX);
  if (!(index instanceof Uint8Array)) throw new CheckError('options-invalid', `expected ${INDEX} as bytes, because they are what is signed; found something else`);
  // Of our own, because somebody may write to the caller's meanwhile. Not by `slice`, which of a Buffer is the same bytes.
  const bytes = new Uint8Array(index);
  if (signature === undefined || signature === null) return unavailable(SIGNATURE);
  try {
    const found = await loaded().core.publisherOfShards(bytes, readBundle(signature), signer, prove);
    return 'code' in found ? found : { text: textOf(bytes), ...found };
  } catch (thrown) {
    throw fromCore(thrown);
  }
}

/** Whatever is thrown may hold an address with a secret in it. */
async function read(given: NonNullable<ScanOptions['shardsIndex']>): Promise<ShardIndex> {
  if (typeof given !== 'function') return given;
  try {
    return (await given()) ?? {};
  } catch {
    return {};
  }
}

function unavailable(file: string): ScanIndex {
  return { code: 'shard-index-unavailable', message: `expected ${file} beside the shards, found that it could not be loaded` };
}

/** All of it and nothing else: a mark at its beginning stays, and what is no text is none. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // No JSON either, which the core says.
    return '\u0000';
  }
}

/** As a bundle's is named. What is not known must not be skipped. */
function signerOf(signer: ShardSigner): BundleOptions {
  const { cosign, sigstore, ...others } = signer as { cosign?: Record<string, unknown>; sigstore?: Record<string, unknown> };
  if (Object.keys(others).length === 0 && (cosign === undefined) !== (sigstore === undefined)) {
    if (cosign !== undefined) {
      const { publicKey, log, ...unknown } = cosign;
      if (typeof publicKey === 'string' && Object.keys(unknown).length === 0) return { key: publicKey, ...rootOf(log) };
    } else {
      const { trustedRoot, ...identity } = sigstore!;
      return { identity, ...rootOf(trustedRoot) };
    }
  }
  throw new CheckError('options-invalid', 'expected shardsSignedBy to be { cosign: { publicKey } } or { sigstore: { issuer, subject } }, found something else');
}

function rootOf(root: unknown): Pick<BundleOptions, 'trustedRoot'> {
  if (root === undefined) return {};
  if (typeof root === 'string' || (typeof root === 'object' && root !== null)) return { trustedRoot: root };
  throw new CheckError('options-invalid', 'expected the trusted root of shardsSignedBy to be a name, a trusted root or its JSON text, found something else');
}
