// One bundle by itself, over the real core. The folder support/bundle is the case `message` of the virtual Sigstore:
// cargo run --package pullproof-world --example sigstore -- DIRECTORY

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, test } from 'node:test';
import { loaded } from '../dist/core.js';
import { CheckError, verifyBundle } from '../dist/node.js';

const read = (name) => readFileSync(new URL(`support/bundle/${name}`, import.meta.url));
const bundle = read('bundle.sigstore.json').toString();
const trustedRoot = read('trusted_root.json').toString();
const artifact = new Uint8Array(read('artifact'));
const DIGEST = digestOf(bundle);
const identity = {
  issuer: 'https://token.pullproof.test',
  subject: 'https://ci.pullproof.test/team/app/.workflows/release.yml@refs/heads/main',
};
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' });
const now = new Date('2026-11-26T12:00:00Z');
const options = { identity, trustedRoot, now };

function digestOf(text) {
  const { digest } = JSON.parse(text).messageSignature.messageDigest;
  return `sha256:${Buffer.from(digest, 'base64').toString('hex')}`;
}

/** The bytes in the midst of others. */
function within(bytes) {
  const memory = new Uint8Array(bytes.length + 20).fill(7);
  memory.set(bytes, 10);
  return memory.subarray(10, 10 + bytes.length);
}

const own = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
const { fetch } = globalThis;
afterEach(() => {
  Object.defineProperty(globalThis, 'crypto', own);
  globalThis.fetch = fetch;
});

test('what the wanted identity signed is verified, and everything is said that a report says', async () => {
  const { steps, signer, ...others } = await verifyBundle(bundle, artifact, options);
  assert.deepEqual(others, {
    artifact: DIGEST, form: 'bundle-v0.3', meaning: { kind: 'signature', predicateType: null, annotations: [] },
    signedAt: '2026-01-15T12:00:03Z', trustedRoot: 'given', outcome: 'verified', code: null, message: null,
  });
  assert.deepEqual(signer, { type: 'identity', ...identity, claims: signer.claims });
  assert.deepEqual(steps.map(({ name, outcome }) => `${name} ${outcome}`),
    ['time passed', 'chain passed', 'sct passed', 'identity passed', 'log passed', 'signature passed']);
});

test('whoever is to say which signatures hold and says something else has said nothing', async () => {
  const asked = { identity, trustedRoot, now: now.getTime() / 1000 };
  const outcome = async (verify) => {
    const { outcome, code } = await loaded().core.verifyBundle(new TextEncoder().encode(bundle), artifact, asked, verify);
    return [outcome, code];
  };
  const all = (answer) => async (checks) => checks.map(() => answer);
  assert.deepEqual(await outcome(all(true)), ['verified', null]);
  assert.equal((await outcome(all(false)))[0], 'failed');
  for (const verify of [
    async () => [], async (checks) => checks.slice(1).map(() => true), async (checks) => [...checks, 0].map(() => true),
    all(null), all(1), all('true'), all(Object(true)), async ({ length }) => ({ length, 0: true }), async () => true, () => undefined,
    () => { throw new Error('thrown'); }, async () => { throw null; }, () => ({ then: (_, reject) => reject() }),
  ]) {
    assert.deepEqual(await outcome(verify), ['unknown', 'arithmetic-unavailable'], String(verify));
  }
});

test('nobody is asked', async () => {
  globalThis.fetch = () => assert.fail('somebody is asked');
  assert.equal((await verifyBundle(bundle, artifact, options)).outcome, 'verified');
  assert.equal((await verifyBundle(bundle, artifact, { identity })).outcome, 'failed');
});

test('a bundle may be its text, its bytes or an object, and an artifact its bytes or its digest', async () => {
  const expected = await verifyBundle(bundle, artifact, options);
  const bytes = new TextEncoder().encode(bundle);
  for (const one of [bytes, bytes.buffer, within(bytes), Buffer.from(bytes), new DataView(bytes.buffer), JSON.parse(bundle)]) {
    assert.deepEqual(await verifyBundle(one, artifact, options), expected);
  }
  for (const one of [artifact.slice().buffer, within(artifact), Buffer.from(artifact), DIGEST]) {
    assert.deepEqual(await verifyBundle(bundle, one, options), expected);
  }
  assert.deepEqual(await verifyBundle(bundle, artifact, { ...options, trustedRoot: JSON.parse(trustedRoot) }), expected);
});

