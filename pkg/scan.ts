/**
 * What is known to be vulnerable in an image, which is a module of its own. It is loaded when somebody first scans, or a policy asks.
 */

import { attestedOf } from './attested.js';
import { type Advisors, type CoreOptions, type Fetch, loaded, type ScanBasis, scanCore } from './core.js';
import { CheckError, fromCore, isCallersFault } from './errors.js';
import { credentialsFor, textOf, toCore } from './options.js';
import { parseReference } from './reference.js';
import { signedIndex } from './shards.js';
import type { AdvisoryOptions, CheckOptions, Scan, ScanOptions, ScanProgress, Step, Store } from './types.js';

/** Bytes of the first line of a shard, in which it says what it is: as many as the core reads. */
const FIRST_LINE = 1 << 20;

/** Days that stand for any number of them. */
const LONGEST = 2 ** 32 - 1;

type Loader = (ecosystem: string) => Promise<Uint8Array | null | undefined>;

export async function scanImage(image: string, options: ScanOptions): Promise<Scan> {
  const { signal, onProgress, listPackages, sbom, packages, deny, onlyFixable, ignore, store } = options;
  const given = givenIn(options);
  if (given === undefined) {
    throw new CheckError('options-invalid', 'expected shards, or osv: true, which tells api.osv.dev the names and versions of all packages; found neither');
  }
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
  const list = sbom === undefined ? undefined : bytesOf(sbom, 'a list of packages');
  const basis = await given.basis();
  const core = await scanCore();
  signal?.throwIfAborted();
  const { fetch = platform.fetch } = options;
  const send = (request: Request) => fetch(request);
  const attested = await attestedOf(image, options, means, send);
  signal?.throwIfAborted();
  try {
    const asked = { ...means, ...rule, ...basis, ...(packages !== undefined && { packages }), ...(listPackages !== undefined && { listPackages }) };
    const scan = await core.scan(image, asked, given.vex, list, attested, send, given.shards, signal, onProgress, platform.hash, store);
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

/** As text, because the core reads it. */
function catalogue(given: object | string | Uint8Array): string {
  if (!(given instanceof Uint8Array)) return textOf(given, 'the catalogue of known exploited vulnerabilities');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(given);
  } catch {
    throw new CheckError('options-invalid', 'expected the catalogue of known exploited vulnerabilities to be UTF-8, found other bytes');
  }
}

/** What a check may ask, and with whom it asks. */
export interface Asking {
  readonly options: CoreOptions;
  readonly fetch: Fetch;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((step: Step) => void) | undefined;
}

/** What is known to be vulnerable, for checks. */
export class Advice {
  readonly #given: Given | undefined;
  /** For all that are checked: an index is loaded once. */
  #basis: Promise<ScanBasis> | undefined;
  /** What is wrong with the options, which only the module that scans can say. No report may hide it. */
  #fault: CheckError | undefined;

  constructor(options: Options) {
    this.#given = givenIn(options);
  }

  /** For one check, with the same means; nothing where nobody has said where advisories are from. */
  advisors({ options, fetch, signal, onStep }: Asking): Advisors | undefined {
    const given = this.#given;
    if (given === undefined) return undefined;
    const { platform, policy, attachments, trustServer, ...means } = options;
    const tell = onStep && (({ stage, ...step }: ScanProgress) => onStep({ type: stage, ...step } as Step));
    return async (image, found, rule) => {
      try {
        this.#basis ??= given.basis();
        const asked = { ...means, ...await this.#basis, found, rule: JSON.parse(rule) as unknown };
        return await (await scanCore()).scanFound(image, asked, given.vex, fetch, given.shards, signal, tell, loaded().platform.hash, given.store);
      } catch (thrown) {
        const error = fromCore(thrown);
        if (error instanceof CheckError && isCallersFault(error)) this.#fault = error;
        throw error;
      }
    };
  }

  /** Throws what is wrong with the options, if a check came upon it. */
  throwFault(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }
}

interface Given {
  /** Nothing where OSV's server is to be asked. */
  readonly shards: Loader | undefined;
  readonly vex: readonly Uint8Array[];
  /** Who signed the shards is only known when their index was loaded. */
  readonly basis: () => Promise<ScanBasis>;
  /** What was seen of such indexes. */
  readonly store: Store | undefined;
}

type Options = AdvisoryOptions & Pick<CheckOptions, 'now' | 'store'>;

/** What is about advisories, and means nothing without any. */
const ABOUT = ['vex', 'shardsIndex', 'shardsSignedBy', 'maxAgeDays', 'knownExploited'] as const;

/** Nothing where nobody has said where advisories are from. */
function givenIn(options: Options): Given | undefined {
  const { shards, shardsSignedBy, osv, vex, limits, maxAgeDays, knownExploited, store } = options;
  if (shards === undefined && osv !== true) {
    const alone = ABOUT.find((name) => options[name] !== undefined);
    if (alone !== undefined) throw new CheckError('options-invalid', `expected ${alone} with shards or osv, found it alone: it is about what they say`);
    return undefined;
  }
  if (shards !== undefined && osv === true) {
    throw new CheckError('options-invalid', 'expected shards or osv, found both: one tells nobody what is installed');
  }
  if (osv === true && shardsSignedBy !== undefined) {
    throw new CheckError('options-invalid', 'expected shardsSignedBy with shards, found it with osv: nobody signs what api.osv.dev answers');
  }
  const index = signedIndex(options);
  const about = {
    ...(limits && { limits }),
    ...(maxAgeDays !== undefined && { maxAgeDays: Math.min(maxAgeDays, LONGEST) }),
    ...(knownExploited !== undefined && { knownExploited: catalogue(knownExploited) }),
  };
  const documents = vex === undefined ? [] : Array.isArray(vex) ? vex : [vex];
  return {
    shards: shards && loaderOf(shards),
    vex: documents.map((one) => bytesOf(one, 'a VEX document')),
    basis: async () => ({ ...about, ...(index && { signedIndex: await index() }) }),
    store,
  };
}

function loaderOf(shards: NonNullable<AdvisoryOptions['shards']>): Loader {
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
