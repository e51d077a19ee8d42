// A publisher of shards: an index of them, signed with a key that is made here, as `cargo xtask shards --key` and `cosign sign-blob` do it.

import { createHash, generateKeyPairSync, sign } from 'node:crypto';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest();

export function newKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }), private: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
}

/** The index of shards by their ecosystems, as bytes. */
export function indexOf(shards, generatedAt = '2026-01-30T12:00:00Z') {
  const entry = ([ecosystem, bytes]) => ({ ecosystem, size: bytes.length, digest: `sha256:${sha256(bytes).toString('hex')}` });
  const sorted = [...shards].sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(`${JSON.stringify({ index: 1, generatedAt, shards: sorted.map(entry) })}\n`);
}

/** A bundle over some bytes, as text. */
export function bundleOver(bytes, { privateKey, pem }) {
  const hint = sha256(Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64')).toString('base64');
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint } },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: sha256(bytes).toString('base64') },
      signature: sign('sha256', bytes, privateKey).toString('base64'),
    },
  });
}

/** Both, as an option. */
export function published(shards, key, generatedAt) {
  const index = indexOf(shards, generatedAt);
  return { index, signature: bundleOver(index, key) };
}
