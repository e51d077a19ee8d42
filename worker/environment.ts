import type { TrustState } from './state';

/** What wrangler.jsonc, or local.mjs, binds to the Worker. */
export interface Environment {
  /** Registries that may be asked, separated by commas: as allow.ts reads them; absent: the public ones. */
  readonly REGISTRIES?: string;
  /** TUF repositories that policies may name, separated by commas: hosts as in REGISTRIES; absent: none. */
  readonly REPOSITORIES?: string;
  /** Trust servers that policies may name beside the registries and Docker Hub's, separated by commas: hosts as in REGISTRIES. */
  readonly TRUST_SERVERS?: string;
  /** Keeps trusted roots, and what was seen of collections; if none is bound, those that come with the package are used. */
  readonly TRUST?: DurableObjectNamespace<TrustState>;
  /**
   * Where a scan may read packages from, separated by commas: `sbom`, which is a list that somebody attached to the image, and `layers`, which is all of
   * them. Absent: nothing is scanned here.
   */
  readonly SCAN?: string;
  /** The most layers of an image that is scanned: 64 if absent. */
  readonly SCAN_LAYERS?: number;
  /** The most bytes of all of its layers, as they are stored: 256 MiB if absent. */
  readonly SCAN_LAYER_BYTES?: number;
  /** Layers on their way at once, each of which takes memory: 1 if absent. */
  readonly SCAN_LAYERS_AT_ONCE?: number;
  /** The most requests of one scan to OSV's server: 30 if absent. */
  readonly SCAN_OSV_REQUESTS?: number;
  /** Shards of advisories, as `cargo xtask shards` makes them; if none is bound, OSV's server is asked, and told the packages. */
  readonly ADVISORIES?: R2Bucket;
  /** The most bytes of all shards of one scan: 32 MiB if absent. */
  readonly SCAN_SHARD_BYTES?: number;
  /** Whole days that a shard may be old, for a scan to be complete: 5 if absent. */
  readonly SCAN_MAX_AGE_DAYS?: number;
  /** The demonstration's registry, for the page: `host:port`. */
  readonly DEMO_REGISTRY?: string;
  /** The demonstration's examples, for the page: JSON text. */
  readonly DEMO_EXAMPLES?: string;
  /** How long a client is kept waiting for a registry: 25 if absent. */
  readonly TIMEOUT_SECONDS?: number;
  /** The most bytes of a blob that the relay passes on: 1 GiB if absent. */
  readonly RELAY_BYTES?: number;
  /** Requests a client may make; none bound means no limit. */
  readonly LIMITER?: RateLimit;
  /** Scans of them, each of which takes as much as hundreds of other requests; none bound means no other limit. */
  readonly SCAN_LIMITER?: RateLimit;
}
