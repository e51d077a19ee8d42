// One package, three runtimes, one report: Node, workerd and a page in Chromium, for the same image at the same time.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Miniflare } from 'miniflare';
import { chromium } from 'playwright-core';
import { check, drift, pin, scan } from '../dist/node.js';
import { attested, cyclonedx, CYCLONEDX, LIBC, MINIMIST, OPENVEX, signer, statement } from './support/attested.mjs';
import { debian, shards } from './support/layered.mjs';
import { startRegistry } from './support/registry.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const at = '2026-01-31T12:00:00Z';

const none = `sha256:${'0'.repeat(64)}`;
const exposed = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'Docker-Content-Digest' };
const toPages = (lie) => (answer) => {
  const changed = lie(answer);
  return { ...changed, headers: { ...answer.headers, ...changed.headers, ...exposed } };
};

const CASES = {
  'a good image': { lie: () => ({}), options: {} },
  'a good image with what is attached': { lie: () => ({}), options: { attachments: true } },
  'an accepted image': { lie: () => ({}), options: { policy: true } },
  'another platform': { lie: () => ({}), options: { platform: 'linux/arm64' } },
  'a platform that is not there': { lie: () => ({}), options: { platform: 'linux/s390x' } },
  'a registry that states another digest': { lie: () => ({ headers: { 'docker-content-digest': none } }), options: {} },
  'a manifest with other bytes': {
    lie: ({ request, body }) => request.url.includes('/manifests/sha256:') ? { body: `${body} ` } : {},
    options: {},
  },
  'a configuration that is not there': { lie: ({ request }) => request.url.includes('/blobs/') ? { status: 404 } : {}, options: {} },
  'a document that is no JSON': { lie: () => ({ body: '{' }), options: {} },
};

const registries = new Map();
let worker;
let browser;
let page;
let server;

before(async () => {
  for (const [name, { lie }] of Object.entries(CASES)) registries.set(name, await startRegistry({ lie: toPages(lie) }));
  worker = startWorker();
  server = await serve();
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
}, { timeout: 60_000 });

after(async () => {
  for (const registry of registries.values()) registry.stop();
  server?.close();
  await Promise.all([worker?.dispose(), browser?.close()]);
});

/** The package's files as workerd loads them, listed one by one, behind a Worker that answers with the text of a report. */
function startWorker() {
  const script = `
    import * as pullproof from './workerd.js';
    export default {
      async fetch(request) {
        const { ask = 'check', image, now, texts, ...options } = await request.json();
        if (texts !== undefined) options.shards = texts.map((text) => new TextEncoder().encode(text));
        return new Response(JSON.stringify(await pullproof[ask](image, { ...options, now: new Date(now) }), null, 2));
      },
    };`;
  const files = readdirSync(dist).filter((name) => name.endsWith('.js') && !['browser.js', 'cli.js', 'node.js'].includes(name));
  const cores = ['pullproof', 'pullproof_crypto', 'pullproof_pin', 'pullproof_scan', 'pullproof_trust'];
  const modules = [...files, ...cores.map((name) => `wasm/${name}.js`)].map((name) => ({ type: 'ESModule', path: `${dist}${name}` }));
  return new Miniflare({
    modulesRoot: dist,
    modules: [
      { type: 'ESModule', path: `${dist}test-worker.js`, contents: script },
      ...modules,
      ...cores.map((name) => ({ type: 'CompiledWasm', path: `${dist}wasm/${name}_bg.wasm` })),
    ],
    compatibilityDate: '2026-04-01',
    cf: false,
  });
}

/** dist/ as it is, and an empty page. */
async function serve() {
  const types = { js: 'text/javascript', wasm: 'application/wasm' };
  const one = createServer((request, response) => {
    const file = `${dist}${request.url.slice(1)}`;
    const found = request.url !== '/' && existsSync(file);
    response.writeHead(found || request.url === '/' ? 200 : 404, { 'content-type': types[file.split('.').pop()] ?? 'text/html' });
    response.end(found ? readFileSync(file) : '<!doctype html><title>test</title>');
  });
  one.listen(0, '127.0.0.1');
  await once(one, 'listening');
  return one;
}

const inPage = (question) => page.evaluate(async ({ ask = 'check', image, now, texts, ...options }) => {
  const pullproof = await import('/browser.js');
  if (texts !== undefined) options.shards = texts.map((text) => new TextEncoder().encode(text));
  return JSON.stringify(await pullproof[ask](image, { ...options, now: new Date(now) }), null, 2);
}, question);

async function inWorker(question) {
  const response = await worker.dispatchFetch('http://worker.example/', { method: 'POST', body: JSON.stringify(question) });
  return response.text();
}

