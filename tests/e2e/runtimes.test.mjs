// One image, one report: native code, Node, workerd and a page in Chromium write the same text, byte for byte, and it is the one in
// tests/golden. UPDATE_GOLDEN=1 writes those files anew, from native code; git then shows what has changed.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { commandLine } from './support/command-line.mjs';
import { makeLayout } from './support/layout.mjs';
import { ROOT } from './support/program.mjs';
import { demoRegistry, realRegistries } from './support/registries.mjs';
import { codeOf, NOW, RUNTIMES, startRuntimes } from './support/runtimes.mjs';
import { together } from './support/together.mjs';
import { startWorker } from './support/worker.mjs';

/** What is asked, by the name of the golden file; `expected` is the code that the report ends in. */
const CASES = {
  'multi-platform': { registry: 'real', image: 'golden/multi-platform:1.0' },
  'arm64': { registry: 'real', image: 'golden/multi-platform:1.0', platform: 'linux/arm64' },
  'single': { registry: 'real', image: 'golden/single:1.0' },
  'docker': { registry: 'real', image: 'golden/docker:1.0' },
  'docker-list': { registry: 'real', image: 'golden/docker-list:1.0' },
  'nested': { registry: 'real', image: 'golden/nested:1.0' },
  'attachments': { registry: 'demo', image: 'demo/app:1.0', attachments: true },
  'platform-missing': { registry: 'real', image: 'golden/multi-platform:1.0', platform: 'linux/s390x', expected: 'platform-missing' },
  'liar': { registry: 'demo', image: 'demo/liar:1.0', expected: 'header-mismatch' },
  'tampered': { registry: 'demo', image: 'demo/tampered:1.0', expected: 'digest-mismatch' },
  'tampered-config': { registry: 'demo', image: 'demo/tampered-config:1.0', expected: 'digest-mismatch' },
  'ambiguous': { registry: 'demo', image: 'demo/ambiguous:1.0', expected: 'document-ambiguous' },
  'duplicate': { registry: 'demo', image: 'demo/duplicate:1.0', expected: 'duplicate-key' },
  'schema1': { registry: 'demo', image: 'hostile/schema1:1.0', expected: 'schema1' },
};

let stage;
let real;
let demo;
let runtimes;
let worker;

before(async () => {
  stage = await together({ layout: makeLayout(), real: realRegistries(), demo: demoRegistry(), runtimes: startRuntimes() });
  ({ real, demo, runtimes } = stage);
  const { layout } = stage;
  for (const name of ['multi-platform', 'single', 'docker', 'docker-list', 'nested']) {
    await layout.put(name, `${real.open}/golden/${name}:1.0`);
  }
  await layout.put('referrers', `${real.open}/golden/multi-platform:${layout.digest('multi-platform').replace(':', '-')}`);
  worker = await startWorker({ registries: [real.open, demo.host] });
}, { timeout: 300_000 });

after(async () => {
  await worker?.dispose();
  await stage?.dispose();
});

const hostOf = ({ registry }) => registry === 'real' ? real.open : demo.host;
const questionOf = ({ registry, expected, image, ...options }) => ({ image: `${hostOf({ registry })}/${image}`, ...options });
const goldenFile = (name) => `${ROOT}tests/golden/${name}.json`;
/** The registries have other ports every time. */
const placeless = (text, one) => `${text.replaceAll(hostOf(one), 'registry.test')}\n`;

for (const [name, one] of Object.entries(CASES)) {
  describe(name, { timeout: 60_000 }, () => {
    let golden;
    before(async () => {
      if (process.env.UPDATE_GOLDEN === '1') {
        const { report } = await runtimes.native.ask(questionOf(one));
        await writeFile(goldenFile(name), placeless(report, one));
      }
      golden = await readFile(goldenFile(name), 'utf8');
    });

    test(one.expected ? `the golden report rejects with ${one.expected} and pins nothing` : 'the golden report pins and rejects nothing', () => {
      const { verdict, pinned } = JSON.parse(golden);
      assert.equal(codeOf({ report: golden }), one.expected ?? null);
      assert.equal(verdict, one.expected ? 'reject' : 'inconclusive');
      assert.equal(pinned === null, one.expected !== undefined);
    });

    for (const runtime of RUNTIMES) {
      test(`the report of ${runtime} is the golden one`, async () => {
        const { report, code, message } = await runtimes[runtime].ask(questionOf(one));
        assert.ok(report, `expected a report, found ${code}: ${message}`);
        assert.equal(placeless(report, one), golden);
      });
    }

    test('so is what the command line prints', async () => {
      const { image, platform, attachments } = questionOf(one);
      const options = [...(platform ? ['--platform', platform] : []), ...(attachments ? ['--attachments'] : [])];
      const { stdout, code } = await commandLine(['check', image, '--json', '--at', NOW, ...options]);
      assert.equal(placeless(stdout.replace(/\n$/, ''), one), golden);
      assert.equal(code, one.expected ? 1 : 3);
    });

    test('so is what the Worker answers, but for the time, which it reads from its own clock', async () => {
      const { image, platform, attachments } = questionOf(one);
      const query = new URLSearchParams({ image, ...(platform && { platform }), ...(attachments && { attachments: '1' }) });
      const answer = await fetch(`${worker.url}/v1/check?${query}`);
      assert.equal(answer.status, 200);
      const report = await answer.json();
      assert.notEqual(report.checkedAt, NOW);
      assert.equal(report.resolution.at, report.checkedAt);
      report.checkedAt = NOW;
      report.resolution.at = NOW;
      assert.equal(placeless(JSON.stringify(report, null, 2), one), golden);
    });
  });
}

describe('where the runtimes have to differ', { timeout: 60_000 }, () => {
  // Registry 2.8 has no referrers API, and its router's 404 comes without CORS headers: a page cannot read it.
  test('outside of pages, a registry without referrers API lists what is under the fallback tag', async () => {
    const question = questionOf({ ...CASES['multi-platform'], attachments: true });
    const reports = await Promise.all(['native', 'Node', 'workerd'].map(async (name) => (await runtimes[name].ask(question)).report));
    assert.deepEqual(JSON.parse(reports[0]).attachments.map(({ artifactType, foundBy }) => [artifactType, foundBy]), [
      ['application/vnd.cyclonedx+json', 'fallback-tag'],
    ]);
    assert.equal(reports[1], reports[0]);
    assert.equal(reports[2], reports[0]);
  });

  test('a page finds the same under the tag, and says that it could not read the API', async () => {
    const question = questionOf({ ...CASES['multi-platform'], attachments: true });
    const [native, page] = await Promise.all(['native', 'Chromium'].map(async (name) => JSON.parse((await runtimes[name].ask(question)).report)));
    assert.deepEqual(page.attachments, native.attachments);
    const { outcome, code } = page.checks.find(({ name }) => name === 'attachments');
    assert.deepEqual([outcome, code], ['unknown', 'unreachable']);
  });
});
