// A policy that denies what is known to be vulnerable, as the package and the command line decide it: over a registry on loopback, by shards.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2020.js';
import { loaded } from '../dist/core.js';
import { check, drift, pin, verify } from '../dist/node.js';
import { debian, fedora, shards } from './support/layered.mjs';
import { startRegistry } from './support/registry.mjs';

const { platform } = loaded();
const { loadScanCore: loadReal } = platform;
afterEach(() => { platform.loadScanCore = loadReal; });

const registry = await startRegistry({ repositories: { 'team/app': debian(), 'team/fedora': fedora() } });
const folder = mkdtempSync(join(tmpdir(), 'pullproof-vulnerable-'));
for (const [ecosystem, bytes] of shards()) writeFileSync(join(folder, `${ecosystem.replace(':', '-')}.shard`), bytes);
after(() => {
  registry.stop();
  rmSync(folder, { recursive: true });
});

const { image, host } = registry;
const now = new Date('2026-01-31T12:00:00Z');
const load = (ecosystem) => shards().get(ecosystem);
const digestOf = ({ index }) => index.descriptor.digest;
const policyOf = (vulnerabilities, content = debian()) =>
  ({ rules: [{ images: `${host}/team/*`, require: [{ digest: digestOf(content) }], ...(vulnerabilities && { vulnerabilities }) }] });
const verdictOf = ({ verdict, reasons }) => [verdict, reasons[0].code];
const known = ({ checks }) => checks.find(({ name }) => name === 'known-vulnerabilities');
const isReport = new Ajv().compile(JSON.parse(readFileSync(new URL('../report.schema.json', import.meta.url))));
const BOTH = [{ id: 'CVE-2021-44906', reason: 'not reachable' }, { id: 'GHSA-none', reason: 'gone' }];

// This comes first: once the module is loaded nobody loads it again.
test('the module that scans is loaded only where the rule for this image asks, and what is missing is said', async () => {
  platform.loadScanCore = () => assert.fail('loaded');
  assert.equal((await check(image, { now, policy: policyOf(), shards: load })).verdict, 'accept');
  const elsewhere = { rules: [...policyOf().rules, { ...policyOf({ deny: 'low' }).rules[0], images: `${host}/other` }] };
  assert.equal((await check(image, { now, policy: elsewhere, shards: load })).verdict, 'accept');
  const another = await check(image, { now, policy: policyOf({ deny: 'low' }, fedora()), shards: load });
  assert.deepEqual([verdictOf(another), known(another).outcome], [['reject', 'policy-unmet'], 'skipped']);
  const nothing = await check(image, { now, policy: policyOf({ deny: 'low' }) });
  assert.deepEqual([verdictOf(nothing), nothing.vulnerabilities], [['inconclusive', 'advisories-not-given'], null]);
  platform.loadScanCore = () => Promise.reject(new Error('404'));
  const missing = await check(image, { now, policy: policyOf({ deny: 'low' }), shards: load });
  assert.deepEqual([verdictOf(missing), missing.vulnerabilities], [['inconclusive', 'scan-unavailable'], null]);
  assert.ok(isReport(missing), JSON.stringify(isReport.errors));
});

test('an image is rejected for what is denied, accepted without, and the report says what was found', async () => {
  const denied = await check(image, { now, policy: policyOf({ deny: 'high' }), shards: load });
  assert.deepEqual(verdictOf(denied), ['reject', 'vulnerabilities-denied']);
  assert.equal(known(denied).message, 'expected no vulnerabilities from high on, found 2: CVE-2021-44906, CVE-2023-4911');
  const { vulnerabilities } = denied;
  assert.deepEqual([vulnerabilities.judged, vulnerabilities.extent, vulnerabilities.packages, vulnerabilities.deniedInAll], ['denied', 'complete', 3, 2]);
  assert.deepEqual(vulnerabilities.counts.critical, { findings: 1, fixable: 1 });
  assert.deepEqual(vulnerabilities.denied[1], {
    id: 'CVE-2023-4911', severity: 'high', package: 'libc6', version: '2.36-9+deb12u1', fixed: '2.36-9+deb12u3', knownExploited: null,
  });
  const met = await check(image, { now, policy: policyOf({ deny: 'critical', ignore: BOTH }), shards: load });
  assert.equal(met.verdict, 'accept');
  assert.deepEqual(met.vulnerabilities.leftOut, [{ id: 'CVE-2021-44906', package: 'minimist', reason: 'not reachable' }]);
  assert.deepEqual(met.vulnerabilities.idle, ['GHSA-none']);
  assert.ok(!met.notProven.some(({ code }) => code === 'layers'));
  for (const report of [denied, met]) {
    assert.ok(isReport(report), JSON.stringify(isReport.errors));
    assert.deepEqual(JSON.parse(JSON.stringify(report)), report, 'something in the report is not JSON');
  }
  assert.match(await verify(image, { now, policy: policyOf({ deny: 'critical', ignore: BOTH }), shards: load }), /@sha256:/);
  await assert.rejects(verify(image, { now, policy: policyOf({ deny: 'high' }), shards: load }), { name: 'ImageRejectedError' });
});

