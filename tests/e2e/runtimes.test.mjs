// One image, one report: native code, Node, workerd and a page in Chromium write the same text, byte for byte, and it is the one in
// tests/golden. UPDATE_GOLDEN=1 writes those files anew, from native code; git then shows what has changed.
//
// The one exception, what is attached as seen from a page, has tests of its own at the end.

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

const OUTSIDE_OF_PAGES = RUNTIMES.filter((name) => name !== 'Chromium');

/** What is asked, by the name of the golden file; `expected` is the code that the report ends in, `runtimes` where it must be so. */
const CASES = {
  'multi-platform': { registry: 'real', image: 'golden/multi-platform:1.0' },
  'arm64': { registry: 'real', image: 'golden/multi-platform:1.0', platform: 'linux/arm64' },
  'single': { registry: 'real', image: 'golden/single:1.0' },
  'docker': { registry: 'real', image: 'golden/docker:1.0' },
  'docker-list': { registry: 'real', image: 'golden/docker-list:1.0' },
  'nested': { registry: 'real', image: 'golden/nested:1.0' },
  'attachments': { registry: 'demo', image: 'demo/app:1.0', attachments: true, runtimes: OUTSIDE_OF_PAGES },
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
const questionOf = ({ registry, expected, runtimes, image, ...options }) => ({ image: `${hostOf({ registry })}/${image}`, ...options });
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

    for (const runtime of one.runtimes ?? RUNTIMES) {
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

describe('where a page has to differ', { timeout: 60_000 }, () => {
  const attachedTo = (one) => questionOf({ ...one, attachments: true });
  const seen = async (runtime, one) => {
    const { attachments, checks } = JSON.parse((await runtimes[runtime].ask(attachedTo(one))).report);
    const { outcome, code } = checks.find(({ name }) => name === 'attachments');
    return { attached: attachments.map(({ artifactType, foundBy }) => `${artifactType} by ${foundBy}`), outcome, code };
  };

  for (const runtime of OUTSIDE_OF_PAGES) {
    test(`${runtime} lists what is under the fallback tag of a registry without referrers API`, async () => {
      const attached = ['application/vnd.cyclonedx+json by fallback-tag'];
      assert.deepEqual(await seen(runtime, CASES['multi-platform']), { attached, outcome: 'passed', code: undefined });
    });
  }

  // Registry 2.8's router sends no CORS headers with its 404, so a missing API looks like a blocked one.
  test('a page lists the same, and says that it could not read the API', async () => {
    const attached = ['application/vnd.cyclonedx+json by fallback-tag'];
    assert.deepEqual(await seen('Chromium', CASES['multi-platform']), { attached, outcome: 'unknown', code: 'unreachable' });
  });

  // A header that is not exposed to pages looks like one that is not there.
  test('a page lists what the API does, and says that it cannot see whether there is a next page', async () => {
    const attached = ['application/vnd.cyclonedx+json by referrers'];
    assert.deepEqual(await seen('native', CASES.attachments), { attached, outcome: 'passed', code: undefined });
    assert.deepEqual(await seen('Chromium', CASES.attachments), { attached, outcome: 'unknown', code: 'incomplete-list' });
  });
});
