// The command line: what is refused, and with which advice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, usage, UsageError } from '../dist/cli/arguments.js';
import { parseTime } from '../dist/cli/time.js';

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
  assert.deepEqual(parse(`check nginx ${withValues} --attachments --json --no-color`.split(' ')), {
    name: 'check',
    image: 'nginx',
    platform: 'linux/arm64',
    policy: 'p.json',
    relay: 'https://edge.example/',
    at: new Date('2026-01-31T12:00:00Z'),
    attachments: true,
    json: true,
    color: false,
  });
});

test('--help and --version win over everything but an unknown option', () => {
  assert.deepEqual(parse(['check', '--help']), { name: 'help' });
  assert.deepEqual(parse(['-h']), { name: 'help' });
  assert.deepEqual(parse(['--version']), { name: 'version' });
  assert.throws(() => parse(['--help', '--nonsense']), UsageError);
});

test('every option is in the help, and every line of it fits a terminal', () => {
  for (const flag of ['--platform', '--policy', '--attachments', '--relay', '--at', '--json', '--no-color', '--help', '--version']) {
    assert.ok(usage.includes(`${flag} `) || usage.includes(`${flag},`), flag);
  }
  assert.deepEqual(usage.split('\n').filter((line) => line.length > 100), []);
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
