// What the real cosign signs, in each of its forms, with a key and without, pushed into real registries that have the referrers API or not:
// verified by the command line, in Node, at the edge and in a page. What somebody then changes about it is in cosign-verify.test.mjs.
//
// cosign is brought by `cargo xtask peers cosign`, the registry with the API by `cargo xtask peers olareg`; CI does both. Where one is
// missing, this says so.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as library from '../../pkg/dist/node.js';
import { commandLine } from './support/command-line.mjs';
import { BUNDLE, describeWith, describeWithCosign, FORMS, keyless, REFERRER, Shelf, startCosign } from './support/cosign.mjs';
import { makeLayout } from './support/layout.mjs';
import { OLAREG, startOlareg } from './support/olareg.mjs';
import { openTab, startBrowser } from './support/page.mjs';
import { demoRegistry, realRegistries } from './support/registries.mjs';
import { together } from './support/together.mjs';
import { startWorker } from './support/worker.mjs';

const LEGACY_REFERRER = 'application/vnd.dev.cosign.artifact.sig.v1+json';

/** Without the API, attachments are found by tags; with it, by whatever type they have there. */
const WITHOUT_API = { 'a bundle': ['fallback-tag', BUNDLE], 'the .sig tag': ['cosign-tag', 'application/vnd.oci.image.config.v1+json'] };
const WITH_API = { ...WITHOUT_API, 'a bundle': ['referrers', BUNDLE], 'a referrer of the older kind': ['referrers', LEGACY_REFERRER] };
const WAYS = { ...FORMS, ...REFERRER };

describeWithCosign('what the real cosign signs, in a registry without the referrers API', () => {
  suite(async () => {
    const registries = await realRegistries();
    return { ...registries, host: registries.open };
  }, WITHOUT_API);
});

describeWith('olareg', OLAREG, 'what the real cosign signs, in a registry with the referrers API', () => {
  describeWithCosign('in all four places', () => suite(startOlareg, WITH_API));
});

