// The page scans: bars while layers come, what was looked at, what was found. In a real Chromium, over the real Worker, with the demo's
// registry and shards of the demo's facts; and what it does not do before somebody chooses it.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { scan } from '../../pkg/dist/node.js';
import { csv } from '../../www/export.js';
import { listen } from './support/listen.mjs';
import { startOsv } from './support/osv.mjs';
import { accessibilityViolations, openTab, startBrowser } from './support/page.mjs';
import { ROOT, xtask } from './support/program.mjs';
import { demoRegistry } from './support/registries.mjs';
import { together } from './support/together.mjs';
import { startWorker } from './support/worker.mjs';

const FACTS = `${ROOT}tests/support/advisories`;
const HOSTILE = '<img src=x onerror=globalThis.pwned=1>';

let stage;
let folder;
let advisories;
let tabs = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pullproof-page-scan-'));
  const dump = join(folder, 'dump');
  advisories = join(folder, 'advisories');
  await cp(FACTS, dump, { recursive: true });
  for (const [id, name] of [['GHSA-2222-2222-2222', HOSTILE], ['GHSA-3333-3333-3333', 'anamewithoutanyplacetobreakit'.repeat(5)]]) {
    const ranges = [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.0.1' }] }];
    const record = { id, modified: '2026-11-01T00:00:00Z', affected: [{ package: { ecosystem: 'npm', name }, ranges }] };
    await writeFile(join(dump, `${id}.json`), JSON.stringify(record));
  }
  await xtask('shards', dump, '--out', advisories, '--kev', `${ROOT}tests/support/known-exploited.json`, '--at', new Date().toISOString().replace(/\.\d+Z/, 'Z'));
  const [demo, osv, mute, huge] = await Promise.all([demoRegistry(), startOsv(dump), startOsv(dump, { cors: false }), hugeImage()]);
  const registries = [demo.host, huge.host];
  const browser = (hosts) => startBrowser(hosts).then((started) => ({ started, dispose: () => started.close() }));
  stage = await together({
    demo: Promise.resolve(demo),
    osv: Promise.resolve(osv),
    mute: Promise.resolve(mute),
    huge: Promise.resolve(huge),
    worker: startWorker({ registries, advisories, demo: { registry: demo.host, examples: [] } }),
    bare: startWorker({ registries }),
    browser: browser({ [osv.host]: osv.address }),
    behindMute: browser({ [mute.host]: mute.address }),
  });
}, { timeout: 120_000 });
after(async () => {
  await stage?.dispose();
  await rm(folder, { recursive: true });
});
afterEach(async () => {
  await Promise.all(tabs.map((tab) => tab.context().close()));
  tabs = [];
});

/** An image whose manifest names a layer of 400 MB, which nobody has. */
async function hugeImage() {
  const asked = [];
  const blobs = new Map();
  const keep = (mediaType, value) => {
    const bytes = Buffer.from(JSON.stringify(value));
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    blobs.set(digest, { bytes, mediaType });
    return { mediaType, digest, size: bytes.length };
  };
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: `sha256:${'ab'.repeat(32)}`, size: 400_000_000 };
  const config = keep('application/vnd.oci.image.config.v1+json', { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [layer.digest] } });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = keep(mediaType, { schemaVersion: 2, mediaType, config, layers: [layer] });
  const server = await listen((request, response) => {
    asked.push(request.url);
    const name = request.url.split('/').at(-1);
    const found = blobs.get(name === '1.0' ? manifest.digest : name);
    response.setHeader('access-control-allow-origin', '*');
    if (found) response.writeHead(200, { 'content-type': found.mediaType }).end(found.bytes);
    else response.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":[{"code":"BLOB_UNKNOWN"}]}');
  });
  return { ...server, asked, layer: layer.digest };
}

