// Scans at the edge, on workerd: images of a real registry, advisories from a bucket and from a server that stands in for OSV's. What is found is
// what native code finds (tests/golden), and what a scan may take is what its operator said.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Response } from 'miniflare'; // not Node's, which is another class
import { scan as scanInNode } from '../../pkg/dist/node.js';
import { attested, LIBC, MINIMIST, signer, SPDX, spdx, statement } from '../../pkg/test/support/attested.mjs';
import { debian } from '../../pkg/test/support/layered.mjs';
import { startRegistry } from '../../pkg/test/support/registry.mjs';
import { makeLayout } from './support/layout.mjs';
import { osv, recordsOf } from './support/osv-answers.mjs';
import { ROOT } from './support/program.mjs';
import { demoRegistry, realRegistries } from './support/registries.mjs';
import { NOW } from './support/runtimes.mjs';
import { together } from './support/together.mjs';
import { startWorker } from './support/worker.mjs';

const SHARDS = `${ROOT}tests/golden/shards`;
const files = Object.fromEntries(await Promise.all((await readdir(SHARDS)).sort().map(async (name) => [name, await readFile(join(SHARDS, name))])));
const records = Object.values(files).flatMap((bytes) => recordsOf(bytes.toString()));
/** What Cloudflare's free plan lets a Worker send for one request that it answers. */
const FREE = 50;

let stage, real, demo;
/** Registries and OSV's server: whatever else is asked for is not there. */
let network;
/** What OSV's server does. */
let answers;
let started = [];

before(async () => {
  stage = await together({ layout: makeLayout(), real: realRegistries(), demo: demoRegistry() });
  const { layout } = stage;
  [real, demo] = [stage.real.open, stage.demo.host];
  for (const name of ['debian', 'mixed', 'fedora', 'single']) await layout.put(name, `${real}/golden/${name}:1.0`);
  network = { [real]: `http://${real}`, [demo]: `http://${demo}`, 'api.osv.dev': (request) => answers(request) };
}, { timeout: 300_000 });

after(async () => {
  await Promise.all(started.map((worker) => worker.dispose()));
  await stage?.dispose();
});

beforeEach(() => { answers = osv(records); });

async function edge(options = {}) {
  const { scans } = { scans: { SCAN: 'layers' }, ...options };
  const worker = await startWorker({ registries: [real, demo], outbound: network, ...options, scans: scans && { SCAN_MAX_AGE_DAYS: 36_500, ...scans } });
  started.push(worker);
  return worker;
}

const get = (worker, question) => fetch(`${worker.url}/v1/scan?${new URLSearchParams(question)}`);
const post = (worker, question) => fetch(`${worker.url}/v1/scan`, { method: 'POST', body: JSON.stringify(question) });

async function scanned(answer) {
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  assert.equal(answer.headers.get('content-type'), 'application/json');
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  return JSON.parse(text);
}

async function assertRefused(answer, status, code) {
  const { error } = await answer.json();
  assert.deepEqual([answer.status, error.code], [status, code], error.message);
  assert.match(error.message, /^\S.{20,}/);
  return error.message;
}

/** The Worker reads its own clock: the time, and how old shards are by then. */
function atThatTime(scan) {
  const days = (from, to) => Math.floor((Date.parse(to) - Date.parse(from)) / 86_400_000);
  for (const database of scan.coverage.databases) {
    assert.equal(database.ageDays, days(database.at, scan.scannedAt));
    database.ageDays = days(database.at, NOW);
  }
  assert.notEqual(scan.scannedAt, NOW);
  return { ...scan, scannedAt: NOW };
}

const layersAsked = (worker) => worker.asked.filter(({ url }) => url.includes('/blobs/')).length;
const osvAsked = (worker) => worker.asked.filter(({ url }) => url.startsWith('https://api.osv.dev/')).length;