test('the platform verifies what it can, and its no is one', async () => {
  const { subtle } = globalThis.crypto;
  const answers = [];
  const through = {
    importKey: (...given) => subtle.importKey(...given),
    verify: async (...given) => {
      const answer = await subtle.verify(...given);
      answers.push(answer);
      return answer;
    },
  };
  Object.defineProperty(globalThis, 'crypto', { value: { subtle: through }, configurable: true });
  assert.equal((await verifyBundle(bundle, artifact, options)).outcome, 'verified');
  assert.ok(answers.length > 3 && answers.every((answer) => answer === true), answers.join());
  Object.defineProperty(globalThis, 'crypto', { value: { subtle: { ...through, verify: async () => false } }, configurable: true });
  assert.equal((await verifyBundle(bundle, artifact, options)).outcome, 'failed');
});

test('the core verifies what the platform does not, to the same result', async () => {
  const expected = await verifyBundle(bundle, artifact, options);
  for (const crypto of [undefined, {}, { subtle: { importKey: async () => { throw new Error('not here'); } } }]) {
    Object.defineProperty(globalThis, 'crypto', { value: crypto, configurable: true });
    assert.deepEqual(await verifyBundle(bundle, artifact, options), expected);
  }
});

for (const [name, change, outcome, code] of [
  ['another artifact is refused', { artifact: new Uint8Array() }, 'failed', 'message-digest-mismatch'],
  ['another digest is refused', { artifact: `sha256:${'0'.repeat(64)}` }, 'failed', 'message-digest-mismatch'],
  ['a digest of which nothing was signed is refused', { artifact: `sha512:${'0'.repeat(128)}` }, 'failed', 'artifact-missing'],
  ['another issuer is refused', { identity: { ...identity, issuer: 'https://token.pullproof.test/' } }, 'failed', 'identity-mismatch'],
  ['another subject is refused', { identity: { ...identity, subject: identity.subject.slice(0, -1) } }, 'failed', 'identity-mismatch'],
  ['a pattern counts only where it is spelled as one', { identity: { ...identity, subject: 'https://**' } }, 'failed', 'identity-mismatch'],
  ['a claim that nobody makes is refused', { identity: { ...identity, claims: { buildTrigger: 'x' } } }, 'failed', 'identity-mismatch'],
  ['another key is refused', { identity: undefined, key }, 'failed', 'key-mismatch'],
  ['another deployment is refused', { trustedRoot: 'public-good' }, 'failed', 'time-missing'],
  ['the public-good instance is meant unless another is named', { trustedRoot: undefined }, 'failed', 'time-missing'],
  ['a signature of the future is refused', { now: new Date('2026-01-15T12:00:02Z') }, 'failed', 'time-in-future'],
  ['what is no JSON is no bundle', { bundle: '{' }, 'unknown', 'json-invalid'],
  ['what is empty is no bundle', { bundle: new Uint8Array() }, 'unknown', 'json-invalid'],
  ['a name that stands twice is refused', { bundle: bundle.replace('{', '{"mediaType":"x",') }, 'unknown', 'duplicate-key'],
  ['a version that is not known here is unknown', { bundle: bundle.replace('v0.3', 'v0.4') }, 'unknown', 'bundle-version-unknown'],
  ['a bundle that is too large is refused', { bundle: bundle + ' '.repeat(16 << 20) }, 'unknown', 'too-many-entries'],
]) {
  test(`${name}, and nothing is thrown`, async () => {
    const { bundle: one = bundle, artifact: about = artifact, ...others } = change;
    const result = await verifyBundle(one, about, { ...options, ...others });
    assert.deepEqual([result.outcome, result.code, result.signer, result.meaning, result.signedAt], [outcome, code, null, null, null]);
    assert.match(result.message, /^.+$/);
  });
}

