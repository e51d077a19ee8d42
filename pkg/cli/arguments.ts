/** The command line, read strictly: what is not understood is refused with the nearest thing that is. */

import { parseArgs } from 'node:util';
import { nearest } from '../nearest.js';
import { KINDS, LOCK_NAME } from '../text.js';
import type { PinKind, SignerIdentity, VulnerabilityLevel } from '../types.js';
import type { Advised, ShardsSignedBy } from './advisories.js';
import { type Anchor, ANCHORS, type Trusting } from './anchor.js';
import { parseTime } from './time.js';
import { UsageError } from './usage.js';

export type Arguments =
  | { name: 'help'; topic?: 'trust' | 'scan' }
  | { name: 'version' }
  | CheckArguments
  | PinArguments
  | DriftArguments
  | ScanArguments
  | InspectArguments
  | MigrateArguments;

/** What every command may be told about how to ask registries, and how to print. */
interface Shared {
  platform?: string;
  policy?: string;
  /** For a policy that asks what is known to be vulnerable. */
  advised?: Advised;
  relay?: string;
  at?: Date;
  /** Whether trusted roots are renewed. */
  refresh: boolean;
  json: boolean;
  color: boolean;
}

export interface CheckArguments extends Shared {
  name: 'check';
  image: string;
  attachments: boolean;
  /** The file of a public key. */
  key?: string;
  identity?: SignerIdentity;
  /** The file of a trusted root. */
  trustedRoot?: string;
  /** Whose word counts in Docker Content Trust. */
  trusting?: Trusting;
}

export interface ScanArguments {
  name: 'scan';
  image: string;
  advised: Advised;
  platform?: string;
  relay?: string;
  at?: Date;
  /** Where the list of packages is from, where that was said. */
  packages?: 'layers' | 'sbom';
  /** The file of a list of packages. */
  sbom?: string;
  /** The file of a public key, with whose private key attestations are signed. */
  attestedBy?: string;
  /** By whom they are signed, as a certificate names them. */
  identity?: SignerIdentity;
  /** The file of a trusted root. */
  trustedRoot?: string;
  /** Whether trusted roots are renewed. */
  refresh: boolean;
  failOn?: VulnerabilityLevel;
  onlyFixable: boolean;
  /** Files, or what is left out itself: `ID=REASON[@UNTIL]`. */
  ignore: string[];
  /** Where it is written in that format; `-` is standard output. */
  sarif?: string;
  cyclonedx?: string;
  json: boolean;
  color: boolean;
}

/** What may be told about texts. */
export interface Texts<Kind> extends Shared {
  /** Files, directories and globs, or `-` alone. */
  files: string[];
  kind?: Kind;
}

export interface PinArguments extends Texts<PinKind> {
  name: 'pin';
  write: boolean;
  check: boolean;
  diff: boolean;
  /** Where what was resolved is written down; `undefined` when it is not. */
  lock: string | undefined;
}

export interface DriftArguments extends Texts<PinKind | 'lock'> {
  name: 'drift';
}

/** What both commands about Docker Content Trust may be told. */
interface AboutTrust {
  trusting: Trusting;
  /** The folder in which what was seen is kept. */
  store?: string;
  relay?: string;
  json: boolean;
  color: boolean;
}

export interface InspectArguments extends AboutTrust {
  name: 'trust inspect';
  image: string;
  at?: Date;
}

export interface MigrateArguments extends AboutTrust {
  name: 'trust migrate';
  images: string[];
  /** The file of a public key, with whose private key it is signed from now on. */
  key?: string;
  identity?: SignerIdentity;
  /** Whether what is signed in Docker Content Trust stays accepted. */
  keep: boolean;
  /** The folder in which files are written. */
  out: string;
  write: boolean;
  overwrite: boolean;
}

export type TrustArguments = InspectArguments | MigrateArguments;

