// find, pin and drift over cores that only write down what they are asked: what is converted and refused, and what is asked how often.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { open } from '../dist/core.js';
import { CheckError, drift, find, pin } from '../dist/index.js';
import { fakeCore, fakePinCore } from './support/cores.mjs';

const digest = (letter) => `sha256:${letter.repeat(64)}`;
const NGINX = 'docker.io/library/nginx:1.27';
let asked;
let answer;

const resolved = (changes = {}) => ({
  digest: digest('a'), mediaType: 'm', size: 1, platform: null, indexDigest: digest('a'), platformDigest: null,
  toldBy: 'r', via: 'direct', relay: null, resolvedAt: '2026-01-31T12:00:00Z', signers: [], ...changes,
});
const current = (image) => {
  const [reference, pinned] = image.split('@');
  return {
    reference, pinned, status: 'current', current: pinned, currentPlatformDigest: null, pinnedAs: 'root', policy: null, old: 'exists',
    code: null, message: null,
  };
};

beforeEach(() => {
  asked = [];
  answer = async ({ question, image }) => question === 'resolve' ? resolved() : current(image);
});

open(
  fakeCore((question) => (asked.push(question), answer(question))),
  { fetch: (request) => globalThis.fetch(request), safelistedOnly: false, loadPinCore: () => fakePinCore },
);

const refused = (message, code = 'options-invalid') => (error) => {
  assert.ok(error instanceof CheckError, `expected a CheckError, found ${error}`);
  assert.equal(error.code, code);
  assert.match(error.message, message);
  return true;
};

const text = (...images) => images.map((image) => `image: ${image}\n`).join('');
const tick = () => new Promise((resolve) => setImmediate(resolve));

