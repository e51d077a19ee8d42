/** Bundles that are verified by themselves: nobody is asked. */

import { type Core, loaded } from './core.js';
import { CheckError, fromCore } from './errors.js';
import { bundleToCore, textOf } from './options.js';
import { prove } from './prover.js';
import type { BundleOptions, BundleResult } from './types.js';

export async function judge(bundle: unknown, artifact: unknown, options: BundleOptions): Promise<BundleResult> {
  const given: Parameters<Core['verifyBundle']> = [readBundle(bundle), readArtifact(artifact), bundleToCore(options), prove];
  try {
    return await loaded().core.verifyBundle(...given);
  } catch (thrown) {
    throw fromCore(thrown);
  }
}

/** As bytes, so that what is given as text or bytes is read once, by the core: it refuses what `JSON.parse` would pass over. */
export function readBundle(bundle: unknown): Uint8Array {
  const bytes = bytesOf(bundle);
  if (bytes !== undefined) return bytes;
  if (typeof bundle !== 'string' && (typeof bundle !== 'object' || bundle === null || Array.isArray(bundle))) {
    throw new CheckError('options-invalid', 'expected the bundle to be an object, its JSON text or its bytes, found something else');
  }
  return new TextEncoder().encode(textOf(bundle, 'a bundle'));
}

function readArtifact(artifact: unknown): Uint8Array | string {
  const read = typeof artifact === 'string' ? artifact : bytesOf(artifact);
  if (read === undefined) {
    throw new CheckError('options-invalid', 'expected the artifact to be its bytes or a digest such as sha256:…, found something else');
  }
  return read;
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}