describe('by shards in a bucket', { timeout: 120_000 }, () => {
  let worker;
  before(async () => { worker = await edge({ bucket: files }); });

  const golden = async (name, one) => {
    const host = one.host === 'demo' ? demo : real;
    const answer = one.beside ? await post(worker, { image: `${host}/${one.image}`, ...one.beside }) : await get(worker, { image: `${host}/${one.image}` });
    const text = JSON.stringify(atThatTime(await scanned(answer)), null, 2).replaceAll(host, 'registry.test');
    assert.equal(`${text}\n`, await readFile(`${ROOT}tests/golden/${name}.json`, 'utf8'));
  };

  test('a scan is the golden one, byte for byte, but for the time', () => golden('scan-complete', { image: 'golden/debian:1.0' }));

  test('so is one that is judged, with a VEX document beside it', () => golden('scan-judged', {
    image: 'golden/debian:1.0',
    beside: {
      deny: 'high',
      onlyFixable: true,
      ignore: [{ id: 'CVE-2023-38545', reason: 'no SOCKS5 proxy is used', until: '2027-06-01T00:00:00Z' }, { id: 'CVE-1999-0001', reason: 'not there' }],
      vex: {
        '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://vex.example/2026-01', author: 'team', timestamp: '2026-01-15T00:00:00Z', version: 1,
        statements: [{
          vulnerability: { name: 'CVE-2023-30861' }, products: [{ '@id': 'pkg:pypi/flask@2.2.0' }], status: 'not_affected',
          justification: 'vulnerable_code_not_in_execute_path', impact_statement: 'no sessions are permanent',
        }],
      },
    },
  }));

  test('a distribution that nobody has advisories about is unsupported', () => golden('scan-unsupported', { image: 'golden/fedora:1.0' }));

  test('a layer that is not what was named is unknown', () => golden('scan-unknown', { image: 'demo/tampered-layer:1.0', host: 'demo', beside: { deny: 'critical' } }));

  test('nobody is told what is installed', async () => {
    worker.asked.length = 0;
    await scanned(await get(worker, { image: `${real}/golden/debian:1.0` }));
    assert.equal(osvAsked(worker), 0);
  });

  test('nothing of a layer is kept', async () => {
    await scanned(await get(worker, { image: `${real}/golden/debian:1.0` }));
    await sleep(300);
    worker.asked.length = 0;
    await scanned(await get(worker, { image: `${real}/golden/debian:1.0` }));
    assert.equal(layersAsked(worker), 7, 'the configuration twice, and five layers');
  });

  test('an image without layers of packages has an empty inventory, and is unsupported', async () => {
    const { extent, remarks } = await scanned(await get(worker, { image: `${real}/golden/single:1.0` }));
    assert.deepEqual([extent, remarks[0].code], ['unsupported', 'inventory-empty']);
  });
});

describe('by a bucket', { timeout: 120_000 }, () => {
  test('without the shard of a language it is partial', async () => {
    const { 'npm.shard': _, ...others } = files;
    const { extent, remarks, findings } = await scanned(await get(await edge({ bucket: others }), { image: `${real}/golden/debian:1.0` }));
    assert.deepEqual([extent, remarks[0].code, findings.length], ['partial', 'packages-without-advisories', 7]);
  });

  test('without the shard of the distribution it is unsupported', async () => {
    const { 'Debian-12.shard': _, ...others } = files;
    const { extent, remarks } = await scanned(await get(await edge({ bucket: others }), { image: `${real}/golden/debian:1.0` }));
    assert.deepEqual([extent, remarks[0].code], ['unsupported', 'database-missing']);
  });

  test('with nothing in it there is no "nothing found"', async () => {
    const { extent, findings } = await scanned(await post(await edge({ bucket: {} }), { image: `${real}/golden/debian:1.0`, deny: 'negligible' }));
    assert.deepEqual([extent, findings], ['unsupported', []]);
  });

  test('whose shard is another’s, cut, or garbage, it is said', async () => {
    for (const wrong of [files['npm.shard'], files['Debian-12.shard'].subarray(0, 900), Buffer.from('{"shard":1}'), Buffer.from([0xff])]) {
      const worker = await edge({ bucket: { ...files, 'Debian-12.shard': wrong } });
      const { extent, remarks } = await scanned(await get(worker, { image: `${real}/golden/debian:1.0` }));
      assert.deepEqual([extent, remarks[0].code], ['unsupported', 'shard-invalid']);
    }
  });

  test('whose shards are more than fits, it is said', async () => {
    const worker = await edge({ bucket: files, scans: { SCAN: 'layers', SCAN_SHARD_BYTES: files['Debian-12.shard'].length } });
    const { extent, remarks } = await scanned(await get(worker, { image: `${real}/golden/debian:1.0` }));
    assert.deepEqual([extent, remarks.filter(({ code }) => code === 'shard-unavailable').length], ['partial', 2]);
  });
});

