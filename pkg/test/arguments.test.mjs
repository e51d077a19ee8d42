// The command line: what is refused, and with which advice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../dist/cli/arguments.js';
import { parseTime } from '../dist/cli/time.js';
import { trustUsage, usage, UsageError } from '../dist/cli/usage.js';

for (const [words, message] of [
  ['', /expected a command, found none/],
  ['chekc nginx', /unknown command 'chekc': did you mean check\?/],
  ['nginx', /unknown command 'nginx': did you mean 'pullproof check nginx'\?/],
  ['check', /expected an image reference, found none/],
  ['check nginx alpine', /expected one image reference, found 2/],
  ['check nginx --platfrom linux/amd64', /unknown option '--platfrom': did you mean '--platform'\?/],
  ['check nginx --jsn', /did you mean '--json'\?/],
  ['check nginx --no-colour', /did you mean '--no-color'\?/],
  ['check nginx --frobnicate', /unknown option '--frobnicate'$/],
  ['check nginx -x', /unknown option '-x'/],
  ['check nginx --platform', /expected a value for --platform, found none/],
  ['check nginx --platform=', /expected a value for --platform, found none/],
  ['check nginx --platform --json', /expected a value for --platform, found '--json'/],
  ['check nginx --json=yes', /expected --json without a value, found 'yes'/],
  ['check nginx --platform a --platform b', /expected --platform once, found it twice/],
  ['check nginx --at yesterday', /expected --at to be a time as in RFC 3339.*found 'yesterday'/],
  ['check nginx --write', /expected an option of check, found '--write'/],
  ['pim a.yaml', /unknown command 'pim': did you mean pin\?/],
  ['drfit', /unknown command 'drfit': did you mean drift\?/],
  ['pin', /expected a file, found none: pullproof pin compose\.yaml/],
  ['pin a.yaml --attachments', /expected an option of pin, found '--attachments'/],
  ['pin a.yaml --key cosign.pub', /expected an option of pin, found '--key'/],
  ['check a --key cosign.pub --policy p.json', /expected --policy or --key, found both/],
  ['check a --key cosign.pub --issuer i --subject s', /expected --key or --issuer, found both/],
  ['check a --issuer i', /expected --subject with --issuer/],
  ['check a --subject s', /expected --issuer with --subject/],
  ['check a --issuer i --subject s --subject-pattern p', /expected --subject or --subject-pattern, found both/],
  ['check a --trusted-root r.json', /expected --trusted-root with --key or --issuer/],
  ['pin a.yaml --wirte', /unknown option '--wirte': did you mean '--write'\?/],
  ['pin a.yaml --write --check', /expected --write or --check, found both: one changes files/],
  ['pin a.yaml --write --lock l --no-lock', /expected --lock or --no-lock, found both/],
  ['pin a.yaml --json --diff', /expected --json or --diff, found both: the diffs are in the JSON/],
  ['pin a.yaml --check --diff', /expected --check or --diff, found both/],
  ['pin a.yaml --check --policy p.json', /expected --check or --policy, found both: --check asks nobody/],
  ['pin a.yaml --check --platform linux/arm64', /expected --check or --platform, found both/],
  ['pin a.yaml --check --relay https://edge.example/', /expected --check or --relay, found both/],
  ['pin a.yaml --check --at 2026-01-31T12:00:00Z', /expected --check or --at, found both/],
  ['pin a.yaml --check --lock l', /expected --check or --lock, found both/],
  ['pin a.yaml --lock l', /expected --lock with --write, found it alone/],
  ['pin a.yaml --write --lock', /expected a value for --lock, found none/],
  ['pin a.yaml -', /expected '-' alone, found it among 2 files/],
  ['pin - --write --json', /expected --write or --json for standard input, found both/],
  ['pin - --write --diff', /expected --write or --diff for standard input, found both/],
  ['pin a.yaml --kind compos', /unknown kind 'compos': did you mean compose\?/],
  ['pin a.yaml --kind toml', /unknown kind 'toml': expected one of reference, command, dockerfile/],
  ['pin a.yaml --kind lock', /unknown kind 'lock'/],
  ['pin a.yaml --kind compose --kind helm-values', /expected --kind once, found it twice/],
  ['trust', /expected 'trust inspect NAME' or 'trust migrate NAME', found neither/],
  ['trust nginx', /expected 'trust inspect NAME' or 'trust migrate NAME', found 'trust nginx'/],
  ['trust inpsect nginx', /unknown command 'trust inpsect': did you mean 'trust inspect'\?/],
  ['turst inspect nginx', /unknown command 'turst': did you mean trust\?/],
  ['inspect nginx', /unknown command 'inspect'/],
  ['trust inspect --tofu', /expected the name of an image, found none/],
  ['trust inspect a b --tofu', /expected one name, found 2/],
  ['trust inspect a', /expected one of --root-key, --root-cert, --ca and --tofu, found none/],
  ['trust inspect a --server https://notary.example', /expected --server with one of --root-key/],
  ['trust inspect a --tofu --ca ca.pem', /expected --ca or --tofu, found both/],
  ['trust inspect a --root-key k --root-cert c', /expected --root-key or --root-cert, found both/],
  ['trust inspect a --tofu --write', /expected an option of trust inspect, found '--write'/],
  ['trust inspect a --tofu --policy p.json', /expected an option of trust inspect, found '--policy'/],
  ['trust inspect a --tofu --store', /expected a value for --store, found none/],
  ['trust migrate --tofu', /expected the name of an image, found none/],
  ['trust migrate a', /expected one of --root-key, --root-cert, --ca and --tofu, found none/],
  ['trust migrate a --tofu --at 2026-01-31T12:00:00Z', /expected an option of trust migrate, found '--at'/],
  ['trust migrate a --tofu --key k --issuer i --subject s', /expected --key or --issuer, found both/],
  ['trust migrate a --tofu --subject s', /expected --issuer with --subject/],
  ['trust migrate a --tofu --out o', /expected --out with --write, found it alone/],
  ['trust migrate a --tofu --overwrite', /expected --overwrite with --write, found it alone/],
  ['check a --tofu --policy p.json', /expected --policy or --tofu, found both: a policy names its own/],
  ['check a --root-key k --key cosign.pub', /expected --key or --root-key, found both/],
  ['check a --ca c --issuer i --subject s', /expected --issuer or --ca, found both/],
  ['check a --tofu --no-refresh', /expected --tofu or --no-refresh, found both: whom it believed first is remembered/],
  ['check a --fall-back', /expected --fall-back with one of --root-key/],
  ['check a --root-key k --store s', /expected an option of check, found '--store'/],
  ['drift --lock l', /expected an option of drift, found '--lock'/],
  ['drift --check', /expected an option of drift, found '--check'/],
  ['drift a - b', /expected '-' alone, found it among 3 files/],
]) {
  test(`'pullproof ${words}' is refused`, () => {
    assert.throws(() => parse(words.split(' ').filter(Boolean)), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    });
  });
}

