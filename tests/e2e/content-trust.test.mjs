// Docker Content Trust through the package in Node, workerd and a page in Chromium: the collections that others made, one answer byte for
// byte. What they have to be is what tests/content_trust/real.rs asks of native code. And what a store keeps from one look to the next.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileStore, inspectTrust, memoryStore } from '../../pkg/dist/node.js';
import { startChromium } from './support/runtimes/chromium.mjs';
import { startNode } from './support/runtimes/node.mjs';
import { startWorkerd } from './support/runtimes/workerd.mjs';
import { together } from './support/together.mjs';
import { filesOf, hasVectors, startTrustData, stateOf, VECTORS } from './support/trust-data.mjs';
import { startWorker } from './support/worker.mjs';

const GUN = 'docker.io/example/app';
const NOW = '2026-11-23T12:00:00Z';
const STATES = ['01-init', '02-snapshot-key-to-server', '03-delegations', '04-signed-in-delegations', '05-root-rotated', '06-targets-key-rotated'];
/** The canonical ID of the key with which Docker signed the roots of its official images. */
const OFFICIAL_IMAGES = 'c15164663f80d58bf3d8d5a0cd08b8086cba02065feb00421fc2a5436c563210';

const skip = !hasVectors() && 'not run: ../shared/vectors/content-trust is not here';

describe('collections that others made', { skip, timeout: 300_000 }, () => {
  let stage;
  let worker;
  before(async () => {
    stage = await together({
      server: startTrustData(), Node: startNode(), workerd: startWorkerd(), Chromium: startChromium(),
    });
    // A page reads nothing of a stock trust server: it goes through the relay, which has to be allowed to ask it.
    worker = await startWorker({ registries: [stage.server.host] });
  }, { timeout: 300_000 });
  after(async () => {
    await worker?.dispose();
    await stage?.dispose();
  });

  /** What every runtime answers; in a page all but the way is the same. */
  async function inspect(question) {
    const asked = { now: NOW, ...question, wanted: { server: stage.server.origin, ...question.wanted } };
    const answer = await stage.Node.ask(asked);
    assert.notEqual(answer.code, 'defect', answer.message);
    assert.deepEqual(await stage.workerd.ask(asked), answer, 'workerd');
    const page = await stage.Chromium.ask({ ...asked, relay: `${worker.url}/relay/` });
    assert.equal(page.report?.replace('"via": "relay"', '"via": "direct"'), answer.report, 'Chromium');
    const { via } = JSON.parse(page.report);
    assert.ok(via === 'relay' || via === null, 'a page is kept from reading it directly');
    return JSON.parse(answer.report);
  }

  for (const name of STATES) {
    test(`notary's: ${name}`, async () => {
      stage.server.show(GUN, stateOf(name));
      const { rootKeys } = await inspectTrust(GUN, { server: stage.server.origin, firstUse: true }, { now: new Date(NOW), store: memoryStore() });
      const found = await inspect({ image: GUN, wanted: { rootKey: rootKeys.map(({ id }) => id) } });
      assert.deepEqual([found.outcome, found.code], ['verified', null], found.message);
      const hasDelegations = STATES.indexOf(name) >= 2;
      assert.equal(found.roles.length > 0, hasDelegations);
      assert.ok(found.tags.length > 0);
      const other = await inspect({ image: `${GUN}:1.0`, wanted: { rootKey: '0'.repeat(64) } });
      assert.deepEqual([other.outcome, other.code], ['failed', 'trust-anchor-mismatch']);
      const expired = await inspect({ image: `${GUN}:1.0`, wanted: { rootKey: rootKeys[0].id }, now: '2026-12-24T00:00:00Z' });
      assert.deepEqual([expired.outcome, expired.code], ['failed', 'metadata-expired'], expired.message);
    });
  }

  test("Docker Hub's debian of 2020: as archived then, and refused today because its root has expired", async () => {
    const gun = 'docker.io/library/debian';
    stage.server.show(gun, filesOf(join(VECTORS, 'real-docker-hub-debian-2020')));
    const wanted = { rootKey: OFFICIAL_IMAGES };
    const then = await inspect({ image: 'debian:10', wanted: { ...wanted, verifyAt: '2020-10-01T00:00:00Z' } });
    assert.deepEqual([then.outcome, then.verifiedAt, then.tags.length], ['archived', '2020-10-01T00:00:00Z', 791]);
    const today = await inspect({ image: 'debian:10', wanted });
    assert.deepEqual([today.outcome, today.code], ['failed', 'metadata-expired']);
    assert.match(today.message, /^root: expected .*2025-08-08T03:55:22Z$/);
  });

  test('a second look asks for the timestamp only, and what a folder keeps does not go back', async (t) => {
    stage.server.show(GUN, stateOf('05-root-rotated'));
    const folder = mkdtempSync(join(tmpdir(), 'pullproof-content-trust-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const look = () => inspectTrust(`${GUN}:1.1`, { server: stage.server.origin, firstUse: true }, { now: new Date(NOW), store: fileStore(folder) });
    stage.server.asked();
    assert.equal((await look()).outcome, 'verified');
    assert.deepEqual(stage.server.asked().slice(0, 4), ['root', 'timestamp', 'snapshot.#', 'targets.#']);
    assert.equal((await look()).outcome, 'verified');
    assert.deepEqual(stage.server.asked(), ['timestamp']);
    // It goes on with the newest, and not back.
    stage.server.show(GUN, stateOf('06-targets-key-rotated'));
    assert.equal((await look()).outcome, 'verified');
    stage.server.show(GUN, stateOf('05-root-rotated'));
    const back = await look();
    assert.deepEqual([back.outcome, back.code], ['failed', 'metadata-rollback']);
  });
});
