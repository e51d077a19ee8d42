// The JavaScript API over a core that only writes down what it was asked: what is converted, refused and passed on.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { open } from '../dist/core.js';
import { check, CheckError, ImageRejectedError, parseReference, verify } from '../dist/index.js';

const PASSWORD = { username: 'u', password: 'p' };
const PINNED = `docker.io/library/nginx:1.27@sha256:${'a'.repeat(64)}`;
let asked;
let answer;

beforeEach(() => {
  asked = undefined;
  answer = async () => ({ reference: { input: 'nginx' }, verdict: 'accept', pinned: PINNED, reasons: [] });
});

open({
  check(image, options, fetch, _verify, _publishers, signal, onStep) {
    asked = { image, options, fetch, signal, onStep };
    return answer(asked);
  },
  parseReference(text) {
    if (text.includes(' ')) throw { code: 'reference-invalid', message: `expected a reference, found '${text}'` };
    return { registry: text.split('/')[0], repository: 'r', tag: null, digest: null, familiar: text };
  },
}, { fetch: (request) => globalThis.fetch(request), safelistedOnly: false });

const refused = (message, code = 'options-invalid') => (error) => {
  assert.ok(error instanceof CheckError, `expected a CheckError, found ${error}`);
  assert.equal(error.code, code);
  assert.match(error.message, message);
  return true;
};

for (const [name, options, message] of [
  ['an unknown option is refused with the nearest name', { platfrom: 'x' }, /unknown option "platfrom": did you mean "platform"\?/],
  ['an option in another case is refused with the right one', { onstep() {} }, /did you mean "onStep"/],
  ['an unknown option like none is refused with all names', { quiet: true }, /expected one of policy, key, identity, contentTrust, trustServer, trustedRoot, platform, attachments/],
  ['options that are null are refused', null, /expected the options to be an object, found null/],
  ['options that are an array are refused', [], /found an array/],
  ['a platform that is no text is refused', { platform: 5 }, /"platform".*found a number/],
  ['attachments that are no boolean are refused', { attachments: 1 }, /"attachments" to be true or false/],
  ['a fetch that is no function is refused', { fetch: {} }, /"fetch" to be a function/],
  ['a time that is no Date is refused', { now: 1700000000 }, /"now" to be a valid Date/],
  ['an invalid Date is refused', { now: new Date(NaN) }, /"now" to be a valid Date/],
  ['a time before 1970 is refused', { now: new Date(-1) }, /from 1970 to 9999/],
  ['a time after 9999 is refused', { now: new Date(Date.UTC(10_000, 0)) }, /from 1970 to 9999/],
  ['a signal that is no AbortSignal is refused', { signal: true }, /"signal" to be an AbortSignal/],
  ['an onStep that is no function is refused', { onStep: 'x' }, /"onStep" to be a function/],
  ['a policy that is an array is refused', { policy: [] }, /"policy" to be a policy object or its JSON text/],
  ['credentials with a name missing are refused', { credentials: { username: 'u' } }, /"credentials" to be \{ username, password \}/],
  ['credentials of both kinds are refused', { credentials: { ...PASSWORD, identityToken: 't' } }, /"credentials"/],
  ['a relay without a host is refused', { relay: '/relay/' }, /"relay" to be an absolute http or https address/],
  ['a policy and a key are refused', { policy: { rules: [] }, key: 'x' }, /found policy and key/],
  ['a key and an identity are refused', { key: 'x', identity: { issuer: 'a', subject: 'b' } }, /found key and identity/],
  ['a trusted root for nothing is refused', { trustedRoot: {} }, /found it alone/],
  ['a trusted root that is no JSON is refused', { key: 'x', trustedRoot: '{' }, /trustedRoot to be JSON/],
  ['a key that is no text is refused', { key: new Uint8Array(1) }, /"key" to be a public key in PEM/],
  ['an identity that is a text is refused', { identity: 'somebody' }, /"identity" to be an object/],
  ['a relay of another scheme is refused', { relay: 'ftp://edge.example/' }, /"relay"/],
  ['a relay with a query is refused', { relay: 'https://edge.example/?to=' }, /without query/],
]) {
  test(name, async () => {
    await assert.rejects(check('nginx', options), refused(message));
    assert.equal(asked, undefined, 'the core was asked nevertheless');
  });
}

test('a refusal does not repeat the password', async () => {
  const credentials = { username: 'u', password: ['hunter2'] };
  await assert.rejects(check('nginx', { credentials }), (error) => !error.message.includes('hunter2'));
});

test('an image that is no text is refused', async () => {
  await assert.rejects(check(undefined), refused(/to be a text, found a value of type undefined/, 'reference-invalid'));
});

test('what the core refuses becomes a CheckError with its code', async () => {
  await assert.rejects(check('not a reference'), refused(/found 'not a reference'/, 'reference-invalid'));
  assert.throws(() => parseReference('not a reference'), refused(/found 'not a reference'/, 'reference-invalid'));
});

test('what the core throws during a check becomes a CheckError with its detail', async () => {
  answer = async () => { throw { code: 'unreachable', message: 'no answer could be read', detail: 'ECONNREFUSED' }; };
  await assert.rejects(check('nginx'), (error) => refused(/no answer/, 'unreachable')(error) && error.detail === 'ECONNREFUSED');
});

