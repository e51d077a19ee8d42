// Sigstore bundles through the package in Node, workerd and a page in Chromium: the folders of the public conformance suite, where they
// are, and those of the virtual Sigstore, which are always there. One result, byte for byte, and for each forged one the code that
// tests/sigstore_conformance.rs and tests/sigstore ask of native code.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Folder, foldersIn, FORMS, REASONS, SUITE, virtualSigstore } from './support/conformance.mjs';
import { ROOT } from './support/program.mjs';
import { startChromium } from './support/runtimes/chromium.mjs';
import { startNode } from './support/runtimes/node.mjs';
import { startWorkerd } from './support/runtimes/workerd.mjs';
import { together } from './support/together.mjs';

/** When the folders are looked at; tests/sigstore_conformance.rs and tests/sigstore look at that time, too. */
const NOW = '2026-11-26T12:00:00Z';

/** By name, without `_fail` behind it. A trusted root that is none is an option that is wrong. */
const OURS = Object.entries(JSON.parse(readFileSync(`${ROOT}tests/sigstore/reasons.json`, 'utf8')))
  .map(([name, code]) => [name, code === 'trusted-root-invalid' ? 'options-invalid' : code]);

/** What cannot be verified without the bytes: Ed25519 over a message. */
const NEEDS_BYTES = ['publisher-ed25519ph', 'ed25519-pure-message_fail'];

describe('bundles in every runtime', { timeout: 300_000 }, () => {
  let stage;
  before(async () => {
    stage = await together({ ours: virtualSigstore(), Node: startNode(), workerd: startWorkerd(), Chromium: startChromium() });
  }, { timeout: 300_000 });
  after(() => stage?.dispose());

  /** The code that every runtime ends in; null where it is verified. */
  async function codeOf(folder, form) {
    const question = { ...folder.question(form), now: NOW };
    const answer = await stage.Node.ask(question);
    assert.notEqual(answer.code, 'defect', answer.message);
    for (const runtime of ['workerd', 'Chromium']) {
      assert.deepEqual(await stage[runtime].ask(question), answer, `${folder.name}, ${form}, ${runtime}`);
    }
    if (answer.report === undefined) return answer.code;
    const { outcome, code, artifact } = JSON.parse(answer.report);
    assert.equal(outcome === 'verified', code === null, answer.report);
    assert.equal(artifact, folder.digest);
    return code;
  }

  const missing = ({ name }, form) => form === 'DIGEST' && NEEDS_BYTES.includes(name) ? 'artifact-missing' : null;

  const suite = foldersIn(SUITE);
  const skip = suite.length === 0 && `not run: ${SUITE.replace(/^.*\/\.\./, '..')} is not here`;
  test('the folders of the suite', { skip }, async (t) => {
    const counts = { accepted: 0, refused: 0 };
    for (const folder of suite) {
      assert.equal(Object.hasOwn(REASONS, folder.name), folder.mustFail, `${folder.name}: expected to know why it must fail, if it must`);
      for (const form of FORMS) {
        await t.test(`${folder.name}, ${form}`, async () => {
          const code = await codeOf(folder, form);
          assert.equal(code, REASONS[folder.name] ?? null);
          counts[code === null ? 'accepted' : 'refused'] += 1;
        });
      }
    }
    t.diagnostic(`${counts.accepted} accepted, ${counts.refused} refused`);
  });

  for (const [name, expected] of OURS) {
    test(`ours: ${name} ends in ${expected}`, async () => {
      const folder = new Folder(stage.ours.directory, `${name}_fail`);
      for (const form of FORMS) assert.equal(await codeOf(folder, form), missing(folder, form) ?? expected, form);
    });
  }

  test('ours: every other case is verified', async (t) => {
    const good = foldersIn(stage.ours.directory).filter(({ mustFail }) => !mustFail);
    assert.ok(good.length > 25, `expected every kind of bundle, found ${good.length}`);
    for (const folder of good) {
      for (const form of FORMS) {
        await t.test(`${folder.name}, ${form}`, async () => assert.equal(await codeOf(folder, form), missing(folder, form)));
      }
    }
  });
});