for (const [name, { options }] of Object.entries(CASES)) {
  test(`${name}: the same text everywhere`, { timeout: 30_000 }, async () => {
    const { image, host, content } = registries.get(name);
    const { digest } = content.index.descriptor;
    const policy = options.policy && { rules: [{ images: `${host}/team/app`, require: [{ digest }] }] };
    const question = { image, ...options, now: at, ...(policy && { policy }) };

    const inNode = JSON.stringify(await check(image, { ...options, ...(policy && { policy }), now: new Date(at) }), null, 2);
    assert.equal(await inWorker(question), inNode);
    assert.equal(await inPage(question), inNode);
  });
}

test('a text is pinned, and looked at for drift, to the same text everywhere', { timeout: 30_000 }, async () => {
  const { host, image, content } = registries.get('a good image');
  const text = `FROM ${image} AS base\r\nFROM base\r\nCOPY --from=${host}/team/none:1.0 / /\r\nFROM scratch`;
  const inNode = await pin(text, { kind: 'dockerfile', now: new Date(at) });
  assert.equal(inNode.text, text.replace(image, `${image}@${content.index.descriptor.digest}`));
  const question = { ask: 'pin', image: text, kind: 'dockerfile', now: at };
  assert.equal(await inWorker(question), JSON.stringify(inNode, null, 2));
  assert.equal(await inPage(question), JSON.stringify(inNode, null, 2));

  for (const image of [inNode.text, JSON.stringify({ lockVersion: 1, images: inNode.resolved })]) {
    const drifted = JSON.stringify(await drift(image, { now: new Date(at) }), null, 2);
    assert.equal(await inWorker({ ask: 'drift', image, now: at }), drifted);
    assert.equal(await inPage({ ask: 'drift', image, now: at }), drifted);
  }
});

test('an image is scanned to the same text everywhere', { timeout: 30_000 }, async () => {
  const registry = await startRegistry({ content: debian(), lie: toPages(() => ({})) });
  try {
    const texts = [...shards().values()].map(String);
    const question = { ask: 'scan', image: registry.image, now: at, deny: 'critical', texts };
    const inNode = await scan(registry.image, { now: new Date(at), deny: 'critical', shards: [...shards().values()] });
    assert.deepEqual([inNode.extent, inNode.findings.length, inNode.rule.judged], ['complete', 2, 'denied']);
    assert.equal(await inWorker(question), JSON.stringify(inNode, null, 2));
    assert.equal(await inPage(question), JSON.stringify(inNode, null, 2));
  } finally {
    registry.stop();
  }
});

test('an image is scanned from a list that is attested to the same text everywhere, and no layer is downloaded', { timeout: 30_000 }, async () => {
  const [publisher, stranger] = [signer(), signer()];
  const content = debian();
  const [index, manifest] = [content.index.descriptor.digest, content.images[0].manifest.descriptor.digest];
  const vex = {
    '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://vex.test/1', author: 'team', timestamp: '2026-01-01T00:00:00Z', version: 1,
    statements: [{ vulnerability: { name: 'CVE-2021-44906' }, products: [{ '@id': MINIMIST }], status: 'not_affected', impact_statement: 'unused' }],
  };
  const says = (by, predicateType, predicate) => ({ by, says: statement(index, predicateType, predicate) });
  const registry = await startRegistry({
    content: attested(content, [
      says(publisher, CYCLONEDX, cyclonedx(manifest, LIBC, MINIMIST)),
      says(publisher, OPENVEX, vex),
      says(stranger, CYCLONEDX, cyclonedx(manifest)),
    ]),
    lie: toPages(() => ({})),
  });
  try {
    const attestedBy = { cosign: { publicKey: publisher.publicKey } };
    const asked = { packages: 'sbom', attestedBy, deny: 'critical' };
    const inNode = await scan(registry.image, { now: new Date(at), ...asked, shards: [...shards().values()] });
    assert.deepEqual([inNode.extent, inNode.inventory.trust, inNode.findings.length, inNode.rule.judged], ['complete', 'signed', 2, 'met'], JSON.stringify(inNode));
    assert.deepEqual(inNode.coverage.notes.map(({ code }) => code), ['shards-not-signed', 'attestation-not-used']);
    const question = { ask: 'scan', image: registry.image, now: at, ...asked, texts: [...shards().values()].map(String) };
    assert.equal(await inWorker(question), JSON.stringify(inNode, null, 2));
    assert.equal(await inPage(question), JSON.stringify(inNode, null, 2));
    const { layer } = content.images[0];
    assert.ok(registry.requests.every(({ url }) => !url.includes(layer.descriptor.digest)));
  } finally {
    registry.stop();
  }
});

