// What is known to be vulnerable in an image, as the package and the command line say it: over a registry on loopback, by shards, and by a
// server that stands in for OSV's.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loaded } from '../dist/core.js';
import { check, scan, toCycloneDx, toSarif } from '../dist/node.js';
import { attested, cyclonedx, CYCLONEDX, LIBC, MINIMIST, OPENVEX, signer, SPDX, spdx, statement } from './support/attested.mjs';
import { debian, fedora, shardOf, shards } from './support/layered.mjs';
import { startRegistry } from './support/registry.mjs';

const { platform } = loaded();
const { loadScanCore: loadReal } = platform;
afterEach(() => { platform.loadScanCore = loadReal; });

const registry = await startRegistry({ repositories: { 'team/app': debian(), 'team/fedora': fedora() } });
const publisher = signer();
const content = debian();
const manifestDigest = content.images[0].manifest.descriptor.digest;
const says = (predicateType, predicate, { by = publisher, about = manifestDigest, ...others } = {}) => ({ by, says: statement(about, predicateType, predicate), ...others });
const VEX = {
  '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://vex.test/1', author: 'team', timestamp: '2026-01-01T00:00:00Z', version: 1,
  statements: [{ vulnerability: { name: 'CVE-2023-4911' }, products: [{ '@id': 'pkg:deb/debian/libc6' }], status: 'not_affected', impact_statement: 'unused' }],
};
/** The image with what is attested of its manifest. */
async function scanOf(statements, options) {
  const registry = await startRegistry({ content: attested(content, statements, manifestDigest) });
  try {
    return await scan(registry.image, { now, shards: load, ...options });
  } finally {
    registry.stop();
  }
}
const attestedBy = { cosign: { publicKey: publisher.publicKey } };

const folder = mkdtempSync(join(tmpdir(), 'pullproof-scan-'));
for (const [ecosystem, bytes] of shards()) writeFileSync(join(folder, `${ecosystem.replace(':', '-')}.shard`), bytes);
after(() => {
  registry.stop();
  rmSync(folder, { recursive: true });
});

const { image, host } = registry;
const now = new Date('2026-01-31T12:00:00Z');
const load = (ecosystem) => shards().get(ecosystem);
const ids = ({ findings }) => findings.map(({ id, fixed }) => [id, fixed]);
const FOUND = [['CVE-2021-44906', '1.2.6'], ['CVE-2023-4911', '2.36-9+deb12u3']];

// This comes first: once the module is loaded nobody loads it again.
test('a check never loads the module that scans, and a module that cannot be loaded is an error', async () => {
  platform.loadScanCore = () => assert.fail('loaded');
  await check(image);
  platform.loadScanCore = () => Promise.reject(new Error('404'));
  await assert.rejects(scan(image, { shards: load }), /404/);
});

test('an image has its findings, by a function, by a list of shards, or by one', async () => {
  const asked = [];
  const byFunction = await scan(image, { now, shards: async (ecosystem) => { asked.push(ecosystem); return load(ecosystem); } });
  assert.equal(byFunction.extent, 'complete', JSON.stringify(byFunction.remarks));
  assert.deepEqual(ids(byFunction), FOUND);
  assert.deepEqual(asked, ['Debian:12', 'npm']);
  const { image: scanned, scannedAt, coverage, rule } = byFunction;
  assert.equal(scanned.reference, image);
  assert.deepEqual([scannedAt, coverage.packages, rule], ['2026-01-31T12:00:00Z', 3, null]);
  assert.deepEqual(await scan(image, { now, shards: [...shards().values()] }), byFunction);
  const one = await scan(image, { now, shards: load('Debian:12') });
  assert.deepEqual([one.extent, ids(one)], ['partial', FOUND.slice(1)]);
});

test('no shard is unsupported, and never clean', async () => {
  const { extent, remarks, findings } = await scan(image, { now, shards: () => undefined });
  assert.deepEqual([extent, remarks[0].code, findings], ['unsupported', 'database-missing', []]);
});

test('a function that throws, or gives something else, is said', async () => {
  for (const shards of [() => { throw new Error('secret'); }, () => Promise.reject(new Error('secret')), () => 'text', () => ({})]) {
    const scanned = await scan(image, { now, shards });
    assert.deepEqual([scanned.extent, scanned.remarks[0].code], ['unsupported', 'shard-unavailable']);
    assert.doesNotMatch(JSON.stringify(scanned), /secret/);
  }
});

