// What is written by hand (the types, the schemas) against what the core says and does.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { check, drift, pin, readyToPin, scan, verifyBundle } from '../dist/node.js';
import { KINDS } from '../dist/text.js';
import { codes } from '../dist/wasm/pullproof.js';
import { pinCodes } from '../dist/wasm/pullproof_pin.js';
import { LIBC, MINIMIST, spdx } from './support/attested.mjs';
import { debian, fedora, layeredImage, shards } from './support/layered.mjs';
import { multiPlatformImage, startRegistry } from './support/registry.mjs';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const types = read('../types.ts');
const reportSchema = JSON.parse(read('../report.schema.json'));
const policySchema = JSON.parse(read('../policy.schema.json'));
const pinSchema = JSON.parse(read('../pin.schema.json'));
const driftSchema = JSON.parse(read('../drift.schema.json'));
const lockSchema = JSON.parse(read('../lock.schema.json'));
const scanSchema = JSON.parse(read('../scan.schema.json'));
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
const isReport = ajv.compile(reportSchema);
const isPolicy = ajv.compile(policySchema);
const isPinResult = ajv.compile(pinSchema);
const isDriftResult = ajv.compile(driftSchema);
const isLock = ajv.compile(lockSchema);
const isScan = ajv.compile(scanSchema);
await readyToPin();

const started = [];
after(() => started.forEach((registry) => registry.stop()));

async function registryThat(options) {
  const registry = await startRegistry(options);
  started.push(registry);
  return registry;
}

/** The members of a union of texts in types.ts. */
function union(name) {
  const [, members] = new RegExp(`^export type ${name} =([^;]+);`, 'm').exec(types) ?? assert.fail(`no type ${name}`);
  return [...members.matchAll(/'([^']+)'/g)].map((match) => match[1]).sort();
}

const sorted = (list) => [...list].sort();
const outcomes = reportSchema.$defs.check.oneOf;

test('the types name every error code of the core', () => {
  assert.deepEqual(union('ErrorCode'), sorted(codes().errors));
});

test('the types and the schema name every failure code of the core', () => {
  assert.deepEqual(union('FailureCode'), sorted(codes().failures));
  assert.deepEqual(sorted(outcomes[1].properties.code.enum), sorted(codes().failures));
});

test('the types and the schema name every code of what cannot be known', () => {
  assert.deepEqual(union('UnknownCode'), sorted(codes().unknowns));
  assert.deepEqual(sorted(outcomes[2].properties.code.enum), sorted(codes().unknowns));
});

test('the types and the schema name every check, in their order', () => {
  assert.deepEqual(union('CheckName'), sorted(codes().checks));
  assert.deepEqual(reportSchema.$defs.checkName.enum, codes().checks);
});

test('the types, the schemas and the command line name every kind of text, in their order', () => {
  const { kinds } = pinCodes();
  assert.deepEqual(union('PinKind'), sorted(kinds));
  assert.deepEqual([...KINDS], kinds);
  assert.deepEqual(pinSchema.$defs.kind.enum, kinds);
  assert.deepEqual(driftSchema.$defs.kind.enum, [...kinds, 'lock']);
});

test('the types name every reason of the core to leave a reference alone', () => {
  const ours = ['policy-inconclusive', 'policy-rejected', 'unpinned', 'no-tag'];
  assert.deepEqual(union('LeftAloneCode'), sorted([...new Set([...pinCodes().leftAlone, ...ours])]));
});

test('what several schemas describe they describe alike', () => {
  const [{ $defs: pin }, { $defs: drift }, { $defs: lock }, { $defs: scan }] = [pinSchema, driftSchema, lockSchema, scanSchema];
  for (const name of ['time', 'digest', 'resolved']) assert.deepEqual(lock[name], pin[name], name);
  for (const name of ['digest', 'code', 'message', 'place', 'line', 'column', 'leftAlone']) assert.deepEqual(drift[name], pin[name], name);
  for (const name of ['time', 'digest', 'code', 'message']) assert.deepEqual(pin[name], reportSchema.$defs[name], name);
  for (const name of ['time', 'digest', 'code', 'message', 'statement']) assert.deepEqual(scan[name], reportSchema.$defs[name], name);
});

