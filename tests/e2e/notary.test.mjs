// The stage on which trust data is verified end to end: the real notary publishes on real servers, and visits them through whoever shows
// something older or newer. What its client says here is what tests of ours are compared with.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { describeWithNotary, startPublisher, startTrustRelay, startVisitor, trustServers } from './support/notary.mjs';
import { together } from './support/together.mjs';
import { startTrustServer } from './support/trust-server.mjs';

const manifest = (text) => ({ digest: `sha256:${createHash('sha256').update(text).digest('hex')}`, size: Buffer.byteLength(text) });
const [OLD, NEW] = [manifest('an old manifest'), manifest('a new one')];
const complaint = (words) => ({ message }) => message.includes(words);

describeWithNotary('trust data of the real notary', () => {
  let stage;
  let made = 0;
  before(async () => {
    stage = await together({ servers: trustServers(), ours: startTrustServer() });
  }, { timeout: 300_000 });
  after(() => stage?.dispose());

  /** A collection of its own with `1.0` in `targets/releases`, on a server, with whoever publishes it. */
  async function collection(t, server) {
    const gun = `docker.io/e2e/${process.pid}-${made += 1}`;
    const publisher = await startPublisher(server);
    t.after(() => publisher.dispose());
    await publisher.init(gun);
    await publisher.delegate(gun, 'targets/releases', ['alice', 'bob']);
    await publisher.sign(gun, '1.0', OLD, 'targets/releases');
    return { gun, publisher };
  }

  async function visitor(t, server) {
    const one = await startVisitor(server);
    t.after(() => one.dispose());
    return one;
  }

  for (const way of ['http', 'https']) {
    test(`what is published by ${way} is found, through every change of keys`, async (t) => {
      const server = stage.servers[way];
      const { gun, publisher } = await collection(t, server);
      const [first, regular] = [await visitor(t, server), await visitor(t, server)];
      const { keys, certificates } = await publisher.pins(gun);
      assert.deepEqual([keys.length, certificates.length], [1, 1]);
      for (const role of ['snapshot', 'root', 'targets', 'timestamp']) {
        await publisher.rotate(gun, role);
        assert.deepEqual(await regular.look(gun, '1.0'), { digest: OLD.digest, role: 'targets/releases' }, role);
      }
      assert.deepEqual(await first.look(gun, '1.0'), { digest: OLD.digest, role: 'targets/releases' });
      assert.notDeepEqual((await publisher.pins(gun)).keys, keys, 'the root key was replaced');
      await publisher.unsign(gun, '1.0', 'targets/releases');
      assert.equal(await regular.look(gun, '1.0'), null);
    });
  }

  test('a relay that shows what was before is a rollback to whoever has seen more, and believed by whoever has not', async (t) => {
    const { gun, publisher } = await collection(t, stage.servers.http);
    const relay = await startTrustRelay(stage.servers.http);
    t.after(() => relay.dispose());
    const then = await relay.take(gun);
    await publisher.sign(gun, '1.0', NEW, 'targets/releases');
    const [regular, newcomer] = [await visitor(t, relay), await visitor(t, relay)];
    assert.equal((await regular.look(gun, '1.0')).digest, NEW.digest);
    relay.show(gun, then);
    await assert.rejects(regular.look(gun, '1.0'), complaint('is lower than current version'));
    assert.equal((await newcomer.look(gun, '1.0')).digest, OLD.digest);
    relay.show(gun, null);
    assert.equal((await newcomer.look(gun, '1.0')).digest, NEW.digest);
  });

  test('a relay that hides a new root hides what came with it', async (t) => {
    const { gun, publisher } = await collection(t, stage.servers.http);
    const relay = await startTrustRelay(stage.servers.http);
    t.after(() => relay.dispose());
    const newcomer = await visitor(t, relay);
    const then = await relay.take(gun);
    await publisher.rotate(gun, 'root');
    await publisher.sign(gun, '1.0', NEW, 'targets/releases');
    relay.show(gun, then);
    assert.equal((await newcomer.look(gun, '1.0')).digest, OLD.digest);
    relay.show(gun, null);
    assert.equal((await newcomer.look(gun, '1.0')).digest, NEW.digest);
  });

  test('a relay that answers with something else is not believed', async (t) => {
    const { gun } = await collection(t, stage.servers.http);
    const relay = await startTrustRelay(stage.servers.http);
    t.after(() => relay.dispose());
    relay.replace(gun, 'timestamp.json', { status: 503, body: '' });
    await assert.rejects((await visitor(t, relay)).look(gun, '1.0'), complaint('503'));
    assert.ok(relay.requests.some((request) => request.endsWith('/timestamp.json')));
  });

  test('a timestamp that has expired is refused, whoever signed it', async (t) => {
    const { gun } = await collection(t, stage.ours);
    stage.ours.stamp(gun, { expires: '2020-01-01T00:00:00Z' });
    await assert.rejects((await visitor(t, stage.ours)).look(gun, '1.0'), complaint('timestamp expired'));
  });

  test('after a fast-forward, notary does not come back with a new key', async (t) => {
    const { gun, publisher } = await collection(t, stage.ours);
    const regular = await visitor(t, stage.ours);
    stage.ours.stamp(gun, { version: 2_147_483_647 });
    assert.equal((await regular.look(gun, '1.0')).digest, OLD.digest);
    await publisher.rotate(gun, 'timestamp');
    await assert.rejects(regular.look(gun, '1.0'), complaint('is lower than current version 2147483647'));
    assert.equal((await (await visitor(t, stage.ours)).look(gun, '1.0')).digest, OLD.digest);
  });
});