describe('by OSV’s server', { timeout: 120_000 }, () => {
  let worker;
  before(async () => { worker = await edge(); });
  beforeEach(() => { worker.asked.length = 0; });
  const ask = async (image = `${real}/golden/debian:1.0`) => scanned(await get(worker, { image }));

  test('a scan is that of Node, and has the findings that shards have', async () => {
    const inNode = await scanInNode(`${real}/golden/debian:1.0`, {
      osv: true,
      now: new Date(NOW),
      fetch: async (request) => {
        if (!request.url.startsWith('https://api.osv.dev/')) return fetch(request);
        const answer = await answers(request);
        return new globalThis.Response(await answer.text(), { status: answer.status });
      },
    });
    const scan = await ask();
    const same = (value) => JSON.stringify(value).replaceAll(scan.scannedAt, NOW);
    assert.equal(same(scan), same(inNode));
    const { findings } = JSON.parse(await readFile(`${ROOT}tests/golden/scan-complete.json`));
    // Which are exploited, and so come first, OSV does not say.
    const byName = (some) => some.map((finding) => ({ ...finding, knownExploited: null })).sort((one, other) => (one.id < other.id ? -1 : 1));
    assert.deepEqual(byName(scan.findings), byName(findings));
    assert.equal(scan.extent, 'complete');
  });

  test(`no more than ${FREE} requests are sent, of which the registry’s are few`, async (context) => {
    await ask();
    const [all, osvs] = [worker.asked.length, osvAsked(worker)];
    context.diagnostic(`${all} requests for an image of five layers and eight advisories, ${osvs} of them to OSV's server`);
    assert.equal(osvs, 9, 'a batch, and eight advisories');
    assert.ok(all <= FREE);
  });

  describe('that knows 500 advisories of one package', () => {
    const many = Array.from({ length: 500 }, (_, number) => ({
      id: `DEBIAN-CVE-2024-${10_000 + number}`, modified: '2026-01-30T00:00:00Z', upstream: [`CVE-2024-${10_000 + number}`],
      affected: [{ package: { ecosystem: 'Debian:12', name: 'curl' }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }], ecosystem_specific: { urgency: 'high' } }],
    }));

    for (const [what, page, batches] of [['at once', 1000, 1], ['in pages, the first of which is a token', 100, 6]]) {
      test(`${what}, all of them are findings, and as many as may be are read`, async () => {
        answers = osv(many, { page });
        const { extent, remarks, findings, coverage } = await ask();
        assert.deepEqual([extent, remarks[0].code, findings.length], ['partial', 'osv-requests-exhausted', 500]);
        const undetermined = findings.filter(({ state }) => state === 'undetermined');
        assert.equal(undetermined.length, 500 - (30 - batches));
        assert.equal(coverage.unread.length, undetermined.length);
        for (const { severity, fixed } of undetermined) assert.deepEqual([severity.level, fixed], ['unknown', null]);
        assert.equal(osvAsked(worker), 30);
        assert.ok(worker.asked.length <= FREE, `found ${worker.asked.length} requests`);
      });
    }

    test('in more pages than may be asked for, the scan is unknown', async () => {
      answers = osv(many, { page: 5 });
      const { extent, remarks } = await ask();
      assert.deepEqual([extent, remarks[0].code], ['unknown', 'osv-requests-exhausted']);
      assert.ok(worker.asked.length <= FREE, `found ${worker.asked.length} requests`);
    });

    test('no rule is met by it', async () => {
      answers = osv(many.map((record) => ({ ...record, affected: [{ ...record.affected[0], ecosystem_specific: { urgency: 'low' } }] })));
      const { rule } = await scanned(await post(worker, { image: `${real}/golden/debian:1.0`, deny: 'critical' }));
      assert.equal(rule.judged, 'open');
    });
  });

  const hostile = {
    'answers with an error': [() => new Response('{}', { status: 500 }), 'osv-unavailable'],
    'asks for patience': [() => new Response('{}', { status: 429, headers: { 'retry-after': '5' } }), 'osv-unavailable'],
    'answers with garbage': [() => new Response('<html>'), 'osv-answer-invalid'],
    'answers with nothing': [() => new Response(''), 'osv-answer-invalid'],
    'answers with no results': [() => Response.json({ results: [] }), 'osv-answer-invalid'],
    'answers with more than there is': [() => new Response(`{"results":[${'{},'.repeat(12 << 20)}{}]}`), 'osv-unavailable'],
    'answers with values that fill the memory': [() => new Response(`{"results":[${'{},'.repeat(4 << 20)}{}]}`), 'osv-answer-invalid'],
    'redirects': [() => new Response(null, { status: 307, headers: { location: `http://${real}/v1/querybatch` } }), 'osv-unavailable'],
    'answers with a token for ever': [
      async (request) => Response.json({ results: (await request.json()).queries.map(() => ({ next_page_token: 'again' })) }),
      'osv-requests-exhausted',
    ],
  };
  for (const [what, [behaviour, code]] of Object.entries(hostile)) {
    test(`that ${what}, a scan is unknown, and meets no rule`, async () => {
      answers = behaviour;
      const { extent, remarks, rule, findings } = await scanned(await post(worker, { image: `${real}/golden/debian:1.0`, deny: 'critical' }));
      assert.deepEqual([extent, remarks[0].code, rule.judged, findings], ['unknown', code, 'open', []]);
      assert.ok(worker.asked.length <= FREE);
    });
  }

  test('that names advisories and has none of them, all of them are undetermined', async () => {
    const honest = osv(records);
    answers = (request) => (request.method === 'GET' ? new Response('gone', { status: 404 }) : honest(request));
    const { extent, findings } = await ask();
    assert.deepEqual([extent, findings.length, findings.every(({ state }) => state === 'undetermined')], ['partial', 8, true]);
  });

  test('whose every advisory is another one, all of them are undetermined', async () => {
    const honest = osv(records);
    answers = (request) => (request.method === 'GET' ? Response.json(records[0]) : honest(request));
    const { extent, findings } = await ask();
    assert.deepEqual([extent, findings.filter(({ state }) => state === 'undetermined').length], ['partial', 7]);
  });
});

