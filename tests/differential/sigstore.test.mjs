// The verifier of the Sigstore project in JavaScript, as a third opinion: it gets every vector and some of the mutations that
// sigstore-verify gets, as the example `cases` writes them into the file that PULLPROOF_CASES names.
//
// Where it does not agree with us, `third_party/exceptions.json` says why; a difference that is not listed fails, and one that is
// listed and is none.

import assert from 'node:assert/strict';
import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';

const { version } = JSON.parse(readFileSync(new URL('../../node_modules/@sigstore/verify/package.json', import.meta.url)));
const SUITE = `@sigstore/verify ${version}`;

const file = process.env.PULLPROOF_CASES;
assert.ok(file, 'expected PULLPROOF_CASES, the file that `cargo run --package pullproof-differential --example cases -- FILE` writes');
const lines = readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));

for (const set of ['vectors', 'mutations']) {
  test(`sigstore-js decides about the ${set} as we do`, () => {
    const cases = lines.filter((line) => line.set === set);
    const exceptions = JSON.parse(readFileSync(new URL('../third_party/exceptions.json', import.meta.url)))
      .filter((exception) => exception.suite === SUITE && exception.set === set)
      .map((exception) => ({ ...exception, met: new Set() }));
    const wrong = [];
    const counts = {};
    for (const { name, ours, case: altered } of cases) {
      const theirs = verdict(altered);
      const both = `${theirs === 'accepted' ? 'accepted' : 'refused'} there, ${ours === 'accepted' ? 'accepted' : 'refused'} here`;
      counts[both] = (counts[both] ?? 0) + 1;
      if ((theirs === 'accepted') !== (ours === 'accepted') && !explained(exceptions, name, theirs, ours)) {
        wrong.push(`${name} (${altered.name}): ${theirs} there and ${ours} here`);
      }
    }
    // Without the suite of others, which need not be here, or with another seed, what is rare may not happen.
    const isUsual = cases.some((line) => line.case.name.startsWith('suite/')) && !process.env.PULLPROOF_MUTATION_SEED;
    for (const { cases: listed, expected, actual, met, rare } of exceptions) {
      for (const name of listed.filter((name) => isUsual && !rare && !met.has(name))) {
        wrong.push(`${name}: listed as ${expected} there and ${actual} here, found no such case`);
      }
    }
    console.log(set, cases.length, counts);
    assert.ok(cases.length > 0, 'expected cases, found none');
    assert.ok(wrong.length === 0, `${wrong.length} differences:\n${wrong.join('\n')}`);
  });
}

/** Whether it is listed; the star in `der-*` stands for anything. */
function explained(exceptions, name, theirs, ours) {
  let found = false;
  for (const exception of exceptions.filter(({ expected, actual }) => expected === theirs && actual === ours)) {
    for (const listed of exception.cases) {
      const [begin, end] = listed.split('*');
      if (end === undefined ? listed === name : name.startsWith(begin) && name.endsWith(end)) {
        exception.met.add(listed);
        found = true;
      }
    }
  }
  return found;
}

function verdict(altered) {
  try {
    verify(altered);
    return 'accepted';
  } catch (error) {
    // Its own refusals have codes; the others are those of what it is built on.
    return `refused: ${error.code ?? error.name}`;
  }
}

function verify({ bundle: text, trusted_root: rootText, artifact: encoded, signer }) {
  const artifact = Buffer.from(encoded, 'base64');
  const bundle = bundleFromJSON(JSON.parse(text));
  const root = TrustedRoot.fromJSON(JSON.parse(rootText));
  const { identity, key } = signer;
  if (key !== undefined && bundle.verificationMaterial.content.$case !== 'publicKey') {
    throw new Error('expected a key');
  }
  const keys = key === undefined ? {} : () => ({ publicKey: createPublicKey(key), validFor: () => true });
  const exactly = (subject) => `^${subject.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
  const policy = identity && { subjectAlternativeName: exactly(identity.subject), extensions: { issuer: identity.issuer } };
  new Verifier(toTrustMaterial(root, keys)).verify(toSignedEntity(bundle, artifact), policy);
  // Both are left to whoever calls it.
  if (bundle.content.$case === 'dsseEnvelope') {
    const { payload, payloadType } = bundle.content.dsseEnvelope;
    const digest = createHash('sha256').update(artifact).digest('hex');
    const isAbout = JSON.parse(payload).subject.some((subject) => subject.digest?.sha256 === digest);
    if (payloadType !== 'application/vnd.in-toto+json' || !isAbout) {
      throw new Error('expected a statement about the artifact');
    }
  }
}