test('a shard of another release is refused', async () => {
  const { remarks } = await scan(image, { now, shards: () => shardOf('Debian:11') });
  assert.equal(remarks[0].code, 'shard-invalid');
});

test('Fedora is unsupported', async () => {
  const { extent, remarks } = await scan(`${host}/team/fedora:1.0`, { now, shards: load });
  assert.equal(extent, 'unsupported');
  assert.ok(remarks.some(({ code }) => code === 'distribution-without-advisories'));
});

/** OSV's server, in as far as it is asked here: first only a token, then what there is. */
function osv({ broken = false } = {}) {
  const asked = [];
  const records = {
    'DEBIAN-CVE-2023-4911': {
      id: 'DEBIAN-CVE-2023-4911', modified: '2026-01-01T00:00:00Z', upstream: ['CVE-2023-4911'],
      affected: [{ package: { ecosystem: 'Debian:12', name: 'glibc' }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.36-9+deb12u3' }] }] }],
    },
  };
  const answer = async (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    if (broken) return new Response('{}', { status: 503 });
    if (pathname.startsWith('/v1/vulns/')) return Response.json(records[pathname.slice('/v1/vulns/'.length)]);
    assert.equal(request.headers.get('content-type'), 'application/json');
    const { queries } = await request.json();
    return Response.json({ results: queries.map(({ package: { name }, page_token }) => {
      if (name !== 'glibc') return {};
      return page_token === undefined ? { next_page_token: 't' } : { vulns: [{ id: 'DEBIAN-CVE-2023-4911', modified: '2026-01-01T00:00:00Z' }] };
    }) });
  };
  const fetch = (request) => (request.url.startsWith('https://api.osv.dev/') ? answer(request) : globalThis.fetch(request));
  return { asked, fetch };
}

test('the server of OSV is asked page by page, and for each advisory', async () => {
  const { asked, fetch } = osv();
  const scanned = await scan(image, { now, osv: true, fetch });
  assert.deepEqual([scanned.extent, ids(scanned)], ['complete', FOUND.slice(1)]);
  assert.deepEqual(asked, ['/v1/querybatch', '/v1/querybatch', '/v1/vulns/DEBIAN-CVE-2023-4911']);
});

test('a scan takes no more than it may, and says what it left out', async () => {
  const { asked, fetch } = osv();
  const scanned = await scan(image, { now, osv: true, fetch, limits: { osvRequests: 2 } });
  const [{ id, state, severity }] = scanned.findings;
  assert.deepEqual([scanned.extent, scanned.remarks[0].code, id, state, severity.level], ['partial', 'osv-requests-exhausted', 'CVE-2023-4911', 'undetermined', 'unknown']);
  assert.equal(asked.length, 2);
  for (const limits of [{ layers: 0 }, { layerBytes: 10 }]) {
    const { extent, remarks: [{ code }], findings } = await scan(image, { now, shards: load, limits });
    assert.deepEqual([extent, code, findings], ['unknown', 'image-over-limit', []]);
  }
  assert.equal((await scan(image, { now, shards: load, limits: { layersAtOnce: 1, layers: 100, layerBytes: 1e9 } })).extent, 'complete');
});

test('a server that does not answer leaves it unknown', async () => {
  const { extent, remarks, findings } = await scan(image, { now, osv: true, fetch: osv({ broken: true }).fetch });
  assert.deepEqual([extent, remarks[0].code, findings], ['unknown', 'osv-unavailable', []]);
});

test('what is denied, ignored, or settled by a VEX document is said', async () => {
  const { rule } = await scan(image, { now, shards: load, deny: 'high' });
  assert.deepEqual([rule.judged, rule.denied], ['denied', [0, 1]]);
  const ignore = [{ id: 'CVE-2021-44906', reason: 'not reachable' }, { id: 'CVE-2023-4911', reason: 'until it is built anew', until: '2026-02-01' }];
  assert.equal((await scan(image, { now, shards: load, deny: 'high', ignore })).rule.judged, 'met');
  const late = await scan(image, { now: new Date('2026-02-02T00:00:00Z'), shards: load, deny: 'high', ignore });
  assert.deepEqual([late.rule.judged, late.rule.idle], ['denied', ['CVE-2023-4911']]);
  const vex = {
    '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://vex.test/1', author: 'team', timestamp: '2026-01-01T00:00:00Z', version: 1,
    statements: [{
      vulnerability: { name: 'CVE-2023-4911' }, products: [{ '@id': 'pkg:deb/debian/libc6' }], status: 'not_affected',
      justification: 'vulnerable_code_not_present',
    }],
  };
  for (const given of [vex, JSON.stringify(vex), Buffer.from(JSON.stringify(vex)), [vex]]) {
    const scanned = await scan(image, { now, shards: load, vex: given, deny: 'high' });
    assert.equal(scanned.findings.length, 2);
    assert.deepEqual([scanned.rule.denied, scanned.rule.leftOut.map(({ finding }) => finding)], [[0], [1]]);
  }
});

test('a list that whoever is named signed is read instead of the layers, and says so', async () => {
  for (const signers of [attestedBy, [{ cosign: { publicKey: signer().publicKey } }, attestedBy]]) {
    const scanned = await scanOf([says(SPDX, spdx(LIBC, MINIMIST))], { packages: 'sbom', attestedBy: signers, deny: 'critical' });
    assert.deepEqual([scanned.extent, ids(scanned)], ['complete', FOUND], JSON.stringify(scanned.remarks));
    const { from, trust, documents: [{ format, by }] } = scanned.inventory;
    assert.deepEqual([from, trust, format], ['sbom', 'signed', 'spdx']);
    assert.match(by, /^the ECDSA P-256 key sha256:[0-9a-f]{64}$/);
    assert.deepEqual(scanned.findings.map(({ packages }) => packages[0].layer), [null, null]);
    assert.deepEqual([scanned.image.layers, scanned.image.reference.endsWith('/team/app:1.0')], [[], true]);
  }
});

test('no list, a stranger\'s, or one of another image, platform or type is unknown, and never clean', async () => {
  const none = (statements, options) => scanOf(statements, { packages: 'sbom', attestedBy, deny: 'low', ...options });
  const index = content.index.descriptor.digest;
  for (const [scanned, code] of [
    [await none([]), 'sbom-missing'],
    [await none([], { attestedBy: undefined }), 'sbom-missing'],
    [await none([says(SPDX, spdx(), { by: signer() })]), 'sbom-missing'],
    [await none([says(SPDX, spdx(), { about: `sha256:${'0'.repeat(64)}` })]), 'sbom-missing'],
    [await none([says(SPDX, spdx(), { payloadType: 'application/json' })]), 'sbom-missing'],
    [await none([says(CYCLONEDX, spdx())]), 'sbom-unreadable'],
    [await none([says(SPDX, VEX)]), 'sbom-unreadable'],
    [await none([says(SPDX, spdx(), { about: index })]), 'sbom-missing'],
    [await none([says(CYCLONEDX, cyclonedx(`sha256:${'0'.repeat(64)}`), { about: index })]), 'sbom-missing'],
  ]) {
    assert.deepEqual([scanned.extent, scanned.inventory, scanned.findings, scanned.rule.judged], ['unknown', null, [], 'open'], JSON.stringify(scanned));
    assert.equal(scanned.remarks[0].code, code, JSON.stringify(scanned.remarks));
  }
});

test('a list that is given is the caller\'s word, and VEX that is attested has its signer', async () => {
  const list = spdx(LIBC, MINIMIST);
  for (const sbom of [list, JSON.stringify(list), Buffer.from(JSON.stringify(list))]) {
    const scanned = await scanOf([], { sbom });
    assert.deepEqual([scanned.extent, scanned.inventory.trust, ids(scanned)], ['complete', 'given', FOUND]);
  }
  // Of layers as well.
  for (const options of [{ sbom: list }, {}]) {
    const { findings, coverage } = await scanOf([says(OPENVEX, VEX), says(OPENVEX, VEX, { by: signer() })], { attestedBy, ...options });
    assert.deepEqual(findings.map(({ vex }) => vex?.status), [undefined, 'not_affected']);
    assert.match(findings[1].vex.signedBy, /^the ECDSA P-256 key/);
    assert.deepEqual(coverage.notes.map(({ code }) => code), ['shards-not-signed', 'attestation-not-used']);
  }
  const { findings } = await scanOf([says(OPENVEX, VEX)], {});
  assert.deepEqual(findings.map(({ vex }) => vex), [null, null]);
});

test('options that cannot have been meant are refused', async () => {
  const invalid = { name: 'CheckError', code: 'options-invalid' };
  for (const options of [
    {}, { osv: false }, { osv: true, shards: load }, { shards: 'text' }, { shards: Buffer.from('no shard\n') }, { shards: [load('npm'), load('npm')] },
    { osv: true, onlyFixable: true }, { osv: true, ignore: [] }, { osv: true, deny: 'severe' }, { osv: true, deny: 'high', ignore: [{ id: 'x' }] },
    { osv: true, vex: 'no JSON' }, { osv: true, policy: {} }, { osv: true, trustServer: 'https://trust.test' },
    { osv: true, packages: 'none' }, { osv: true, packages: 'layers', sbom: spdx(LIBC) }, { osv: true, sbom: 'no list' }, { osv: true, sbom: {} },
    { osv: true, attestedBy: [] }, { osv: true, attestedBy: {} }, { osv: true, attestedBy: { digest: manifestDigest } },
    { osv: true, attestedBy: { cosign: { publicKey: 'no key' } } }, { osv: true, attestedBy: { ...attestedBy, sigstore: {} } },
    { osv: true, attestedBy: { cosign: { publicKey: publisher.publicKey, more: 1 } } }, { osv: true, attestedBy: { sigstore: { issuer: 'https://issuer.test' } } },
    { osv: true, trustedRoot: {} }, { osv: true, limits: 5 }, { osv: true, limits: { layer: 1 } }, { osv: true, limits: { layers: -1 } },
    { osv: true, limits: { layersAtOnce: 0 } }, { osv: true, limits: { osvRequests: 1.5 } }, { osv: true, limits: { osvRequests: '5' } },
  ]) {
    await assert.rejects(scan(image, options), invalid, JSON.stringify(options));
  }
  await assert.rejects(scan('A', { osv: true }), { code: 'reference-invalid' });
  await assert.rejects(scan(image, { osv: true, platform: 'x' }), { code: 'platform-invalid' });
});

test('how far it is, is told', async () => {
  const steps = [];
  await scan(image, { now, shards: load, onProgress: (step) => steps.push(step) });
  const layers = steps.filter(({ stage }) => stage === 'layer');
  assert.ok(layers.length >= 2 && layers.at(-1).bytes === layers.at(-1).size);
  assert.deepEqual(steps.at(-1), { stage: 'advisories', done: 2, total: 2 });
});

test('whoever gives up is told so', async () => {
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error('enough'));
  await assert.rejects(scan(image, { now, shards: load, onProgress, signal: controller.signal }), /enough/);
});

/** Runs the command line with an empty home. */
function pullproof(...args) {
  const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  const env = { PATH: process.env.PATH, HOME: folder, DOCKER_CONFIG: folder };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, 'scan', ...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

test('the command line prints a table and what it was looked for in', async () => {
  const { code, stdout, stderr } = await pullproof(image, '--shards', folder, '--at', '2026-01-31T12:00:00Z');
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^SEVERITY +ID +PACKAGE +INSTALLED +FIXED IN +LAYER$/m);
  assert.match(stdout, /^critical +CVE-2021-44906 +minimist +1\.2\.5 +1\.2\.6 +0$/m);
  assert.match(stdout, /^high +CVE-2023-4911 +libc6 +2\.36-9\+deb12u1 +2\.36-9\+deb12u3 +0$/m);
  assert.match(stdout, /2 findings in 3 packages/);
  assert.match(stdout, /database {2}Debian:12, made 2026-01-30T12:00:00Z \(1 day ago\), 1 advisory, nobody vouches for it$/m);
});

test('the command line takes the list from whom it is told to believe, and says who that is', async () => {
  const registry = await startRegistry({ content: attested(content, [says(SPDX, spdx(LIBC, MINIMIST)), says(OPENVEX, VEX)], manifestDigest) });
  const [key, strangers, list] = ['cosign.pub', 'stranger.pub', 'list.json'].map((name) => join(folder, name));
  writeFileSync(key, publisher.publicKey);
  writeFileSync(strangers, signer().publicKey);
  writeFileSync(list, JSON.stringify(spdx(LIBC)));
  const asked = [registry.image, '--shards', folder, '--at', '2026-01-31T12:00:00Z'];
  try {
    const { code, stdout, stderr } = await pullproof(...asked, '--packages', 'sbom', '--attested-by', key);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^ {2}packages {2}listed by whom you named, who signed it for this image$/m);
    assert.match(stdout, /^ {12}SPDX sha256:[0-9a-f]{64}, signed by the ECDSA P-256 key sha256:[0-9a-f]{64}$/m);
    assert.match(stdout, /^high \(vex\) +CVE-2023-4911 +libc6 +2\.36-9\+deb12u1 +2\.36-9\+deb12u3 +-$/m);
    const given = await pullproof(...asked, '--sbom', list, '--fail-on', 'critical');
    assert.equal(given.code, 0);
    assert.match(given.stdout, /^ {2}packages {2}listed in the file that you gave; whether it is about this image is not checked$/m);
    for (const [flags, expected] of [
      [['--packages', 'sbom', '--attested-by', strangers], 3], [['--packages', 'sbom'], 3], [['--packages', 'layers', '--attested-by', key], 0],
      [['--packages', 'all'], 2], [['--packages', 'layers', '--sbom', list], 2], [['--sbom', key], 2], [['--sbom', join(folder, 'none')], 2],
      [['--attested-by', key, '--issuer', 'https://issuer.test', '--subject', 'x'], 2], [['--trusted-root', list], 2], [['--issuer', 'https://issuer.test'], 2],
    ]) {
      assert.equal((await pullproof(...asked, ...flags)).code, expected, flags.join(' '));
    }
  } finally {
    registry.stop();
  }
});

