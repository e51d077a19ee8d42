// Images whose publisher signs with the real notary, on its real server: accepted in every runtime through every change of keys, and what
// a server, or whoever stands before it, shows of the past is refused to whoever has seen more: in Node, and at the edge.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { check, fileStore } from '../../pkg/dist/node.js';
import { listen } from './support/listen.mjs';
import { describeWithNotary, startPublisher, startTrustRelay, trustServers } from './support/notary.mjs';
import { demoRegistry } from './support/registries.mjs';
import { startChromium } from './support/runtimes/chromium.mjs';
import { startNative } from './support/runtimes/native.mjs';
import { startNode } from './support/runtimes/node.mjs';
import { startWorkerd } from './support/runtimes/workerd.mjs';
import { together } from './support/together.mjs';
import { startTrustServer } from './support/trust-server.mjs';
import { startWorker } from './support/worker.mjs';

/** Of the demonstration, one for each test: a server knows a collection for as long as it runs. */
const IMAGES = ['signed-key', 'signed-keyless', 'signed-another', 'signed-tampered', 'signed-too-late', 'signed-wrong-identity', 'signed-attestation'];
const DAY = 86_400_000;
const seconds = (date) => date.toISOString().replace(/\.\d+Z$/, 'Z');

describeWithNotary('images that are signed with the real notary', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pullproof-notary-'));
  let stage;
  let made = 0;
  let taken = -1;
  before(async () => {
    stage = await together({
      servers: trustServers(), ours: startTrustServer(), demo: demoRegistry(),
      native: startNative(), Node: startNode(), workerd: startWorkerd(), Chromium: startChromium(),
    });
  }, { timeout: 300_000 });
  after(async () => {
    await stage?.dispose();
    rmSync(folder, { recursive: true });
  });

  /** An image of the demonstration's registry: its name, and what a manifest of it is signed as. */
  async function image(name) {
    const { host } = stage.demo;
    const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json';
    const answer = await fetch(`http://${host}/v2/demo/${name}/manifests/1.0`, { headers: { accept } });
    assert.equal(answer.status, 200, name);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    return { gun: `${host}/demo/${name}`, image: `${host}/demo/${name}:1.0`, manifest: { digest, size: bytes.length } };
  }

  /** The same image, signed by somebody with notary on a server, and a relay before that. */
  async function signed(t, server) {
    const { gun, ...rest } = await image(IMAGES[taken += 1]);
    const publisher = await startPublisher(server);
    t.after(() => publisher.dispose());
    await publisher.init(gun);
    await publisher.delegate(gun, 'targets/releases', ['alice', 'bob']);
    await publisher.sign(gun, '1.0', rest.manifest, 'targets/releases');
    const rootKeys = (await publisher.pins(gun)).keys;
    const relay = await startTrustRelay(server);
    t.after(() => relay.dispose());
    const policy = (of = relay.origin) => ({ rules: [{ images: gun, require: [{ contentTrust: { server: of, rootKey: rootKeys } }] }] });
    return { gun, ...rest, publisher, relay, rootKeys, policy };
  }

  /** Whoever asks at the edge; its Durable Objects end with it. */
  async function edge(t, ...servers) {
    const worker = await startWorker({ registries: [stage.demo.host, ...servers.map(({ host }) => host)] });
    t.after(() => worker.dispose());
    return async ({ image, policy }) => {
      const answer = await fetch(`${worker.url}/v1/check`, { method: 'POST', body: JSON.stringify({ image, policy: policy() }) });
      return answer.json();
    };
  }

  /** Whoever asks in Node, and keeps what was seen in a folder. */
  function inNode() {
    const store = fileStore(join(folder, String(made += 1)));
    return ({ image, policy }, options = {}) => check(image, { policy: policy(), store, ...options });
  }

  const shown = ({ verdict, contentTrust, reasons, error }) => [verdict ?? error, contentTrust?.[0].code ?? null, reasons?.[0].code];
  const ACCEPTED = ['accept', null, 'policy-met'];
  const refused = (code) => ['reject', code, 'content-trust-refused'];

  test('is accepted in every runtime through every change of keys, as long as the root key is pinned', async (t) => {
    const one = await signed(t, stage.servers.http);
    const [atEdge, node] = [await edge(t, one.relay), inNode()];
    for (const role of [null, 'snapshot', 'root', 'targets', 'timestamp', 'root']) {
      if (role) await one.publisher.rotate(one.gun, role);
      if (role === 'root') {
        assert.deepEqual(shown(await node(one)), refused('trust-anchor-mismatch'), 'a key that nobody pinned yet');
        one.rootKeys.push(...(await one.publisher.pins(one.gun)).keys);
      }
      const question = { image: one.image, policy: JSON.stringify(one.policy()), now: seconds(new Date()) };
      const reports = {};
      for (const runtime of ['native', 'Node', 'workerd']) {
        const answer = await stage[runtime].ask(question);
        assert.ok(answer.report, `${role} ${runtime}: ${answer.code}: ${answer.message}`);
        reports[runtime] = answer.report;
        assert.equal(answer.report, reports.native, `${role} ${runtime}`);
      }
      assert.deepEqual(shown(JSON.parse(reports.native)), ACCEPTED, reports.native);
      assert.deepEqual(shown(await atEdge(one)), ACCEPTED, `${role}, the Worker`);
      assert.deepEqual(shown(await node(one)), ACCEPTED, `${role}, kept in a folder`);
    }
  });

  test('is accepted in a page by way of a relay', async (t) => {
    const one = await signed(t, stage.servers.http);
    const worker = await startWorker({ registries: [stage.demo.host, one.relay.host] });
    t.after(() => worker.dispose());
    const question = { image: one.image, policy: JSON.stringify(one.policy()), now: seconds(new Date()), relay: `${worker.url}/relay/` };
    const report = JSON.parse((await stage.Chromium.ask(question)).report);
    assert.deepEqual([shown(report), report.contentTrust[0].via], [ACCEPTED, 'relay']);
  });

  test('a second look costs the trust server one request, in Node and at the edge', async (t) => {
    const one = await signed(t, stage.servers.http);
    for (const ask of [inNode(), await edge(t, one.relay)]) {
      for (const requests of [5, 1, 1]) {
        one.relay.requests.length = 0;
        assert.deepEqual(shown(await ask(one)), ACCEPTED);
        assert.equal(one.relay.requests.length, requests, one.relay.requests.join('\n'));
      }
    }
  });

  test('what a server showed before is refused to whoever has seen more', async (t) => {
    const one = await signed(t, stage.servers.http);
    const then = await one.relay.take(one.gun);
    await one.publisher.sign(one.gun, '1.0', { digest: `sha256:${'0'.repeat(64)}`, size: 1 }, 'targets/releases');
    for (const ask of [inNode(), await edge(t, one.relay)]) {
      one.relay.show(one.gun, null);
      assert.deepEqual(shown(await ask(one)), refused('signed-digest-differs'), 'the publisher has signed another since');
      one.relay.show(one.gun, then);
      assert.deepEqual(shown(await ask(one)), refused('metadata-rollback'));
    }
    const newcomer = await check(one.image, { policy: one.policy() });
    assert.deepEqual(shown(newcomer), ACCEPTED);
    assert.ok(newcomer.notProven.some(({ code }) => code === 'history'), 'who has no history is told so');
  });

  test('a server that stands still is refused when its timestamp has expired', async (t) => {
    const one = await signed(t, stage.ours);
    const node = inNode();
    assert.deepEqual(shown(await node(one)), ACCEPTED);
    assert.deepEqual(shown(await node(one, { now: new Date(Date.now() + 15 * DAY) })), refused('metadata-expired'));
    const atEdge = await edge(t, one.relay);
    assert.deepEqual(shown(await atEdge(one)), ACCEPTED);
    stage.ours.stamp(one.gun, { expires: seconds(new Date(Date.now() - 1000)) });
    assert.deepEqual(shown(await atEdge(one)), refused('metadata-expired'));
  });

  test('a version far ahead ends with the key that counted there', async (t) => {
    const one = await signed(t, stage.ours);
    const askers = [inNode(), await edge(t, one.relay)];
    stage.ours.stamp(one.gun, { version: 2_147_483_647 });
    for (const ask of askers) assert.deepEqual(shown(await ask(one)), ACCEPTED);
    stage.ours.stamp(one.gun, { version: 7 });
    for (const ask of askers) assert.deepEqual(shown(await ask(one)), refused('metadata-rollback'));
    await one.publisher.rotate(one.gun, 'timestamp');
    for (const ask of askers) assert.deepEqual(shown(await ask(one)), ACCEPTED, 'Notary would have to be told to forget');
  });

  test('two requests at once at the edge cannot lower what was seen', async (t) => {
    const one = await signed(t, stage.servers.http);
    const old = await one.relay.take(one.gun);
    await one.publisher.sign(one.gun, '2.0', one.manifest, 'targets/releases');
    // Whoever asks is shown the old or the new, in turns and after a while, so that the two cross.
    const now = await one.relay.take(one.gun);
    let turn = 0;
    const fickle = await listen(async (request, response) => {
      const name = request.url.split('/_trust/tuf/')[1].replace(/\.[0-9a-f]{64}\.json$/, '.json');
      const hash = /\.([0-9a-f]{64})\.json$/.exec(request.url)?.[1];
      const isOf = async (files) => hash === undefined || Buffer.from(await crypto.subtle.digest('SHA-256', files.get(name))).toString('hex') === hash;
      const files = hash === undefined ? [old, now][(turn += 1) % 2] : (await isOf(old)) ? old : now;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
      response.end(files.get(name));
    });
    t.after(() => fickle.dispose());
    const atEdge = await edge(t, fickle);
    const asked = { ...one, policy: () => one.policy(fickle.origin) };
    for (let round = 0; round < 15; round += 1) {
      for (const report of await Promise.all([atEdge(asked), atEdge(asked), atEdge(asked)])) {
        const [verdict, code] = shown(report);
        assert.ok(verdict === 'accept' || ['metadata-rollback', 'store-contended'].includes(code), JSON.stringify(report));
      }
    }
    // The newer one was seen by then: from now on the older one is refused, whoever asks.
    for (let time = 0; time < 8; time += 1) {
      turn = 1;
      assert.deepEqual(shown(await atEdge(asked)), refused('metadata-rollback'));
    }
  });
});