test('a policy that denies what is known to be vulnerable is decided to the same text everywhere, and a page loads what scans for it', { timeout: 30_000 }, async () => {
  const registry = await startRegistry({ content: debian(), lie: toPages(() => ({})) });
  const fresh = await browser.newPage();
  try {
    const { image, host, content } = registry;
    const policyOf = (vulnerabilities) => ({ rules: [{ images: `${host}/team/app`, require: [{ digest: content.index.descriptor.digest }], vulnerabilities }] });
    const given = [...shards().values()];
    const ignore = [{ id: 'CVE-2021-44906', reason: 'not reachable' }];
    for (const [vulnerabilities, verdict, shards] of [
      [{ deny: 'critical' }, 'reject', given],
      [{ deny: 'critical', ignore }, 'accept', given],
      [{ deny: 'critical', ignore }, 'inconclusive', given.slice(0, 1)],
      [{ deny: 'critical' }, 'inconclusive', undefined],
    ]) {
      const policy = policyOf(vulnerabilities);
      const inNode = await check(image, { now: new Date(at), policy, ...(shards && { shards }) });
      assert.equal(inNode.verdict, verdict, JSON.stringify(inNode.reasons));
      assert.equal(inNode.vulnerabilities === null, shards === undefined);
      const question = { image, now: at, policy, ...(shards && { texts: shards.map(String) }) };
      assert.equal(await inWorker(question), JSON.stringify(inNode, null, 2));
      assert.equal(await inPage(question), JSON.stringify(inNode, null, 2));
    }
    const downloaded = [];
    fresh.on('request', (request) => downloaded.push(new URL(request.url()).pathname));
    await fresh.goto(`http://127.0.0.1:${server.address().port}/`);
    const asked = (texts) => fresh.evaluate(async ([name, policy, texts]) => {
      const { check } = await import('/browser.js');
      return (await check(name, { policy, ...(texts && { shards: texts.map((text) => new TextEncoder().encode(text)) }) })).verdict;
    }, [image, policyOf({ deny: 'critical' }), texts]);
    await asked(undefined);
    assert.deepEqual(downloaded.filter((path) => path.includes('pullproof_scan')), []);
    assert.equal(await asked(given.map(String)), 'reject');
    assert.ok(downloaded.includes('/wasm/pullproof_scan_bg.wasm'));
  } finally {
    await fresh.close();
    registry.stop();
  }
});

test('a page finds what a text names once the package is ready to pin, and says so before', async () => {
  const fresh = await browser.newPage();
  await fresh.goto(`http://127.0.0.1:${server.address().port}/`);
  const [before, found] = await fresh.evaluate(async () => {
    const { find, ready, readyToPin } = await import('/browser.js');
    await ready;
    let before;
    try {
      find('nginx', { kind: 'reference' });
    } catch (error) {
      before = error.message;
    }
    await readyToPin();
    return [before, find('nginx', { kind: 'reference' }).occurrences.length];
  });
  assert.match(before, /expected the WebAssembly module that pins to be loaded.*await readyToPin\(\)/);
  assert.equal(found, 1);
  await fresh.close();
});

test('a page that only checks downloads neither what pins or scans nor the arithmetic of signatures', async () => {
  const { image } = registries.get('a good image');
  const fresh = await browser.newPage();
  const downloaded = [];
  fresh.on('request', (request) => downloaded.push(new URL(request.url()).pathname));
  await fresh.goto(`http://127.0.0.1:${server.address().port}/`);
  await fresh.evaluate(async (name) => {
    const { check } = await import('/browser.js');
    await check(name);
  }, image);
  assert.ok(downloaded.includes('/wasm/pullproof_bg.wasm'));
  assert.deepEqual(downloaded.filter((path) => /pullproof_(pin|crypto|scan)/.test(path)), []);
  await fresh.close();
});

test('a page asks without cookies, referrer or cache', async () => {
  const registry = registries.get('a good image');
  registry.requests.length = 0;
  await inPage({ image: registry.image, now: at });
  assert.ok(registry.requests.length > 0);
  for (const { headers } of registry.requests) {
    assert.equal(headers.referer, undefined);
    assert.equal(headers.cookie, undefined);
    assert.equal(headers['cache-control'], 'no-cache');
  }
});

test('a page can take a reference apart once the package is ready', async () => {
  const repository = await page.evaluate(async () => {
    const { parseReference, ready } = await import('/browser.js');
    await ready;
    return parseReference('nginx').repository;
  });
  assert.equal(repository, 'library/nginx');
});