test('its exit codes: denied, not denied, not found out, not understood', async () => {
  const codeOf = async (...args) => (await pullproof(...args)).code;
  assert.equal(await codeOf(image, '--shards', folder, '--fail-on', 'high'), 1);
  assert.equal(await codeOf(image, '--shards', folder, '--fail-on', 'high', '--only-fixable'), 1);
  assert.equal(await codeOf(`${host}/team/fedora:1.0`, '--shards', folder), 3);
  assert.equal(await codeOf(image, '--shards', join(folder, 'none')), 3);
  // Nothing is denied, and still not all of it could be looked at.
  const some = join(folder, 'some');
  mkdirSync(some);
  copyFileSync(join(folder, 'Debian-12.shard'), join(some, 'Debian-12.shard'));
  assert.equal(await codeOf(image, '--shards', some), 3);
  assert.equal(await codeOf(image, '--shards', folder, '--platform', 'linux/s390x'), 3);
  for (const args of [
    [], [image], [image, '--shards', folder, '--osv'], [image, '--shards', folder, '--fail-on', 'hihg'], [image, '--shards', folder, '--only-fixable'],
    [image, '--shards', folder, '--vex', join(folder, 'none')], [image, image, '--osv'], [image, '--osv', '--policy', 'x'],
  ]) {
    assert.equal(await codeOf(...args), 2, args.join(' '));
  }
});

