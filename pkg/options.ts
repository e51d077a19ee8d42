/** Turns options into what the core takes, and refuses whatever it cannot have meant. */

import type { CoreBundleOptions, CoreOptions } from './core.js';
import { CheckError } from './errors.js';
import { nearest } from './nearest.js';
import { KINDS } from './text.js';
import type {
  AdvisoryOptions, BundleOptions, CheckOptions, Credentials, DriftOptions, ErrorCode, FindOptions, InspectOptions, NamedSigner, ParsedReference, PinOptions, Policy, RefreshOptions, ScanOptions, TufTarget,
} from './types.js';

/** What RFC 3339 cannot write any more. */
const YEAR_10000 = Date.UTC(10_000, 0);
const CREDENTIALS = '{ username, password } or { identityToken }';

type Rule = [expected: string, allows: (value: unknown) => boolean];
/** Every option and the values that it may have. A caller without a type checker is a caller too. */
type Rules<Options> = { [Name in keyof Required<Options>]: Rule };

const isShards = (value: unknown) => isFunction(value) || (Array.isArray(value) ? value : [value]).every((one) => one instanceof Uint8Array);
const isVex = (value: unknown) => (Array.isArray(value) ? value : [value]).every((one) => isJson(one) || one instanceof Uint8Array);
const isLimits = (value: unknown) => isObject(value) && Object.entries(value).every(([name, most]) => LIMITS.includes(name)
  && (most === undefined || (Number.isSafeInteger(most) && most as number >= (name === 'layersAtOnce' ? 1 : 0))));
const LIMITS = ['layers', 'layerBytes', 'layersAtOnce', 'osvRequests'];
const advisoryRules: Rules<AdvisoryOptions> = {
  shards: ['a function that loads the shard of an ecosystem, or the bytes of shards', isShards],
  shardsIndex: ['{ index, signature }, or a function that loads them', (value) => isFunction(value) || isObject(value)],
  shardsSignedBy: ['{ cosign: { publicKey } } or { sigstore: { issuer, subject } }', isObject],
  maxAgeDays: ['a whole number of days, or Infinity', (value) => value === Infinity || (Number.isInteger(value) && (value as number) >= 0)],
  knownExploited: ["CISA's catalogue: an object, its JSON text or its bytes", (value) => isJson(value) || value instanceof Uint8Array],
  osv: ['true or false', (value) => typeof value === 'boolean'],
  vex: ['OpenVEX documents: objects, their JSON text or their bytes', isVex],
  limits: [`whole numbers for ${LIMITS.join(', ')}`, isLimits],
};

const checkRules: Rules<CheckOptions> = {
  policy: ['a policy object or its JSON text', isJson],
  key: ['a public key in PEM', (value) => typeof value === 'string'],
  identity: ['an object such as { issuer, subject }', isObject],
  contentTrust: ['an object such as { server, rootKey }', isObject],
  trustServer: ['the https address of a trust server', (value) => typeof value === 'string'],
  trustedRoot: ['a trusted root or its JSON text', isJson],
  platform: ['a text like "linux/arm64/v8"', (value) => typeof value === 'string'],
  attachments: ['true or false', (value) => typeof value === 'boolean'],
  credentials: [`${CREDENTIALS}, or a function`, (value) => isFunction(value) || isCredentials(value)],
  store: ['a store: an object with the functions load and swap', isStore],
  relay: ['an absolute http or https address without query or fragment', (value) => relayAddress(value) !== undefined],
  fetch: ['a function that takes a Request', isFunction],
  now: ['a valid Date from 1970 to 9999', (value) => value instanceof Date && value.getTime() >= 0 && value.getTime() < YEAR_10000],
  signal: ['an AbortSignal', (value) => isObject(value) && typeof value['aborted'] === 'boolean'],
  onStep: ['a function', isFunction],
  ...advisoryRules,
};

const kindRule = (kinds: readonly string[]): Rule => [`one of ${kinds.join(', ')}`, (value) => kinds.includes(value as string)];

const findRules: Rules<FindOptions> = {
  kind: kindRule(KINDS),
  file: ["a file's name", (value) => typeof value === 'string'],
};

const { attachments, onStep, key, identity, contentTrust, trustedRoot, ...shared } = checkRules;
const pinRules: Rules<PinOptions> = {
  ...shared,
  credentials: ['a function that is asked for those of a registry: the text says which registries are asked', isFunction],
  ...findRules,
  onProgress: onStep,
};

