// Bundles that nobody here made: @sigstore/sign makes them, with the authority, logs and timestamps of @sigstore/mock. They are verified
// through the package in Node, workerd and Chromium.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { startChromium } from './support/runtimes/chromium.mjs';
import { startNode } from './support/runtimes/node.mjs';
import { startWorkerd } from './support/runtimes/workerd.mjs';
import { ISSUER, startSigstore } from './support/sigstore-js.mjs';
import { together } from './support/together.mjs';

const SUBJECT = 'https://publisher.test/app/.ci/release.yml@refs/heads/main';
const message = Buffer.from('what is signed');
const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'app', digest: { sha256: createHash('sha256').update(message).digest('hex') } }],
  predicateType: 'https://example.test/predicate',
  predicate: {},
};
/** A kind of bundle each. */
const KINDS = {
  'a message in a log': { message, log: 1 },
  'a message in a log, with a timestamp': { message, log: 1, stamped: true },
  'a statement in a log': { statement, log: 1, entry: 'intoto' },
  'a statement in a log, with a timestamp': { statement, log: 1, entry: 'intoto', stamped: true },
};

describe('bundles of sigstore-js', { timeout: 120_000 }, () => {
  let stage;
  before(async () => {
    const parts = { sigstore: startSigstore(), other: startSigstore(), Node: startNode(), workerd: startWorkerd(), Chromium: startChromium() };
    stage = await together(parts);
  }, { timeout: 120_000 });
  after(() => stage?.dispose());

  /** What every runtime says of it: the outcome and the code. */
  async function judged(bundle, { artifact = message, issuer = ISSUER, subject = SUBJECT, trustedRoot = stage.sigstore.trustedRoot, now = new Date() } = {}) {
    const question = {
      bundle: typeof bundle === 'string' ? bundle : JSON.stringify(bundle),
      artifact: typeof artifact === 'string' ? artifact : { base64: artifact.toString('base64') },
      identity: { issuer, subject },
      trustedRoot,
      now: now.toISOString(),
    };
    const answer = await stage.Node.ask(question);
    for (const runtime of ['workerd', 'Chromium']) assert.deepEqual(await stage[runtime].ask(question), answer, runtime);
    assert.ok(answer.report, `${answer.code}: ${answer.message}`);
    const { outcome, code, signer } = JSON.parse(answer.report);
    if (outcome === 'verified') assert.deepEqual([signer.issuer, signer.subject], [issuer, subject]);
    return `${outcome} ${code}`;
  }

  for (const [name, how] of Object.entries(KINDS)) {
    test(`${name} is verified`, async () => {
      const bundle = await stage.sigstore.sign({ ...how, subject: SUBJECT });
      assert.equal(await judged(bundle), 'verified null');
      assert.equal(await judged(bundle, { artifact: `sha256:${createHash('sha256').update(message).digest('hex')}` }), 'verified null');
    });

    test(`${name} is not another artifact's, nor another's signature`, async () => {
      const bundle = await stage.sigstore.sign({ ...how, subject: SUBJECT });
      const isMessage = how.message !== undefined;
      assert.equal(await judged(bundle, { artifact: Buffer.from('something else') }), `failed ${isMessage ? 'message-digest-mismatch' : 'subject-mismatch'}`);
      assert.equal(await judged(bundle, { subject: 'https://publisher.test/other' }), 'failed identity-mismatch');
      assert.equal(await judged(bundle, { issuer: 'https://other.test' }), 'failed identity-mismatch');
      assert.match(await judged(bundle, { trustedRoot: stage.other.trustedRoot }), /^failed /);
      assert.match(await judged(bundle, { now: new Date(Date.now() - 3_600_000) }), /^failed /, 'an hour before it was signed');
    });

    test(`${name} holds none of its parts in exchange for another's`, async () => {
      const [bundle, another] = [await stage.sigstore.sign({ ...how, subject: SUBJECT }), await stage.sigstore.sign({ ...how, subject: SUBJECT })];
      const exchanged = (change) => {
        const copy = structuredClone(bundle);
        change(copy, structuredClone(another));
        return judged(copy);
      };
      assert.match(await exchanged((mine, theirs) => { mine.verificationMaterial.tlogEntries = theirs.verificationMaterial.tlogEntries; }), /^failed log-entry-mismatch/);
      const certificate = (mine, theirs) => {
        for (const member of ['certificate', 'x509CertificateChain']) {
          if (member in mine.verificationMaterial) mine.verificationMaterial[member] = theirs.verificationMaterial[member];
        }
      };
      assert.match(await exchanged(certificate), /^failed /);
      const signature = (mine, theirs) => {
        if (mine.messageSignature) mine.messageSignature.signature = theirs.messageSignature.signature;
        else mine.dsseEnvelope.signatures = theirs.dsseEnvelope.signatures;
      };
      assert.match(await exchanged(signature), /^failed /);
      if (how.stamped) {
        const stamps = (mine, theirs) => { mine.verificationMaterial.timestampVerificationData = theirs.verificationMaterial.timestampVerificationData; };
        assert.equal(await exchanged(stamps), 'failed timestamp-imprint-mismatch');
      }
    });
  }

  test('what no log has is not verified, whatever its timestamp says', async () => {
    assert.equal(await judged(await stage.sigstore.sign({ message, subject: SUBJECT, stamped: true })), 'failed log-entry-missing');
    assert.equal(await judged(await stage.sigstore.sign({ message, subject: SUBJECT })), 'failed time-missing');
  });

  // It answers with what was proposed; a log answers with what it made of that. So nobody could say what is logged.
  test('an entry that holds what was proposed to a log, and not what the log made of it, is refused', async () => {
    for (const how of [{ statement, log: 1, entry: 'dsse' }, { message, log: 2, stamped: true }, { statement, log: 2, stamped: true }]) {
      assert.equal(await judged(await stage.sigstore.sign({ ...how, subject: SUBJECT })), 'failed document-invalid', JSON.stringify(how.entry));
    }
  });
});