test('every option reaches the check', () => {
  const withValues = '--platform linux/arm64 --policy p.json --relay https://edge.example/ --at 2026-01-31T12:00:00Z';
  assert.deepEqual(parse(`check nginx ${withValues} --no-refresh --attachments --json --no-color`.split(' ')), {
    name: 'check',
    image: 'nginx',
    platform: 'linux/arm64',
    policy: 'p.json',
    relay: 'https://edge.example/',
    at: new Date('2026-01-31T12:00:00Z'),
    refresh: false,
    attachments: true,
    json: true,
    color: false,
  });
});

test('every option reaches pin', () => {
  const withValues = '--platform linux/arm64 --policy p.json --relay https://edge.example/ --at 2026-01-31T12:00:00Z';
  assert.deepEqual(parse(`pin a.yaml b --write --diff --no-color --kind compose --lock l ${withValues}`.split(' ')), {
    name: 'pin',
    files: ['a.yaml', 'b'],
    kind: 'compose',
    platform: 'linux/arm64',
    policy: 'p.json',
    relay: 'https://edge.example/',
    at: new Date('2026-01-31T12:00:00Z'),
    write: true,
    check: false,
    diff: true,
    lock: 'l',
    refresh: true,
    json: false,
    color: false,
  });
});

test('every option reaches trust inspect', () => {
  const words = 'trust inspect a:1.0 --root-key k --server https://n.example --fall-back --store s --at 2026-01-31T12:00:00Z --relay https://r.example --json';
  assert.deepEqual(parse(words.split(' ')), {
    name: 'trust inspect',
    image: 'a:1.0',
    trusting: { anchor: { kind: 'root-key', pin: 'k' }, server: 'https://n.example', fallBack: true },
    store: 's',
    at: new Date('2026-01-31T12:00:00Z'),
    relay: 'https://r.example',
    json: true,
    color: true,
  });
});

