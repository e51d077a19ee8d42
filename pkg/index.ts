/**
 * Answers what a container image reference names: fetches the bytes, hashes them here, and says what that proves.
 *
 * This file is the whole JavaScript API. It converts; every rule is in the core.
 */

import { judge } from './bundle.js';
import { loaded, loadedPinCore, ready, readyToPin } from './core.js';
import { unifiedDiff } from './diff.js';
import { driftOf } from './drift.js';
import { CheckError, fromCore, ImageRejectedError, RefreshError } from './errors.js';
import { memoryStore } from './memory.js';
import { credentialsFor, toCore, validate, withPolicy } from './options.js';
import { pinText } from './pin.js';
import { prove } from './prover.js';
import { suggest } from './publishers.js';
import { parseReference } from './reference.js';
import { Advice, scanImage } from './scan.js';
import { shardsFrom } from './shards.js';
import { findIn } from './text.js';
import { inspect, publishersFor } from './trust.js';
import { refresh, validateTarget } from './tuf.js';
import type {
  Artifact, BundleOptions, BundleResult, CheckOptions, ContentTrust, CycloneDxBom, DriftOptions, DriftResult, FindOptions, FindResult, InspectOptions,
  PinnedReference, PinOptions, PinResult, RefreshedTarget, RefreshOptions, Report, SarifLog, Scan, ScanOptions, SignerIdentity, TrustInspection, TufTarget, Wanted,
} from './types.js';

export type * from './types.js';
export { CheckError, ImageRejectedError, memoryStore, parseReference, ready, readyToPin, RefreshError, shardsFrom, suggest, unifiedDiff };

/**
 * Finds out what `image` is. A check that fails is in the report; it does not throw.
 *
 * @throws {CheckError} when there is nothing to report on: the text is no reference, the registry gave no image.
 */
export async function check(image: string, options: CheckOptions = {}): Promise<Report> {
  validate(options, 'check');
  const { signal, onStep, store } = options;
  const advice = new Advice(options);
  signal?.throwIfAborted();
  await ready;
  const { core, platform } = loaded();

  const reference = parseReference(image);
  const asked = toCore(withPolicy(reference, options));
  const coreOptions = { ...asked, ...await credentialsFor(reference.registry, options), safelistedOnly: platform.safelistedOnly };
  signal?.throwIfAborted();
  // Taken out of the options so that it is called without `this`: a page's own `fetch` throws when called as a method.
  const { fetch = platform.fetch } = options;
  const send = (request: Request) => fetch(request);
  const publishers = publishersFor(coreOptions, send, signal, store);
  const advisors = advice.advisors({ options: coreOptions, fetch: send, signal, onStep });
  try {
    const report = await core.check(image, coreOptions, send, prove, publishers, signal, onStep, store, advisors);
    signal?.throwIfAborted();
    advice.throwFault();
    return report;
  } catch (thrown) {
    signal?.throwIfAborted();
    throw fromCore(thrown);
  }
}

/**
 * Returns `image` with its digest if the policy accepts it, or if it is signed with the key or by the identity that is wanted.
 *
 * @throws {ImageRejectedError} when there is a report, and its verdict is not `accept`.
 * @throws {CheckError} when there is no report.
 */
export async function verify(image: string, options: CheckOptions & Wanted): Promise<PinnedReference> {
  if (options?.policy === undefined && options?.key === undefined && options?.identity === undefined && options?.contentTrust === undefined) {
    const expected = 'expected a policy, a key, an identity or contentTrust to verify against, found none';
    throw new CheckError('options-invalid', `${expected}: use \`check\` to look at an image without one`);
  }
  const report = await check(image, options);
  if (report.verdict !== 'accept' || report.pinned === null) {
    throw new ImageRejectedError(report);
  }
  return report.pinned as PinnedReference;
}

/**
 * Finds out whether a Sigstore bundle is a signature of an artifact by somebody who is wanted. Asks nobody. A bundle that fails is in the
 * result; it does not throw. An attestation is no signature: `meaning` says which of them it is.
 *
 * @param bundle an object, its JSON text, or the bytes of that; only of text and bytes it can be said that no name stands twice in them
 * @throws {CheckError} `options-invalid`: the options mean nobody, or the artifact is none.
 */