test('a pattern is one where it is spelled as one', async () => {
  const { issuer } = identity;
  const wanted = { issuer, subjectPattern: 'https://ci.pullproof.test/team/*/.workflows/*@refs/heads/main' };
  assert.equal((await verifyBundle(bundle, artifact, { ...options, identity: wanted })).outcome, 'verified');
  const narrower = { issuer, subjectPattern: 'https://ci.pullproof.test/*' };
  assert.equal((await verifyBundle(bundle, artifact, { ...options, identity: narrower })).code, 'identity-mismatch');
});

const cyclic = {};
cyclic.self = cyclic;

for (const [name, change, message] of [
  ['no options', { options: undefined }, /expected the options to be an object/],
  ['nobody', { options: {} }, /expected a key or an identity, found neither/],
  ['two signers', { options: { key, identity } }, /expected a key or an identity, found both/],
  ['a spelling mistake', { options: { ...options, identiy: identity } }, /unknown option "identiy": did you mean "identity"\?/],
  ['an option of a check', { options: { ...options, policy: { rules: [] } } }, /unknown option "policy"/],
  ['an identity without a subject', { options: { identity: { issuer: 'https://a' } } }, /subject/],
  ['an identity with what is not known', { options: { identity: { ...identity, san: 'x' } } }, /\$\.identity\.san/],
  ['an identity that means everybody', { options: { identity: { issuer: 'https://a', subjectPattern: '**' } } }, /identity: /],
  ['an identity that JSON cannot write', { options: { identity: { ...identity, claims: { a: 1n } } } }, /expected a JSON document/],
  ['a key that is none', { options: { key: 'ssh-ed25519 AAAA' } }, /key: expected PEM/],
  ['a key that is no text', { options: { key: new Uint8Array(1) } }, /"key" to be a public key in PEM/],
  ['a trusted root that is none', { options: { identity, trustedRoot: 'private' } }, /trusted root: /],
  ['a trusted root with a name twice', { options: { identity, trustedRoot: trustedRoot.replace('{', '{"tlogs":0,') } }, /"tlogs" again/],
  ['a trusted root that is nothing as JSON', { options: { identity, trustedRoot: { toJSON() {} } } }, /a trusted root of plain JSON/],
  ['a log that does not exist', { options: { key, trustedRoot: 'github' } }, /expected a trusted root that lists logs/],
  ['a time that is none', { options: { identity, now: new Date(NaN) } }, /"now" to be a valid Date/],
  ['a signal that is none', { options: { identity, signal: {} } }, /"signal" to be an AbortSignal/],
  ['a bundle that is null', { bundle: null }, /expected the bundle to be/],
  ['a bundle that is a list', { bundle: [] }, /expected the bundle to be/],
  ['a bundle that is a number', { bundle: 5 }, /expected the bundle to be/],
  ['a bundle that cannot be written as JSON', { bundle: cyclic }, /a bundle of plain JSON values/],
  ['an artifact that is missing', { artifact: undefined }, /expected the artifact to be its bytes or a digest/],
  ['an artifact that is a number', { artifact: 402 }, /expected the artifact to be its bytes or a digest/],
  ['an artifact that is an object', { artifact: { length: 402 } }, /expected the artifact to be its bytes or a digest/],
  ["a file's name for an artifact", { artifact: 'app.tar.gz' }, /artifact: expected algorithm:encoded/],
  ['a digest that is too short', { artifact: 'sha256:00' }, /artifact: expected 64 hexadecimal digits/],
  ['a digest that cannot be computed here', { artifact: 'md5:d41d8cd98f00b204e9800998ecf8427e' }, /artifact: expected sha256/],
  ['an artifact that is too large', { artifact: new ArrayBuffer((64 << 20) + 1) }, /at most 67108864 bytes.*name it by its digest/],
]) {
  test(`${name} is thrown as what the caller got wrong`, async () => {
    const given = { bundle, artifact, options, ...change };
    await assert.rejects(verifyBundle(given.bundle, given.artifact, given.options), (error) => {
      assert.ok(error instanceof CheckError, String(error));
      assert.equal(error.code, 'options-invalid');
      assert.match(error.message, message);
      return true;
    });
  });
}

test('a signal ends it with its reason, before and meanwhile', async () => {
  const reason = new Error('enough');
  await assert.rejects(verifyBundle(bundle, artifact, { ...options, signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const pending = verifyBundle(bundle, artifact, { ...options, signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(pending, reason);
});
