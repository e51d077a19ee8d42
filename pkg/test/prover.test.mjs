// Which signatures hold: by WebCrypto where it can say, by our own arithmetic where it cannot, and never by guessing.

import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, test } from 'node:test';
import { loaded } from '../dist/core.js';
import '../dist/node.js';
import { prove } from '../dist/prover.js';

const message = new TextEncoder().encode('a message');
const pairs = {
  p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  p521: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ed25519: generateKeyPairSync('ed25519'),
};
const HASHES = ['sha256', 'sha384', 'sha512'];
const SCHEMES = ['ed25519', ...HASHES.flatMap((hash) => ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'rsa-pkcs1', 'rsa-pss'].map((name) => `${name}-${hash}`))];

function signed(scheme) {
  const [family, variant, hash] = scheme.split('-');
  const { privateKey, publicKey } = pairs[family === 'ecdsa' ? variant : family];
  const padding = variant === 'pss' ? { padding: 6, saltLength: -1 } : {};
  const signature = new Uint8Array(sign(hash ?? null, message, { key: privateKey, ...padding }));
  return { key: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })), scheme, message, isDigest: false, signature };
}

const forged = (check) => ({ ...check, message: new TextEncoder().encode('another message') });
const digested = (check) => ({ ...check, message: new Uint8Array(createHash(check.scheme.split('-')[2]).update(check.message).digest()), isDigest: true });

const own = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
const without = () => Object.defineProperty(globalThis, 'crypto', { value: undefined, configurable: true });
const { platform } = loaded();
/** What the arithmetic says instead; `null` for what it says. It is loaded once. */
let wrong = null;
const { loadCryptoCore: loadReal } = platform;
const loadCryptoCore = async () => {
  const { verify } = await loadReal();
  return { verify: (checks) => wrong ?? verify(checks) };
};
afterEach(() => {
  Object.defineProperty(globalThis, 'crypto', own);
  platform.loadCryptoCore = loadCryptoCore;
});

test('the arithmetic is not loaded as long as WebCrypto can say', async () => {
  platform.loadCryptoCore = () => assert.fail('loaded');
  assert.deepEqual(await prove([]), []);
  const checks = SCHEMES.filter((scheme) => scheme !== 'ed25519').map(signed);
  assert.deepEqual(await prove(checks.flatMap((check) => [check, forged(check)])), checks.flatMap(() => [true, false]));
});

test('arithmetic that cannot be loaded is no answer, and is asked for again', async () => {
  platform.loadCryptoCore = () => Promise.reject(new Error('404'));
  await assert.rejects(prove([signed('ecdsa-p256-sha256'), signed('ed25519')]), /404/);
  platform.loadCryptoCore = () => { throw new Error('refused'); };
  await assert.rejects(prove([signed('ed25519')]), /refused/);
  platform.loadCryptoCore = loadCryptoCore;
  assert.deepEqual(await prove([signed('ed25519'), forged(signed('ed25519'))]), [true, false]);
});

test('arithmetic of another version, which answers something else, is no answer', async () => {
  without();
  const checks = [signed('ed25519'), forged(signed('ed25519'))];
  try {
    for (const answers of [[], [true], [true, false, true], [true, null], [1, 0], 'tf', {}]) {
      wrong = answers;
      await assert.rejects(prove(checks), Error, JSON.stringify(answers));
    }
  } finally {
    wrong = null;
  }
  assert.deepEqual(await prove(checks), [true, false]);
});

test('answers of both keep their places', async () => {
  const [p256, ed25519, rsa] = ['ecdsa-p256-sha256', 'ed25519', 'rsa-pss-sha512'].map(signed);
  assert.deepEqual(await prove([p256, forged(ed25519), rsa, ed25519, forged(p256), ed25519]), [true, false, true, true, false, true]);
});

test('without WebCrypto the arithmetic verifies every scheme, and refuses every forgery', async () => {
  without();
  const checks = SCHEMES.map(signed);
  assert.equal(checks.length, 16);
  assert.deepEqual(await prove(checks.flatMap((check) => [check, forged(check)])), checks.flatMap(() => [true, false]));
  // A signature of another scheme, with the same key.
  const others = checks.map((check) => ({ ...check, scheme: check.scheme.replace(/sha\d+$/, (hash) => HASHES[(HASHES.indexOf(hash) + 1) % 3]) }));
  assert.deepEqual(await prove(others), others.map(({ scheme }) => scheme === 'ed25519'));
});

test('of a digest alone the arithmetic says whether it was signed', async () => {
  for (const scheme of SCHEMES.filter((name) => name !== 'ed25519')) {
    const check = digested(signed(scheme));
    const short = { ...check, message: check.message.subarray(1) };
    assert.deepEqual(await prove([check, digested(forged(signed(scheme))), short]), [true, false, false], scheme);
  }
  // Ed25519 signs no digest.
  assert.deepEqual(await prove([{ ...signed('ed25519'), isDigest: true }]), [false]);
});

test('what cannot be read does not hold', async () => {
  without();
  const check = signed('ecdsa-p256-sha256');
  const off = new Uint8Array(check.key);
  off[off.length - 1] ^= 1;
  const unreadable = [
    { ...check, key: off }, { ...check, key: new Uint8Array() }, { ...check, key: 'text' }, { ...check, scheme: 'ecdsa' },
    { ...check, scheme: 'ecdsa-p256-sha1' }, { ...check, scheme: 'rsa-pkcs1-sha256' }, { ...check, scheme: 'ed25519' },
    { ...check, isDigest: undefined }, { ...check, message: null }, { ...check, signature: new Uint8Array(300) }, {}, null,
  ];
  assert.deepEqual(await prove(unreadable.map((one) => one ?? {})), unreadable.map(() => false));
});
