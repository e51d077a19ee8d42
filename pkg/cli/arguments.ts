/** The command line, read strictly: what is not understood is refused with the nearest thing that is. */

import { parseArgs } from 'node:util';
import { nearest } from '../nearest.js';
import { parseTime } from './time.js';

/** What was typed is wrong. */
export class UsageError extends Error {}

export type Arguments = { name: 'help' } | { name: 'version' } | CheckArguments;

export interface CheckArguments {
  name: 'check';
  image: string;
  platform?: string;
  policy?: string;
  relay?: string;
  at?: Date;
  attachments: boolean;
  json: boolean;
  color: boolean;
}

const flags = {
  platform: { type: 'string' },
  policy: { type: 'string' },
  relay: { type: 'string' },
  at: { type: 'string' },
  attachments: { type: 'boolean' },
  json: { type: 'boolean' },
  'no-color': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

type Flag = keyof typeof flags;

export const usage = `pullproof finds out what a container image reference names: it fetches the bytes, hashes them
on this machine, and prints the reference that can never name anything else.

Usage:
  pullproof check REF [options]

Options:
  --platform P     the platform to go to, such as linux/arm64/v8 (default: linux/amd64)
  --policy FILE    accept or reject by the rules in this JSON file; without one the verdict
                   is never 'accept'
  --attachments    list what is attached to the image as well
  --relay URL      ask this relay when the registry gives no answer; it need not be trusted
                   and gets no credentials
  --at TIME        check for this time instead of now, as 2026-01-31T12:00:00Z
  --json           print the report as JSON (report.schema.json describes it)
  --no-color       print no colours; so does the environment variable NO_COLOR
  --help, -h       print this
  --version        print the version

Examples:
  pullproof check nginx:1.27
  pullproof check ghcr.io/org/app:2.1 --platform linux/arm64 --policy policy.json
  pullproof check alpine --json | jq --raw-output .pinned

Exit codes:
  0  accepted      1  rejected      2  the command line or the policy is wrong
  3  inconclusive: no policy, or the registry could not be asked      130  interrupted

Registry credentials are those of docker login: config.json in $DOCKER_CONFIG or ~/.docker, and the
credential helpers it names.
`;

export function parse(args: string[]): Arguments {
  const { values, words } = read(args);
  if (values.has('help')) return { name: 'help' };
  if (values.has('version')) return { name: 'version' };

  const [command, image, ...rest] = words;
  if (command === undefined) {
    throw new UsageError('expected a command, found none: pullproof check REF');
  }
  if (command !== 'check') {
    const meant = nearest(command, ['check']) ? 'did you mean check?' : `did you mean 'pullproof check ${command}'?`;
    throw new UsageError(`unknown command '${command}': ${meant}`);
  }
  if (image === undefined) {
    throw new UsageError('expected an image reference, found none: pullproof check nginx:1.27');
  }
  if (rest.length > 0) {
    throw new UsageError(`expected one image reference, found ${rest.length + 1}: check them one by one`);
  }

  const checked: CheckArguments = {
    name: 'check',
    image,
    attachments: values.has('attachments'),
    json: values.has('json'),
    color: !values.has('no-color'),
  };
  for (const name of ['platform', 'policy', 'relay'] as const) {
    const value = values.get(name);
    if (value !== undefined) checked[name] = value;
  }
  const at = values.get('at');
  if (at !== undefined) checked.at = readTime(at);
  return checked;
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

function readTime(text: string): Date {
  const time = parseTime(text);
  if (time === undefined) {
    throw new UsageError(`expected --at to be a time as in RFC 3339, 1970 or later, like 2026-01-31T12:00:00Z, found '${text}'`);
  }
  return time;
}