const flags = {
  platform: { type: 'string' },
  policy: { type: 'string' },
  relay: { type: 'string' },
  at: { type: 'string' },
  key: { type: 'string' },
  issuer: { type: 'string' },
  subject: { type: 'string' },
  'subject-pattern': { type: 'string' },
  'trusted-root': { type: 'string' },
  'root-key': { type: 'string' },
  'root-cert': { type: 'string' },
  ca: { type: 'string' },
  tofu: { type: 'boolean' },
  'fall-back': { type: 'boolean' },
  server: { type: 'string' },
  store: { type: 'string' },
  'keep-content-trust': { type: 'boolean' },
  out: { type: 'string' },
  overwrite: { type: 'boolean' },
  shards: { type: 'string' },
  'shards-signed-by': { type: 'string' },
  'shards-issuer': { type: 'string' },
  'shards-subject': { type: 'string' },
  'shards-subject-pattern': { type: 'string' },
  'shards-trusted-root': { type: 'string' },
  'max-age': { type: 'string' },
  kev: { type: 'string' },
  osv: { type: 'boolean' },
  vex: { type: 'string' },
  packages: { type: 'string' },
  sbom: { type: 'string' },
  'attested-by': { type: 'string' },
  'fail-on': { type: 'string' },
  'only-fixable': { type: 'boolean' },
  ignore: { type: 'string' },
  sarif: { type: 'string' },
  cyclonedx: { type: 'string' },
  attachments: { type: 'boolean' },
  'no-refresh': { type: 'boolean' },
  write: { type: 'boolean' },
  check: { type: 'boolean' },
  diff: { type: 'boolean' },
  kind: { type: 'string' },
  lock: { type: 'string' },
  'no-lock': { type: 'boolean' },
  json: { type: 'boolean' },
  'no-color': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

type Flag = keyof typeof flags;
type Values = ReadonlyMap<Flag, string>;

const SHARDS: readonly Flag[] = ['shards-signed-by', 'shards-issuer', 'shards-subject', 'shards-subject-pattern', 'shards-trusted-root'];
const ADVISED: readonly Flag[] = ['shards', ...SHARDS, 'osv', 'vex', 'kev', 'max-age'];
const SHARED: readonly Flag[] = [...ADVISED, 'platform', 'policy', 'relay', 'at', 'no-refresh', 'json', 'no-color'];

const SIGNER: readonly Flag[] = ['key', 'issuer', 'subject', 'subject-pattern'];
const TRUSTING: readonly Flag[] = [...ANCHORS, 'server', 'fall-back'];
const TRUST: readonly Flag[] = [...TRUSTING, 'store', 'relay', 'json', 'no-color'];

/** What each command understands. */
const commands = {
  check: { flags: [...SHARED, ...SIGNER, ...TRUSTING, 'trusted-root', 'attachments'], read: readCheck },
  pin: { flags: [...SHARED, 'kind', 'write', 'check', 'diff', 'lock', 'no-lock'], read: readPin },
  drift: { flags: [...SHARED, 'kind'], read: readDrift },
  scan: {
    flags: [
      ...ADVISED, 'platform', 'relay', 'at', 'packages', 'sbom', 'attested-by', 'issuer', 'subject', 'subject-pattern', 'trusted-root', 'no-refresh',
      'fail-on', 'only-fixable', 'ignore', 'sarif', 'cyclonedx', 'json', 'no-color',
    ],
    read: readScan,
  },
  'trust inspect': { flags: [...TRUST, 'at'], read: readInspect },
  'trust migrate': { flags: [...TRUST, ...SIGNER, 'keep-content-trust', 'out', 'write', 'overwrite'], read: readMigrate },
} as const satisfies Record<string, { flags: readonly Flag[]; read: (words: string[], values: Values) => Arguments }>;

/** Flags that may be given again, and what separates their values, which no argument can hold. */
const REPEATABLE: readonly Flag[] = ['ignore'];
const SEPARATOR = '\0';
/** Flags whose value may be `-`. */
const STANDARD_OUTPUT: readonly Flag[] = ['sarif', 'cyclonedx'];

/** Flags that cannot both be meant. */
const EXCLUSIVE: readonly [Flag, Flag, why: string][] = [
  ['policy', 'key', 'a policy names the key itself'],
  ['policy', 'issuer', 'a policy names the signer itself'],
  ['key', 'issuer', 'a policy can name several signers'],
  ['subject', 'subject-pattern', 'one is exact, the other is not'],
  ['attested-by', 'issuer', 'one is a key, the other whom a certificate names'],
  ...ANCHORS.flatMap((anchor, place) => [
    ['policy', anchor, 'a policy names its own'] as [Flag, Flag, string],
    ...ANCHORS.slice(place + 1).map((other) => [anchor, other, 'a policy can name several'] as [Flag, Flag, string]),
  ]),
  ['shards', 'osv', 'shards tell nobody what is installed'],
  ...SHARDS.map((flag) => [flag, 'osv', 'nobody signs what api.osv.dev answers'] as [Flag, Flag, string]),
  ['shards-signed-by', 'shards-issuer', 'one of them signs'],
  ['shards-subject', 'shards-subject-pattern', 'one is exact, the other is not'],
  ['tofu', 'no-refresh', 'whom it believed first is remembered where trusted roots are'],
  ['write', 'check', 'one changes files, the other only looks at them'],
  ['lock', 'no-lock', 'one names the lock, the other writes none'],
  ['json', 'diff', 'the diffs are in the JSON'],
  ['check', 'diff', 'it takes a registry to know what would change, and --check asks none'],
  ...(['platform', 'policy', 'relay', 'at', 'no-refresh', 'lock', 'shards', 'osv'] as const).map((flag) => ['check', flag, '--check asks nobody'] as [Flag, Flag, string]),
];

export function parse(args: string[]): Arguments {
  const { values, words } = read(args);
  if (values.has('help')) return words[0] === 'trust' || words[0] === 'scan' ? { name: 'help', topic: words[0] } : { name: 'help' };
  if (values.has('version')) return { name: 'version' };

  const [name, rest] = commandOf(words);
  if (name === undefined) {
    throw new UsageError('expected a command, found none: pullproof check REF, pullproof scan REF, pullproof pin FILE or pullproof drift');
  }
  if (!isCommand(name)) {
    const meant = nearest(name, [...Object.keys(commands), 'trust']) ?? `'pullproof check ${name}'`;
    throw new UsageError(`unknown command '${name}': did you mean ${meant}?`);
  }
  const command = commands[name];
  for (const flag of values.keys()) {
    if (!(command.flags as readonly Flag[]).includes(flag)) throw new UsageError(`expected an option of ${name}, found '--${flag}'`);
  }
  for (const [one, other, why] of EXCLUSIVE) {
    if (values.has(one) && values.has(other)) throw new UsageError(`expected --${one} or --${other}, found both: ${why}`);
  }
  return command.read(rest, values);
}

/** One word, but for `trust`, which has two. */
function commandOf([first, second, ...rest]: string[]): [name: string | undefined, rest: string[]] {
  if (first !== 'trust') return [first, second === undefined ? [] : [second, ...rest]];
  if (second !== undefined && isCommand(`trust ${second}`)) return [`trust ${second}`, rest];
  const meant = second === undefined ? undefined : nearest(second, ['inspect', 'migrate']);
  throw new UsageError(meant === undefined
    ? `expected 'trust inspect NAME' or 'trust migrate NAME', found ${second === undefined ? 'neither' : `'trust ${second}'`}`
    : `unknown command 'trust ${second}': did you mean 'trust ${meant}'?`);
}

function readCheck([image, ...rest]: string[], values: Values): CheckArguments {
  if (image === undefined) {
    throw new UsageError('expected an image reference, found none: pullproof check nginx:1.27');
  }
  if (rest.length > 0) {
    throw new UsageError(`expected one image reference, found ${rest.length + 1}: check them one by one`);
  }
  const command: CheckArguments = { name: 'check', image, attachments: values.has('attachments'), ...readShared(values) };
  const [key, root, identity] = [values.get('key'), values.get('trusted-root'), readIdentity(values)];
  if (key !== undefined) command.key = key;
  if (identity !== undefined) command.identity = identity;
  if (root !== undefined) {
    if (key === undefined && identity === undefined) throw new UsageError('expected --trusted-root with --key or --issuer, found it alone');
    command.trustedRoot = root;
  }
  const trusting = readTrusting(values);
  if (trusting !== undefined) {
    if (key !== undefined || identity !== undefined) {
      throw new UsageError(`expected --${key !== undefined ? 'key' : 'issuer'} or --${trusting.anchor.kind}, found both: a policy can name several signers`);
    }
    command.trusting = trusting;
  }
  return command;
}

const LEVELS: readonly VulnerabilityLevel[] = ['negligible', 'low', 'medium', 'high', 'critical'];

function readScan([image, ...rest]: string[], values: Values): ScanArguments {
  if (image === undefined) throw new UsageError('expected an image reference, found none: pullproof scan nginx:1.27 --shards DIR');
  if (rest.length > 0) throw new UsageError(`expected one image reference, found ${rest.length + 1}: scan them one by one`);
  const advised = readAdvised(values);
  if (advised === undefined) {
    throw new UsageError('expected --shards DIR, or --osv, which tells api.osv.dev the names and versions of all packages; found neither');
  }
  const command: ScanArguments = {
    name: 'scan',
    image,
    advised,
    onlyFixable: values.has('only-fixable'),
    refresh: !values.has('no-refresh'),
    ignore: values.get('ignore')?.split(SEPARATOR) ?? [],
    json: values.has('json'),
    color: !values.has('no-color'),
    ...readAt(values),
  };
  for (const name of ['platform', 'relay', 'sbom', 'sarif', 'cyclonedx'] as const) {
    const value = values.get(name);
    if (value !== undefined) command[name] = value;
  }
  readAttested(command, values);
  const printed = [...(command.json ? ['--json'] : []), ...(['sarif', 'cyclonedx'] as const).filter((name) => command[name] === '-').map((name) => `--${name} -`)];
  if (printed.length > 1) throw new UsageError(`expected one of ${printed.join(' and ')}, found both: either is printed`);
  const text = values.get('fail-on');
  if (text === undefined) {
    const alone = (['only-fixable', 'ignore'] as const).find((flag) => values.has(flag));
    if (alone !== undefined) throw new UsageError(`expected --${alone} with --fail-on, found it alone: nothing is denied`);
    return command;
  }
  const level = LEVELS.find((one) => one === text);
  if (level === undefined) {
    const meant = nearest(text, LEVELS);
    throw new UsageError(`unknown severity '${text}': ${meant ? `did you mean ${meant}?` : `expected one of ${LEVELS.join(', ')}`}`);
  }
  return { ...command, failOn: level };
}

/** Where the list of packages is from, and whose word counts. */
function readAttested(command: ScanArguments, values: Values): void {
  const packages = values.get('packages');
  if (packages !== undefined) {
    if (packages !== 'layers' && packages !== 'sbom') throw new UsageError(`expected --packages to be layers or sbom, found '${packages}'`);
    if (command.sbom !== undefined && packages === 'layers') {
      throw new UsageError('expected --packages layers or --sbom FILE, found both: a list that you bring is not read from layers');
    }
    command.packages = packages;
  }
  const [key, identity, root] = [values.get('attested-by'), readIdentity(values), values.get('trusted-root')];
  if (key !== undefined) command.attestedBy = key;
  if (identity !== undefined) command.identity = identity;
  if (root !== undefined) {
    if (key === undefined && identity === undefined) throw new UsageError('expected --trusted-root with --attested-by or --issuer, found it alone');
    command.trustedRoot = root;
  }
}

function readAdvised(values: Values): Advised | undefined {
  const [folder, vex, kev, days] = (['shards', 'vex', 'kev', 'max-age'] as const).map((flag) => values.get(flag));
  if (folder === undefined && !values.has('osv')) {
    const alone = ADVISED.find((flag) => values.has(flag));
    if (alone !== undefined) throw new UsageError(`expected --${alone} with --shards or --osv, found it alone: it is about what they say`);
    return undefined;
  }
  if (days !== undefined && !/^[0-9]{1,9}$/.test(days)) throw new UsageError(`expected --max-age to be a whole number of days, found '${days}'`);
  const source: Advised['source'] = folder === undefined ? { kind: 'osv' } : { kind: 'shards', folder, ...readShardsSignedBy(values) };
  return {
    source,
    ...(vex !== undefined && { vex }),
    ...(kev !== undefined && { kev }),
    ...(days !== undefined && { maxAge: Number(days) }),
  };
}

function readShardsSignedBy(values: Values): { signedBy?: ShardsSignedBy } {
  const [file, issuer, subject, subjectPattern, trustedRoot] = SHARDS.map((flag) => values.get(flag));
  if (file !== undefined) {
    const alone = SHARDS.slice(2).find((flag) => values.has(flag));
    if (alone !== undefined) throw new UsageError(`expected --${alone} with --shards-issuer, found it with --shards-signed-by`);
    return { signedBy: { kind: 'key', file } };
  }
  if (issuer === undefined) {
    const alone = SHARDS.find((flag) => values.has(flag));
    if (alone === undefined) return {};
    throw new UsageError(`expected --${alone} with --shards-issuer, found it alone`);
  }
  if (subject === undefined && subjectPattern === undefined) {
    throw new UsageError('expected --shards-issuer with --shards-subject or --shards-subject-pattern, found it alone');
  }
  const identity: SignerIdentity = { issuer, ...(subject !== undefined && { subject }), ...(subjectPattern !== undefined && { subjectPattern }) };
  return { signedBy: { kind: 'identity', identity, ...(trustedRoot !== undefined && { trustedRoot }) } };
}

function readInspect([image, ...rest]: string[], values: Values): InspectArguments {
  if (image === undefined) throw new UsageError('expected the name of an image, found none: pullproof trust inspect registry.example/team/app');
  if (rest.length > 0) throw new UsageError(`expected one name, found ${rest.length + 1}: inspect them one by one`);
  return { name: 'trust inspect', image, ...readAboutTrust(values), ...readAt(values) };
}

function readMigrate(images: string[], values: Values): MigrateArguments {
  if (images.length === 0) throw new UsageError('expected the name of an image, found none: pullproof trust migrate registry.example/team/app');
  const [key, identity, out] = [values.get('key'), readIdentity(values), values.get('out')];
  const write = values.has('write');
  for (const flag of ['out', 'overwrite'] as const) {
    if (values.has(flag) && !write) throw new UsageError(`expected --${flag} with --write, found it alone: nothing is written`);
  }
  return {
    name: 'trust migrate',
    images,
    ...readAboutTrust(values),
    ...(key !== undefined && { key }),
    ...(identity !== undefined && { identity }),
    keep: values.has('keep-content-trust'),
    out: out ?? '.',
    write,
    overwrite: values.has('overwrite'),
  };
}

function readAboutTrust(values: Values): AboutTrust {
  const trusting = readTrusting(values);
  if (trusting === undefined) {
    throw new UsageError('expected one of --root-key, --root-cert, --ca and --tofu, found none: they say whose word is believed');
  }
  const [store, relay] = [values.get('store'), values.get('relay')];
  return {
    trusting,
    ...(store !== undefined && { store }),
    ...(relay !== undefined && { relay }),
    json: values.has('json'),
    color: !values.has('no-color'),
  };
}

function readTrusting(values: Values): Trusting | undefined {
  const kind = ANCHORS.find((flag) => values.has(flag));
  if (kind === undefined) {
    const alone = (['server', 'fall-back'] as const).find((flag) => values.has(flag));
    if (alone === undefined) return undefined;
    throw new UsageError(`expected --${alone} with one of --root-key, --root-cert, --ca and --tofu, found it alone`);
  }
  const [value, server] = [values.get(kind)!, values.get('server')];
  const anchor: Anchor = kind === 'tofu' ? { kind } : kind === 'ca' ? { kind, file: value } : { kind, pin: value };
  return { anchor, ...(server !== undefined && { server }), fallBack: values.has('fall-back') };
}

function readIdentity(values: Values): SignerIdentity | undefined {
  const [issuer, subject, subjectPattern] = [values.get('issuer'), values.get('subject'), values.get('subject-pattern')];
  const named = subject !== undefined ? { subject } : subjectPattern !== undefined ? { subjectPattern } : undefined;
  if (issuer === undefined && named === undefined) return undefined;
  if (issuer === undefined) throw new UsageError('expected --issuer with --subject, found it alone: a name means what its issuer makes of it');
  if (named === undefined) throw new UsageError('expected --subject with --issuer, found it alone: an issuer knows many');
  return { issuer, ...named };
}

function readPin(files: string[], values: Values): PinArguments {
  if (files.length === 0) {
    throw new UsageError('expected a file, found none: pullproof pin compose.yaml');
  }
  const write = values.has('write');
  if (values.has('lock') && !write) {
    throw new UsageError('expected --lock with --write, found it alone: nothing is written');
  }
  const [toStandardOutput] = (['json', 'diff'] as const).filter((flag) => values.has(flag));
  if (write && files.includes('-') && toStandardOutput !== undefined) {
    throw new UsageError(`expected --write or --${toStandardOutput} for standard input, found both: either is printed`);
  }
  const lock = write && !values.has('no-lock') ? values.get('lock') ?? LOCK_NAME : undefined;
  return { name: 'pin', ...readTexts(files, values, KINDS), write, check: values.has('check'), diff: values.has('diff'), lock };
}

function readDrift(files: string[], values: Values): DriftArguments {
  return { name: 'drift', ...readTexts(files.length === 0 ? [LOCK_NAME] : files, values, [...KINDS, 'lock']) };
}

function readTexts<Kind extends string>(files: string[], values: Values, kinds: readonly Kind[]): Texts<Kind> {
  if (files.length > 1 && files.includes('-')) {
    throw new UsageError(`expected '-' alone, found it among ${files.length} files`);
  }
  const kind = values.get('kind');
  return { files, ...(kind !== undefined && { kind: readKind(kind, kinds) }), ...readShared(values) };
}

function readShared(values: Values): Shared {
  const shared: Shared = { refresh: !values.has('no-refresh'), json: values.has('json'), color: !values.has('no-color') };
  for (const name of ['platform', 'policy', 'relay'] as const) {
    const value = values.get(name);
    if (value !== undefined) shared[name] = value;
  }
  const advised = readAdvised(values);
  if (advised !== undefined) {
    if (shared.policy === undefined) {
      throw new UsageError(`expected --${advised.source.kind} with --policy, found it alone: nothing says what is denied; pullproof scan lists what there is`);
    }
    shared.advised = advised;
  }
  return { ...shared, ...readAt(values) };
}

function readAt(values: Values): { at?: Date } {
  const at = values.get('at');
  return at === undefined ? {} : { at: readTime(at) };
}

/** Splits flags from words. `node:util` finds the pieces; refusing is done here, because its messages know no nearest flag. */
function read(args: string[]): { values: Map<Flag, string>; words: string[] } {
  const values = new Map<Flag, string>();
  const words: string[] = [];
  const { tokens } = parseArgs({ args, options: flags, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;

    const { name, rawName, value, inlineValue } = token;
    if (!isFlag(name)) {
      const meant = nearest(name, Object.keys(flags));
      throw new UsageError(`unknown option '${rawName}'${meant ? `: did you mean '--${meant}'?` : ''}`);
    }
    const before = values.get(name);
    if (before !== undefined && !REPEATABLE.includes(name)) {
      throw new UsageError(`expected ${rawName} once, found it twice`);
    }
    if (flags[name].type === 'boolean' && value !== undefined) {
      throw new UsageError(`expected ${rawName} without a value, found '${value}'`);
    }
    if (flags[name].type === 'string' && (!value || (!inlineValue && value.startsWith('-') && !(value === '-' && STANDARD_OUTPUT.includes(name))))) {
      throw new UsageError(`expected a value for ${rawName}, found ${value ? `'${value}'` : 'none'}`);
    }
    values.set(name, before === undefined ? value ?? '' : `${before}${SEPARATOR}${value}`);
  }
  return { values, words };
}

function isFlag(name: string): name is Flag {
  return Object.hasOwn(flags, name);
}

function isCommand(name: string): name is keyof typeof commands {
  return Object.hasOwn(commands, name);
}

function readKind<Kind extends string>(text: string, kinds: readonly Kind[]): Kind {
  const kind = kinds.find((one) => one === text);
  if (kind === undefined) {
    const meant = nearest(text, kinds);
    throw new UsageError(`unknown kind '${text}': ${meant ? `did you mean ${meant}?` : `expected one of ${kinds.join(', ')}`}`);
  }
  return kind;
}

function readTime(text: string): Date {
  const time = parseTime(text);
  if (time === undefined) {
    throw new UsageError(`expected --at to be a time as in RFC 3339, 1970 or later, like 2026-01-31T12:00:00Z, found '${text}'`);
  }
  return time;
}
