/**
 * What is known to be vulnerable in an image, which is a module of its own. It is loaded when somebody first scans.
 */

import { attestedOf } from './attested.js';
import { loaded, scanCore } from './core.js';
import { CheckError, fromCore } from './errors.js';
import { credentialsFor, textOf, toCore } from './options.js';
import { parseReference } from './reference.js';
import type { Scan, ScanOptions } from './types.js';

/** Bytes of the first line of a shard, in which it says what it is: as many as the core reads. */
const FIRST_LINE = 1 << 20;

type Loader = (ecosystem: string) => Promise<Uint8Array | null | undefined>;

export async function scanImage(image: string, options: ScanOptions): Promise<Scan> {
  const { signal, onProgress, vex = [], sbom, packages, deny, onlyFixable, ignore, limits } = options;
  const shards = loaderOf(options);
  if (deny === undefined && (onlyFixable !== undefined || ignore !== undefined)) {
    throw new CheckError('options-invalid', 'expected onlyFixable and ignore with deny, found no deny: it says what is wanted');
  }
  if (packages === 'layers' && sbom !== undefined) {
    throw new CheckError('options-invalid', 'expected packages from layers, or sbom, found both: a list that you bring is not read from layers');
  }
  const { platform } = loaded();
  const { registry } = parseReference(image);
  const rule = deny === undefined ? {} : { rule: { deny, ...(onlyFixable !== undefined && { onlyFixable }), ...(ignore !== undefined && { ignore }) } };
  const means = { ...toCore(options), ...await credentialsFor(registry, options), safelistedOnly: platform.safelistedOnly };
  const documents = (Array.isArray(vex) ? vex : [vex]).map((one) => bytesOf(one, 'a VEX document'));
  const list = sbom === undefined ? undefined : bytesOf(sbom, 'a list of packages');
  const core = await scanCore();
  signal?.throwIfAborted();
  const { fetch = platform.fetch } = options;
  const send = (request: Request) => fetch(request);
  const attested = await attestedOf(image, options, means, send);
  signal?.throwIfAborted();
  try {
    const asked = { ...means, ...rule, ...(packages !== undefined && { packages }), ...(limits && { limits }) };
    const scan = await core.scan(image, asked, documents, list, attested, send, shards, signal, onProgress, platform.hash);
    signal?.throwIfAborted();
    return scan;
  } catch (thrown) {
    signal?.throwIfAborted();
    throw fromCore(thrown);
  }
}

function bytesOf(document: object | string, what: string): Uint8Array {
  return document instanceof Uint8Array ? document : new TextEncoder().encode(textOf(document, what));
}

/** Nothing where OSV's server is to be asked. */
function loaderOf({ shards, osv }: ScanOptions): Loader | undefined {
  if (osv === true) {
    if (shards !== undefined) throw new CheckError('options-invalid', 'expected shards or osv, found both: one tells nobody what is installed');
    return undefined;
  }
  if (shards === undefined) {
    throw new CheckError('options-invalid', 'expected shards, or osv: true, which tells api.osv.dev the names and versions of all packages; found neither');
  }
  if (typeof shards === 'function') return async (ecosystem) => shards(ecosystem);
  const given = shards instanceof Uint8Array ? [shards] : shards;
  const named = new Map(given.map((bytes) => [ecosystemOf(bytes), bytes]));
  if (named.size < given.length) throw new CheckError('options-invalid', 'expected one shard of every ecosystem, found two of one');
  return async (ecosystem) => named.get(ecosystem);
}

/** Only to find it again: the core reads it anew, and refuses one that is of something else. */
function ecosystemOf(bytes: Uint8Array): string {
  const end = bytes.subarray(0, FIRST_LINE).indexOf(10);
  try {
    const { ecosystem } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, Math.max(end, 0)))) as { ecosystem: unknown };
    if (typeof ecosystem === 'string') return ecosystem;
  } catch {
    // It is said below.
  }
  throw new CheckError('options-invalid', 'expected a shard, which says in its first line what it is about, found other bytes');
}
