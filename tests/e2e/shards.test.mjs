// Shards from a dump to a scan: `cargo xtask shards` makes and signs them, the real cosign says whether it would have, too, and signs others, with a key
// and with an identity; and the command line uses what its user trusts.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { verifyBundle } from '../../pkg/dist/node.js';
import { debian } from '../../pkg/test/support/layered.mjs';
import { newKey } from '../../pkg/test/support/published.mjs';
import { startRegistry } from '../../pkg/test/support/registry.mjs';
import { commandLine } from './support/command-line.mjs';
import { describeWithCosign, keyless, startCosign } from './support/cosign.mjs';
import { cargo, ROOT } from './support/program.mjs';
import { demoRegistry } from './support/registries.mjs';
import { together } from './support/together.mjs';

const INDEX = 'index.json';
const BUNDLE = `${INDEX}.sigstore.json`;
const NOW = '2026-01-31T12:00:00Z';
const RECORDS = [
  { id: 'DEBIAN-CVE-2023-4911', upstream: ['CVE-2023-4911'], ecosystem: 'Debian:12', name: 'glibc', fixed: '2.36-9+deb12u3' },
  { id: 'GHSA-xvch-5gv4-984h', aliases: ['CVE-2021-44906'], ecosystem: 'npm', name: 'minimist', fixed: '1.2.6' },
].map(({ id, ecosystem, name, fixed, ...names }) => ({
  id, modified: '2026-01-30T00:00:00Z', ...names,
  affected: [{ package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }] }],
}));
const KEV = { dateReleased: '2026-01-29T18:00:00.5Z', count: 1, vulnerabilities: [{ cveID: 'CVE-2023-4911' }] };
/** Knows no log, and asks nobody. */
const OFFLINE = ['--yes', '--tlog-upload=false', '--use-signing-config=false'];
const IDENTITY = { subject: 'https://github.com/org/advisories/.github/workflows/nightly.yml@refs/heads/main', issuer: 'https://token.actions.githubusercontent.com' };

function xtask(...args) {
  const { PULLPROOF_XTASK: program } = process.env;
  return program === undefined ? cargo('run', '--package', 'xtask', '--', ...args) : promisify(execFile)(program, args, { cwd: ROOT });
}