const bundleRules: Rules<BundleOptions> = { key, identity, trustedRoot, now: shared.now, signal: shared.signal };
const isAddress = (value: unknown) => value instanceof URL || typeof value === 'string';
const targetRules: Rules<TufTarget> = {
  root: ['a TUF root: an object, its JSON text or its bytes', (value) => isJson(value) || value instanceof Uint8Array],
  metadata: ['a web address', isAddress],
  targets: ['a web address', isAddress],
  path: ["a target's path", (value) => typeof value === 'string'],
};
const { credentials, fetch, now, relay, signal, store, trustServer } = checkRules;

const isSigners = (value: unknown) => (Array.isArray(value) ? value : [value]).every((one) =>
  isObject(one) && ['cosign', 'sigstore'].includes(Object.keys(one).join()) && Object.values(one).every(isObject));
const scanRules: Rules<ScanOptions> = {
  ...advisoryRules,
  listPackages: ['true or false', checkRules.attachments[1]],
  platform: checkRules.platform,
  credentials,
  relay,
  fetch,
  now,
  signal,
  onProgress: checkRules.onStep,
  packages: kindRule(['layers', 'sbom']),
  sbom: ['a list of packages in SPDX or CycloneDX: an object, its JSON text or its bytes', (value) => isJson(value) || value instanceof Uint8Array],
  attestedBy: ['signers such as { cosign: { publicKey } } or { sigstore: { issuer, subject } }', isSigners],
  trustedRoot,
  store,
  deny: kindRule(['negligible', 'low', 'medium', 'high', 'critical']),
  onlyFixable: ['true or false', checkRules.attachments[1]],
  ignore: ['a list of { id, reason, until? }', (value) => Array.isArray(value) && value.every(isObject)],
};

/** What may be asked of each function of the API. */
const rulesOf = {
  check: checkRules,
  find: findRules,
  pin: pinRules,
  drift: { ...pinRules, kind: kindRule([...KINDS, 'lock']) } satisfies Rules<DriftOptions>,
  verifyBundle: bundleRules,
  target: targetRules,
  refresh: { fetch, now, signal, store } satisfies Rules<RefreshOptions>,
  scan: scanRules,
  inspect: { credentials, fetch, now, relay, signal, store, trustServer } satisfies Rules<InspectOptions>,
};