describe('by a list that is attached to the image', { timeout: 120_000 }, () => {
  const [publisher, stranger] = [signer(), signer()];
  const attestedBy = ({ publicKey }) => ({ cosign: { publicKey } });
  let registry, worker;

  before(async () => {
    const image = debian();
    const [{ manifest: { descriptor: { digest } } }] = image.images;
    const says = statement(digest, SPDX, spdx(LIBC, MINIMIST));
    registry = await startRegistry({ repositories: { 'team/app': attested(image, [{ by: publisher, says }], digest), 'team/bare': debian() } });
    worker = await listing();
  });
  after(() => registry?.stop());
  beforeEach(() => { worker.asked.length = 0; });

  const listing = (options) => edge({
    registries: [registry.host], scans: { SCAN: 'sbom' }, outbound: { ...network, [registry.host]: `http://${registry.host}` }, ...options,
  });
  const ask = (question, of = 'team/app') => post(worker, { image: `${registry.host}/${of}:1.0`, attestedBy: attestedBy(publisher), deny: 'critical', ...question });
  const layerOf = ({ images: [{ layer }] }) => layer.descriptor.digest;

  test('the scan is that of Node, says whose list it is, and no layer is asked for', async (context) => {
    const scan = await scanned(await ask());
    const inNode = await scanInNode(`${registry.host}/team/app:1.0`, {
      osv: true, packages: 'sbom', attestedBy: attestedBy(publisher), deny: 'critical', now: new Date(NOW),
      fetch: async (request) => {
        if (!request.url.startsWith('https://api.osv.dev/')) return fetch(request);
        return new globalThis.Response(await (await answers(request)).text());
      },
    });
    assert.equal(JSON.stringify(scan).replaceAll(scan.scannedAt, NOW), JSON.stringify(inNode));
    assert.deepEqual([scan.extent, scan.inventory.from, scan.inventory.trust, scan.rule.judged], ['complete', 'sbom', 'signed', 'met']);
    assert.deepEqual(scan.findings.map(({ id }) => id), ['CVE-2023-4911', 'CVE-2019-1010022']);
    assert.ok(worker.asked.every(({ url }) => !url.includes(layerOf(debian()))));
    context.diagnostic(`${worker.asked.length} requests, ${osvAsked(worker)} of them to OSV's server`);
    assert.ok(worker.asked.length <= FREE);
  });

  test(`of whose packages 500 advisories are known, no more than ${FREE} requests are sent`, async (context) => {
    answers = osv(Array.from({ length: 500 }, (_, number) => ({
      id: `DEBIAN-CVE-2024-${10_000 + number}`, modified: '2026-01-30T00:00:00Z', upstream: [`CVE-2024-${10_000 + number}`],
      affected: [{ package: { ecosystem: 'Debian:12', name: 'glibc' }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] }],
    })));
    const { extent, findings, rule } = await scanned(await ask());
    assert.deepEqual([extent, findings.length, rule.judged], ['partial', 500, 'open']);
    context.diagnostic(`${worker.asked.length} requests`);
    assert.ok(worker.asked.length <= FREE, `found ${worker.asked.length} requests`);
  });

  test('a list of a stranger’s, and one that is not there, are unknown and meet no rule', async () => {
    for (const answer of [await ask({ attestedBy: attestedBy(stranger) }), await ask({}, 'team/bare'), await ask({ attestedBy: undefined }, 'team/bare')]) {
      const { extent, rule, findings } = await scanned(answer);
      assert.deepEqual([extent, rule.judged, findings], ['unknown', 'open', []]);
    }
  });

  test('layers are read where the operator allows it, and nothing is read from where it is not', async () => {
    const both = await listing({ scans: { SCAN: 'sbom,layers' } });
    const of = (question) => post(both, { image: `${registry.host}/team/app:1.0`, ...question });
    assert.equal((await scanned(await of({ packages: 'layers' }))).inventory.from, 'layers');
    assert.equal((await scanned(await of({ attestedBy: attestedBy(publisher) }))).inventory.from, 'sbom');
    assert.equal((await scanned(await get(both, { image: `${registry.host}/team/bare:1.0`, packages: 'layers' }))).inventory.from, 'layers');
    await assertRefused(await ask({ packages: 'layers' }), 403, 'scan-not-allowed');
    const layersOnly = await listing({ scans: { SCAN: 'layers' } });
    await assertRefused(await post(layersOnly, { image: `${registry.host}/team/app:1.0`, packages: 'sbom' }), 403, 'scan-not-allowed');
    for (const packages of ['rpm', 1, ['sbom']]) await assertRefused(await ask({ packages }), 400, 'options-invalid');
  });

  test('a signer who is none, and a trusted root from where nobody may ask, are refused before anything is asked', async () => {
    await assertRefused(await ask({ attestedBy: { cosign: { publicKey: 'no key' } } }), 400, 'options-invalid');
    const tuf = { metadata: 'https://tuf.test/metadata/', targets: 'https://tuf.test/targets/', root: {} };
    await assertRefused(await ask({ trustedRoot: { tuf } }), 403, 'repository-not-allowed');
    await assertRefused(await ask({ attestedBy: undefined, trustedRoot: {} }), 400, 'options-invalid');
    assert.deepEqual(worker.asked, []);
  });
});

