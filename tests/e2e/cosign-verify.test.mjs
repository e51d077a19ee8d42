// What `cosign verify` says about an image, beside what is said here: tests/third_party/cosign.json has every case, and where the two
// differ, why. An agreement that is not expected fails like a difference that is not: then the reason is no longer one.
//
// cosign is brought by `cargo xtask peers cosign`, which CI does. Where it is missing, this says so.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as library from '../../pkg/dist/node.js';
import { cases } from './support/cosign-cases.mjs';
import { describeWithCosign, Shelf, startCosign } from './support/cosign.mjs';
import { makeLayout } from './support/layout.mjs';
import { demoRegistry, realRegistries } from './support/registries.mjs';
import { together } from './support/together.mjs';

const TABLE = new URL('../third_party/cosign.json', import.meta.url);
/** Exit codes of cosign: cmd/cosign/errors/exit_codes.go. */
const [ACCEPTED, UNSIGNED] = [0, 10];
const UPDATE = process.env.UPDATE_GOLDEN === '1';
const rows = new Map(JSON.parse(await readFile(TABLE, 'utf8')).map((row) => [row.case, row]));

describeWithCosign('what is said here, and what cosign says', () => {
  const stage = {};
  const fronts = [];
  let made;
  const measured = new Map();

  before(async () => {
    const parts = { signer: startCosign(), layout: makeLayout(), registries: realRegistries(), demo: demoRegistry() };
    Object.assign(stage, await together(parts));
    const shelf = new Shelf(stage.registries.open, stage.layout);
    const front = async (starting) => {
      const one = await starting;
      fronts.push(one);
      return one;
    };
    made = { ...cases({ shelf, signer: stage.signer, front }), ...await keyless(stage.demo.keyless) };
  }, { timeout: 300_000 });
  after(async () => {
    await Promise.all(fronts.map((front) => front.dispose()));
    await stage.dispose?.();
    if (UPDATE) await writeFile(TABLE, `[\n${Object.keys(made).map((name) => `  ${JSON.stringify(measured.get(name))}`).join(',\n')}\n]\n`);
  });

  /** What the virtual Sigstore signed: both trust its root, and want the same identity. */
  async function keyless({ trustedRoot, subject, issuer, cases }) {
    const file = join(stage.signer.folder, 'trusted_root.json');
    await writeFile(file, JSON.stringify(trustedRoot));
    const flags = ['--trusted-root', file, '--certificate-identity', subject, '--certificate-oidc-issuer', issuer];
    const options = { identity: { subject, issuer }, trustedRoot };
    return Object.fromEntries(cases.map(({ case: name, image }) => [name, async () => ({ reference: image, flags, options })]));
  }

  /** The exit code. */
  async function cosign(command, flags, reference) {
    try {
      await stage.signer.cosign(command, '--allow-http-registry', '--allow-insecure-registry', ...flags, reference);
      return ACCEPTED;
    } catch ({ code, stderr }) {
      assert.equal(typeof code, 'number', stderr);
      return code;
    }
  }

  async function measure(name) {
    const { reference, flags, options } = await made[name]();
    const { verdict, reasons, signatures } = await library.check(reference, { ...options, attachments: true });
    const attests = signatures.some(({ outcome, meaning }) => outcome === 'verified' && meaning.kind === 'attestation');
    const [verify, attestation] = await Promise.all([
      cosign('verify', flags, reference), cosign('verify-attestation', [...flags, '--type', 'slsaprovenance1'], reference),
    ]);
    return {
      case: name,
      ours: { verdict, reason: reasons[0].code, signatures: signatures.map(({ outcome, code }) => code ?? outcome), attests },
      cosign: { 'verify': verify, 'verify-attestation': attestation },
    };
  }

  /** "Not known" agrees with no answer, and not with "there are no signatures". */
  const agree = ({ ours, cosign }) => (ours.verdict === 'accept') === (cosign.verify === ACCEPTED)
    && !(ours.verdict === 'inconclusive' && cosign.verify === UNSIGNED)
    && ours.attests === (cosign['verify-attestation'] === ACCEPTED);

  test('every case stands in the table, and every row of it is a case', { skip: UPDATE && 'the table is being written' }, () => {
    assert.deepEqual([...rows.keys()].sort(), Object.keys(made).sort());
  });

  test('there is a reason for every difference, and for nothing else', { skip: UPDATE && 'the table is being written' }, () => {
    for (const row of rows.values()) assert.equal(row.reason === undefined, agree(row), row.case);
  });

  test('the document has every reason, and counts right', async () => {
    const document = await readFile(new URL('../../docs/cosign.md', import.meta.url), 'utf8');
    const differences = [...rows.values()].filter(({ reason }) => reason !== undefined);
    for (const { reason } of differences) assert.ok(document.includes(` | ${reason} |`), reason);
    for (const count of [`${rows.size} cases`, `agree on ${rows.size - differences.length}`, `the other ${differences.length}`]) {
      assert.ok(document.replaceAll('\n', ' ').includes(count), count);
    }
  });

  // Side by side, because cosign asks again and again where a registry fails, and waits in between.
  test('each case ends as the table says', { concurrency: 3 }, (t) => Promise.all(Object.keys(made).map((name) => t.test(name, async () => {
    const row = await measure(name);
    const { reason, ...expected } = rows.get(name) ?? {};
    measured.set(name, { ...row, ...(reason !== undefined && !agree(row) && { reason }) });
    if (!UPDATE) assert.deepEqual(row, expected);
  }))));
});
