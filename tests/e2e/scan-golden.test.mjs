// One image, one scan: native code, Node, workerd and a page in Chromium write the same text, byte for byte, and it is the one in
// tests/golden. UPDATE_GOLDEN=1 writes those files anew, from native code; git then shows what has changed.

import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { newKey, published } from '../../pkg/test/support/published.mjs';
import { commandLine } from './support/command-line.mjs';
import { makeLayout } from './support/layout.mjs';
import { ROOT } from './support/program.mjs';
import { demoRegistry, realRegistries } from './support/registries.mjs';
import { NOW, RUNTIMES, startRuntimes } from './support/runtimes.mjs';
import { together } from './support/together.mjs';

const SHARDS = `${ROOT}tests/golden/shards`;
const ALL = await Promise.all((await readdir(SHARDS)).sort().map((name) => readFile(join(SHARDS, name), 'utf8')));
const isScan = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(await readFile(`${ROOT}pkg/scan.schema.json`)));

const RULE = {
  deny: 'high',
  onlyFixable: true,
  ignore: [{ id: 'CVE-2023-38545', reason: 'no SOCKS5 proxy is used', until: '2026-06-01T00:00:00Z' }, { id: 'CVE-1999-0001', reason: 'not there' }],
};
const VEX = JSON.stringify({
  '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://vex.example/2026-01', author: 'team', timestamp: '2026-01-15T00:00:00Z', version: 1,
  statements: [{
    vulnerability: { name: 'CVE-2023-30861' }, products: [{ '@id': 'pkg:pypi/flask@2.2.0' }], status: 'not_affected',
    justification: 'vulnerable_code_not_in_execute_path', impact_statement: 'no sessions are permanent',
  }],
});

/** What is scanned, by the name of the golden file: each ends in another extent. */
const CASES = {
  'scan-complete': { registry: 'real', image: 'golden/debian:1.0', extent: 'complete' },
  'scan-packages': { registry: 'real', image: 'golden/debian:1.0', listPackages: true, extent: 'complete' },
  'scan-judged': { registry: 'real', image: 'golden/debian:1.0', rule: RULE, vex: VEX, extent: 'complete' },
  'scan-signed': { registry: 'real', image: 'golden/debian:1.0', signed: true, extent: 'complete' },
  'scan-altered': { registry: 'real', image: 'golden/debian:1.0', signed: true, altered: 'npm', extent: 'partial' },
  'scan-partial': { registry: 'real', image: 'golden/mixed:1.0', without: 'PyPI', listPackages: true, rule: { deny: 'critical' }, extent: 'partial' },
  'scan-unsupported': { registry: 'real', image: 'golden/fedora:1.0', extent: 'unsupported' },
  'scan-unknown': { registry: 'demo', image: 'demo/tampered-layer:1.0', rule: { deny: 'critical' }, extent: 'unknown' },
};

/** The index of those shards with its signature, and the public key. The private one is nowhere: UPDATE_GOLDEN=1 makes another. */
const SIGNED = `${ROOT}tests/golden/signed`;
let signed;

let stage;
let hosts;

before(async () => {
  if (process.env.UPDATE_GOLDEN === '1') {
    const key = newKey();
    const named = new Map(ALL.map((text) => [JSON.parse(text.split('\n', 1)[0]).ecosystem, Buffer.from(text)]));
    const { index, signature } = published(named, key);
    await mkdir(SIGNED, { recursive: true });
    for (const [name, content] of Object.entries({ 'index.json': index, 'index.json.sigstore.json': signature, 'shards.pub': key.pem })) await writeFile(join(SIGNED, name), content);
  }
  const [index, signature, publicKey] = await Promise.all(['index.json', 'index.json.sigstore.json', 'shards.pub'].map((name) => readFile(join(SIGNED, name), 'utf8')));
  signed = { shardsIndex: { index, signature }, shardsSignedBy: { cosign: { publicKey } } };
  stage = await together({ layout: makeLayout(), real: realRegistries(), demo: demoRegistry(), runtimes: startRuntimes() });
  const { layout, real, demo } = stage;
  hosts = { real: real.open, demo: demo.host };
  for (const name of ['debian', 'mixed', 'fedora']) await layout.put(name, `${real.open}/golden/${name}:1.0`);
}, { timeout: 300_000 });

after(() => stage?.dispose());

const goldenFile = (name) => `${ROOT}tests/golden/${name}.json`;
const placeless = (text, { registry }) => `${text.replaceAll(hosts[registry], 'registry.test')}\n`;
const questionOf = ({ registry, image, without, altered, signed: isSigned, listPackages, rule, vex }) => ({
  image: `${hosts[registry]}/${image}`,
  shards: ALL.filter((text) => !text.includes(`"ecosystem":"${without}"`))
    .map((text) => (text.includes(`"ecosystem":"${altered}"`) ? text.replace('"fixed"', '"limit"') : text)),
  ...(isSigned && signed),
  ...(listPackages && { listPackages }),
  ...(rule && { rule }),
  ...(vex && { vex }),
});

for (const [name, one] of Object.entries(CASES)) {
  describe(name, { timeout: 60_000 }, () => {
    let golden;
    before(async () => {
      if (process.env.UPDATE_GOLDEN === '1') {
        const { report, code, message } = await stage.runtimes.native.ask(questionOf(one));
        assert.ok(report, `expected a scan, found ${code}: ${message}`);
        await writeFile(goldenFile(name), placeless(report, one));
      }
      golden = await readFile(goldenFile(name), 'utf8');
    });

    test(`the golden scan is ${one.extent}, and as the schema says`, () => {
      const scan = JSON.parse(golden);
      assert.ok(isScan(scan), JSON.stringify(isScan.errors, null, 2));
      assert.equal(scan.extent, one.extent);
      assert.equal(scan.remarks.length === 0, one.extent === 'complete', 'why it is not complete is said');
    });

    for (const runtime of RUNTIMES) {
      test(`the scan of ${runtime} is the golden one`, async () => {
        const { report, code, message } = await stage.runtimes[runtime].ask(questionOf(one));
        assert.ok(report, `expected a scan, found ${code}: ${message}`);
        assert.equal(placeless(report, one), golden);
      });
    }
  });
}

test('what the command line prints is the golden scan', { timeout: 60_000 }, async () => {
  const one = CASES['scan-complete'];
  const { stdout, code } = await commandLine(['scan', questionOf(one).image, '--shards', SHARDS, '--json', '--at', NOW]);
  assert.equal(placeless(stdout.replace(/\n$/, ''), one), await readFile(goldenFile('scan-complete'), 'utf8'));
  assert.equal(code, 0);
});