test('every field of the schemas is described, and no object may have others', () => {
  const inspect = (schema, path) => {
    if (typeof schema !== 'object' || schema === null) return;
    // A condition names fields that are described elsewhere.
    const isCondition = Object.values(schema.properties ?? {}).every((field) => field === true);
    if (schema.properties !== undefined && !isCondition) {
      const closed = schema.additionalProperties === false;
      assert.ok(closed, `${path} lets in unknown fields`);
      for (const [name, field] of Object.entries(schema.properties)) {
        assert.ok(field.description, `${path}.${name} is not described`);
      }
    }
    // So does what follows from one.
    for (const [key, part] of Object.entries(schema)) if (!['if', 'then', 'else'].includes(key)) inspect(part, `${path}.${key}`);
  };
  for (const schema of [reportSchema, policySchema, pinSchema, driftSchema, lockSchema, scanSchema]) inspect(schema, schema.title);
});

const now = new Date('2026-01-31T12:00:00Z');
const none = `sha256:${'0'.repeat(64)}`;
const sent = (body) => ({ headers: {}, body });
const blobs = (change) => (answer) => answer.request.url.includes('/blobs/') ? change(answer) : {};

for (const [name, verdict, lie, options, tag] of [
  ['of a good image', 'inconclusive', undefined, {}, ':1.0'],
  ['of a good image with what is attached', 'inconclusive', undefined, { attachments: true }, ':1.0'],
  ['of a single manifest', 'inconclusive', undefined, {}, ':single'],
  ['of a platform that is not there', 'reject', undefined, { platform: 'linux/s390x' }, ':1.0'],
  ['of a digest that the bytes do not have', 'reject', ({ body }) => sent(`${body}\n`), {}, '@'],
  ['of a header that states another digest', 'reject', () => ({ headers: { 'docker-content-digest': none } }), {}, ':1.0'],
  ['of a document with a key twice', 'reject', ({ body }) => sent(String(body).replace('{', '{"schemaVersion":2,')), {}, ':1.0'],
  ['of bytes that are no JSON', 'reject', () => sent('{'), {}, ':1.0'],
  ['of a config that is not there', 'inconclusive', blobs(() => ({ status: 404 })), {}, ':1.0'],
  ['of a config with other bytes', 'reject', blobs(({ body }) => sent(String(body).replace('linux', 'other'))), {}, ':1.0'],
  ['of an image that the policy names', 'accept', undefined, { policy: true }, ':1.0'],
]) {
  test(`the report ${name} is ${verdict} and as the schema says`, async () => {
    const registry = await registryThat({ lie });
    const { digest } = registry.content.index.descriptor;
    const policy = { rules: [{ images: `${registry.host}/*`, require: [{ digest }] }] };
    const image = `${registry.host}/team/app${tag === '@' ? `@${digest}` : tag}`;
    const report = await check(image, { ...options, now, ...(options.policy ? { policy } : {}) });
    assert.ok(isReport(report), JSON.stringify(isReport.errors, null, 2));
    assert.equal(report.verdict, verdict, JSON.stringify(report, null, 2));
    assert.deepEqual(JSON.parse(JSON.stringify(report)), report, 'something in the report is not JSON');
  });
}