test('with --json it prints what the package gives', async () => {
  const { stdout } = await pullproof(image, '--shards', folder, '--at', '2026-01-31T12:00:00Z', '--json');
  assert.equal(stdout, `${JSON.stringify(await scan(image, { now, shards: load }), null, 2)}\n`);
});

const at = ['--shards', folder, '--at', '2026-01-31T12:00:00Z'];
const written = (name) => readFileSync(join(folder, name), 'utf8');
const text = (value) => `${JSON.stringify(value, null, 2)}\n`;

test('files of other formats are written beside the table, or beside the JSON, as the package gives them', async () => {
  const [sarif, cyclonedx] = ['a.sarif', 'a.cdx.json'].map((name) => join(folder, name));
  writeFileSync(sarif, 'what was there');
  const first = await pullproof(image, ...at, '--sarif', sarif, '--cyclonedx', cyclonedx);
  assert.deepEqual([first.code, first.stderr], [0, '']);
  assert.match(first.stdout, /^SEVERITY/m);
  // A bill of materials has every package.
  const listed = await scan(image, { now, shards: load, listPackages: true });
  assert.equal(listed.packages.length, 3);
  assert.equal(written('a.cdx.json'), text(await toCycloneDx(listed)));
  assert.equal(written('a.sarif'), text(await toSarif(listed)));
  const second = await pullproof(image, ...at, '--json', '--sarif', sarif);
  const plain = await scan(image, { now, shards: load });
  assert.equal(second.stdout, text(plain));
  assert.equal(written('a.sarif'), text(await toSarif(plain)));
  assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith('.pullproof')), [], 'nothing is left behind');
});