test('the keys of the summary come in the order of the schema', async () => {
  const { $defs } = JSON.parse(readFileSync(new URL('../report.schema.json', import.meta.url)));
  const { vulnerabilities } = await check(image, { now, policy: policyOf({ deny: 'high', ignore: BOTH }), shards: load });
  const keys = (schema) => Object.keys(schema.properties);
  assert.deepEqual(Object.keys(vulnerabilities), keys($defs.vulnerabilities));
  assert.deepEqual(Object.keys(vulnerabilities.counts), keys($defs.vulnerabilities.properties.counts));
  assert.deepEqual(Object.keys(vulnerabilities.denied[0]), keys($defs.vulnerabilities.properties.denied.items));
  assert.deepEqual(Object.keys(vulnerabilities.leftOut[0]), keys($defs.vulnerabilities.properties.leftOut.items));
  assert.deepEqual(Object.keys(vulnerabilities.databases[0]), keys($defs.database));
});

test('what could not be looked at is inconclusive', async () => {
  const policy = policyOf({ deny: 'critical', ignore: BOTH });
  for (const [name, options] of Object.entries({
    'no shard at all': { shards: () => undefined },
    'one of two': { shards: load('Debian:12') },
    'one that cannot be loaded': { shards: () => { throw new Error('secret'); } },
  })) {
    const report = await check(image, { now, policy, ...options });
    assert.deepEqual(verdictOf(report), ['inconclusive', 'scan-incomplete'], name);
    assert.equal(report.vulnerabilities.judged, 'open', name);
    assert.ok(isReport(report), JSON.stringify(isReport.errors));
    assert.doesNotMatch(JSON.stringify(report), /secret/);
  }
  const unsupported = await check(`${host}/team/fedora:1.0`, { now, policy: policyOf({ deny: 'critical' }, fedora()), shards: load });
  assert.deepEqual([verdictOf(unsupported), unsupported.vulnerabilities.extent], [['inconclusive', 'scan-incomplete'], 'unsupported']);
});

const vexOf = (change = {}) => ({
  '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://vex.test/1', author: 'team', timestamp: '2026-01-01T00:00:00Z', version: 1,
  statements: [{
    vulnerability: { name: 'CVE-2023-4911' }, products: [{ '@id': `pkg:oci/app@${digestOf(debian())}` }], status: 'not_affected',
    justification: 'vulnerable_code_not_present',
  }],
  ...change,
});

test('a VEX document of the caller settles a finding, and one that is none ends the check', async () => {
  const policy = policyOf({ deny: 'high', ignore: BOTH.slice(0, 1) });
  const report = await check(image, { now, policy, shards: load, vex: vexOf() });
  assert.equal(report.verdict, 'accept');
  assert.deepEqual(report.vulnerabilities.leftOut.map(({ id, reason }) => [id, reason]), [
    ['CVE-2021-44906', 'not reachable'], ['CVE-2023-4911', 'https://vex.test/1 says so'],
  ]);
  // Only the module that scans can say so; the report must not hide it.
  const invalid = { name: 'CheckError', code: 'options-invalid' };
  await assert.rejects(check(image, { now, policy, shards: load, vex: vexOf({ statements: 7 }) }), invalid);
  await assert.rejects(pin(`FROM ${image}`, { now, kind: 'dockerfile', policy, shards: load, vex: '{}' }), invalid);
});

test('options that cannot have been meant are refused, even where nothing is scanned', async () => {
  for (const options of [
    { osv: true, shards: load }, { shards: 'text' }, { shards: Buffer.from('no shard\n') }, { vex: {} }, { osv: 'yes' }, { shards: load, vex: 7 },
  ]) {
    await assert.rejects(check(image, options), { name: 'CheckError', code: 'options-invalid' }, JSON.stringify(options));
    await assert.rejects(pin(`FROM ${image}`, { kind: 'dockerfile', ...options }), { name: 'CheckError', code: 'options-invalid' }, JSON.stringify(options));
  }
});

test('how far the layers are is told between the steps, and whoever gives up is told so', async () => {
  const steps = [];
  const policy = policyOf({ deny: 'high' });
  await check(image, { now, policy, shards: load, onStep: (step) => steps.push(step) });
  const layers = steps.filter(({ type }) => type === 'layer');
  assert.ok(layers.length >= 2 && layers.at(-1).bytes === layers.at(-1).size);
  assert.deepEqual(steps.at(-2), { type: 'advisories', done: 2, total: 2 });
  assert.equal(steps.at(-1).check.name, 'known-vulnerabilities');
  const controller = new AbortController();
  const onStep = ({ type }) => { if (type === 'layer') controller.abort(new Error('enough')); };
  await assert.rejects(check(image, { now, policy, shards: load, onStep, signal: controller.signal }), /enough/);
});