test('what is said of a bundle is what a report says of a signature, in the same order', async () => {
  const { attachment, layer, foundBy, ...properties } = reportSchema.$defs.signature.properties;
  const shape = { artifact: { $ref: '#/$defs/digest' }, ...properties };
  const isResult = ajv.compile({ type: 'object', additionalProperties: false, required: Object.keys(shape), properties: shape, $defs: reportSchema.$defs });
  const [bundle, trustedRoot] = ['bundle.sigstore.json', 'trusted_root.json'].map((name) => read(`support/bundle/${name}`));
  const identity = { issuer: 'https://token.pullproof.test', subjectPattern: 'https://ci.pullproof.test/**' };
  const outcomes = [];
  for (const [text, root] of [[bundle, trustedRoot], [bundle, 'public-good'], ['{}', trustedRoot]]) {
    const result = await verifyBundle(text, readFileSync(new URL('support/bundle/artifact', import.meta.url)), { identity, trustedRoot: root, now });
    assert.ok(isResult(result), JSON.stringify(isResult.errors, null, 2));
    assert.deepEqual(Object.keys(result), Object.keys(shape));
    assert.deepEqual(JSON.parse(JSON.stringify(result)), result, 'something in the result is not JSON');
    outcomes.push(result.outcome);
  }
  assert.deepEqual(outcomes, properties.outcome.enum);
});

test('the keys of a report come in the order of the schema', async () => {
  const registry = await registryThat({});
  const report = await check(registry.image, { now, attachments: true });
  const properties = (name) => Object.keys(reportSchema.$defs[name].properties);
  assert.deepEqual(Object.keys(report), Object.keys(reportSchema.properties));
  assert.deepEqual(Object.keys(report.reference), properties('reference'));
  assert.deepEqual(Object.keys(report.resolution), properties('resolution'));
  assert.deepEqual(Object.keys(report.indexes[0]), properties('index'));
  assert.deepEqual(Object.keys(report.manifest), properties('manifest'));
  assert.deepEqual(Object.keys(report.image), properties('image'));
});

const failed = { name: 'resolve', outcome: 'failed', code: 'digest-mismatch', message: 'x', expected: null, found: null, section: 'y' };

for (const [name, change] of [
  ['a field more', (report) => { report.extra = 1; }],
  ['a field less', (report) => { delete report.image; }],
  ['a verdict of its own', (report) => { report.verdict = 'fine'; }],
  ['a check that failed without saying what was expected', (report) => { report.checks[0] = { ...failed, expected: undefined }; }],
  ['a check that passed with a code', (report) => { report.checks[0].code = 'digest-mismatch'; }],
  ['an unknown failure code', (report) => { report.checks[0] = { ...failed, code: 'new' }; }],
  ['a digest that is too short', (report) => { report.resolution.digest = 'sha256:00'; }],
  ['a size that is no whole number', (report) => { report.manifest.size = 1.5; }],
  ['a time with an offset', (report) => { report.checkedAt = '2026-01-31T12:00:00+00:00'; }],
  ['another version', (report) => { report.schemaVersion = 2; }],
]) {
  test(`a report with ${name} is not as the schema says`, async () => {
    const registry = await registryThat({});
    const report = await check(registry.image, { now });
    assert.ok(isReport(report));
    change(report);
    assert.ok(!isReport(report));
  });
}

/** The members of an interface in types.ts, in their order. */
function members(name) {
  const [, body] = new RegExp(`^export interface ${name} \\{\\n(.*?)^\\}`, 'ms').exec(types) ?? assert.fail(`no interface ${name}`);
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map((match) => match[1]);
}

test('the types and the schema name the same members of a scan, in the same order', () => {
  const { $defs } = scanSchema;
  for (const [name, { properties, required }] of Object.entries({
    Scan: scanSchema, ScannedImage: $defs.image, ScanInventory: $defs.inventory, ScanRule: $defs.rule, ScanRemark: $defs.statement, ScanCoverage: $defs.coverage, ScanDatabase: $defs.database,
    ScanCatalogue: $defs.catalogue, VulnerabilityFinding: $defs.finding, ListedPackage: $defs.listed,
  })) {
    assert.deepEqual(members(name), Object.keys(properties), name);
    assert.deepEqual(required, Object.keys(properties), `${name}: a fact that is not there is null, never left out`);
  }
  assert.deepEqual(union('VulnerabilityLevel'), sorted($defs.severity.properties.level.enum.filter((level) => level !== 'unknown')));
});