for (const [name, options, message] of [
  ['an unknown option is refused with the nearest name', { platfrom: 'x' }, /unknown option "platfrom": did you mean "platform"\?/],
  ['an option of check alone is refused', { attachments: true }, /unknown option "attachments"/],
  ['the steps of a check are refused with what there is instead', { onStep() {} }, /unknown option "onStep": expected one of policy/],
  ['a kind that does not exist is refused with those that do', { kind: 'docker' }, /"kind" to be one of reference, command, dockerfile/],
  ['a kind that is no text is refused', { kind: 1 }, /"kind" to be one of/],
  ['a lock as a kind to pin is refused', { kind: 'lock' }, /"kind" to be one of/],
  ["a file's name that is no text is refused", { file: new URL('file:///compose.yaml') }, /"file" to be a file's name/],
  ['a listener that is no function is refused', { onProgress: true }, /"onProgress" to be a function/],
  ['options that are null are refused', null, /found null/],
  ['a platform that is no text is refused', { platform: 5 }, /"platform"/],
  ['credentials for whoever asks are refused', { credentials: { identityToken: 't' } }, /"credentials" to be a function .* the text says/],
]) {
  test(`pin: ${name}`, async () => {
    await assert.rejects(pin(text('nginx'), options), refused(message));
    assert.deepEqual(asked, []);
  });
}

test('a refusal does not repeat the password', async () => {
  await assert.rejects(pin('', { credentials: { username: 'u', password: 'hunter2' } }), (error) => !error.message.includes('hunter2'));
});

for (const [name, options, message] of [
  ['an option of pin', { platform: 'linux/arm64' }, /unknown option "platform": expected one of kind, file/],
  ['options that are a text', 'compose', /found another text/],
]) {
  test(`find: ${name} is refused`, () => assert.throws(() => find(text('nginx'), options), refused(message)));
}

for (const [name, given] of [['undefined', undefined], ['a number', 1], ['bytes', new Uint8Array(1)]]) {
  test(`a text that is ${name} is refused by find, pin and drift alike`, async () => {
    const expected = refused(/expected a text, found a value of type/);
    assert.throws(() => find(given, { kind: 'compose' }), expected);
    await assert.rejects(pin(given, { kind: 'compose' }), expected);
    await assert.rejects(drift(given, { kind: 'compose' }), expected);
    await assert.rejects(drift(given), expected);
    await assert.rejects(drift(given, { kind: 'lock' }), expected);
  });
}

test('half of a surrogate pair is refused, because it would come back as another character', async () => {
  await assert.rejects(pin(`${text('nginx')}# \ud83d`), refused(/half of a surrogate pair/));
  assert.equal((await pin(`${text('nginx:1.27')}# \ud83d\udc33`)).text, `image: nginx:1.27@${digest('a')}\n# \ud83d\udc33`);
});

test('a text of no kind is refused, with the kinds there are', async () => {
  const expected = refused(/expected a text of kind reference, command, .*: say which it is/, 'kind-unknown');
  assert.throws(() => find('hello'), expected);
  await assert.rejects(pin('hello'), expected);
  await assert.rejects(drift('hello'), expected);
});

test('what the core refuses about a text becomes a CheckError with its code', async () => {
  const expected = refused(/found a template/, 'template');
  assert.throws(() => find('image: {{ .Image }}'), expected);
  await assert.rejects(pin('image: {{ .Image }}'), expected);
});

test('a kind that is given is not found out, and one that is not is found out by the name of the file', () => {
  assert.equal(find('hello', { kind: 'helm-values' }).kind, 'helm-values');
  assert.equal(find('hello', { file: 'app/compose.yaml' }).kind, 'compose');
});

test('a text is pinned, and says what was inserted and what it rests on', async () => {
  const { resolved: known, ...result } = await pin('services:\r\n  image: "nginx:1.27"   # web\r\n');
  assert.deepEqual(result, {
    schemaVersion: 1,
    kind: 'kubernetes',
    text: `services:\r\n  image: "nginx:1.27@${digest('a')}"   # web\r\n`,
    changes: [{
      place: 'image', line: 2, column: 11, image: 'nginx:1.27', pinned: `nginx:1.27@${digest('a')}`, reference: NGINX, digest: digest('a'),
      overrules: [],
    }],
    leftAlone: [],
  });
  assert.deepEqual(known, { [NGINX]: resolved() });
});

test('each reference is asked for once, however often it stands there', async () => {
  const { changes } = await pin(text('nginx:1.27', 'docker.io/library/nginx:1.27', 'nginx:1.27', 'redis'));
  assert.deepEqual(asked.map(({ image }) => image), [NGINX, 'docker.io/library/redis:latest']);
  assert.equal(changes.length, 4);
});

test('what has a digest is not asked for', async () => {
  const { leftAlone } = await pin(text(`nginx:1.27@${digest('b')}`));
  assert.deepEqual(asked, []);
  assert.deepEqual(leftAlone.map(({ code, settled }) => ({ code, settled })), [{ code: 'pinned', settled: true }]);
});

test('what could not be resolved is left alone with its code, and the others are pinned', async () => {
  answer = async ({ image }) => {
    if (image.includes('redis')) throw { code: 'not-found', message: 'not there' };
    if (image.includes('mysql')) throw { code: 'policy-rejected', message: 'not that one' };
    return resolved();
  };
  const result = await pin(text('redis', 'nginx:1.27', 'mysql'), { policy: {} });
  assert.deepEqual(result.leftAlone.map(({ line, code, settled }) => ({ line, code, settled })), [
    { line: 1, code: 'not-found', settled: false }, { line: 3, code: 'policy-rejected', settled: false },
  ]);
  assert.deepEqual(Object.keys(result.resolved), [NGINX]);
  assert.equal(result.changes.length, 1);
});

test('what was resolved is sorted, whichever answer comes first', async () => {
  const { resolved: known } = await pin(text('b:1', 'c:1', 'a:1', 'A.example/x:1'));
  assert.deepEqual(Object.keys(known), ['A.example/x:1', 'docker.io/library/a:1', 'docker.io/library/b:1', 'docker.io/library/c:1']);
});

for (const code of ['policy-invalid', 'policy-unsupported', 'platform-invalid', 'options-invalid']) {
  test(`${code} is wrong for all references, so it is thrown, and nobody else is asked`, async () => {
    const images = Array.from({ length: 20 }, (_, number) => `image-${number}`);
    answer = async () => { throw { code, message: 'wrong' }; };
    await assert.rejects(pin(text(...images), { policy: '{' }), refused(/wrong/, code));
    await tick();
    assert.ok(asked.length <= 8, `${asked.length} were asked`);
  });
}

test('a failure that is thrown ends the requests that are under way', async () => {
  answer = async ({ image, signal }) => {
    if (image.includes('bad')) throw { code: 'policy-invalid', message: 'wrong' };
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    throw { code: 'aborted', message: 'gave up' };
  };
  await assert.rejects(pin(text('a', 'b', 'bad')), refused(/wrong/, 'policy-invalid'));
  assert.ok(asked.every(({ signal }) => signal.aborted));
});

test('a defect of the core is not dressed up as a reference that could not be resolved', async () => {
  answer = async () => { throw new WebAssembly.RuntimeError('unreachable'); };
  await assert.rejects(pin(text('nginx')), WebAssembly.RuntimeError);
});

test('at most eight are asked at a time, and the ninth as soon as one has answered', async () => {
  const open = [];
  answer = () => new Promise((resolve) => open.push(() => resolve(resolved())));
  const pinned = pin(text(...Array.from({ length: 20 }, (_, number) => `image-${number}`)));
  await tick();
  assert.equal(asked.length, 8);
  open.shift()();
  await tick();
  assert.equal(asked.length, 9);
  while (open.length > 0) {
    open.splice(0).forEach((one) => one());
    await tick();
  }
  assert.equal((await pinned).changes.length, 20);
});

test('the result does not depend on which answer comes first', async () => {
  const images = ['a:1', 'b:1', 'c:1', 'd:1'];
  const pinWith = (delay) => {
    answer = async ({ image }) => {
      for (let turns = delay(image); turns > 0; turns -= 1) await tick();
      return resolved({ digest: digest(image.at(-3)) });
    };
    return pin(text(...images));
  };
  const code = (image) => image.charCodeAt(image.length - 3) - 'a'.charCodeAt(0);
  const [forwards, backwards] = [await pinWith(code), await pinWith((image) => 4 - code(image))];
  assert.equal(JSON.stringify(forwards), JSON.stringify(backwards));
});

test('progress is told after each, up to the number of different references', async () => {
  const seen = [];
  await pin(text('a:1', 'b:1', 'a:1'), { onProgress: (progress) => seen.push(progress) });
  assert.deepEqual(seen, [
    { done: 1, total: 2, reference: 'docker.io/library/a:1' }, { done: 2, total: 2, reference: 'docker.io/library/b:1' },
  ]);
});

test('a listener that throws changes nothing about the result', async () => {
  const now = new Date();
  const quiet = await pin(text('a:1', 'b:1'), { now });
  assert.deepEqual(await pin(text('a:1', 'b:1'), { now, onProgress() { throw new Error('mine'); } }), quiet);
});

test('credentials are asked for once a registry, however many references it has', async () => {
  const registries = [];
  const credentials = async (registry) => {
    registries.push(registry);
    await tick();
    return registry === 'ghcr.io' ? { identityToken: 't' } : undefined;
  };
  await pin(text('ghcr.io/a/a:1', 'ghcr.io/a/b:1', 'nginx:1', 'ghcr.io/a/c:1', 'redis:1'), { credentials });
  assert.deepEqual(registries.sort(), ['docker.io', 'ghcr.io']);
  for (const { image, options } of asked) {
    assert.deepEqual(options.credentials, image.startsWith('ghcr.io/') ? { identityToken: 't' } : undefined, image);
  }
});

test('a function for credentials that throws ends it with what it threw', async () => {
  const cause = new Error('keychain locked');
  await assert.rejects(pin(text('a', 'b'), { credentials: () => { throw cause; } }), cause);
});

test('a function for credentials that returns something else is refused', async () => {
  await assert.rejects(pin(text('ghcr.io/a/b'), { credentials: () => 'secret' }), refused(/credentials for ghcr\.io.*found another text/));
});

test('the same time is told to every question', async () => {
  await pin(text('a', 'b', 'c'), { now: new Date('2026-01-31T12:00:00.9Z') });
  assert.deepEqual(asked.map(({ options }) => options.now), Array(3).fill(Date.parse('2026-01-31T12:00:00Z') / 1000));
});

test('options are handed on as data', async () => {
  await pin(text('a'), { platform: 'linux/arm64', policy: { rules: [] }, relay: 'https://edge.example/relay', kind: 'compose', file: 'x' });
  const { now, ...options } = asked[0].options;
  const data = { platform: 'linux/arm64', policy: '{"rules":[]}', relay: 'https://edge.example/relay/' };
  assert.deepEqual(options, { ...data, safelistedOnly: false });
});

test('the fetch that was given is called without this', async () => {
  let self = 1;
  await pin(text('a'), { fetch: async function () { self = this; } });
  await asked[0].fetch(new Request('http://127.0.0.1/'));
  assert.equal(self, undefined);
});

test('a signal that was aborted before ends it with its reason, and nobody is asked', async () => {
  const reason = new Error('changed my mind');
  await assert.rejects(pin(text('a'), { signal: AbortSignal.abort(reason) }), reason);
  await assert.rejects(drift(text(`a:1@${digest('a')}`), { signal: AbortSignal.abort(reason) }), reason);
  assert.deepEqual(asked, []);
});

test('a signal that is aborted meanwhile ends it with its reason, and is told to what is under way', async () => {
  const controller = new AbortController();
  const reason = new Error('changed my mind');
  answer = ({ signal }) => new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject({ code: 'aborted', message: 'gave up' }));
  });
  const pinned = pin(text(...Array.from({ length: 20 }, (_, number) => `image-${number}`)), { signal: controller.signal });
  await tick();
  controller.abort(reason);
  await assert.rejects(pinned, reason);
  await tick();
  assert.equal(asked.length, 8);
});