describe('for a policy that asks what is known to be vulnerable', { timeout: 120_000 }, () => {
  const image = () => `${real}/golden/debian:1.0`;
  const judge = async (worker, vulnerabilities) => {
    const { digest } = await (await get(await edge({ bucket: files }), { image: image() })).json().then((scan) => scan.image);
    const policy = { rules: [{ images: `${real}/golden/debian`, require: [{ digest }], vulnerabilities }] };
    const answer = await fetch(`${worker.url}/v1/check`, { method: 'POST', body: JSON.stringify({ image: image(), policy }) });
    assert.equal(answer.status, 200);
    return answer.json();
  };

  test('a check has the image scanned, and rejects what is denied', async () => {
    const report = await judge(await edge({ bucket: files }), { deny: 'low' });
    assert.equal(report.verdict, 'reject', JSON.stringify(report.vulnerabilities));
    assert.equal(report.vulnerabilities.judged, 'denied');
  });

  test('it is not accepted where its operator has no layers read, and none is asked for', async () => {
    const worker = await edge({ bucket: files, scans: { SCAN: 'sbom' } });
    const report = await judge(worker, { deny: 'critical' });
    assert.equal(report.verdict, 'inconclusive');
    assert.ok(!worker.asked.some(({ url }) => url.startsWith('https://api.osv.dev/')));
  });

  test('an image that is more than a scan may take is not accepted', async () => {
    const report = await judge(await edge({ bucket: files, scans: { SCAN: 'layers', SCAN_LAYER_BYTES: 1 } }), { deny: 'critical' });
    assert.equal(report.verdict, 'inconclusive', JSON.stringify(report.vulnerabilities));
  });
});

