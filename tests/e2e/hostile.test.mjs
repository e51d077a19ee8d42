// Registries that lie, hang, flood and lead astray, over real HTTP: every runtime ends in the right code, in bounded time and memory.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostileRegistry } from './support/hostile-registry.mjs';
import { watchMemory } from './support/memory.mjs';
import { demoRegistry } from './support/registries.mjs';
import { codeOf, RUNTIMES, startRuntimes } from './support/runtimes.mjs';
import { together } from './support/together.mjs';

/** What the world of the demo does, and what that must end in. */
const DEMO = {
  'demo/private': 'unauthorized',
  'demo/liar': 'header-mismatch',
  'demo/tampered': 'digest-mismatch',
  'demo/tampered-config': 'digest-mismatch',
  'demo/ambiguous': 'document-ambiguous',
  'demo/duplicate': 'duplicate-key',
  'hostile/endless': 'response-too-large',
  'hostile/hang': 'timeout',
  'hostile/stall': 'timeout',
  'hostile/children': 'too-many-entries',
  'hostile/redirect-private': 'redirect-refused',
  'hostile/redirect-loop': 'too-many-redirects',
  'hostile/realm': 'realm-refused',
  'hostile/html': 'not-a-registry',
  'hostile/moves': 'digest-mismatch',
  'hostile/schema1': 'schema1',
};

/** What support/hostile-registry.mjs does besides. */
const FLOODS = {
  'hostile/five-gigabytes': 'response-too-large',
  'hostile/gzip-bomb': 'response-too-large',
  'hostile/hundred-thousand': 'response-too-large',
  'hostile/configuration': 'size-mismatch',
  'hostile/error': 'response-too-large',
  'hostile/token': 'response-too-large',
  'hostile/drip': 'timeout',
};

/** A page is not shown where it is sent: the browser goes there by itself, and its answer is that there is none. */
const IN_A_PAGE = { 'hostile/redirect-private': 'unreachable', 'hostile/redirect-loop': 'unreachable' };

/** Waiting costs nothing, so everything that waits does so at once, from the start. */
const SLOW = ['hostile/hang', 'hostile/stall', 'hostile/drip'];

const SECONDS = 30;
const MEGABYTES = 200;
const NO_END = { code: 'defect', message: `still at work after ${SECONDS} s` };

let stage;
let demo;
let flooding;
let runtimes;
const waiting = new Map();

before(async () => {
  stage = await together({ demo: demoRegistry(), flooding: hostileRegistry(), runtimes: startRuntimes() });
  ({ demo, flooding, runtimes } = stage);
  for (const repository of SLOW) {
    for (const runtime of RUNTIMES) waiting.set(`${runtime} ${repository}`, ask(runtime, repository));
  }
}, { timeout: 300_000 });

after(() => stage?.dispose());

async function ask(runtime, repository) {
  const { host } = repository in DEMO ? demo : flooding;
  const sent = flooding.sent();
  const grown = await watchMemory(runtimes[runtime].processes);
  const start = performance.now();
  const asked = runtimes[runtime].ask({ image: `${host}/${repository}:1.0` });
  const answer = await Promise.race([asked, sleep(SECONDS * 1000, NO_END, { ref: false })]);
  const seconds = (performance.now() - start) / 1000;
  return { answer, seconds, bytes: await grown(), received: flooding.sent() - sent };
}

function assertBounded({ bytes }) {
  // Native code may not grow at all: it runs with less address space than that would take.
  assert.ok(bytes === null || bytes < MEGABYTES << 20, `expected less than ${MEGABYTES} MB more memory, found ${bytes >> 20} MB`);
}

test('everything that the demo says is wrong with its images is asked for here', () => {
  const wrong = demo.examples.filter(({ finds }) => finds !== null);
  const found = wrong.map(({ image, finds }) => [image.slice(demo.host.length + 1).replace(/:.*/, ''), finds]);
  assert.deepEqual(Object.fromEntries(found), DEMO);
});

for (const [repository, expected] of Object.entries({ ...DEMO, ...FLOODS }).filter(([name]) => !SLOW.includes(name))) {
  describe(`${repository}:`, () => {
    for (const runtime of RUNTIMES) {
      const code = (runtime === 'Chromium' && IN_A_PAGE[repository]) || expected;
      test(`${runtime} ends in ${code}`, { timeout: 60_000 }, async () => {
        const asked = await ask(runtime, repository);
        assert.equal(codeOf(asked.answer), code, JSON.stringify(asked.answer));
        assertBounded(asked);
        // What was on its way when the client hung up was in the buffers of both ends.
        assert.ok(asked.received < 64 << 20, `expected the client to hang up, found that it took ${asked.received >> 20} MB`);
      });
    }
  });
}

for (const repository of SLOW) {
  describe(`${repository}:`, () => {
    for (const runtime of RUNTIMES) {
      test(`${runtime} ends in timeout`, { timeout: 60_000 }, async () => {
        const asked = await waiting.get(`${runtime} ${repository}`);
        assert.equal(codeOf(asked.answer), 'timeout', JSON.stringify(asked.answer));
        assert.ok(asked.seconds > 1, `expected the registry to be waited for, found the end after ${asked.seconds} s`);
        assertBounded(asked);
      });
    }
  });
}

describe('a private address that answers:', { timeout: 60_000 }, () => {
  for (const runtime of RUNTIMES) {
    test(`${runtime} takes no image from where a redirect leads there`, async () => {
      const before = flooding.elsewhere();
      const { answer } = await ask(runtime, 'hostile/led-astray');
      assert.equal(codeOf(answer), 'redirect-refused', JSON.stringify(answer));
      assert.ok(!JSON.stringify(answer).includes('secret'));
      // A page cannot look before it goes: it asks like any other page, without credentials, and throws away what it got.
      assert.equal(flooding.elsewhere() - before, runtime === 'Chromium' ? 1 : 0);
    });

    test(`${runtime} asks no token server there`, async () => {
      const before = flooding.elsewhere();
      const { answer } = await ask(runtime, 'hostile/realm-elsewhere');
      assert.equal(codeOf(answer), 'realm-refused', JSON.stringify(answer));
      assert.equal(flooding.elsewhere(), before);
    });
  }
});