test('a defect of the core is not dressed up as a CheckError', async () => {
  answer = async () => { throw new WebAssembly.RuntimeError('unreachable'); };
  await assert.rejects(check('nginx'), WebAssembly.RuntimeError);
});

test('the time is handed on as whole seconds', async () => {
  await check('nginx', { now: new Date('2026-01-02T03:04:05.999Z') });
  assert.equal(asked.options.now, Date.parse('2026-01-02T03:04:05Z') / 1000);
});

test('without a time it is now', async () => {
  const before = Math.floor(Date.now() / 1000);
  await check('nginx');
  assert.ok(asked.options.now >= before && asked.options.now <= Date.now() / 1000);
});

test('options that are undefined were not given', async () => {
  await check('nginx', { policy: undefined, platform: undefined, relay: undefined, credentials: undefined, fetch: undefined });
  assert.deepEqual(Object.keys(asked.options).sort(), ['now', 'safelistedOnly']);
});

test('a policy object is handed on as JSON text and a text as it is', async () => {
  await check('nginx', { policy: { rules: [], default: 'reject' } });
  assert.equal(asked.options.policy, '{"rules":[],"default":"reject"}');
  await check('nginx', { policy: '{ "rules": [] ' });
  assert.equal(asked.options.policy, '{ "rules": [] ');
});

test('a policy that cannot be JSON is refused', async () => {
  const policy = { rules: [], default: 'reject' };
  policy.rules.push(policy);
  await assert.rejects(check('nginx', { policy }), refused(/cannot be written as JSON/, 'policy-invalid'));
});

test('a relay is handed on with the slash at its end', async () => {
  await check('nginx', { relay: new URL('https://edge.example/relay') });
  assert.equal(asked.options.relay, 'https://edge.example/relay/');
});

test('a function for credentials is asked once, with the registry', async () => {
  const registries = [];
  await check('ghcr.io/org/app', { credentials: async (registry) => (registries.push(registry), { identityToken: 't' }) });
  assert.deepEqual(registries, ['ghcr.io']);
  assert.deepEqual(asked.options.credentials, { identityToken: 't' });
});

test('a function without credentials for this registry means none', async () => {
  await check('ghcr.io/org/app', { credentials: () => undefined });
  assert.ok(!('credentials' in asked.options));
});

test('a function that returns something else is refused', async () => {
  await assert.rejects(check('ghcr.io/org/app', { credentials: () => 'secret' }), refused(/credentials for ghcr\.io.*found another text/));
});

test('a function that throws ends the check with what it threw', async () => {
  const cause = new Error('keychain locked');
  await assert.rejects(check('nginx', { credentials: () => { throw cause; } }), cause);
});

test('the fetch that was given is called without this', async () => {
  let self;
  await check('nginx', { fetch: async function () { self = this; } });
  await asked.fetch(new Request('http://127.0.0.1/'));
  assert.equal(self, undefined);
});

test('the default fetch is the global one at the time of use', async (t) => {
  await check('nginx');
  const seen = [];
  t.mock.method(globalThis, 'fetch', async (request) => seen.push(request.url));
  await asked.fetch(new Request('http://127.0.0.1/later'));
  assert.deepEqual(seen, ['http://127.0.0.1/later']);
});

test('a signal that was aborted before ends the check with its reason', async () => {
  const reason = new Error('changed my mind');
  await assert.rejects(check('nginx', { signal: AbortSignal.abort(reason) }), reason);
  assert.equal(asked, undefined);
});

test('a signal that is aborted while credentials are asked for ends the check', async () => {
  const controller = new AbortController();
  await assert.rejects(check('nginx', { signal: controller.signal, credentials: () => void controller.abort() }), { name: 'AbortError' });
  assert.equal(asked, undefined);
});

test('a signal that is aborted during the check ends it with its reason', async () => {
  const controller = new AbortController();
  answer = async () => {
    controller.abort();
    throw { code: 'aborted', message: 'the caller gave up' };
  };
  await assert.rejects(check('nginx', { signal: controller.signal }), { name: 'AbortError' });
});

test('verify without a policy throws', async () => {
  await assert.rejects(verify('nginx'), refused(/expected a policy/));
  await assert.rejects(verify('nginx', {}), refused(/expected a policy/));
  await assert.rejects(verify('nginx', null), refused(/expected a policy/));
});

for (const verdict of ['reject', 'inconclusive']) {
  test(`verify throws the report when the verdict is ${verdict}`, async () => {
    const report = { reference: { input: 'nginx' }, verdict, pinned: PINNED, reasons: [{ code: 'x', message: 'because' }] };
    answer = async () => report;
    await assert.rejects(verify('nginx', { policy: '{}' }), (error) => {
      assert.ok(error instanceof ImageRejectedError);
      assert.equal(error.report, report);
      assert.equal(error.message, `nginx: ${verdict}: because`);
      return true;
    });
  });
}

test('verify throws rather than return an accepted image without a digest', async () => {
  answer = async () => ({ reference: { input: 'nginx' }, verdict: 'accept', pinned: null, reasons: [] });
  await assert.rejects(verify('nginx', { policy: '{}' }), ImageRejectedError);
});

test('verify returns the pinned reference of an accepted image', async () => {
  assert.equal(await verify('nginx', { policy: { rules: [], default: 'reject' } }), PINNED);
});