test('a bill of materials that is written is read again as the same packages, with the same findings', async () => {
  const listed = await scan(image, { now, shards: load, listPackages: true });
  const again = await scan(image, { now, shards: load, listPackages: true, sbom: await toCycloneDx(listed) });
  const urls = ({ packages }) => packages.map(({ purl }) => purl);
  assert.deepEqual(urls(again), urls(listed));
  assert.deepEqual(ids(again), ids(listed));
  assert.deepEqual(again.distribution.ecosystem, listed.distribution.ecosystem);
  assert.deepEqual([again.inventory.trust, again.packages[0].layer], ['given', null]);
  for (const convert of [toSarif, toCycloneDx]) assert.match(JSON.stringify(await convert(again)), /given/);
});

test('what is printed is one format and nothing else', async () => {
  const { stdout } = await pullproof(image, ...at, '--sarif', '-');
  assert.equal(stdout, text(await toSarif(await scan(image, { now, shards: load }))));
  const bill = await pullproof(image, ...at, '--cyclonedx', '-');
  assert.equal(JSON.parse(bill.stdout).components.length, 4);
});

test('a file says what the exit code says: a scan that is not complete is not an empty one', async () => {
  const file = join(folder, 'fedora.sarif');
  const { code } = await pullproof(`${host}/team/fedora:1.0`, ...at, '--sarif', file);
  assert.equal(code, 3);
  const { runs: [{ results }] } = JSON.parse(readFileSync(file));
  assert.deepEqual(results.map(({ ruleId, level }) => [ruleId, level]), [['pullproof-scan-not-complete', 'error']]);
});

