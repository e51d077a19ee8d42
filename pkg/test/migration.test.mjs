// Leaving Docker Content Trust: what is taken along, and that nothing which somebody else named gets anywhere near a shell.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { believedTags, lockedImages, policyOf, thatAreThere, toSign } from '../dist/cli/migration.js';
import { commands, cosignScript, notationScript, quoted } from '../dist/cli/scripts.js';

const digest = (letter) => `sha256:${letter.repeat(64)}`;
const GUN = 'registry.example/team/app';
const listed = (tag, changes = {}) => ({ tag, digest: digest('a'), length: 500, role: 'targets', believed: true, signers: [], ...changes });
const inspection = (tags, changes = {}) => ({
  outcome: 'verified', server: 'https://notary.example', gun: GUN, tags, rootKeys: [{ id: 'f'.repeat(64) }], ...changes,
});
const migrated = (tags, changes) => {
  const one = inspection(tags, changes);
  return { image: GUN, inspection: one, ...believedTags(one) };
};
const found = (letter = 'a', size = 500) => ({
  digest: digest(letter), mediaType: 'application/vnd.oci.image.index.v1+json', size, platform: null, indexDigest: digest(letter),
  platformDigest: null, toldBy: 'registry.example', via: 'direct', relay: null, resolvedAt: '2026-11-26T12:00:00Z', signers: [],
});
const answers = (...all) => new Map(all.map(([letter, answer]) => [`${GUN}@${digest(letter)}`, answer]));

test('what another role overrules is not taken along', () => {
  const { tags, leftOut } = believedTags(inspection([listed('1.0'), listed('1.0', { digest: digest('b'), role: 'targets', believed: false })]));
  assert.deepEqual([tags.map((one) => one.digest), leftOut], [[digest('a')], []]);
});

for (const outcome of ['failed', 'unknown', 'archived']) {
  test(`of a collection that is ${outcome} nothing is taken along, whatever it lists`, () => {
    const one = migrated([listed('1.0')], { outcome });
    assert.deepEqual([one.tags, one.leftOut], [[], []]);
    assert.deepEqual(policyOf([one], { cosign: { publicKey: 'key' } }, { rootKey: 'k' }).rules, []);
  });
}

for (const name of ['1.0\nrm -rf .', '$(reboot)', '`reboot`', '1.0;reboot', '1.0 2.0', '-rf', '', '.hidden', '../1.0', 'a'.repeat(129), '1.0\u202e', '図']) {
  test(`${JSON.stringify(name.slice(0, 20))} is left out, because it is no tag`, () => {
    const one = migrated([listed(name), listed('1.0')]);
    assert.deepEqual(one.leftOut.map(({ tag, code }) => [tag, code]), [[name, 'not-a-tag']]);
    assert.deepEqual(toSign([one]), [{ pinned: `${GUN}@${digest('a')}`, tags: ['1.0'] }]);
  });
}

test('a tag that was signed without a SHA-256 is left out', () => {
  const { tags, leftOut } = believedTags(inspection([listed('1.0', { digest: null, length: null })]));
  assert.deepEqual([tags, leftOut.map(({ code }) => code)], [[], ['no-digest']]);
});

test('an image that the registry does not have is left out, with the registry\'s reason', () => {
  const one = thatAreThere(migrated([listed('1.0')]), answers(['a', { code: 'not-found', message: 'not here' }]));
  assert.deepEqual([one.tags, one.leftOut], [[], [{ tag: '1.0', code: 'not-found', message: 'not here' }]]);
  assert.deepEqual(policyOf([one]).rules, [], 'what nobody can have is not accepted');
});

test('trap 16: an image of another length than was signed is left out', () => {
  const one = thatAreThere(migrated([listed('1.0')]), answers(['a', found('a', 501)]));
  assert.deepEqual([one.tags, one.leftOut.map(({ code }) => code)], [[], ['size-mismatch']]);
});

test('an image is signed once, under all of its tags, and locked under each', () => {
  const all = [migrated([listed('1.0'), listed('latest'), listed('0.9', { digest: digest('b') })])];
  assert.deepEqual(toSign(all).map(({ tags }) => tags), [['1.0', 'latest'], ['0.9']]);
  const images = lockedImages(all, answers(['a', found()], ['b', found('b')]));
  assert.deepEqual(Object.keys(images), [`${GUN}:0.9`, `${GUN}:1.0`, `${GUN}:latest`]);
  assert.deepEqual(images[`${GUN}:0.9`].signers, ['f'.repeat(64)]);
});

