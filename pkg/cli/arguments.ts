/** The command line, read strictly: what is not understood is refused with the nearest thing that is. */

import { parseArgs } from 'node:util';
import { nearest } from '../nearest.js';
import { KINDS, LOCK_NAME } from '../text.js';
import type { PinKind, SignerIdentity } from '../types.js';
import { parseTime } from './time.js';

/** What was typed is wrong. */
export class UsageError extends Error {}

export type Arguments = { name: 'help' } | { name: 'version' } | CheckArguments | PinArguments | DriftArguments;

/** What every command may be told about how to ask registries, and how to print. */
interface Shared {
  platform?: string;
  policy?: string;
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

const SHARED: readonly Flag[] = ['platform', 'policy', 'relay', 'at', 'no-refresh', 'json', 'no-color'];

/** What each command understands. */
const commands = {
  check: { flags: [...SHARED, 'key', 'issuer', 'subject', 'subject-pattern', 'trusted-root', 'attachments'], read: readCheck },
  pin: { flags: [...SHARED, 'kind', 'write', 'check', 'diff', 'lock', 'no-lock'], read: readPin },
  drift: { flags: [...SHARED, 'kind'], read: readDrift },
} as const satisfies Record<string, { flags: readonly Flag[]; read: (words: string[], values: Values) => Arguments }>;

/** Flags that cannot both be meant. */
const EXCLUSIVE: readonly [Flag, Flag, why: string][] = [
  ['policy', 'key', 'a policy names the key itself'],
  ['policy', 'issuer', 'a policy names the signer itself'],
  ['key', 'issuer', 'a policy can name several signers'],
  ['subject', 'subject-pattern', 'one is exact, the other is not'],
  ['write', 'check', 'one changes files, the other only looks at them'],
  ['lock', 'no-lock', 'one names the lock, the other writes none'],
  ['json', 'diff', 'the diffs are in the JSON'],
  ['check', 'diff', 'it takes a registry to know what would change, and --check asks none'],
  ...(['platform', 'policy', 'relay', 'at', 'no-refresh', 'lock'] as const).map((flag) => ['check', flag, '--check asks nobody'] as [Flag, Flag, string]),
];

export const usage = `pullproof finds out what a container image reference names: it fetches the bytes, hashes them
on this machine, and prints the reference that can never name anything else.

Usage:
  pullproof check REF [options]         look at one image
  pullproof pin FILE... [options]       put digests behind the tags in files
  pullproof drift [FILE...] [options]   find out which tags have moved since

FILE is a file, a directory, a glob in quotes, or - for standard input. In directories these are
looked for: Dockerfiles, Compose files, Kubernetes objects, kustomizations, Helm values, GitHub
workflows and shell scripts.

Options:
  --platform P     the platform to go to, such as linux/arm64/v8 (check: linux/amd64 unless told
                   otherwise; pin: all of them, unless one is asked for)
  --policy FILE    accept or reject by the rules in this JSON file; without one the verdict
                   is never 'accept'. Only what it accepts is pinned
  --key FILE       check: accept what is signed with this public key, such as cosign.pub
  --issuer URL     check: accept what is signed by whom this issuer knows as the subject
  --subject NAME   check: that subject, exactly; --subject-pattern takes * (no slash) and **
  --trusted-root FILE
                   check: trust this instance of Sigstore (trusted_root.json) instead of the
                   public-good one; with --key, the signature has to be in its log, too
  --attachments    check: list what is attached to the image, and say who signed it
  --write          pin: write the digests into the files, and into the lock what is known of them
  --check          pin: ask nobody, and fail if a file names an image without a digest
  --diff           pin: print what changes, which is what it does unless told otherwise
  --kind K         read the files as this: reference, command, dockerfile, compose, kubernetes,
                   kustomization, helm-values or github-actions
  --lock FILE      pin --write: the lock (default: pullproof.lock)
  --no-lock        pin --write: write no lock
  --relay URL      ask this relay when the registry gives no answer; it need not be trusted
                   and gets no credentials
  --no-refresh     take the trusted roots of Sigstore that came with this version, and ask no
                   repository for newer ones, which is done at most once a day
  --at TIME        check for this time instead of now, as 2026-01-31T12:00:00Z
  --json           print the answer as JSON (described by report, pin and drift.schema.json)
  --no-color       print no colours; so does the environment variable NO_COLOR
  --help, -h       print this
  --version        print the version

Examples:
  pullproof check nginx:1.27
  pullproof check ghcr.io/org/app:2.1 --platform linux/arm64 --policy policy.json
  pullproof check ghcr.io/org/app:2.1 --key cosign.pub
  pullproof check alpine --json | jq --raw-output .pinned
  pullproof pin compose.yaml Dockerfile --write
  pullproof pin . --check
  pullproof drift

Exit codes:
  0  accepted; all is pinned; no tag has moved
  1  rejected; --check found something to pin; a tag has moved
  2  the command line, the policy or the lock is wrong
  3  something could not be found out or done      130  interrupted

What was seen of trusted roots is kept in $PULLPROOF_STATE, else in $XDG_STATE_HOME/pullproof or
~/.local/state/pullproof. It can be deleted; then nothing protects from an older root.

Registry credentials are those of docker login: config.json in $DOCKER_CONFIG or ~/.docker, and the
credential helpers it names.
`;

export function parse(args: string[]): Arguments {
  const { values, words } = read(args);
  if (values.has('help')) return { name: 'help' };
  if (values.has('version')) return { name: 'version' };

  const [name, ...rest] = words;
  if (name === undefined) {
    throw new UsageError('expected a command, found none: pullproof check REF, pullproof pin FILE or pullproof drift');
  }
  if (!isCommand(name)) {
    const meant = nearest(name, Object.keys(commands)) ?? `'pullproof check ${name}'`;
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
  return command;
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
  const at = values.get('at');
  if (at !== undefined) shared.at = readTime(at);
  return shared;
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
    if (values.has(name)) {
      throw new UsageError(`expected ${rawName} once, found it twice`);
    }
    if (flags[name].type === 'boolean' && value !== undefined) {
      throw new UsageError(`expected ${rawName} without a value, found '${value}'`);
    }
    if (flags[name].type === 'string' && (!value || (!inlineValue && value.startsWith('-')))) {
      throw new UsageError(`expected a value for ${rawName}, found ${value ? `'${value}'` : 'none'}`);
    }
    values.set(name, value ?? '');
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