const load = (ecosystem) => shards().get(ecosystem);
const CATALOGUE = (ecosystem) => Buffer.from(String(load(ecosystem)).replace('"unread":', '"knownExploited":{"at":"2026-01-01T00:00:00Z","cves":["CVE-2023-4911"]},"unread":'));
const OPENVEX = {
  '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://vex.test/1', author: 'team', timestamp: '2026-01-01T00:00:00Z', version: 1,
  statements: [{ vulnerability: { name: 'CVE-2021-44906' }, products: [{ '@id': 'pkg:npm/minimist@1.2.5' }], status: 'not_affected', impact_statement: 'unused' }],
};
const odd = { 'etc/os-release': 'ID=debian\nVERSION_ID="12"\n', 'app/node_modules/minimist/package.json': '{"name":"minimist","version":"one"}' };
/** Scans of every extent, and what is beside findings. */
const SCANS = {
  'that is complete': [debian(), { shards: load }, { extent: 'complete' }],
  'with a rule, a catalogue and a VEX document': [
    debian(), { shards: CATALOGUE, vex: OPENVEX, deny: 'high', ignore: [{ id: 'CVE-2023-4911', reason: 'x' }, { id: 'CVE-1-1', reason: 'y' }] }, { extent: 'complete' },
  ],
  'with every package': [debian(), { shards: load, listPackages: true }, { extent: 'complete' }],
  'with versions that have no order': [layeredImage(odd), { shards: load }, { extent: 'unsupported' }],
  'without shards': [debian(), { shards: () => null, deny: 'low' }, { extent: 'unsupported' }],
  'of a distribution without advisories': [fedora(), { shards: load }, { extent: 'unsupported' }],
  'of a list of packages': [debian(), { shards: load, sbom: spdx(LIBC, MINIMIST), deny: 'low' }, { extent: 'complete' }],
  'without a list of packages': [debian(), { shards: load, packages: 'sbom' }, { extent: 'unknown' }],
  'of layers that are none': [multiPlatformImage(), { shards: load }, { extent: 'unknown' }],
  'by a server that does not answer': [debian(), { osv: true }, { extent: 'unknown' }],
};

for (const [name, [content, options, { extent }]] of Object.entries(SCANS)) {
  test(`a scan ${name} is ${extent} and as the schema says, its keys in that order`, async () => {
    const registry = await registryThat({ content });
    const fetch = (request) => (request.url.startsWith('https://api.osv.dev/') ? new Response('{}', { status: 503 }) : globalThis.fetch(request));
    const scanned = await scan(registry.image, { now, fetch, ...options });
    assert.ok(isScan(scanned), JSON.stringify([isScan.errors, scanned], null, 2));
    assert.equal(scanned.extent, extent, JSON.stringify(scanned.remarks));
    assert.deepEqual(JSON.parse(JSON.stringify(scanned)), scanned, 'something in the scan is not JSON');
    inOrder(scanned, scanSchema, 'scan');
  });
}

/** Every object in `value` has its keys in the order of the schema. */
function inOrder(value, schema, path) {
  if (typeof value !== 'object' || value === null) return;
  const [, name] = /^#\/\$defs\/(\w+)$/.exec(schema.$ref ?? '') ?? [];
  if (name !== undefined) return inOrder(value, scanSchema.$defs[name], path);
  if (schema.anyOf !== undefined) return inOrder(value, schema.anyOf[0], path);
  if (Array.isArray(value)) return value.forEach((item, place) => inOrder(item, schema.items, `${path}[${place}]`));
  assert.deepEqual(Object.keys(value), Object.keys(schema.properties), path);
  for (const [key, part] of Object.entries(value)) inOrder(part, schema.properties[key], `${path}.${key}`);
}

