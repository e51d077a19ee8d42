// The API with the real core and a registry on loopback: what passes between the caller, the core and the network.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { check, verify } from '../dist/node.js';
import { startRegistry } from './support/registry.mjs';

let registry;
let closed;
let hanging;
const password = { username: 'me', password: 'se:cret' };

before(async () => {
  const authorization = `Basic ${Buffer.from('me:se:cret').toString('base64')}`;
  [registry, closed, hanging] = await Promise.all([startRegistry(), startRegistry({ authorization }), startRegistry()]);
  hanging.hang(() => {});
});
after(() => [registry, closed, hanging].forEach((one) => one.stop()));

test('every check is told when it starts and when it is finished', async () => {
  const steps = [];
  const report = await check(registry.image, { attachments: true, onStep: (step) => steps.push(step) });
  const expected = report.checks.flatMap((one) => [{ type: 'started', name: one.name }, { type: 'finished', check: one }]);
  assert.deepEqual(steps, expected);
});

test('a listener that throws changes nothing about the report', async () => {
  const now = new Date();
  const report = await check(registry.image, { now, onStep() { throw new Error('mine'); } });
  assert.deepEqual(report, await check(registry.image, { now }));
});

test('every request goes through the fetch that was given, as a Request', async () => {
  const seen = [];
  registry.requests.length = 0;
  await check(registry.image, { fetch: (request) => (seen.push(request), fetch(request)) });
  assert.deepEqual(seen.map(({ url }) => new URL(url).pathname), registry.requests.map(({ url }) => url));
  assert.ok(seen.every((request) => request instanceof Request));
});

test('a fetch that throws makes the registry unreachable, with its words as the detail', async () => {
  const fetch = () => Promise.reject(new Error('no route'));
  await assert.rejects(check(registry.image, { fetch }), { name: 'CheckError', code: 'unreachable', detail: /no route/ });
});

test('a fetch that answers with something else makes the registry unreachable', async () => {
  await assert.rejects(check(registry.image, { fetch: async () => 'hello' }), { name: 'CheckError', code: 'unreachable' });
});

test('a request that hangs ends with the reason of the signal', { timeout: 5000 }, async () => {
  const controller = new AbortController();
  const reason = new Error('changed my mind');
  setTimeout(() => controller.abort(reason), 100);
  await assert.rejects(check(hanging.image, { signal: controller.signal }), reason);
});

test('a time limit of the caller is a TimeoutError', { timeout: 5000 }, async () => {
  await assert.rejects(check(hanging.image, { signal: AbortSignal.timeout(100) }), { name: 'TimeoutError' });
});

test('credentials open a registry that wants them', async () => {
  const report = await check(closed.image, { credentials: password });
  assert.equal(report.resolution.digest, closed.content.index.descriptor.digest);
});

test('credentials are not sent to a registry that does not ask', async () => {
  registry.requests.length = 0;
  await check(registry.image, { credentials: password });
  assert.deepEqual(registry.requests.filter(({ headers }) => headers.authorization !== undefined), []);
});

for (const [name, credentials] of [['none', undefined], ['the wrong ones', { username: 'me', password: 'guess' }]]) {
  test(`a registry that wants credentials and gets ${name} gives no report`, async () => {
    await assert.rejects(check(closed.image, { credentials }), { name: 'CheckError', code: 'unauthorized' });
  });
}

test('an accepted image comes back with its digest, and that is accepted again', async () => {
  const { digest } = registry.content.index.descriptor;
  const policy = { rules: [{ images: `${registry.host}/team/*`, require: [{ digest }] }] };
  const pinned = await verify(registry.image, { policy });
  assert.equal(pinned, `${registry.image}@${digest}`);
  assert.equal(await verify(pinned, { policy }), pinned);
});