async function visit(image, { url = stage.worker.url, browser = stage.browser.started, prepare, ...options } = {}) {
  const tab = await openTab(browser, { ignoreHTTPSErrors: true, ...options });
  tabs.push(tab);
  await prepare?.(tab);
  await tab.goto(`${url}/?${new URLSearchParams({ image: image.startsWith(stage.huge.host) ? image : `${stage.demo.host}/${image}` })}`);
  await tab.locator('#verdict').waitFor();
  return tab;
}

/** The page when it has scanned. */
async function scanned(image, options) {
  const tab = await visit(image, options);
  await tab.locator('#scan-verdict').waitFor();
  return tab;
}

const headline = (tab) => tab.locator('#scan-verdict').textContent();
const extent = (tab) => tab.locator('.scan-verdict').getAttribute('data-extent');
const reasons = (tab) => tab.locator('.scan-verdict .reason[data-code]').evaluateAll((all) => all.map(({ dataset }) => dataset.code));
const row = (tab, id) => tab.locator(`.findings tr[data-id="${id}"]`);
const idsOf = (rows) => rows.evaluateAll((all) => all.map(({ dataset }) => dataset.id));
const shown = (tab) => idsOf(tab.locator('.findings > .table tbody tr'));
const covered = (tab) => tab.locator('.coverage').textContent();
const save = async (tab, title) => {
  const [download] = await Promise.all([tab.waitForEvent('download'), tab.getByRole('button', { name: title, exact: true }).click()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
};
const saveData = (tab) => tab.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
const requests = (tab, part) => tab.record.requests.filter((url) => url.includes(part));

describe('an image with known vulnerabilities', { timeout: 300_000 }, () => {
  test('each layer has a bar, and the bars move while its bytes come', async () => {
    const tab = await visit('demo/shop:1.0');
    await tab.locator('.layer-bars progress').first().waitFor();
    const names = await tab.locator('.scanning progress').evaluateAll((bars) => bars.map((bar) => bar.getAttribute('aria-label')));
    assert.deepEqual(names, ['All layers', 'Layer 1', 'Layer 2', 'Layer 3', 'Layer 4']);
    const seen = new Set();
    while (await tab.locator('.scanning').count() > 0) {
      const [value, max] = await tab.evaluate(() => {
        const bar = document.querySelector('.scanning progress');
        return bar ? [bar.value, bar.max] : [0, 0];
      });
      if (value > 0 && value < max) seen.add(value);
      await tab.waitForTimeout(50);
    }
    assert.ok(seen.size >= 5, `the bar of all layers was seen at ${seen.size} places between its ends`);
    await tab.locator('#scan-verdict').waitFor();
  });

  test('a finding says how bad it is, of what, fixed where, and which layer brought it', async () => {
    const tab = await scanned('demo/shop:1.0');
    assert.equal(await headline(tab), '18 known vulnerabilities');
    assert.equal(await extent(tab), 'complete');
    const cells = (id) => row(tab, id).locator('td').allInnerTexts().then((texts) => texts.map((text) => text.replace(/\s+/g, ' ').trim()));
    assert.deepEqual(await cells('CVE-2023-4911'), ['high 7.8', 'CVE-2023-4911 exploited', 'libc-bin 2.36-9+deb12u1 libc6 2.36-9+deb12u1', '2.36-9+deb12u3', '1']);
    assert.deepEqual(await cells('CVE-2023-38545'), ['critical 9.8', 'CVE-2023-38545', 'curl 7.88.1-10 libcurl4 7.88.1-10', '7.88.1-10+deb12u4', '2']);
    assert.deepEqual(await cells('CVE-2021-44906'), ['critical 9.8', 'CVE-2021-44906 GHSA-xvch-5gv4-984h', 'minimist 1.2.5', '1.2.6', '3']);
    assert.deepEqual(await cells('CVE-2023-30861'), ['high 7.5', 'CVE-2023-30861 GHSA-m2qf-hxjv-5gpq', 'flask 2.2.3', '2.2.5', '4']);
    assert.equal(await row(tab, 'CVE-2023-4911').locator('a').getAttribute('href'), 'https://osv.dev/vulnerability/CVE-2023-4911');
  });

  test('what has no fix and what its vendor does not act on stand apart, folded away', async () => {
    const tab = await scanned('demo/shop:1.0');
    const group = (name) => tab.locator(`.apart[data-group="${name}"]`);
    assert.deepEqual(await idsOf(group('unfixed').locator('tbody tr')), ['CVE-2023-45853', 'CVE-2024-29415']);
    assert.deepEqual((await idsOf(group('unimportant').locator('tbody tr'))).sort(), ['CVE-2005-2541', 'CVE-2010-4756', 'CVE-2011-3374', 'CVE-2022-0563']);
    for (const name of ['unfixed', 'unimportant']) assert.equal(await group(name).evaluate(({ open }) => open), false);
    assert.equal((await shown(tab)).includes('CVE-2023-45853'), false);
    await tab.getByLabel('Only what has a fix').uncheck();
    assert.equal((await shown(tab)).includes('CVE-2023-45853'), true);
    assert.equal(await group('unfixed').isVisible(), false);
    assert.equal((await shown(tab)).includes('CVE-2005-2541'), false);
  });

  test('what was looked at stands above what was found', async () => {
    const tab = await scanned('demo/shop:1.0');
    const text = await covered(tab);
    for (const part of ['Debian GNU/Linux 12 (bookworm), looked up as Debian:12', '4 layers, 9.0 MB', '21 packages: 12 of Debian:12, 4 of PyPI and 5 of npm', '15 advisories about Debian:12, this site’s, made today', 'This is a demonstration', 'GitHub Advisory Database (CC-BY 4.0)', '1 of them is in CISA’s catalogue']) {
      assert.ok(text.includes(part), `expected “${part}” in: ${text}`);
    }
    assert.match(await tab.locator('.not-proven [data-code="vulnerabilities"]').textContent(), /was not scanned\. That was so when the report was made; the scan above looked\.$/);
    const [coverage, table] = await tab.evaluate(() => ['.coverage', '.table'].map((selector) => document.querySelector(selector).getBoundingClientRect().top));
    assert.ok(coverage < table);
  });

  test('the table is sorted by keyboard, and it is announced', async () => {
    const tab = await scanned('demo/shop:1.0');
    const heading = (name) => tab.locator('.findings > .table th', { hasText: name });
    const announced = (text) => tab.locator('#announcement', { hasText: text }).waitFor({ state: 'attached' });
    assert.equal(await heading('Severity').getAttribute('aria-sort'), 'descending');
    assert.deepEqual((await shown(tab)).slice(0, 3), ['CVE-2021-44906', 'CVE-2023-38545', 'CVE-2023-4911']);
    await heading('Package').locator('button').focus();
    await tab.keyboard.press('Enter');
    await announced('Sorted by package, ascending.');
    assert.equal(await heading('Package').getAttribute('aria-sort'), 'ascending');
    assert.equal(await heading('Severity').getAttribute('aria-sort'), null);
    const packages = () => tab.locator('.findings > .table tbody td.package .name:first-of-type').allTextContents();
    const first = await tab.locator('.findings > .table tbody td.package li:first-child .name').allTextContents();
    assert.deepEqual(first, first.toSorted());
    await tab.keyboard.press('Enter');
    await announced('Sorted by package, descending.');
    assert.notDeepEqual(await packages(), first);
    await tab.keyboard.press('Tab');
    await tab.keyboard.press('Tab');
    await tab.keyboard.press('Space');
    await announced('Sorted by layer, ascending.');
  });

  test('a word leaves the findings that have it', async () => {
    const tab = await scanned('demo/shop:1.0');
    await tab.getByLabel('Filter').fill('libc6');
    await tab.locator('#announcement', { hasText: '4 shown.' }).waitFor({ state: 'attached' });
    assert.deepEqual((await shown(tab)).sort(), ['CVE-2023-4911', 'CVE-2023-6246', 'CVE-2024-2961', 'CVE-2024-33599']);
    await tab.getByLabel('Filter').fill('GHSA-xvch');
    assert.deepEqual(await shown(tab), ['CVE-2021-44906']);
  });

  test('the JSON that is saved is Node’s for the same image, byte for byte, with the digests of the registry’s layers', async () => {
    const tab = await scanned('demo/shop:1.0');
    const { name, text } = await save(tab, 'JSON');
    assert.equal(name, 'demo-shop.scan.json');
    const { scannedAt, image } = JSON.parse(text);
    const shards = (ecosystem) => readFile(join(advisories, `${ecosystem.replace(/[^A-Za-z0-9.]/g, '-')}.shard`)).catch(() => undefined);
    const inNode = await scan(image.reference, { shards, now: new Date(scannedAt) });
    assert.equal(text, `${JSON.stringify(inNode, null, 2)}\n`);
    const manifest = await (await fetch(`http://${stage.demo.host}/v2/demo/shop/manifests/1.0`, { headers: { accept: 'application/vnd.oci.image.manifest.v1+json' } })).json();
    assert.deepEqual(image.layers, manifest.layers.map(({ digest }) => digest));
  });

  test('the table that is saved has a line for each package', async () => {
    const tab = await scanned('demo/shop:1.0');
    const { text } = await save(tab, 'CSV');
    const lines = text.split('\r\n');
    assert.equal(lines.length, 34, 'a heading, 32 packages of findings, and the end');
    assert.ok(lines.some((line) => line.startsWith('high,7.8,CVE-2023-4911,libc6,2.36-9+deb12u1,2.36-9+deb12u3,0,sha256:')));
  });

  test('nobody is asked but the registry and this site', async () => {
    const before = stage.osv.asked.length;
    const tab = await scanned('demo/shop:1.0');
    const origins = new Set(tab.record.requests.map((url) => new URL(url)).filter(({ protocol }) => !['data:', 'blob:'].includes(protocol)).map(({ origin }) => origin));
    assert.deepEqual([...origins].sort(), [stage.worker.url, `http://${stage.demo.host}`].sort());
    assert.equal(stage.osv.asked.length, before);
    assert.deepEqual(await tab.evaluate(() => globalThis.violations), []);
    assert.deepEqual(tab.record.complaints, []);
  });

  test('the page’s own thread never loads the module that scans', async () => {
    const tab = await scanned('demo/alpine:3.20');
    const loaded = await tab.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    assert.ok(requests(tab, 'pullproof_scan_bg.wasm').length > 0);
    assert.equal(loaded.some((url) => url.includes('/pullproof/')), false);
  });
});

describe('an image of which less can be said', { timeout: 300_000 }, () => {
  test('where nothing was found, it says what was compared, and never that the image is clean', async () => {
    const tab = await scanned('demo/shop:2.0');
    assert.equal(await headline(tab), 'Nothing is known to be vulnerable in 14 packages');
    assert.equal(await extent(tab), 'complete');
    assert.equal(await tab.locator('.findings table:visible').count(), 0);
    const text = await tab.locator('.scan').textContent();
    assert.match(text, /15 advisories about Debian:12/);
    assert.match(text, /They know what has been published, and no more/);
    assert.doesNotMatch(text, /\b(clean|safe|secure|no vulnerabilit|0 vulnerabilit|passed)/i);
    assert.equal(await tab.locator('.scan .accept').count(), 0);
  });

  test('a distribution without advisories is unsupported, and not free of findings', async () => {
    const tab = await scanned('demo/fedora:41');
    assert.match(await headline(tab), /^Unsupported/);
    assert.equal(await extent(tab), 'unsupported');
    assert.equal((await reasons(tab))[0], 'distribution-without-advisories');
    assert.doesNotMatch(await tab.locator('.scan').textContent(), /nothing is known|\b0 /i);
  });

  test('what could not be compared is named first, and the findings are shown all the same', async () => {
    const tab = await scanned('demo/vendor:1.0');
    assert.equal(await headline(tab), '4 known vulnerabilities, and not everything could be compared');
    assert.deepEqual(await reasons(tab), ['packages-of-others']);
    assert.match(await covered(tab), /Without advisories: nodejs/);
    assert.equal((await shown(tab)).length, 4);
  });

  test('a tampered layer is refused, with both digests, and nothing in it is shown', async () => {
    const tab = await scanned('demo/tampered-layer:1.0');
    assert.equal(await headline(tab), 'Do not run this image: a layer is not what its manifest names');
    assert.equal(await extent(tab), 'unknown');
    assert.deepEqual(await reasons(tab), ['digest-mismatch']);
    assert.equal(await tab.locator('.scan-verdict.reject').count(), 1);
    assert.equal(await tab.locator('.scan table').count(), 0);
    const { text } = await save(tab, 'CSV');
    assert.match(text, /# unknown: not everything was looked at\r\n"?# digest-mismatch/);
  });

  test('an image with which something is wrong already is not scanned', async () => {
    const tab = await visit('demo/tampered:1.0');
    assert.equal(await tab.locator('.scan').count(), 0);
  });

  test('a shard that the site names and does not have makes the scan partial', async () => {
    const prepare = (tab) => tab.context().route('**/advisories/npm.shard', (route) => route.fulfill({ status: 404, body: '' }));
    const tab = await scanned('demo/shop:2.0', { prepare });
    assert.equal(await extent(tab), 'partial');
    assert.equal((await reasons(tab))[0], 'shard-unavailable');
    assert.match(await headline(tab), /not everything could be compared/);
  });

  test('a shard that is something else makes the scan partial', async () => {
    const prepare = (tab) => tab.context().route('**/advisories/npm.shard', (route) => route.fulfill({ status: 200, body: '<!doctype html>' }));
    const tab = await scanned('demo/shop:2.0', { prepare });
    assert.equal(await extent(tab), 'partial');
    assert.equal((await reasons(tab))[0], 'shard-invalid');
  });
});

describe('names that are markup', { timeout: 300_000 }, () => {
  test('stay text, and are cut nowhere', async () => {
    const tab = await scanned('hostile/names:1.0');
    assert.deepEqual((await tab.locator('.findings td.package .name').allTextContents()).sort(), [HOSTILE, 'anamewithoutanyplacetobreakit'.repeat(5)].sort());
    assert.equal(await tab.locator('.scan img, .scan b, .scan script').count(), 0);
    assert.equal(await tab.evaluate(() => globalThis.pwned), undefined);
    assert.deepEqual(tab.record.complaints, []);
  });

  test('are no formulas of a spreadsheet', () => {
    const finding = (name) => ({ id: 'CVE-2026-1', fixed: null, severity: { level: 'low', score: null }, subject: { ecosystem: 'npm' }, packages: [{ name, version: '1', layer: 0 }], state: 'affected', unimportant: false, knownExploited: null, vex: null });
    const scan = { extent: 'complete', remarks: [], image: null, findings: ['=cmd()', '+1', '-1', '@a', '\t=1', 'a"b,c'].map(finding) };
    const names = csv(scan).split('\r\n').slice(1, -1).map((line) => /^low,,CVE-2026-1,(.*),1,,0,,npm,,,affected,false$/.exec(line)[1]);
    assert.deepEqual(names, ['\'=cmd()', '\'+1', '\'-1', '\'@a', '\'\t=1', '"a""b,c"']);
  });
});

describe('what it does not do by itself', { timeout: 300_000 }, () => {
  test('layers of hundreds of megabytes are not read before somebody asks', async () => {
    const tab = await visit(`${stage.huge.host}/team/huge:1.0`);
    const button = tab.getByRole('button', { name: 'Scan: 1 layer, 400 MB' });
    await button.waitFor();
    assert.equal(stage.huge.asked.some((path) => path.includes(stage.huge.layer)), false);
    await button.click();
    await tab.locator('.scan-verdict').waitFor();
    assert.equal(stage.huge.asked.some((path) => path.includes(stage.huge.layer)), true);
    assert.equal(await extent(tab), 'unknown');
    assert.equal(await headline(tab), 'The image could not be scanned');
  });

  test('where the browser is to save data, nothing is read before somebody asks', async () => {
    const tab = await visit('demo/alpine:3.20', { prepare: saveData });
    await tab.getByRole('button', { name: /^Scan: 1 layer/ }).waitFor();
    assert.equal(await tab.getByLabel('This site’s').isChecked(), true);
    assert.equal(await tab.getByLabel('OSV’s server').isChecked(), false);
    const layers = requests(tab, '/blobs/').length;
    assert.equal(layers, 1, 'the configuration alone');
    await tab.getByRole('button', { name: /^Scan: 1 layer/ }).press('Enter');
    await tab.locator('#scan-verdict').waitFor();
    assert.equal(await tab.evaluate(() => document.activeElement.id), 'scan-verdict');
    const layer = requests(tab, '/blobs/').filter((url) => url !== requests(tab, '/blobs/')[0]);
    assert.equal(layer.length, 1, 'the layer, once');
  });

  test('a site without advisories says so, and asks nobody else until that is chosen', async () => {
    const before = stage.osv.asked.length;
    const tab = await visit('demo/alpine:3.20', { url: stage.bare.url });
    await tab.getByText('It serves none.').waitFor();
    assert.equal(await tab.getByLabel('This site’s').isDisabled(), true);
    assert.equal(await tab.locator('.scan-form input:checked').count(), 0);
    assert.match(await tab.locator('#source-osv-is').textContent(), /names and versions of all packages in the image leave this browser/);
    await tab.getByRole('button', { name: /^Scan: 1 layer/ }).click();
    await tab.waitForTimeout(300);
    assert.equal(await tab.locator('.scanning, #scan-verdict').count(), 0, 'the browser asks for a choice first');
    assert.equal(stage.osv.asked.length, before);
    assert.equal(requests(tab, 'osv.dev').length, 0);
  });

  test('OSV’s server is asked after its preflight by whoever chooses it, and finds the same', async () => {
    const tab = await visit('demo/alpine:3.20', { url: stage.bare.url });
    stage.osv.asked.length = 0;
    await tab.getByLabel('OSV’s server').check();
    await tab.getByRole('button', { name: /^Scan: 1 layer/ }).click();
    await tab.locator('#scan-verdict').waitFor();
    const [preflight, query] = stage.osv.asked;
    assert.deepEqual([preflight.method, preflight.path, preflight.wants], ['OPTIONS', '/v1/querybatch', 'content-type']);
    assert.deepEqual([query.method, query.path, query.origin], ['POST', '/v1/querybatch', stage.bare.url]);
    assert.equal(await extent(tab), 'complete');
    assert.deepEqual((await shown(tab)).sort(), ['CVE-2023-42364', 'CVE-2023-42365', 'CVE-2024-6119', 'CVE-2024-9143']);
    assert.match(await covered(tab), /OSV’s server, which was told the names and versions of all packages/);
    assert.deepEqual(await tab.evaluate(() => globalThis.violations), []);
  });

  test('a server that does not let pages read it leaves the scan without an answer', async () => {
    const tab = await visit('demo/alpine:3.20', { url: stage.bare.url, browser: stage.behindMute.started });
    await tab.getByLabel('OSV’s server').check();
    await tab.getByRole('button', { name: /^Scan: 1 layer/ }).click();
    await tab.locator('#scan-verdict').waitFor();
    assert.equal(await extent(tab), 'unknown');
    assert.doesNotMatch(await tab.locator('.scan').textContent(), /nothing is known/i);
    assert.deepEqual(stage.mute.asked.map(({ method }) => method), ['OPTIONS'], 'the browser stops at the preflight');
  });

  test('VEX of the reader’s own sets findings apart and takes none away', async () => {
    const tab = await visit('demo/alpine:3.20', { prepare: saveData });
    const digest = await tab.locator('.card.pinned .digest').textContent();
    const document = {
      '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://example.test/vex', author: 'us', timestamp: '2026-11-01T00:00:00Z', version: 1,
      statements: [{ vulnerability: { name: 'CVE-2024-6119' }, products: [{ '@id': `pkg:oci/alpine@${digest}` }], status: 'not_affected', justification: 'vulnerable_code_not_in_execute_path' }],
    };
    await tab.locator('#vex').setInputFiles({ name: 'vex.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(document)) });
    await tab.getByRole('button', { name: /^Scan: 1 layer/ }).click();
    await tab.locator('#scan-verdict').waitFor();
    assert.deepEqual(await idsOf(tab.locator('.apart[data-group="settled"] tbody tr')), ['CVE-2024-6119']);
    assert.equal((await shown(tab)).includes('CVE-2024-6119'), false);
    assert.match(await row(tab, 'CVE-2024-6119').textContent(), /VEX: not affected/);
  });
});

describe('cancelling', { timeout: 300_000 }, () => {
  for (const [way, cancel] of [['Escape', (tab) => tab.keyboard.press('Escape')], ['its button', (tab) => tab.getByRole('button', { name: /^Cancel/ }).last().click()]]) {
    test(`${way} ends the requests, and nothing is concluded; the report stays`, async () => {
      const tab = await visit('demo/shop:1.0');
      await tab.waitForFunction(() => document.querySelector('.scanning progress')?.value > 0);
      const dropped = tab.waitForEvent('requestfailed', (request) => request.url().includes('/blobs/'));
      await cancel(tab);
      await dropped;
      await tab.locator('.scan-verdict.error').waitFor();
      assert.equal(await headline(tab), 'The scan was cancelled');
      const asked = tab.record.requests.length;
      await tab.waitForTimeout(500);
      assert.equal(tab.record.requests.length, asked, 'nothing more is asked');
      assert.equal(await tab.locator('.verdict.proven').count(), 1);
      assert.equal(await tab.locator('.scan table').count(), 0);
      await tab.getByRole('button', { name: /^Scan: 4 layers/ }).waitFor();
    });
  }

  test('another question ends the scan of the one before', async () => {
    const tab = await visit('demo/shop:1.0');
    await tab.waitForFunction(() => document.querySelector('.scanning progress')?.value > 0);
    const dropped = tab.waitForEvent('requestfailed', (request) => request.url().includes('/demo/shop/blobs/'));
    await tab.locator('#image').fill(`${stage.demo.host}/demo/alpine:3.20`);
    await tab.keyboard.press('Enter');
    await dropped;
    await tab.locator('#scan-verdict').waitFor();
    assert.equal(await headline(tab), '4 known vulnerabilities');
  });
});

describe('for everybody', { timeout: 300_000 }, () => {
  const states = {
    reading: { image: 'demo/shop:1.0', until: '.scanning' },
    findings: { image: 'demo/shop:1.0' },
    nothing: { image: 'demo/shop:2.0' },
    partial: { image: 'demo/vendor:1.0' },
    unsupported: { image: 'demo/fedora:41' },
    tampered: { image: 'demo/tampered-layer:1.0' },
    hostile: { image: 'hostile/names:1.0' },
    offered: { image: 'demo/alpine:3.20', until: '.scan-form', prepare: saveData },
  };
  for (const colorScheme of ['light', 'dark']) {
    for (const [state, { image, until = '#scan-verdict', prepare }] of Object.entries(states)) {
      test(`axe finds nothing, and nothing scrolls sideways at 360 pixels: ${state}, ${colorScheme}`, async () => {
        const tab = await visit(image, { colorScheme, viewport: { width: 360, height: 740 }, reducedMotion: 'reduce', prepare });
        await tab.locator(until).waitFor();
        await tab.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
        assert.deepEqual(await accessibilityViolations(tab), []);
        assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no wider than the screen');
      });
    }
  }
});