for (const [name, change] of [
  ['a field more', (scanned) => { scanned.extra = 1; }],
  ['a field less', (scanned) => { delete scanned.rule; }],
  ['an extent of its own', (scanned) => { scanned.extent = 'clean'; }],
  ['everything looked at, and a reason why not', (scanned) => { scanned.remarks.push({ code: 'x', message: 'y' }); }],
  ['not everything looked at, and no reason', (scanned) => { scanned.extent = 'partial'; }],
  ['a finding without a package', (scanned) => { scanned.findings[0].packages = []; }],
  ['a finding that nobody says', (scanned) => { scanned.findings[0].advisories = []; }],
  ['a finding that is not affected', (scanned) => { scanned.findings[0].state = 'not-affected'; }],
  ['a finding that is undetermined for no reason', (scanned) => { scanned.findings[0].state = 'undetermined'; }],
  ['a severity of its own', (scanned) => { scanned.findings[0].severity.level = 'moderate'; }],
  ['a score beyond ten', (scanned) => { scanned.findings[0].severity.score = 10.1; }],
  ['a layer below the lowest', (scanned) => { scanned.findings[0].packages[0].layer = -1; }],
  ['a digest that is too short', (scanned) => { scanned.image.digest = 'sha256:00'; }],
  ['another version', (scanned) => { scanned.schemaVersion = 2; }],
]) {
  test(`a scan with ${name} is not as the schema says`, async () => {
    const registry = await registryThat({ content: debian() });
    const scanned = await scan(registry.image, { now, shards: load });
    assert.ok(isScan(scanned));
    change(scanned);
    assert.ok(!isScan(scanned));
  });
}

const tuf = { metadata: 'https://tuf.example', root: JSON.parse(read('../../data/sigstore/tuf_root.json')) };
const identity = { digest: none };
const rule = { images: 'docker.io/library/nginx', require: [{ anyOf: [identity] }] };

const keyId = '0'.repeat(64);
const denying = (vulnerabilities) => ({ ...rule, vulnerabilities });
const ignored = { id: 'CVE-2023-4911', reason: 'not reachable' };
const trusting = (contentTrust) => ({ ...rule, require: [{ contentTrust }] });

