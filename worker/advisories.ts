/**
 * What the operator of this service has scans made of, and what they may take. Shards of advisories are in a bucket that the operator fills:
 * `cargo xtask shards` makes them, and their names. A scan at the edge then tells nobody what is installed, and one of thousands of advisories takes two
 * requests.
 */
import type { Environment } from './environment';
import type { ScanLimits, ScanOptions } from 'pullproof';

/** Whether packages may be read from there. */
export const reads = ({ SCAN = '' }: Environment, from: 'sbom' | 'layers'): boolean => SCAN.split(',').includes(from);

/** Where advisories are from: the bucket; without one OSV's server, which is told what is installed. */
export function sourceOf({ ADVISORIES, SCAN_SHARD_BYTES, SCAN_MAX_AGE_DAYS }: Environment): Pick<ScanOptions, 'shards' | 'osv' | 'maxAgeDays'> {
  if (ADVISORIES === undefined) return { osv: true };
  return { shards: shardsIn(ADVISORIES, SCAN_SHARD_BYTES), ...(SCAN_MAX_AGE_DAYS !== undefined && { maxAgeDays: SCAN_MAX_AGE_DAYS }) };
}

/** What a scan may take, of what a Worker has: 128 MB, of which each layer on its way may hold some. */
export function limitsOf({ SCAN_LAYERS, SCAN_LAYER_BYTES, SCAN_LAYERS_AT_ONCE, SCAN_OSV_REQUESTS }: Environment): ScanLimits {
  return {
    layers: SCAN_LAYERS ?? 64,
    layerBytes: SCAN_LAYER_BYTES ?? 256 * 1024 ** 2,
    layersAtOnce: SCAN_LAYERS_AT_ONCE ?? 1,
    osvRequests: SCAN_OSV_REQUESTS ?? 30,
  };
}

/** Gives the shards of one scan, of at most `limit` bytes together: all of them are in memory at once, where a Worker has 128 MB. */
function shardsIn(bucket: R2Bucket, limit: number = BYTES): (ecosystem: string) => Promise<Uint8Array | undefined> {
  let left = limit;
  return async (ecosystem) => {
    const shard = await bucket.get(fileName(ecosystem));
    if (shard === null) return undefined;
    if (shard.size > left) {
      await shard.body.cancel();
      const error = new Error(`expected shards of at most ${limit} bytes for one scan, found ${shard.key} of ${shard.size} among them`);
      // The scan says that it could not be had; why is for whoever reads the logs.
      console.error(error.message);
      throw error;
    }
    left -= shard.size;
    return new Uint8Array(await shard.arrayBuffer());
  };
}

/** Debian's has some ten million, npm's fifty; here and in the core each is held once, for a moment twice. */
const BYTES = 32 * 1024 ** 2;

/** As `cargo xtask shards` names them. */
function fileName(ecosystem: string): string {
  return `${ecosystem.replace(/[^A-Za-z0-9.]/g, '-')}.shard`;
}