test('what cannot be written is said before the scan, or after it, and never passed over', async () => {
  const asked = registry.requests.length;
  for (const file of [folder, join(folder, 'none', 'a.sarif')]) {
    const { code, stderr } = await pullproof(image, ...at, '--sarif', file);
    assert.equal(code, 2);
    assert.match(stderr, /expected --sarif to name a file/);
  }
  assert.equal(registry.requests.length, asked, 'nobody was asked');
  if (process.getuid() === 0) return;
  const locked = join(folder, 'locked');
  mkdirSync(locked);
  chmodSync(locked, 0o500);
  const { code, stderr, stdout } = await pullproof(image, ...at, '--sarif', join(locked, 'a.sarif'));
  assert.equal(code, 3);
  assert.match(stderr, /a\.sarif: file-not-written: /);
  assert.match(stdout, /2 findings in 3 packages/);
});

test('what is ignored does not deny, until its day, and a file may say it', async () => {
  const failing = [...at, '--fail-on', 'high'];
  const codeOf = async (...args) => (await pullproof(image, ...failing, ...args)).code;
  const both = ['--ignore', 'CVE-2021-44906=not reachable', '--ignore', 'CVE-2023-4911=until it is built anew@2026-02-01'];
  assert.equal(await codeOf(...both), 0);
  assert.equal(await codeOf(...both.slice(0, 2)), 1);
  assert.equal(await codeOf(...both.slice(0, 2), '--ignore', 'CVE-2023-4911=too late@2026-01-31'), 1);
  const file = join(folder, 'ignore.json');
  writeFileSync(file, JSON.stringify({ ignore: [{ id: 'CVE-2021-44906', reason: 'x' }, { id: 'DEBIAN-CVE-2023-4911', reason: 'y' }] }));
  assert.equal(await codeOf('--ignore', file), 0);
  writeFileSync(file, JSON.stringify([{ id: 'CVE-2021-44906' }]));
  assert.equal(await codeOf('--ignore', file), 2, 'a reason is wanted');
  assert.equal(await codeOf('--ignore', join(folder, 'none.json')), 2);
});

test('scan has a help of its own', async () => {
  const { code, stdout } = await pullproof('--help');
  assert.equal(code, 0);
  assert.match(stdout, /^pullproof scan lists what is known to be vulnerable/);
  const { stderr } = await pullproof(image, '--osv', '--sarfi', 'x');
  assert.match(stderr, /did you mean '--sarif'\?\nTry 'pullproof scan --help'\./);
});