for (const [name, policy, code] of [
  ['with a rule', { rules: [rule] }, undefined],
  ['with a bare identity', { rules: [{ ...rule, require: [identity] }], default: 'inconclusive' }, undefined],
  ['with a pattern and its schema', { $schema: './policy.schema.json', rules: [{ ...rule, images: 'localhost/team/*' }] }, undefined],
  ['without rules', { default: 'reject' }, 'policy-invalid'],
  ['that accepts by default', { rules: [], default: 'accept' }, 'policy-invalid'],
  ['with a familiar name', { rules: [{ ...rule, images: 'nginx' }] }, 'policy-invalid'],
  ['with a star for the registry', { rules: [{ ...rule, images: '*.io/library/nginx' }] }, 'policy-invalid'],
  ['that requires nothing', { rules: [{ ...rule, require: [] }] }, 'policy-invalid'],
  ['with no alternative', { rules: [{ ...rule, require: [{ anyOf: [] }] }] }, 'policy-invalid'],
  ['with a digest that is none', { rules: [{ ...rule, require: [{ digest: 'sha256:00' }] }] }, 'policy-invalid'],
  ['with a key spelled wrong', { rules: [], defualt: 'reject' }, 'policy-unsupported'],
  ['with a signature of another kind', { rules: [{ ...rule, require: [{ notation: { certificate: '' } }] }] }, 'policy-unsupported'],
  ['with an identity that nobody issues', { rules: [{ ...rule, require: [{ sigstore: { subject: 'x' } }] }] }, 'policy-invalid'],
  ['with a repository of trusted roots', { rules: [rule], trustedRoots: { mine: { tuf } } }, undefined],
  ['with a repository over http', { rules: [], trustedRoots: { mine: { tuf: { ...tuf, metadata: 'ftp://tuf.example' } } } }, 'policy-invalid'],
  ['with a repository without a root', { rules: [], trustedRoots: { mine: { tuf: { metadata: tuf.metadata } } } }, 'policy-invalid'],
  ['with a repository and something else', { rules: [], trustedRoots: { mine: { tuf, tlogs: [] } } }, 'policy-unsupported'],
  ['with a repository with something else', { rules: [], trustedRoots: { mine: { tuf: { ...tuf, mirror: '' } } } }, 'policy-unsupported'],
  ['with a built-in name for another root', { rules: [], trustedRoots: { github: { tuf } } }, 'policy-invalid'],
  ['with a collection of Docker Content Trust', { rules: [trusting({ server: 'https://notary.example/notary', rootKey: keyId })] }, undefined],
  ['with several root keys', { rules: [trusting({ rootKey: [keyId, keyId.replaceAll('0', '1')], whenUnusable: 'fall-back' })] }, undefined],
  ['with a root certificate for an archive', { rules: [trusting({ rootCertificate: keyId, verifyAt: '2020-10-01T00:00:00+02:00' })] }, undefined],
  ['with whoever comes first', { rules: [trusting({ firstUse: true })] }, undefined],
  ['with a collection that nobody vouches for', { rules: [trusting({})] }, 'policy-invalid'],
  ['with a collection that two vouch for', { rules: [trusting({ rootKey: keyId, firstUse: true })] }, 'policy-invalid'],
  ['with first use that is none', { rules: [trusting({ firstUse: false })] }, 'policy-invalid'],
  ['with a list of no root keys', { rules: [trusting({ rootKey: [] })] }, 'policy-invalid'],
  ['with more root keys than anybody has', { rules: [trusting({ rootKey: Array(17).fill(keyId) })] }, 'policy-invalid'],
  ['with an archive of no time', { rules: [trusting({ rootKey: keyId, verifyAt: 'yesterday' })] }, 'policy-invalid'],
  ['with another way to be led back', { rules: [trusting({ rootKey: keyId, whenUnusable: 'ignore' })] }, 'policy-invalid'],
  ['with a collection and something else', { rules: [trusting({ rootKey: keyId, gun: 'docker.io/library/nginx' })] }, 'policy-unsupported'],
  ['with vulnerabilities', { rules: [denying({ deny: 'critical' })] }, undefined],
  ['with vulnerabilities that it ignores', { rules: [denying({ deny: 'low', onlyFixable: true, ignore: [ignored, { ...ignored, until: '2026-01-31' }] })] }, undefined],
  ['with vulnerabilities of no severity', { rules: [denying({})] }, 'policy-invalid'],
  ['with vulnerabilities of another severity', { rules: [denying({ deny: 'unknown' })] }, 'policy-invalid'],
  ['with vulnerabilities as a list', { rules: [denying([])] }, 'policy-invalid'],
  ['with vulnerabilities that it ignores for no reason', { rules: [denying({ deny: 'low', ignore: [{ ...ignored, reason: ' ' }] })] }, 'policy-invalid'],
  ['with vulnerabilities that it ignores until no day', { rules: [denying({ deny: 'low', ignore: [{ ...ignored, until: 'soon' }] })] }, 'policy-invalid'],
  ['with vulnerabilities and something else', { rules: [denying({ deny: 'low', allow: [] })] }, 'policy-unsupported'],
  ['with vulnerabilities that it ignores and something else', { rules: [denying({ deny: 'low', ignore: [{ ...ignored, cve: '' }] })] }, 'policy-unsupported'],
  ['with vulnerabilities alone', { rules: [{ images: rule.images, vulnerabilities: { deny: 'low' } }] }, 'policy-invalid'],
  ['with vulnerabilities in the place of requirements', { rules: [{ ...denying({ deny: 'low' }), require: [] }] }, 'policy-invalid'],
]) {
  test(`a policy ${name} is ${code ?? 'good'} to the schema and the core alike`, async () => {
    const registry = await registryThat({});
    assert.equal(isPolicy(policy), code === undefined, JSON.stringify(isPolicy.errors));
    const answer = check(registry.image, { policy });
    if (code === undefined) await answer;
    else await assert.rejects(answer, { name: 'CheckError', code });
  });
}

const moved = multiPlatformImage({ created: '2026-06-06T06:06:06Z' });

