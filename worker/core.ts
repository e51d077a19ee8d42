/**
 * What only this Worker uses of the package and its core. It is no part of the package's API, so it comes from the modules that the
 * package loads, not from the package.
 */
import 'pullproof';
import { pinCore } from '../pkg/dist/core.js';
import { claimsOf } from '../pkg/dist/drift.js';
// @ts-expect-error: generated, and its own declarations say `any` of everything
import * as core from '../pkg/dist/wasm/pullproof.js';

export interface RelayTarget {
  /** `host` or `host:port` as in a reference; Docker Hub is `docker.io`. */
  registry: string;
  /** Of a manifest, a blob, referrers or a file of trust data. Whatever the grammar of references does not allow in it is refused. */
  path: string;
  method: 'GET' | 'HEAD';
  accept?: string;
}

export interface RelayAnswer {
  status: number;
  /** Content-Type, Docker-Content-Digest and Retry-After, as far as the registry sent them; no other field passes. */
  headers: [name: string, value: string][];
  /** All of it; or, of a blob, as it arrives. */
  body: Uint8Array | ReadableStream<Uint8Array>;
  /** Bytes that a blob claims to have, if it does. */
  length?: number;
}

/** Asks a registry anonymously: with the token dance, and with no redirect or realm that leads to a private address. */
export const relay = core.relay as (
  target: RelayTarget,
  fetch: (request: Request) => Promise<Response>,
  signal: AbortSignal,
) => Promise<RelayAnswer>;

/** The tags that `drift` would ask for, of a text or of a lock, each with the digest that it is pinned to. */
export async function pinnedTags(text: string, reading: Parameters<typeof claimsOf>[2]): Promise<string[]> {
  const { claims } = claimsOf(await pinCore(), text, reading);
  return claims.map(({ reference, digest }) => `${reference}@${digest}`);
}