test('a text without references is its own result', async () => {
  assert.deepEqual(await pin('# nothing\n', { kind: 'compose' }), {
    schemaVersion: 1, kind: 'compose', text: '# nothing\n', changes: [], leftAlone: [], resolved: {},
  });
});

const PINNED = `nginx:1.27@${digest('a')}`;

test('drift asks for each tag with its digest once, and says where they stand', async () => {
  const result = await drift(text(PINNED, `redis@${digest('b')}`, 'mysql:8', PINNED, '$DB'));
  assert.deepEqual(asked.map(({ question, image }) => `${question} ${image}`), [`drift ${NGINX}@${digest('a')}`]);
  assert.deepEqual(result.images.map(({ places }) => places), [[
    { place: 'image', line: 1, column: 8 }, { place: 'image', line: 4, column: 8 },
  ]]);
  assert.deepEqual(result.leftAlone.map(({ line, code, settled }) => ({ line, code, settled })), [
    { line: 2, code: 'no-tag', settled: true },
    { line: 3, code: 'unpinned', settled: false },
    { line: 5, code: 'variable', settled: false },
  ]);
  assert.equal(result.moved, false);
});

test('one tag with two digests is two questions', async () => {
  const { images } = await drift(text(PINNED, `nginx:1.27@${digest('b')}`));
  assert.deepEqual(images.map(({ pinned }) => pinned), [digest('a'), digest('b')]);
});