function suite(startRegistry, expected) {
  let stage;
  let shelf;
  let tab;

  before(async () => {
    const registry = await startRegistry();
    const browser = startBrowser();
    stage = await together({
      signer: startCosign(),
      layout: makeLayout(),
      demo: demoRegistry(),
      registry: Promise.resolve(registry),
      worker: startWorker({ registries: [registry.host] }),
      browser: browser.then((browser) => ({ browser, dispose: () => browser.close() })),
    });
    shelf = new Shelf(registry.host, stage.layout);
    tab = await openTab(stage.browser.browser);
    await tab.goto(stage.worker.url);
  }, { timeout: 300_000 });
  after(() => stage?.dispose());

  /** The four places, each by `(tag, options)`. */
  const PLACES = {
    'the command line': async (tag, { key, identity, trustedRoot }) => {
      const file = join(stage.signer.folder, 'wanted');
      await writeFile(file, key ?? JSON.stringify(trustedRoot));
      const signer = key ? ['--key', file] : ['--issuer', identity.issuer, '--subject', identity.subject, '--trusted-root', file];
      return JSON.parse((await commandLine(['check', tag, ...signer, '--json'])).stdout);
    },
    'the library in Node': (tag, options) => library.check(tag, options),
    'the Worker': async (tag, options) => {
      const answer = await fetch(`${stage.worker.url}/v1/check`, { method: 'POST', body: JSON.stringify({ image: tag, ...options }) });
      return answer.json();
    },
    'the library in Chromium': (tag, options) => tab.evaluate(async ([tag, options, relay]) => {
      const library = await import('/pullproof/browser.js');
      return library.check(tag, { ...options, relay });
    }, [tag, options, `${stage.worker.url}/relay/`]),
  };

  for (const [form, where] of Object.entries(expected)) {
    for (const what of ['multi-platform', 'single']) {
      test(`${form} of an image (${what}) is verified in all four places`, async () => {
        const { tag, pinned, digest } = await shelf.image(what);
        await stage.signer.sign(pinned, 'publisher', ...WAYS[form]);
        for (const [place, check] of Object.entries(PLACES)) {
          const report = await check(tag, { key: stage.signer.key });
          assert.equal(report.verdict, 'accept', `${place}: ${JSON.stringify(report, null, 2)}`);
          assert.deepEqual(report.signatures.map(({ outcome, meaning }) => [outcome, meaning.kind]), [['verified', 'signature']], place);
          assert.deepEqual(report.attachments.map(({ foundBy, artifactType }) => [foundBy, artifactType]), [where], place);
          assert.equal(report.resolution.digest, digest, place);
        }
      });
    }

    test(`${form} of somebody else is refused in all four places`, async () => {
      const { tag, pinned } = await shelf.image();
      await stage.signer.sign(pinned, 'stranger', ...WAYS[form]);
      for (const [place, check] of Object.entries(PLACES)) {
        const { verdict, signatures } = await check(tag, { key: stage.signer.key });
        assert.deepEqual([place, verdict, signatures.map(({ code }) => code)], [place, 'reject', ['signature-invalid']]);
      }
    });
  }

  describe('without a key, by the virtual Sigstore', () => {
    const wanted = () => {
      const { subject, issuer, trustedRoot } = stage.demo.keyless;
      return { identity: { subject, issuer }, trustedRoot };
    };

    test('a signature is verified in all four places', async () => {
      const { tag, pinned } = await shelf.image();
      await keyless(stage.signer, stage.demo, wanted().identity, 'sign', pinned);
      for (const [place, check] of Object.entries(PLACES)) {
        const report = await check(tag, wanted());
        assert.equal(report.verdict, 'accept', `${place}: ${JSON.stringify(report, null, 2)}`);
        assert.equal(report.signatures[0].signer.subject, wanted().identity.subject, place);
      }
    });

    const others = { 'another subject': { subject: 'https://evil.test/app' }, 'another issuer': { issuer: 'https://token.evil.test' } };
    for (const [who, other] of Object.entries(others)) {
      test(`a signature of ${who} is refused in all four places`, async () => {
        const { tag, pinned } = await shelf.image();
        await keyless(stage.signer, stage.demo, { ...wanted().identity, ...other }, 'sign', pinned);
        for (const [place, check] of Object.entries(PLACES)) {
          const { verdict, signatures } = await check(tag, wanted());
          assert.deepEqual([place, verdict, signatures.map(({ code }) => code)], [place, 'reject', ['identity-mismatch']]);
        }
      });
    }

    test('an attestation is verified, and is no signature', async () => {
      const { tag, pinned } = await shelf.image();
      await writeFile(join(stage.signer.folder, 'predicate.json'), '{"buildType":"test"}');
      const predicate = ['--type', 'slsaprovenance1', '--predicate', 'predicate.json'];
      await keyless(stage.signer, stage.demo, wanted().identity, 'attest', ...predicate, pinned);
      for (const [place, check] of Object.entries(PLACES)) {
        const { verdict, signatures: [signature] } = await check(tag, wanted());
        assert.deepEqual([place, verdict, signature.outcome, signature.meaning.kind], [place, 'reject', 'verified', 'attestation']);
      }
    });
  });

  test('an image that nobody signed is refused in all four places, and not for want of an answer', async () => {
    const { tag } = await shelf.image();
    for (const [place, check] of Object.entries(PLACES)) {
      const { verdict, signatures } = await check(tag, { key: stage.signer.key });
      assert.deepEqual([place, verdict, signatures], [place, 'reject', []]);
    }
  });

  test('an attestation is verified, and is no signature', async () => {
    const { tag, pinned } = await shelf.image();
    await writeFile(join(stage.signer.folder, 'predicate.json'), '{"buildType":"test"}');
    await stage.signer.attest(pinned, '--type', 'slsaprovenance1', '--predicate', 'predicate.json');
    for (const [place, check] of Object.entries(PLACES)) {
      const { verdict, signatures: [signature] } = await check(tag, { key: stage.signer.key });
      assert.deepEqual([place, verdict, signature.outcome, signature.meaning.kind], [place, 'reject', 'verified', 'attestation']);
    }
  });
}
