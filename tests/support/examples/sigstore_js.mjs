// Tries sigstore-js, which knows nothing of us, with every case of the virtual Sigstore:
//
//   cargo run --package pullproof-world --example sigstore -- DIRECTORY
//   (in a folder where `npm install @sigstore/verify@3` was run) node …/sigstore_js.mjs DIRECTORY
//
// It must agree with us on each case but those of EXCEPTIONS. An exception that it agrees on fails as well.

import { createHash, createPublicKey } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.cwd(), 'package.json'));
const { bundleFromJSON } = require('@sigstore/bundle');
const { TrustedRoot } = require('@sigstore/protobuf-specs');
const { toSignedEntity, toTrustMaterial, Verifier } = require('@sigstore/verify');
const major = Number.parseInt(require('@sigstore/verify/package.json').version, 10);

/** Honest cases that it refuses, and forged ones that it accepts, with the reason. */
const EXCEPTIONS = {
  'publisher-ed25519ph': 'node:crypto has no Ed25519ph',
  'publisher-p384': 'it verifies every ECDSA signature with SHA-256',
  'publisher-p521': 'it verifies every ECDSA signature with SHA-256',
  'duplicate-key_fail': 'JSON.parse takes the last',
  'entry-of-another-certificate_fail': 'it does not compare the certificate of the entry with that of the bundle',
  'extension-twice_fail': 'it takes the first',
  'issuer-not-for-code_fail': 'it does not look at purposes',
  'issuers-disagree_fail': 'it prefers the second way',
  'leaf-is-authority_fail': 'it does not look at basic constraints of the leaf',
  'log-without-start_fail': 'it takes no start for the beginning of time',
  'message-and-envelope_fail': 'it takes the envelope or the message, whichever its reader asks for first',
  'name-not-permitted_fail': 'it does not know name constraints',
  'no-digital-signature_fail': 'it does not look at the key usage of the leaf',
  'no-purpose_fail': 'it does not look at purposes',
  'not-for-code_fail': 'it does not look at purposes',
  'rekor2-log-retired_fail': 'it does not compare the time of a log with a timestamp',
  'rekor2-wrong-origin_fail': 'it does not look at the origin of a checkpoint',
  'stamp-content-types-disagree_fail': 'it does not look at the signed content type',
  'stamp-names-another_fail': 'it does not look at the ESSCertIDv2',
  'stamp-not-for-time_fail': 'it does not look at purposes',
  'stamp-purpose-not-critical_fail': 'it does not look at purposes',
  'stamp-refused_fail': 'it does not look at the status',
  'stamp-two-purposes_fail': 'it does not look at purposes',
  'stamp-two-signers_fail': 'it takes the first signer',
  'unknown-critical_fail': 'it does not look at critical extensions that it does not know',
  'unknown-field_fail': 'its reader ignores unknown fields',
  'unknown-version_fail': 'it takes an unknown version for the last one',
};
if (major < 4) {
  EXCEPTIONS['key-rekor2-image'] = 'version 3 compares the hash of the payload';
  EXCEPTIONS['rekor2-image'] = 'version 3 compares the hash of the payload';
  EXCEPTIONS['rekor2-envelope-hash_fail'] = 'version 3 compares the hash of the payload';
}

function verify(folder) {
  const read = (name) => readFileSync(join(folder, name));
  const bundle = bundleFromJSON(JSON.parse(read('bundle.sigstore.json')));
  const root = TrustedRoot.fromJSON(JSON.parse(read('trusted_root.json')));
  const isKeyless = existsSync(join(folder, 'identity'));
  if (!isKeyless && bundle.verificationMaterial.content.$case !== 'publicKey') {
    throw new Error('expected a key');
  }
  const keys = isKeyless ? {} : () => ({ publicKey: createPublicKey(read('key.pub')), validFor: () => true });
  const exactly = (text) => `^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
  const policy = isKeyless
    ? { subjectAlternativeName: exactly(read('identity').toString()), extensions: { issuer: read('issuer').toString() } }
    : undefined;
  new Verifier(toTrustMaterial(root, keys)).verify(toSignedEntity(bundle, read('artifact')), policy);
  // Both are left to whoever calls it.
  if (bundle.content.$case === 'dsseEnvelope') {
    const { payload, payloadType } = bundle.content.dsseEnvelope;
    const digest = createHash('sha256').update(read('artifact')).digest('hex');
    if (payloadType !== 'application/vnd.in-toto+json' || JSON.parse(payload).subject[0].digest.sha256 !== digest) {
      throw new Error('expected a statement about the artifact');
    }
  }
}

const directory = process.argv[2];
let failed = 0;
const cases = readdirSync(directory).sort();
for (const name of cases) {
  let refusal;
  try {
    verify(join(directory, name));
  } catch (error) {
    refusal = error;
  }
  const agrees = name.endsWith('_fail') === (refusal !== undefined);
  if (agrees === name in EXCEPTIONS) {
    failed += 1;
    console.log(`${name}: ${refusal ? `refused: ${refusal.message}` : 'accepted'}${agrees ? ', and an exception says otherwise' : ''}`);
  }
}
console.log(`${cases.length} cases, ${Object.keys(EXCEPTIONS).length} exceptions, ${failed} failed`);
process.exitCode = failed === 0 && cases.length > 0 ? 0 : 1;
