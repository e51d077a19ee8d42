// Signatures by WebCrypto: the same answers as node:crypto gives, and none where it cannot be sure.

import assert from 'node:assert/strict';
import { constants, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { afterEach, test } from 'node:test';
import { verifySignatures } from '../dist/signatures.js';

const message = new TextEncoder().encode('a message');
const HASHES = ['sha256', 'sha384', 'sha512'];
const CURVES = { p256: 'P-256', p384: 'P-384', p521: 'P-521' };
/** Octets of a point in full. */
const POINTS = { p256: 65, p384: 97, p521: 133 };
const pairs = {
  ...Object.fromEntries(Object.entries(CURVES).map(([name, namedCurve]) => [name, generateKeyPairSync('ec', { namedCurve })])),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ed25519: generateKeyPairSync('ed25519'),
};
const spki = (name) => new Uint8Array(pairs[name].publicKey.export({ type: 'spki', format: 'der' }));

/** What node:crypto calls a scheme: the hash, and how the key is used with it. */
function options(scheme, length) {
  const [family, variant, hash] = scheme.split('-');
  if (family === 'ecdsa') return [hash, { dsaEncoding: 'der' }];
  if (variant === 'pkcs1') return [hash, { padding: constants.RSA_PKCS1_PADDING }];
  const saltLength = length ?? constants.RSA_PSS_SALTLEN_DIGEST;
  return [hash, { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }];
}

const owner = (scheme) => scheme.startsWith('ecdsa') ? scheme.split('-')[1] : 'rsa';

function signed(scheme, length) {
  const [hash, how] = options(scheme, length);
  const signature = new Uint8Array(sign(hash, message, { key: pairs[owner(scheme)].privateKey, ...how }));
  return { key: spki(owner(scheme)), scheme, message, isDigest: false, signature };
}

const SCHEMES = HASHES.flatMap((hash) =>
  [...Object.keys(CURVES).map((curve) => `ecdsa-${curve}-${hash}`), `rsa-pkcs1-${hash}`, `rsa-pss-${hash}`]);

const one = async (check) => (await verifySignatures([check]))[0];

// Signatures differ with every run, and some are shorter: what is asked of one is asked of many.
const integer = (octets) => [2, octets.length, ...octets];
const sequence = (...parts) => {
  const contents = parts.flat();
  return new Uint8Array([0x30, ...contents.length < 0x80 ? [contents.length] : [0x81, contents.length], ...contents]);
};

/** The two INTEGERs of a signature, with the octets that say they are positive. */
function numbers(der) {
  const start = der[1] === 0x81 ? 3 : 2;
  const r = [...der.subarray(start + 2, start + 2 + der[start + 1])];
  return [r, [...der.subarray(start + r.length + 4)]];
}

const own = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
const withSubtle = (subtle) => Object.defineProperty(globalThis, 'crypto', { value: { subtle }, configurable: true });
afterEach(() => Object.defineProperty(globalThis, 'crypto', own));

test('every scheme is verified, in the order of the checks', async () => {
  const checks = SCHEMES.map((scheme) => signed(scheme));
  assert.equal(checks.length, 15);
  assert.deepEqual(await verifySignatures(checks), checks.map(() => true));
  const another = checks.map((check, place) => place % 2 ? check : { ...check, message: new Uint8Array() });
  assert.deepEqual(await verifySignatures(another), checks.map((_, place) => place % 2 === 1));
});

test('of nothing there is nothing to say', async () => {
  assert.deepEqual(await verifySignatures([]), []);
});

test('a signature of an empty message holds, and an empty signature does not', async () => {
  const empty = new Uint8Array();
  const signature = new Uint8Array(sign('sha256', empty, pairs.p256.privateKey));
  assert.equal(await one({ key: spki('p256'), scheme: 'ecdsa-p256-sha256', message: empty, signature }), true);
  for (const scheme of SCHEMES) assert.equal(await one({ ...signed(scheme), signature: empty }), false, scheme);
});

test('Ed25519 is the core\'s, whatever the platform can', async () => {
  const signature = new Uint8Array(sign(null, message, pairs.ed25519.privateKey));
  for (const scheme of ['ed25519', 'ed25519ph']) {
    assert.equal(await one({ key: spki('ed25519'), scheme, message, signature }), null);
  }
});

test('a scheme that is none has no answer', async () => {
  const schemes = ['', 'ecdsa', 'ecdsa-p256', 'ecdsa-p256-sha1', 'ecdsa-p256-sha256-x', 'ecdsa-p224-sha256', 'ecdsa-toString-sha256',
    'rsa-oaep-sha256', 'rsa-pkcs1-toString', 'ECDSA-P256-SHA256', 'rsa-pkcs1-md5', '__proto__', 'hmac--sha256'];
  for (const scheme of schemes) assert.equal(await one({ ...signed('ecdsa-p256-sha256'), scheme }), null, scheme);
});

test('the encoding that WebCrypto takes is refused: a signature has one', async () => {
  for (const [curve, size] of [['p256', 32], ['p384', 48], ['p521', 66]]) {
    const check = signed(`ecdsa-${curve}-sha256`);
    const signature = new Uint8Array(sign('sha256', message, { key: pairs[curve].privateKey, dsaEncoding: 'ieee-p1363' }));
    assert.equal(signature.length, 2 * size);
    assert.equal(await one({ ...check, signature }), false, curve);
  }
});

test('what is not DER is refused, although its numbers would hold', async () => {
  for (const curve of Object.keys(CURVES)) {
    const check = signed(`ecdsa-${curve}-sha384`);
    const [r, s] = numbers(check.signature);
    assert.deepEqual(sequence(integer(r), integer(s)), check.signature);
    const length = check.signature.length;
    const contents = [...integer(r), ...integer(s)];
    const padded = (number) => integer([0, ...number]);
    for (const [what, signature] of Object.entries({
      'bytes behind it': [...check.signature, 0],
      'an element behind the numbers': sequence(integer(r), integer(s), [5, 0]),
      'one number': sequence(integer(r)),
      'no number': sequence(),
      'a SET': [0x31, ...check.signature.subarray(1)],
      'strings': sequence([4, ...integer(r).slice(1)], integer(s)),
      'a zero too many in r': sequence(padded(r), integer(s)),
      'a zero too many in s': sequence(integer(r), padded(s)),
      'a length in two octets too many': [0x30, 0x82, 0, contents.length, ...contents],
      'a length in one octet too many': contents.length < 0x80 ? [0x30, 0x81, contents.length, ...contents] : [0x30, 0x83, 0, 0, ...contents],
      'an indefinite length': [0x30, 0x80, ...contents, 0, 0],
      'a length of r in one octet too many': sequence([2, 0x81, r.length, ...r], integer(s)),
    })) {
      assert.equal(await one({ ...check, signature: new Uint8Array(signature) }), false, `${curve}: ${what}`);
    }
    for (let cut = 0; cut < length; cut += 1) {
      assert.equal(await one({ ...check, signature: check.signature.subarray(0, cut) }), false, `${curve}: ${cut} octets`);
    }
  }
});

test('numbers that are zero, negative or too large are refused', async () => {
  for (const [curve, size] of [['p256', 32], ['p384', 48], ['p521', 66]]) {
    const check = signed(`ecdsa-${curve}-sha256`);
    const [r, s] = numbers(check.signature);
    const [zero, negative, huge, longer] = [[0], [0x80], [0, ...Array(size).fill(0xff)], Array(size + 1).fill(1)];
    for (const [left, right] of [[zero, zero], [zero, s], [r, zero], [negative, s], [r, negative], [huge, s], [r, huge], [longer, s], [[], s], [r, []]]) {
      assert.equal(await one({ ...check, signature: sequence(integer(left), integer(right)) }), false, `${curve} ${left} ${right}`);
    }
  }
});

test('a key of another type has no answer, and never a yes', async () => {
  for (const scheme of SCHEMES) {
    for (const other of Object.keys(pairs).filter((name) => name !== owner(scheme))) {
      const found = await one({ ...signed(scheme), key: spki(other) });
      assert.notEqual(found, true, `${scheme} with ${other}`);
      assert.equal(found, null, `${scheme} with ${other}`);
    }
  }
  for (const key of [new Uint8Array(), new Uint8Array(91), spki('p256').subarray(1), pairs.p256.publicKey.export({ type: 'spki', format: 'pem' })]) {
    assert.equal(await one({ ...signed('ecdsa-p256-sha256'), key: typeof key === 'string' ? new TextEncoder().encode(key) : key }), null);
  }
});

test('a hash or a padding other than the scheme\'s is refused', async () => {
  for (const scheme of SCHEMES) {
    const check = signed(scheme);
    for (const other of SCHEMES.filter((other) => other !== scheme && owner(other) === owner(scheme))) {
      assert.equal(await one({ ...check, scheme: other }), false, `${scheme} as ${other}`);
    }
  }
});

test('a PSS salt of another length than the hash is refused', async () => {
  for (const length of [0, 20, 31, 33, 190]) {
    assert.equal(await one(signed('rsa-pss-sha256', length)), false, `${length}`);
  }
});

test('an RSA signature is exactly as long as its modulus', async () => {
  for (const scheme of ['rsa-pkcs1-sha256', 'rsa-pss-sha256']) {
    const check = signed(scheme);
    for (const signature of [check.signature.subarray(1), check.signature.subarray(0, -1), [0, ...check.signature], [...check.signature, 0]]) {
      assert.equal(await one({ ...check, signature: new Uint8Array(signature) }), false, scheme);
    }
  }
});

test('two hundred mutations get the verdicts of node:crypto', async (t) => {
  // A generator of its own, so that a failure can be repeated: the seed is in the message.
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  let state = seed;
  const random = (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  const mutated = (bytes) => {
    const copy = [...bytes];
    const place = random(copy.length);
    [() => { copy[place] ^= 1 << random(8); },
      () => { copy[place] = random(256); },
      () => { copy.splice(place, 1); },
      () => { copy.splice(place, 0, random(256)); },
      () => { copy.length = place; },
      () => {}][random(6)]();
    return new Uint8Array(copy);
  };
  const expected = (check) => {
    const [hash, how] = options(check.scheme);
    try {
      const key = createPublicKey({ key: Buffer.from(check.key), format: 'der', type: 'spki' });
      return verify(hash, check.message, { key, ...how }, check.signature);
    } catch {
      return null;
    }
  };
  const tally = { true: 0, false: 0, null: 0 };
  for (let round = 0; round < 200; round += 1) {
    const check = signed(SCHEMES[random(SCHEMES.length)]);
    const part = ['signature', 'signature', 'message', 'key'][random(4)];
    // What stands before a point names its curve, and the core has read that: only the rest of such a key is changed.
    const named = part === 'key' && check.scheme.startsWith('ecdsa') ? check.key.length - POINTS[check.scheme.split('-')[1]] : 0;
    const forged = { ...check, [part]: new Uint8Array([...check[part].subarray(0, named), ...mutated(check[part].subarray(named))]) };
    const found = await one(forged);
    tally[found] += 1;
    const label = `seed ${seed}, round ${round}, ${check.scheme}, ${part}`;
    if (found === null) assert.equal(part, 'key', label);
    else assert.equal(found, expected(forged) ?? false, label);
  }
  t.diagnostic(`seed ${seed}: ${JSON.stringify(tally)}`);
  assert.ok(tally.true > 0 && tally.false > 50);
});

test('without WebCrypto there is no answer', async () => {
  const checks = SCHEMES.map((scheme) => signed(scheme));
  for (const crypto of [undefined, null, {}]) {
    Object.defineProperty(globalThis, 'crypto', { value: crypto, configurable: true });
    assert.deepEqual(await verifySignatures(checks), checks.map(() => null));
  }
});

test('an exception is no answer, whatever it is and wherever it comes from', async () => {
  const check = signed('ecdsa-p256-sha256');
  const thrown = [new DOMException('', 'NotSupportedError'), new DOMException('', 'OperationError'), new Error('memory'), true, undefined];
  for (const value of thrown) {
    withSubtle({ importKey: async () => { throw value; }, verify: async () => true });
    assert.equal(await one(check), null);
    withSubtle({ importKey: async () => ({}), verify: async () => { throw value; } });
    assert.equal(await one(check), null);
    withSubtle({ importKey: () => { throw value; }, verify: () => true });
    assert.equal(await one(check), null);
  }
});

test('only true is a yes', async () => {
  for (const value of [undefined, null, 1, 'true', {}, []]) {
    withSubtle({ importKey: async () => ({}), verify: async () => value });
    assert.equal(await one(signed('ecdsa-p256-sha256')), false);
  }
});

test('what changes while it is being verified changes nothing', async () => {
  const check = signed('ecdsa-p256-sha256');
  const memory = Object.fromEntries(['key', 'message', 'signature'].map((part) => [part, new Uint8Array(check[part])]));
  const pending = one({ ...check, ...memory });
  for (const part of Object.values(memory)) part.fill(0);
  assert.equal(await pending, true);
});

test('views into a larger memory are read as what they show', async () => {
  const check = signed('rsa-pkcs1-sha256');
  const within = (bytes) => {
    const memory = new Uint8Array(bytes.length + 20).fill(7);
    memory.set(bytes, 10);
    return memory.subarray(10, 10 + bytes.length);
  };
  assert.equal(await one({ ...check, key: within(check.key), message: within(check.message), signature: within(check.signature) }), true);
});