test('what is pinned and what drifted is judged by the same rule', async () => {
  const text = `FROM ${image}\n`;
  const good = await pin(text, { now, kind: 'dockerfile', policy: policyOf({ deny: 'critical', ignore: BOTH }), shards: load });
  assert.equal(good.changes.length, 1);
  const refused = await pin(text, { now, kind: 'dockerfile', policy: policyOf({ deny: 'critical' }), shards: load });
  assert.deepEqual(refused.leftAlone.map(({ code }) => code), ['vulnerabilities-denied']);
  const unknown = await pin(text, { now, kind: 'dockerfile', policy: policyOf({ deny: 'critical' }) });
  assert.deepEqual(unknown.leftAlone.map(({ code }) => code), ['advisories-not-given']);
  const { images } = await drift(good.text, { now, kind: 'dockerfile', policy: policyOf({ deny: 'critical' }), shards: load });
  assert.deepEqual(images.map(({ status, policy }) => [status, policy]), [['current', 'reject']]);
});

/** Runs the command line with an empty home. */
function pullproof(...args) {
  const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  const env = { PATH: process.env.PATH, HOME: folder, DOCKER_CONFIG: folder };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

function policyFile(name, vulnerabilities) {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(policyOf(vulnerabilities)));
  return file;
}

const AT = ['--at', '2026-01-31T12:00:00Z', '--no-refresh'];

test('the command line rejects, accepts and leaves open, and says what was found', async () => {
  const [strict, lenient] = [policyFile('strict', { deny: 'high' }), policyFile('lenient', { deny: 'critical', ignore: BOTH })];
  const denied = await pullproof('check', image, '--policy', strict, '--shards', folder, ...AT);
  assert.deepEqual([denied.code, denied.stderr], [1, '']);
  assert.match(denied.stdout, /^✗ REJECT/);
  assert.match(denied.stdout, /^Known vulnerabilities\n {2}✗ denied {2}3 packages: 1 critical \(1 with a fix\), 1 high \(1 with a fix\)$/m);
  assert.match(denied.stdout, /^ {4}✗ critical {3}CVE-2021-44906 {2}minimist 1\.2\.5, fixed in 1\.2\.6$/m);
  assert.match(denied.stdout, /^ {4}by the shard of Debian:12, made 2026-01-30T12:00:00Z \(1 day ago\)$/m);
  assert.match(denied.stdout, /^ {2}✗ failed {3}known-vulnerabilities {2}vulnerabilities-denied: /m);
  assert.match(denied.stdout, /^ {2}✓ passed {3}resolve {16}\d+ bytes hash to/m);

  const met = await pullproof('check', image, '--policy', lenient, '--shards', folder, ...AT);
  assert.equal(met.code, 0, met.stdout);
  assert.match(met.stdout, /^ {4}- left out {3}CVE-2021-44906 {2}minimist: not reachable$/m);
  assert.match(met.stdout, /^ {4}- idle {7}GHSA-none is ignored, and was not found or is not ignored any more$/m);

  const open = await pullproof('check', image, '--policy', lenient, ...AT);
  assert.equal(open.code, 3);
  assert.match(open.stdout, /\? unknown {2}known-vulnerabilities {2}advisories-not-given: /);

  writeFileSync(join(folder, 'vex.json'), JSON.stringify(vexOf()));
  const settled = await pullproof('check', image, '--policy', policyFile('vexed', { deny: 'high', ignore: BOTH }), '--shards', folder, '--vex', join(folder, 'vex.json'), ...AT);
  assert.equal(settled.code, 0, settled.stdout);
  const json = await pullproof('check', image, '--policy', strict, '--shards', folder, '--json', ...AT);
  assert.deepEqual(JSON.parse(json.stdout), JSON.parse(JSON.stringify(await check(image, { now, policy: policyOf({ deny: 'high' }), shards: load }))));
});

test('pin and drift of the command line do the same, and a command line that means nothing is refused', async () => {
  const dockerfile = join(folder, 'Dockerfile');
  writeFileSync(dockerfile, `FROM ${image}\n`);
  const [strict, lenient] = [policyFile('strict', { deny: 'high' }), policyFile('lenient', { deny: 'critical', ignore: BOTH })];
  assert.equal((await pullproof('pin', dockerfile, '--policy', strict, '--shards', folder, ...AT)).code, 3);
  const pinned = await pullproof('pin', dockerfile, '--write', '--no-lock', '--policy', lenient, '--shards', folder, ...AT);
  assert.equal(pinned.code, 0, pinned.stderr);
  const drifted = await pullproof('drift', dockerfile, '--policy', strict, '--shards', folder, '--json', ...AT);
  assert.match(drifted.stdout, /"policy": "reject"/);
  for (const args of [
    ['check', image, '--shards', folder],
    ['check', image, '--osv'],
    ['check', image, '--policy', strict, '--shards', folder, '--osv'],
    ['check', image, '--policy', strict, '--vex', 'x'],
    ['check', image, '--policy', strict, '--shards', folder, '--vex', join(folder, 'none')],
    ['pin', dockerfile, '--check', '--shards', folder],
    ['drift', dockerfile, '--shards', folder],
  ]) {
    const { code, stderr } = await pullproof(...args);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
  }
});