describeWithCosign('shards, from a dump to a scan', () => {
  let signer;
  let demo;
  let registry;
  let stage;
  let shards;
  const key = newKey();
  const at = (...names) => join(signer.folder, ...names);

  before(async () => {
    stage = await together({ signer: startCosign(), demo: demoRegistry() });
    ({ signer, demo } = stage);
    registry = await startRegistry({ repositories: { 'team/app': debian() } });
    await mkdir(at('dump'));
    for (const record of RECORDS) await writeFile(at('dump', `${record.id}.json`), JSON.stringify(record));
    await writeFile(at('kev.json'), JSON.stringify(KEV));
    await writeFile(at('shards.key'), key.private, { mode: 0o600 });
    await writeFile(at('shards.pub'), key.pem);
    shards = at('shards');
    await xtask('shards', at('dump'), '--out', shards, '--kev', at('kev.json'), '--at', '2026-01-30T12:00:00Z', '--key', at('shards.key'));
  }, { timeout: 300_000 });
  after(async () => {
    registry?.stop();
    await stage?.dispose();
  });

  const scan = (folder, ...more) => commandLine(['scan', registry.image, '--shards', folder, '--at', NOW, '--json', ...more], { PULLPROOF_STATE: at('state') });
  const bytes = (name, folder = shards) => readFile(join(folder, name));

  /** The same shards, for somebody else to sign. */
  async function unsigned(name) {
    const folder = at(name);
    await cp(shards, folder, { recursive: true });
    await writeFile(join(folder, BUNDLE), '');
    return folder;
  }

  test('a dump becomes a shard an ecosystem, an index, its signature, and what is exploited', async () => {
    assert.deepEqual((await readdir(shards)).sort(), ['Debian-12.shard', INDEX, BUNDLE, 'known-exploited.json', 'npm.shard']);
    const { generatedAt, shards: listed } = JSON.parse(await bytes(INDEX));
    assert.deepEqual([generatedAt, listed.map(({ ecosystem }) => ecosystem)], ['2026-01-30T12:00:00Z', ['Debian:12', 'npm']]);
    assert.deepEqual(JSON.parse(await bytes('known-exploited.json')), { knownExploited: 1, at: '2026-01-29T18:00:00Z', cves: ['CVE-2023-4911'] });
    assert.match((await bytes('npm.shard')).toString(), /"attribution":\["GitHub Advisory Database \(CC-BY 4.0\)"\]/, 'whom to name travels along');
  });

  test('cosign verifies what we signed, and refuses what was altered', async () => {
    const verify = (file) => signer.cosign('verify-blob', '--key', at('shards.pub'), '--bundle', join(shards, BUNDLE), '--insecure-ignore-tlog=true', file);
    await verify(join(shards, INDEX));
    const altered = (await bytes(INDEX)).toString().replace('npm', 'PyPI');
    await writeFile(at('altered.json'), altered);
    await assert.rejects(verify(at('altered.json')));
    await assert.rejects(signer.cosign('verify-blob', '--key', 'stranger.pub', '--bundle', join(shards, BUNDLE), '--insecure-ignore-tlog=true', join(shards, INDEX)));
  });

  test('so do we, as with any other artifact', async () => {
    const { outcome } = await verifyBundle((await bytes(BUNDLE)).toString(), await bytes(INDEX), { key: key.pem });
    assert.equal(outcome, 'verified');
  });

  test('the command line uses them, and says who signed them', async () => {
    const { stdout, code, stderr } = await scan(shards, '--shards-signed-by', at('shards.pub'));
    assert.equal(code, 0, stderr + stdout);
    const { extent, findings, coverage } = JSON.parse(stdout);
    assert.deepEqual([extent, findings.map(({ id, knownExploited }) => [id, knownExploited])], ['complete', [['CVE-2023-4911', true], ['CVE-2021-44906', false]]]);
    assert.ok(coverage.databases.every(({ signedBy }) => signedBy.startsWith('the ECDSA P-256 key sha256:')));
  });

  test('what cosign signs with its key is used', async () => {
    const folder = await unsigned('by-key');
    await signer.cosign('sign-blob', ...OFFLINE, '--key', 'publisher.key', '--bundle', join(folder, BUNDLE), join(folder, INDEX));
    const { stdout, code } = await scan(folder, '--shards-signed-by', at('publisher.pub'));
    assert.deepEqual([code, JSON.parse(stdout).extent], [0, 'complete']);
    const refused = await scan(folder, '--shards-signed-by', at('stranger.pub'));
    assert.deepEqual([refused.code, JSON.parse(refused.stdout).remarks[0].code], [3, 'shard-index-not-signed']);
  });

  test("what cosign signs with a pipeline's identity is used", async () => {
    const folder = await unsigned('by-identity');
    await keyless(signer, demo, IDENTITY, 'sign-blob', '--bundle', join(folder, BUNDLE), join(folder, INDEX));
    const wanted = ['--shards-issuer', IDENTITY.issuer, '--shards-trusted-root', at('trusted_root.json')];
    const { stdout, code } = await scan(folder, ...wanted, '--shards-subject', IDENTITY.subject);
    const { extent, coverage, remarks } = JSON.parse(stdout);
    assert.deepEqual([code, extent], [0, 'complete'], JSON.stringify(remarks));
    assert.equal(coverage.databases[0].signedBy, `"${IDENTITY.subject}", known to "${IDENTITY.issuer}"`);
    const refused = await scan(folder, ...wanted, '--shards-subject', `${IDENTITY.subject}2`);
    assert.deepEqual([refused.code, JSON.parse(refused.stdout).remarks[0].code], [3, 'shard-index-not-signed']);
  });

  test('an attestation by cosign about the index is no signature of it', async () => {
    const folder = await unsigned('attested');
    await writeFile(at('predicate.json'), '{}');
    await signer.cosign('attest-blob', ...OFFLINE, '--key', 'publisher.key', '--type', 'custom', '--predicate', at('predicate.json'), '--bundle', join(folder, BUNDLE), join(folder, INDEX));
    const { stdout, code } = await scan(folder, '--shards-signed-by', at('publisher.pub'));
    assert.deepEqual([code, JSON.parse(stdout).remarks[0].code], [3, 'shard-index-not-signed']);
  });

  test('made again without a key they have no signature of before', async () => {
    const folder = await unsigned('again');
    await xtask('shards', at('dump'), '--out', folder, '--at', NOW);
    assert.ok(!(await readdir(folder)).includes(BUNDLE));
    const { stdout, code } = await scan(folder, '--shards-signed-by', at('shards.pub'));
    assert.deepEqual([code, JSON.parse(stdout).remarks[0].code], [3, 'shard-index-unavailable']);
  });

  test("a key that is none, or cosign's with its password, is refused before anything is written", async () => {
    for (const file of ['publisher.key', 'shards.pub', 'nowhere']) {
      await assert.rejects(xtask('shards', at('dump'), '--out', at('never'), '--key', at(file)), /cosign sign-blob|PKCS#8|cannot read/);
    }
    await assert.rejects(readdir(at('never')));
  });
});