export async function verifyBundle(
  bundle: object | string,
  artifact: Artifact,
  options: BundleOptions & ({ key: string } | { identity: SignerIdentity }),
): Promise<BundleResult> {
  validate(options, 'verifyBundle');
  const { signal } = options;
  signal?.throwIfAborted();
  await ready;
  const result = await judge(bundle, artifact, options);
  signal?.throwIfAborted();
  return result;
}

/**
 * Reads all of a collection of Docker Content Trust: its keys, roles and signed tags. If `image` has a tag or a digest, the outcome is that of
 * looking for it. A collection that must not be believed is in the result; it does not throw.
 *
 * @throws {CheckError} when there is nothing to say: the text is no reference, or `wanted` is not what a policy's `contentTrust` can be.
 */
export async function inspectTrust(image: string, wanted: ContentTrust, options: InspectOptions = {}): Promise<TrustInspection> {
  validate(options, 'inspect');
  options.signal?.throwIfAborted();
  await ready;
  return inspect(image, wanted, options);
}

/**
 * Lists what is installed in an image, and what is known to be vulnerable of it. Every layer is downloaded and proven. No findings are no answer
 * by themselves: `extent` says what they were looked for in.
 *
 * @throws {CheckError} when there is nothing to say: the text is no reference, the registry gave no manifest, the options are wrong.
 */
export async function scan(image: string, options: ScanOptions): Promise<Scan> {
  validate(options, 'scan');
  options.signal?.throwIfAborted();
  await ready;
  return scanImage(image, options);
}

/** A scan as SARIF 2.1.0, as code scanning takes it. Why it is not complete is in it as a result. */
export async function toSarif(scan: Scan): Promise<SarifLog> {
  const { sarifOf } = await import('./sarif.js');
  return sarifOf(scan);
}

/**
 * A scan as a bill of materials, CycloneDX 1.6, with its findings as vulnerabilities. Its components are all packages only if the scan lists them
 * (`listPackages`); otherwise they are those that something was found about, and it says so.
 */
export async function toCycloneDx(scan: Scan): Promise<CycloneDxBom> {
  const { cycloneDxOf } = await import('./cyclonedx.js');
  return cycloneDxOf(scan);
}

/**
 * Finds where a text names images, and for each place that cannot be pinned, why. Asks nobody.
 *
 * @throws {CheckError} when nothing can be said about the whole text: `kind-unknown`, `yaml-invalid`, …
 */
export function find(text: string, options: FindOptions = {}): FindResult {
  validate(options, 'find');
  return findIn(loadedPinCore(), text, options);
}

/**
 * Puts digests behind the tags of a text, and changes nothing else. What stays as it is is in the result, and why; it does not throw.
 *
 * @throws {CheckError} when nothing can be said about the whole text, or the options are wrong.
 */
export async function pin(text: string, options: PinOptions = {}): Promise<PinResult> {
  validate(options, 'pin');
  options.signal?.throwIfAborted();
  return pinText(text, options);
}

/**
 * Finds out which tags name something else than what a text, or a lock, pins them to. What cannot be found out is in the result.
 *
 * @throws {CheckError} when nothing can be said about the whole text, or the options are wrong.
 */
export async function drift(text: string, options: DriftOptions = {}): Promise<DriftResult> {
  validate(options, 'drift');
  options.signal?.throwIfAborted();
  return driftOf(text, options);
}

/**
 * Brings a target of a TUF repository up to date: what it lists now, verified from a root that is trusted. The same is done by itself for
 * the trusted roots that a policy needs.
 *
 * @throws {RefreshError} when the repository cannot be reached and nothing that is stored can stand in, or must not be believed.
 * @throws {CheckError} `options-invalid`
 */
export async function refreshTarget(target: TufTarget, options: RefreshOptions = {}): Promise<RefreshedTarget> {
  validateTarget(target, options);
  options.signal?.throwIfAborted();
  return refresh(target, options);
}