test('what pin and drift return, and a lock, are as the schemas say, with their keys in that order', async () => {
  const registry = await registryThat({});
  const dockerfile = `FROM ${registry.image}\nFROM ${registry.host}/team/none:1.0\nFROM scratch\nFROM ${registry.host}/team/app@${none}\n`;
  const result = await pin(dockerfile, { now, kind: 'dockerfile' });
  assert.ok(isPinResult(result), JSON.stringify(isPinResult.errors, null, 2));
  assert.equal(result.changes.length, 1);
  assert.deepEqual(result.leftAlone.map(({ code }) => code), ['not-found', 'scratch', 'pinned']);
  assert.deepEqual(JSON.parse(JSON.stringify(result)), result, 'something in the result is not JSON');

  const lock = { lockVersion: 1, images: result.resolved };
  assert.ok(isLock(lock), JSON.stringify(isLock.errors, null, 2));
  registry.move('team/app', moved);
  for (const text of [result.text, JSON.stringify(lock)]) {
    const drifted = await drift(text, { now });
    assert.ok(isDriftResult(drifted), JSON.stringify(isDriftResult.errors, null, 2));
    assert.equal(drifted.moved, true);
    assert.deepEqual(Object.keys(drifted), Object.keys(driftSchema.properties));
    assert.deepEqual(Object.keys(drifted.images[0]), Object.keys(driftSchema.$defs.drift.properties));
  }
  assert.deepEqual(Object.keys(result), Object.keys(pinSchema.properties));
  assert.deepEqual(Object.keys(result.changes[0]), Object.keys(pinSchema.$defs.changes.items.properties));
  assert.deepEqual(Object.keys(result.leftAlone[0]), Object.keys(pinSchema.$defs.leftAlone.items.properties));
  assert.deepEqual(Object.keys(Object.values(result.resolved)[0]), Object.keys(pinSchema.$defs.resolved.properties));
});

const lockEntry = {
  digest: none, mediaType: 'application/vnd.oci.image.index.v1+json', size: 1, platform: null, indexDigest: none, platformDigest: null,
  toldBy: 'registry.example', via: 'direct', relay: null, resolvedAt: '2026-01-31T12:00:00Z', signers: [],
};
const named = (name, changes = {}) => ({ lockVersion: 1, images: { [name]: { ...lockEntry, ...changes } } });

for (const [name, lock, isGood] of [
  ['with an image', named('127.0.0.1:1/team/app:1.0'), true],
  ['without images', { lockVersion: 1, images: {} }, true],
  ['for a platform', named('127.0.0.1:1/a:1', { platform: 'linux/arm64' }), true],
  ['told through a relay', named('127.0.0.1:1/a:1', { via: 'relay', relay: 'http://127.0.0.1:1/' }), true],
  ['of a later version', { lockVersion: 2, images: {} }, false],
  ['with another member', { lockVersion: 1, images: {}, more: 1 }, false],
  ['without its images', { lockVersion: 1 }, false],
  ['with a name without a tag', named('127.0.0.1:1/team/app'), false],
  ['with a name with a digest', named(`127.0.0.1:1/team/app:1.0@${none}`), false],
  ['with a digest that is too short', named('127.0.0.1:1/a:1', { digest: 'sha256:00' }), false],
  ['with a size that is negative', named('127.0.0.1:1/a:1', { size: -1 }), false],
  ['with its digest left out', named('127.0.0.1:1/a:1', { digest: undefined }), false],
  ['told in another way', named('127.0.0.1:1/a:1', { via: 'rumour' }), false],
  ['with a time that is none', named('127.0.0.1:1/a:1', { resolvedAt: 'yesterday' }), false],
]) {
  test(`a lock ${name} is ${isGood ? 'good' : 'refused'} to the schema and the core alike`, async () => {
    const written = JSON.parse(JSON.stringify(lock));
    assert.equal(isLock(written), isGood, JSON.stringify(isLock.errors));
    const answer = drift(JSON.stringify(written), { kind: 'lock', fetch: () => Promise.reject(new Error('nobody is asked')) });
    if (isGood) await answer;
    else await assert.rejects(answer, { name: 'CheckError', code: 'lock-invalid' });
  });
}
