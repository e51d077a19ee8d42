// Signed images in every runtime: the same verdict, the same steps, the same bytes of the report. One exception, as everywhere: a page
// without a relay cannot see whether a list goes on. What it did not find may be there, so it rejects nothing for that.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { demoRegistry } from './support/registries.mjs';
import { RUNTIMES, startRuntimes } from './support/runtimes.mjs';
import { together } from './support/together.mjs';

/** What must come of each: the verdict, and the code of the signature that is not proven. */
const EXPECTED = {
  'signed-key': ['accept', null],
  'signed-keyless': ['accept', null],
  'signed-wrong-identity': ['reject', 'identity-mismatch'],
  'signed-tampered': ['reject', 'signature-invalid'],
  'signed-another': ['reject', 'payload-of-another-image'],
  'signed-too-late': ['reject', 'certificate-not-valid'],
  'signed-attestation': ['reject', null],
};

describe('signed images', { timeout: 300_000 }, () => {
  let stage;
  before(async () => { stage = await together({ demo: demoRegistry(), runtimes: startRuntimes() }); }, { timeout: 300_000 });
  after(() => stage?.dispose());

  for (const [name, [verdict, code]] of Object.entries(EXPECTED)) {
    test(`${name} ends in ${verdict} everywhere, by the same steps`, async () => {
      const { image, policy } = stage.demo.signed.find((signed) => signed.image.endsWith(`/demo/${name}:1.0`));
      const reports = {};
      for (const runtime of RUNTIMES) {
        const answer = await stage.runtimes[runtime].ask({ image, policy });
        assert.ok(answer.report, `${runtime}: ${answer.code}: ${answer.message}`);
        reports[runtime] = answer.report;
      }
      const report = JSON.parse(reports.native);
      assert.deepEqual([report.verdict, report.signatures.map((signature) => signature.code)], [verdict, [code]], reports.native);
      for (const runtime of RUNTIMES.filter((runtime) => runtime !== 'Chromium')) assert.equal(reports[runtime], reports.native, runtime);
      const page = JSON.parse(reports.Chromium);
      assert.deepEqual(page.signatures, report.signatures);
      assert.equal(page.verdict, verdict === 'accept' ? 'accept' : 'inconclusive');
    });
  }

  test('an attestation is verified, and is no signature', async () => {
    const { image, policy } = stage.demo.signed.find((signed) => signed.image.endsWith('/demo/signed-attestation:1.0'));
    const { signatures: [signature] } = JSON.parse((await stage.runtimes.Node.ask({ image, policy })).report);
    assert.deepEqual([signature.outcome, signature.meaning.kind], ['verified', 'attestation']);
  });
});