test('a policy accepts what was signed, by digest, and rejects the rest', () => {
  const all = [migrated([listed('1.0'), listed('latest'), listed('0.9', { digest: digest('b') })])];
  assert.deepEqual(policyOf(all), {
    rules: [{ images: GUN, require: [{ anyOf: [{ digest: digest('a') }, { digest: digest('b') }] }] }],
    default: 'reject',
  });
});

test('a collection in which nothing is signed yet is for its successor', () => {
  const from = { cosign: { publicKey: 'key' } };
  assert.deepEqual(policyOf([migrated([])], from).rules, [{ images: GUN, require: [{ anyOf: [from] }] }]);
  assert.deepEqual(policyOf([migrated([])]).rules, []);
});

test('trap 8: first use is in no policy: the keys that were seen are', () => {
  const { anyOf } = policyOf([migrated([])], undefined, { firstUse: true }).rules[0].require[0];
  assert.deepEqual(anyOf, [{ contentTrust: { server: 'https://notary.example', rootKey: ['f'.repeat(64)] } }]);
});

const HOSTILE = ['plain', '', ' ', '$(reboot)', '`reboot`', "it's", "'", "''", '";reboot;"', '\\', '-rf', '*', '~', '!', '#', 'a\nb', '$HOME', '図\u202e'];

for (const text of HOSTILE) {
  test(`a shell reads ${JSON.stringify(text)} as that one word`, () => {
    const said = execFileSync('/bin/sh', ['-c', `printf '<%s>' ${quoted(text)}`], { encoding: 'utf8' });
    assert.equal(said, `<${text}>`);
  });
}

const IMAGES = [{ pinned: `${GUN}@${digest('a')}`, tags: ['1.0', 'latest'] }];

/** What a script calls a program with, a line a word. */
function called(script, program) {
  const shell = `${program}() { printf '<%s>' "$@" >&2; echo >&2; }\n${script}`;
  return execFileSync('/bin/sh', ['-c', `exec 2>&1; ${shell}`], { encoding: 'utf8', env: { PATH: process.env.PATH } }).trim().split('\n');
}

test('cosign signs with a key and verifies with the other, each image by its digest', () => {
  const script = cosignScript(IMAGES, { keyFile: "it's a key.pub" }, '2026-11-26T12:00:00Z');
  // What `verify` prints is thrown away; our program says it on standard error.
  assert.deepEqual(called(script, 'cosign'), [
    `<sign><--yes><--key><cosign.key><${GUN}@${digest('a')}>`,
    `<verify><--key><it's a key.pub><${GUN}@${digest('a')}>`,
  ]);
  assert.match(script, /\n# 1\.0 latest\n/);
});

test('cosign verifies the identity that signs from now on', () => {
  const identity = { issuer: 'https://issuer.example', subject: '$(reboot)' };
  assert.deepEqual(called(cosignScript(IMAGES, { identity }, 'now'), 'cosign'), [
    `<sign><--yes><${GUN}@${digest('a')}>`,
    `<verify><--certificate-identity><$(reboot)><--certificate-oidc-issuer><https://issuer.example><${GUN}@${digest('a')}>`,
  ]);
});

test('a pattern is the regular expression that cosign takes, anchored', () => {
  const identity = { issuer: 'https://issuer.example', subjectPattern: 'https://ci.example/a+b/*/**' };
  const [, verify] = commands(IMAGES, { identity }).cosign;
  assert.ok(verify.includes("--certificate-identity-regexp '^https://ci\\.example/a\\+b/[^/]*/.*$'"), verify);
});

test('notation signs and verifies each image by its digest, and is told which policy it needs', () => {
  const script = notationScript(IMAGES, 'now');
  assert.deepEqual(called(script, 'notation'), [`<sign><${GUN}@${digest('a')}>`, `<verify><${GUN}@${digest('a')}>`]);
  assert.match(script, new RegExp(`\n# {3}"${GUN}"\n`));
});

test('a signature that does not verify ends the script', () => {
  const shell = `cosign() { [ "$1" = sign ]; }\n${cosignScript(IMAGES, null, 'now')}\necho reached`;
  assert.throws(() => execFileSync('/bin/sh', ['-c', shell], { stdio: 'pipe' }), ({ status, stdout }) => status === 1 && !String(stdout).includes('reached'));
});