describe('refuses', { timeout: 120_000 }, () => {
  let worker;
  before(async () => { worker = await edge({ bucket: files }); });
  beforeEach(() => { worker.asked.length = 0; });

  test('to scan where its operator did not say that it may', async () => {
    for (const scans of [undefined, { SCAN: '' }, { SCAN: 'everything' }]) {
      const silent = await edge({ scans });
      assert.match(await assertRefused(await get(silent, { image: `${real}/golden/debian:1.0` }), 403, 'scan-not-allowed'), /npx pullproof scan/);
      assert.deepEqual(silent.asked, []);
    }
  });

  for (const [what, scans] of [['layers', { SCAN_LAYERS: 4 }], ['bytes', { SCAN_LAYER_BYTES: 500 }]]) {
    test(`an image of more ${what} than it may take, and asks for none of its layers`, async () => {
      const small = await edge({ bucket: files, scans: { SCAN: 'layers', ...scans } });
      const message = await assertRefused(await get(small, { image: `${real}/golden/debian:1.0` }), 413, 'image-over-limit');
      assert.match(message, /^expected at most \d+ .*layers, found \d+: none of them was fetched; to scan it yourself/);
      assert.equal(layersAsked(small), 1, 'the configuration');
    });
  }

  const questions = {
    'no image': '', 'an empty image': 'image=', 'two images': 'image=a&image=b', 'a parameter that it does not know': 'image=a&severity=high',
    'a VEX document in the query': 'image=a&vex={}', 'shards of a stranger’s': 'image=a&shards=x',
  };
  for (const [what, query] of Object.entries(questions)) {
    test(what, async () => {
      await assertRefused(await fetch(`${worker.url}/v1/scan?${query}`), 400, 'options-invalid');
      assert.deepEqual(worker.asked, []);
    });
  }

  const bodies = {
    'no JSON': '{', 'a list': '[]', 'a member that it does not know': { shards: [] }, 'limits of a stranger’s': { limits: { layers: 1000 } },
    'OSV’s server where there are shards': { osv: true }, 'a relay of a stranger’s': { relay: 'https://relay.test/' }, 'a level that is none': { deny: 'severe' },
    'onlyFixable without deny': { onlyFixable: true }, 'a list of ignored that is none': { deny: 'high', ignore: ['CVE-2023-4911'] },
    'a VEX document that is none': { vex: { statements: 1 } }, 'a time that is a text': { deny: 'high', ignore: [{ id: 'CVE-2023-4911', reason: 'x', until: 'soon' }] },
    'a policy': { policy: { rules: [], default: 'reject' } },
  };
  for (const [what, body] of Object.entries(bodies)) {
    test(what, async () => {
      const text = typeof body === 'string' ? body : JSON.stringify({ image: `${real}/golden/debian:1.0`, ...body });
      await assertRefused(await fetch(`${worker.url}/v1/scan`, { method: 'POST', body: text }), 400, 'options-invalid');
      assert.deepEqual(worker.asked, []);
    });
  }

  test('a body of more than 512 KiB', async () => {
    await assertRefused(await post(worker, { image: `${real}/golden/debian:1.0`, vex: 'x'.repeat(512 * 1024) }), 413, 'request-too-large');
  });

  test('a text that is no reference, and a platform that is none', async () => {
    await assertRefused(await get(worker, { image: 'Not An Image' }), 400, 'reference-invalid');
    await assertRefused(await get(worker, { image: `${real}/golden/debian:1.0`, platform: '//' }), 400, 'platform-invalid');
  });

  for (const image of ['127.0.0.1:1/a', 'localhost/a', '169.254.169.254/latest', 'nginx']) {
    test(`an image of a registry that is not listed: ${image}`, async () => {
      await assertRefused(await get(worker, { image }), 403, 'registry-not-allowed');
      assert.deepEqual(worker.asked, []);
    });
  }

  test('PUT', async () => assertRefused(await fetch(`${worker.url}/v1/scan`, { method: 'PUT', body: '{}' }), 405, 'method-not-allowed'));

  test('whoever asks too often', async () => {
    const limited = await edge({ bucket: files, requestsPerMinute: 1 });
    await scanned(await get(limited, { image: `${real}/golden/debian:1.0` }));
    await assertRefused(await get(limited, { image: `${real}/golden/debian:1.0` }), 429, 'rate-limited');
  });

  test('whoever has too many images scanned, by whatever question, and goes on answering others', async () => {
    const limited = await edge({ bucket: files, scansPerMinute: 1 });
    const image = `${real}/golden/debian:1.0`;
    await scanned(await get(limited, { image }));
    await assertRefused(await get(limited, { image }), 429, 'rate-limited');
    const policy = { rules: [{ images: `${real}/golden/debian`, require: [{ digest: `sha256:${'0'.repeat(64)}` }], vulnerabilities: { deny: 'low' } }] };
    const check = (question) => fetch(`${limited.url}/v1/check`, { method: 'POST', body: JSON.stringify(question) });
    await assertRefused(await check({ image, policy }), 429, 'rate-limited');
    assert.equal((await check({ image })).status, 200);
  });

  test('an image that is not there', async () => assertRefused(await get(worker, { image: `${real}/golden/nowhere:1.0` }), 404, 'not-found'));

  test('to wait for ever', async () => {
    const impatient = await edge({ timeoutSeconds: 1 });
    answers = () => sleep(5000).then(() => new Response('{}'));
    await assertRefused(await get(impatient, { image: `${real}/golden/debian:1.0` }), 504, 'timeout');
  });
});

test('any page may ask for a scan', async () => {
  const worker = await edge({ bucket: files });
  const preflight = await fetch(`${worker.url}/v1/scan`, { method: 'OPTIONS' });
  assert.equal(preflight.headers.get('access-control-allow-methods'), 'GET, POST, OPTIONS');
  assert.equal((await get(worker, { image: `${real}/golden/debian:1.0` })).headers.get('access-control-allow-origin'), '*');
});