test('every option reaches trust migrate', () => {
  const words = 'trust migrate a b --ca ca.pem --issuer i --subject s --keep-content-trust --out o --write --overwrite --no-color';
  assert.deepEqual(parse(words.split(' ')), {
    name: 'trust migrate',
    images: ['a', 'b'],
    trusting: { anchor: { kind: 'ca', file: 'ca.pem' }, fallBack: false },
    identity: { issuer: 'i', subject: 's' },
    keep: true,
    out: 'o',
    write: true,
    overwrite: true,
    json: false,
    color: false,
  });
});

test('an anchor of Docker Content Trust reaches the check', () => {
  assert.deepEqual(parse(['check', 'a', '--tofu']).trusting, { anchor: { kind: 'tofu' }, fallBack: false });
});

test('trust has a help of its own', () => {
  assert.deepEqual(parse(['trust', '--help']), { name: 'help', topic: 'trust' });
  assert.deepEqual(parse(['trust', 'inspect', 'a', '-h']), { name: 'help', topic: 'trust' });
});

test('a lock is written with the files, unless it is not wanted', () => {
  assert.equal(parse(['pin', 'a', '--write']).lock, 'pullproof.lock');
  assert.equal(parse(['pin', 'a', '--write', '--no-lock']).lock, undefined);
  assert.equal(parse(['pin', 'a']).lock, undefined);
});

test('drift reads the lock unless it is told otherwise', () => {
  assert.deepEqual(parse(['drift']), { name: 'drift', files: ['pullproof.lock'], refresh: true, json: false, color: true });
  const { kind, files } = parse(['drift', 'a', '--kind', 'lock', '--json']);
  assert.deepEqual([kind, files], ['lock', ['a']]);
});

test('what stands behind -- is a file, whatever it looks like', () => {
  assert.deepEqual(parse(['pin', '--json', '--', '--write', '-x']).files, ['--write', '-x']);
});

test('--help and --version win over everything but an unknown option', () => {
  assert.deepEqual(parse(['check', '--help']), { name: 'help' });
  assert.deepEqual(parse(['-h']), { name: 'help' });
  assert.deepEqual(parse(['--version']), { name: 'version' });
  assert.throws(() => parse(['--help', '--nonsense']), UsageError);
});

test('every option is in the help, and every line of it fits a terminal', () => {
  for (const flag of [
    '--platform', '--policy', '--key', '--issuer', '--subject', '--subject-pattern', '--trusted-root', '--attachments', '--write', '--check', '--diff', '--kind', '--lock', '--no-lock', '--relay', '--at', '--json',
    '--no-color', '--help', '--version', '--root-key', '--root-cert', '--ca', '--tofu', '--server', '--fall-back',
  ]) {
    assert.match(usage, new RegExp(`${flag}[ ,\\n]`), flag);
  }
  for (const flag of [
    '--root-key', '--root-cert', '--ca', '--tofu', '--key', '--issuer', '--subject', '--subject-pattern', '--keep-content-trust', '--server', '--fall-back', '--store', '--at', '--out', '--write',
    '--overwrite', '--relay', '--json', '--no-color',
  ]) {
    assert.match(trustUsage, new RegExp(`${flag}[ \\n]`), flag);
  }
  assert.deepEqual([...usage.split('\n'), ...trustUsage.split('\n')].filter((line) => line.length > 100), []);
});

for (const text of [
  '2026-01-31', '2026-01-31T12:00:00', '2026-01-31T12:00Z', '2026-02-30T00:00:00Z', '2025-02-29T00:00:00Z', '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z', '2026-01-00T00:00:00Z', '2026-01-31T24:00:00Z', '2026-01-31T12:60:00Z', '2016-12-31T23:59:60Z',
  '2026-01-31T12:00:00+24:00', '2026-01-31T12:00:00+0100', '1969-12-31T23:59:59Z', '1970-01-01T00:00:00+00:01', '0070-01-01T00:00:00Z',
  '1769860800', 'Sat, 31 Jan 2026 12:00:00 GMT', ' 2026-01-31T12:00:00Z', '2026-01-31T12:00:00Z\n', '',
]) {
  test(`${JSON.stringify(text)} is no time`, () => assert.equal(parseTime(text), undefined));
}

for (const text of ['2026-01-31T12:00:00Z', '2026-01-31t12:00:00z', '2026-01-31 13:30:00+01:30', '2026-01-31T11:00:00.000-01:00']) {
  test(`${text} is noon`, () => assert.equal(parseTime(text).toISOString(), '2026-01-31T12:00:00.000Z'));
}

test('a leap day in a leap year is a time', () => {
  assert.equal(parseTime('2024-02-29T00:00:00Z').toISOString(), '2024-02-29T00:00:00.000Z');
});
