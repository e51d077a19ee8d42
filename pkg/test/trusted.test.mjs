// Docker Content Trust for people: what a report and an inspection say of it, and what a collection cannot make a terminal do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colours } from '../dist/cli/terminal.js';
import { contentTrustResults, renderInspection } from '../dist/cli/trusted.js';

const plain = colours(false);
const digest = `sha256:${'a'.repeat(64)}`;
const key = (letter) => letter.repeat(64);
const chain = [
  { role: 'root', version: 3, expires: '2036-01-01T00:00:00Z', threshold: 1, keys: [key('1'), key('2')] },
  { role: 'timestamp', version: 7, expires: '2026-02-01T00:00:00Z', threshold: 1, keys: [key('3')] },
];
const common = {
  server: 'https://notary.example', gun: 'docker.io/example/app', via: 'direct', anchor: { kind: 'keys', pinned: [key('1')] },
  outcome: 'verified', code: null, message: null, verifiedAt: null, chain, expires: '2026-02-01T00:00:00Z',
  rootKeys: [{ id: key('1'), certificate: key('c'), subject: 'CN=docker.io/example/app', from: '2016-01-01T00:00:00Z', to: '2036-01-01T00:00:00Z' }],
  firstSeen: '2026-01-01T00:00:00Z', kept: null,
};
const result = (changes = {}) => ({ ...common, tag: '1.0', digest, length: 500, role: 'targets/releases', passedOver: [], ...changes });
const inspection = (changes = {}) => ({
  ...common, schemaVersion: 1, checkedAt: '2026-01-31T12:00:00Z', tag: null,
  roles: [{ name: 'targets/releases', paths: ['1.', '2.'], keys: [key('4'), key('5')], threshold: 2, state: 'read', version: 4, expires: '2029-01-01T00:00:00Z' }],
  tags: [
    { tag: '1.0', digest, length: 500, role: 'targets/releases', believed: true, signers: ['targets/alice'] },
    { tag: '1.0', digest: null, length: null, role: 'targets', believed: false, signers: [] },
  ],
  ...changes,
});
const shown = (changes) => contentTrustResults([result(changes)], plain).join('\n');

test('a report says who signed the tag as what, and every file that this rests on', () => {
  assert.equal(shown(), `\
Docker Content Trust
  ✓ verified  targets/releases signed 1.0 as ${digest}, 500 bytes
              docker.io/example/app on https://notary.example, asked directly
              believing the root key ${key('1')}
              root              version 3, until 2036-01-01T00:00:00Z, signed by 1 of 2 keys
                      ${key('1')}
                      ${key('2')}
              timestamp         version 7, until 2026-02-01T00:00:00Z, signed by 1 key
                      ${key('3')}
              the first of it expires 2026-02-01T00:00:00Z
              first seen 2026-01-01T00:00:00Z, and never led back since`);
});

test('a report that asked no collection has no such section', () => {
  assert.deepEqual([contentTrustResults(null, plain), contentTrustResults([], plain)], [[], []]);
});

test('whoever came first is said to be vouched for by nobody', () => {
  const text = shown({ anchor: { kind: 'first-use', pinned: [] } });
  assert.match(text, /believing the root that came first, for which nobody vouches: first seen 2026-01-01T00:00:00Z/);
});

test('an archive is loud, and has no memory', () => {
  const text = shown({ outcome: 'archived', verifiedAt: '2020-10-01T00:00:00Z', firstSeen: null });
  assert.match(text, /! archived .*\n[^]*as if it were 2020-10-01T00:00:00Z: what was signed then, which proves nothing of the present/);
  assert.doesNotMatch(text, /seen|kept/);
});

test('that nothing is kept is said, and that it could not be', () => {
  assert.match(shown({ firstSeen: null }), /nothing is kept: an older state would look as good/);
  assert.match(shown({ kept: { code: 'store-unavailable', message: 'full' } }), /! store-unavailable: full/);
});

test('a role that was passed over is named, and why', () => {
  assert.match(shown({ passedOver: [{ role: 'targets/releases', why: 'expired' }] }), /! passed over targets\/releases, .*: it has expired/);
});

for (const [outcome, mark] of [['failed', '✗ failed  '], ['unknown', '? unknown ']]) {
  test(`${outcome} says why, and shows nothing that was signed`, () => {
    const nothing = { via: null, tag: null, digest: null, length: null, role: null, chain: [], rootKeys: [], expires: null, firstSeen: null };
    const text = shown({ outcome, code: 'a-code', message: 'a reason', ...nothing });
    assert.ok(text.includes(`\n  ${mark}  a-code: a reason\n`), text);
    assert.doesNotMatch(text, /signed|version|kept/);
  });
}

test('an inspection has the keys, the files, the roles, the tags, and what expires first', () => {
  assert.equal(renderInspection(inspection(), plain), `\
✓ VERIFIED  docker.io/example/app

Server    https://notary.example, asked directly, at 2026-01-31T12:00:00Z
Believing the root key ${key('1')}
Expires   2026-02-01T00:00:00Z: timestamp, before all else
Memory    first seen 2026-01-01T00:00:00Z, and never led back since

Root keys
  ${key('1')}
          CN=docker.io/example/app, valid from 2016-01-01T00:00:00Z to 2036-01-01T00:00:00Z
          certificate ${key('c')}

Files
  root              version 3, until 2036-01-01T00:00:00Z, signed by 1 of 2 keys
          ${key('1')}
          ${key('2')}
  timestamp         version 7, until 2026-02-01T00:00:00Z, signed by 1 key
          ${key('3')}

Delegated roles
  targets/releases  version 4, until 2029-01-01T00:00:00Z, signed by 2 keys
          for tags that begin with '1.', '2.'
          ${key('4')}
          ${key('5')}

1 signed tag
  1.0               ${digest}
          500 bytes, signed by targets/releases; so says targets/alice

Not what Docker takes, because another role is asked first
  1.0               without a SHA-256, so that it cannot be used
          signed by targets
`);
});

for (const [state, words] of [['expired', /cannot be used: it has expired/], ['unsigned', /cannot be used: too few of its keys signed it/], ['empty', /nothing was signed yet/]]) {
  test(`a role that is ${state} says so`, () => {
    const [role] = inspection().roles;
    assert.match(renderInspection(inspection({ roles: [{ ...role, state, version: null, expires: null }] }), plain), words);
  });
}

test('a certificate that expires before all else is said to', () => {
  assert.match(renderInspection(inspection({ expires: '2026-01-31T00:00:00Z' }), plain), /\nExpires {3}2026-01-31T00:00:00Z: a root certificate, before/);
});

test('what a collection says cannot make a terminal do anything, nor begin a line', () => {
  const hostile = '\u001b[2J\n✓ VERIFIED\u202e';
  const [role] = inspection().roles;
  const [tag] = inspection().tags;
  const text = renderInspection(inspection({
    outcome: 'failed', code: 'a-code', message: hostile, roles: [{ ...role, name: hostile, paths: [hostile] }],
    tags: [{ ...tag, tag: hostile, role: hostile, signers: [hostile] }], rootKeys: [{ ...common.rootKeys[0], subject: hostile }],
  }), plain);
  assert.doesNotMatch(text, /[\u001b\u202e]|^✓/mu);
});