/** Throws unless every option is known and its value is of the right kind. An option that is `undefined` was not given. */
export function validate(options: unknown, asked: keyof typeof rulesOf): void {
  const rules: Record<string, Rule> = rulesOf[asked];
  if (!isObject(options)) {
    throw invalid(`expected the options to be an object, found ${kind(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(rules, name)) {
      const meant = nearest(name, Object.keys(rules));
      throw invalid(`unknown option "${name}": ${meant ? `did you mean "${meant}"?` : `expected one of ${Object.keys(rules).join(', ')}`}`);
    }
    const [expected, allows] = rules[name]!;
    if (value !== undefined && !allows(value)) {
      throw invalid(`expected the option "${name}" to be ${expected}, found ${kind(value)}`);
    }
  }
}

/** The part of the options that is data, but for what only one registry may learn. */
export function toCore(options: Pick<CheckOptions, 'now' | 'platform' | 'policy' | 'attachments' | 'relay' | 'trustServer'>): CoreOptions {
  const core: CoreOptions = { now: unixTime(options) };
  if (options.platform !== undefined) core.platform = options.platform;
  if (options.policy !== undefined) core.policy = textOf(options.policy, 'a policy', 'policy-invalid');
  if (options.attachments !== undefined) core.attachments = options.attachments;
  if (options.relay !== undefined) core.relay = relayAddress(options.relay)!;
  if (options.trustServer !== undefined) core.trustServer = options.trustServer;
  return core;
}

/** The same for a bundle. Whose signature is wanted, and whether that is somebody, is for the core to say. */
export function bundleToCore(options: BundleOptions): CoreBundleOptions {
  const core: CoreBundleOptions = { now: unixTime(options) };
  if (options.key !== undefined) core.key = options.key;
  if (options.identity !== undefined) core.identity = options.identity;
  if (options.trustedRoot !== undefined) core.trustedRoot = textOf(options.trustedRoot, 'a trusted root');
  return core;
}

function unixTime({ now = new Date() }: { now?: Date }): number {
  return Math.floor(now.getTime() / 1000);
}

/** As an option of the core, to be spread into the others. */
export async function credentialsFor(registry: string, { credentials }: Pick<CheckOptions, 'credentials'>): Promise<Pick<CoreOptions, 'credentials'>> {
  const given = typeof credentials === 'function' ? await credentials(registry) : credentials;
  if (given === undefined) {
    return {};
  }
  if (!isCredentials(given)) {
    throw invalid(`expected the credentials for ${registry} to be ${CREDENTIALS} or undefined, found ${kind(given)}`);
  }
  return { credentials: given };
}

/** The name of the trusted root that an option brings. */
const GIVEN = 'given';

/** The options as those of a check by policy: `key`, `identity` and `contentTrust` are a rule for this one image. */
export function withPolicy({ registry, repository }: ParsedReference, options: CheckOptions): CheckOptions {
  const { key, identity, contentTrust, trustedRoot, ...others } = options;
  const given = Object.entries({ policy: options.policy, key, identity, contentTrust }).filter(([, value]) => value !== undefined).map(([name]) => name);
  if (given.length > 1) {
    throw invalid(`expected one of policy, key, identity and contentTrust, found ${given.join(' and ')}: a policy can name several signers`);
  }
  const images = `${registry}/${repository}`;
  if (contentTrust !== undefined && trustedRoot === undefined) {
    return { ...others, policy: { rules: [{ images, require: [{ contentTrust }] }], default: 'reject' } };
  }
  if (key === undefined && identity === undefined) {
    if (trustedRoot !== undefined) throw invalid('expected trustedRoot with key or identity, found it alone: a policy has trustedRoots');
    return others;
  }
  const root = trustedRoot === undefined ? {} : { trustedRoots: { [GIVEN]: typeof trustedRoot === 'string' ? parsed(trustedRoot) : trustedRoot } };
  const named = <Name extends string>(name: Name) => (trustedRoot === undefined ? {} : { [name]: GIVEN });
  const signer = key !== undefined ? { cosign: { publicKey: key, ...named('log') } } : { sigstore: { ...identity!, ...named('trustedRoot') } };
  return { ...others, policy: { ...root, rules: [{ images, require: [signer] }], default: 'reject' } };
}

function parsed(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (cause) {
    throw new CheckError('options-invalid', 'expected trustedRoot to be JSON, found another text', String(cause));
  }
}

/** Signers as a policy for this one image. `trustedRoot` is that of whoever names none. */
export function rulesFor({ registry, repository }: ParsedReference, signers: readonly NamedSigner[], trustedRoot?: object | string): Policy {
  const root = trustedRoot === undefined ? {} : { trustedRoots: { [GIVEN]: typeof trustedRoot === 'string' ? parsed(trustedRoot) : trustedRoot } };
  const trusting = (signer: NamedSigner): NamedSigner => {
    if (trustedRoot === undefined) return signer;
    return 'cosign' in signer ? { cosign: { log: GIVEN, ...signer.cosign } } : { sigstore: { trustedRoot: GIVEN, ...signer.sigstore } };
  };
  return { ...root, rules: [{ images: `${registry}/${repository}`, require: [{ anyOf: signers.map(trusting) }] }], default: 'reject' };
}

/** The text of what a caller may have parsed already. */
export function textOf(json: object | string, what: string, code: ErrorCode = 'options-invalid'): string {
  if (typeof json === 'string') {
    return json;
  }
  const message = `expected ${what} of plain JSON values, found one that cannot be written as JSON`;
  let text: string | undefined;
  try {
    text = JSON.stringify(json);
  } catch (cause) {
    throw new CheckError(code, message, String(cause));
  }
  // A `toJSON` may give nothing at all, which must not be taken for an option that was not given.
  if (text === undefined) {
    throw new CheckError(code, message);
  }
  return text;
}

/** With the slash at its end that the core asks for. */
function relayAddress(relay: unknown): string | undefined {
  const address = String(relay);
  if ((typeof relay !== 'string' && !(relay instanceof URL)) || !URL.canParse(address)) {
    return undefined;
  }
  const { protocol, search, hash, href } = new URL(address);
  if (!['http:', 'https:'].includes(protocol) || search !== '' || hash !== '') {
    return undefined;
  }
  return href.endsWith('/') ? href : `${href}/`;
}

function isCredentials(value: unknown): value is Credentials {
  if (!isObject(value)) {
    return false;
  }
  const names = Object.keys(value).sort().join();
  return (names === 'identityToken' || names === 'password,username') && Object.values(value).every((part) => typeof part === 'string');
}

function isJson(value: unknown): boolean {
  return typeof value === 'string' || isObject(value);
}

function isStore(value: unknown): boolean {
  return isObject(value) && isFunction(value['load']) && isFunction(value['swap']);
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Says what a value is without repeating it: it may be a secret. */
function kind(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Date) return 'a Date out of range';
  if (isObject(value)) return 'another object';
  return typeof value === 'string' ? 'another text' : `a ${typeof value}`;
}

function invalid(message: string): CheckError {
  return new CheckError('options-invalid', message);
}