test('one tag that moved is enough', async () => {
  answer = async ({ image }) => ({ ...current(image), status: image.includes('redis') ? 'moved' : 'unknown' });
  assert.equal((await drift(text(PINNED, `redis:7@${digest('b')}`))).moved, true);
  assert.equal((await drift(text(PINNED))).moved, false, 'what is unknown has not moved');
});

const lock = (images) => JSON.stringify({ lockVersion: 1, images });

test('a lock is known by what it holds, by the name of its file, and by being told', async () => {
  const [plain, broken] = [lock({ [NGINX]: resolved() }), '{ "lockVersion": 2 }'];
  assert.equal((await drift(plain)).kind, 'lock');
  assert.equal((await drift(plain, { file: 'deploy/pullproof.lock' })).kind, 'lock');
  assert.equal((await drift(plain, { kind: 'lock' })).kind, 'lock');
  await assert.rejects(drift(broken), refused(/expected version 1/, 'lock-invalid'));
  assert.equal((await drift(plain, { kind: 'compose', file: 'pullproof.lock' })).kind, 'compose', 'unless it is told to be something else');
});

test('a text that only quotes a lock is none', async () => {
  const quoting = `data: '${lock({})}'\n${text(PINNED)}`;
  assert.equal((await drift(quoting)).kind, 'kubernetes');
  assert.equal((await drift(`${JSON.stringify([{ lockVersion: 1 }])}`, { kind: 'compose' })).kind, 'compose');
});

test('a lock is asked for the platform that was pinned, unless another is asked for', async () => {
  const text = lock({ 'a.example/a:1': resolved({ platform: 'linux/arm64' }), [NGINX]: resolved() });
  await drift(text);
  assert.deepEqual(asked.map(({ options }) => options.platform), ['linux/arm64', undefined]);
  asked = [];
  await drift(text, { platform: 'linux/s390x' });
  assert.deepEqual(asked.map(({ options }) => options.platform), ['linux/s390x', 'linux/s390x']);
});

test('what is wrong with the policy is thrown by drift too', async () => {
  answer = async () => { throw { code: 'policy-invalid', message: 'wrong' }; };
  await assert.rejects(drift(text(PINNED), { policy: '{' }), refused(/wrong/, 'policy-invalid'));
});
