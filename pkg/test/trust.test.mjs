// Docker Content Trust as a module of its own: loaded where a policy names it, and nowhere else; and no answer where it cannot be.

import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { loaded } from '../dist/core.js';
import { check, drift, inspectTrust, memoryStore, pin, verify } from '../dist/node.js';
import { startRegistry } from './support/registry.mjs';

const KEY = 'c15164663f80d58bf3d8d5a0cd08b8086cba02065feb00421fc2a5436c563210';
const { platform } = loaded();
const { loadTrustCore: loadReal } = platform;
afterEach(() => { platform.loadTrustCore = loadReal; });

const registry = await startRegistry();
after(() => registry.stop());
const image = `${registry.host}/team/app:1.0`;
const images = `${registry.host}/team/app`;
const policyOf = (...require) => ({ rules: [{ images, require }] });
const contentTrust = { rootKey: KEY };
const ofTrust = ({ checks }) => checks.find(({ name }) => name === 'content-trust');

// These come first: once the module is loaded nobody loads it again.
test('a check by a policy that names no collection for the image never loads the module', async () => {
  platform.loadTrustCore = () => assert.fail('loaded');
  const { resolution: { digest } } = await check(image);
  const elsewhere = { images: `${registry.host}/team/other`, require: [{ contentTrust }] };
  const policy = { rules: [elsewhere, ...policyOf({ digest }).rules] };
  const report = await check(image, { policy, attachments: true });
  assert.equal(report.verdict, 'accept');
  assert.equal(report.contentTrust, null);
  const { text } = await pin(`image: ${image}\n`, { kind: 'kubernetes', policy });
  await drift(text, { kind: 'kubernetes', policy });
});

test('a policy that cannot be understood is refused without the module', async () => {
  platform.loadTrustCore = () => assert.fail('loaded');
  await assert.rejects(check(image, { contentTrust: {} }), { code: 'policy-invalid' });
  await assert.rejects(check(image, { contentTrust: { rootKey: 'x' } }), { code: 'policy-invalid' });
  await assert.rejects(check(image, { contentTrust: { ...contentTrust, rootKeys: KEY } }), { code: 'policy-unsupported' });
});

for (const [what, load] of [
  ['cannot be loaded', () => Promise.reject(new Error('404'))],
  ['cannot be started', () => { throw new Error('refused'); }],
]) {
  test(`a module that ${what} leaves it unknown: neither accepted nor "not signed"`, async () => {
    platform.loadTrustCore = load;
    const report = await check(image, { contentTrust });
    const { outcome, code } = ofTrust(report);
    assert.deepEqual([report.verdict, outcome, code], ['inconclusive', 'unknown', 'content-trust-unavailable']);
    assert.equal(report.contentTrust, null);
    await assert.rejects(verify(image, { contentTrust }), { name: 'ImageRejectedError' });
    await assert.rejects(inspectTrust(image, contentTrust), Error);
  });
}

test('it is asked for again after it could not be loaded, and then answers', async () => {
  const report = await check(image, { contentTrust, store: memoryStore() });
  assert.equal(ofTrust(report).code, 'content-trust-refused');
  assert.equal(report.verdict, 'reject');
  const [{ outcome, code, gun }] = report.contentTrust;
  assert.deepEqual([outcome, code, gun], ['failed', 'trust-data-missing', images]);
  const inspection = await inspectTrust(image, contentTrust);
  assert.deepEqual([inspection.outcome, inspection.code], ['failed', 'trust-data-missing']);
});

test('a caller who gives up while it works is told so', async () => {
  const controller = new AbortController();
  const fetch = (request) => {
    if (!request.url.includes('/_trust/')) return globalThis.fetch(request);
    controller.abort(new Error('enough'));
    return Promise.reject(controller.signal.reason);
  };
  await assert.rejects(check(image, { contentTrust, fetch, signal: controller.signal }), /enough/);
});
