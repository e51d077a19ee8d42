// Trusted roots that renew themselves: over HTTP, from a TUF repository on loopback, kept in a folder, in IndexedDB of a real Chromium and in
// a Durable Object of a real workerd.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { check, fileStore, memoryStore, pin, refreshTarget } from '../../pkg/dist/node.js';
import { behavesAsStore } from '../../pkg/test/support/stores.mjs';
import { commandLine } from './support/command-line.mjs';
import { openTab } from './support/page.mjs';
import { demoRegistry } from './support/registries.mjs';
import { startChromium } from './support/runtimes/chromium.mjs';
import { together } from './support/together.mjs';
import { sha256, startTufRepository } from './support/tuf-repository.mjs';
import { startWorker } from './support/worker.mjs';

const DAY = 86_400_000;
const start = Date.now();
const later = (days) => new Date(start + days * DAY);
const seconds = (date) => date.toISOString().replace(/\.\d+Z$/, 'Z');
const folder = mkdtempSync(join(tmpdir(), 'pullproof-trust-'));
let stage;
let image;
let trustedRoot;
let repository;
let number = 0;

before(async () => {
  stage = await together({ demo: demoRegistry(), chromium: startChromium() });
  const signed = stage.demo.signed.find(({ image }) => image.endsWith('/demo/signed-keyless:1.0'));
  image = signed.image;
  stage.policy = JSON.parse(signed.policy);
  trustedRoot = JSON.stringify(stage.policy.trustedRoots.demo);
}, { timeout: 300_000 });
after(async () => {
  await stage?.dispose();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => { repository = await startTufRepository(trustedRoot, { now: start }); });
afterEach(() => repository.dispose());

const fresh = () => join(folder, String(number += 1));
const policy = (of = repository) => ({ ...stage.policy, trustedRoots: { demo: { tuf: { metadata: of.url, root: of.root } } } });
/** What was asked of the repository since. */
const asked = () => repository.asked.splice(0);
const shown = ({ verdict, trustedRoots: [root] }) => [verdict, root?.source ?? null, root?.refresh?.code ?? null];

/** What has to come of a day in the life of a repository, wherever it is looked at from. */
async function lives(ask) {
  assert.deepEqual(shown(await ask(later(0))), ['accept', 'repository', null]);
  assert.deepEqual(asked().map((path) => path.replace(/[0-9a-f]{64}/, '…')), ['/2.root.json', '/timestamp.json', '/1.snapshot.json', '/1.targets.json', '/targets/….trusted_root.json']);
  assert.deepEqual(shown(await ask(later(0.99))), ['accept', 'store', null]);
  assert.deepEqual(asked(), [], 'nobody is asked twice within a day');

  const old = repository.keep();
  repository.rotate();
  repository.rotate('timestamp');
  repository.publish(trustedRoot);
  const renewed = await ask(later(1));
  assert.deepEqual([shown(renewed), renewed.trustedRoots[0].rootVersion], [['accept', 'repository', null], 3]);
  assert.equal(renewed.trustedRoots[0].confirmed, seconds(later(1)));
  asked();

  old();
  assert.deepEqual(shown(await ask(later(2))), ['accept', 'store', 'metadata-threshold-not-met'], 'a rollback behind a rotation is refused');
  repository.silence();
  const kept = await ask(later(3));
  assert.deepEqual([shown(kept), kept.trustedRoots[0].age], [['accept', 'store', 'repository-unreachable'], 2 * 86_400]);
  assert.ok(kept.notProven.some(({ code }) => code === 'trusted-root'));
}

describe('Node', () => {
  test('a root is asked for once a day, and neither a rollback nor an outage changes what is trusted', async () => {
    const store = fileStore(fresh());
    await lives((now) => check(image, { policy: policy(), store, now }));
  });

  test('a rollback of the timestamp alone is told with its code', async () => {
    const store = memoryStore();
    await check(image, { policy: policy(), store, now: later(0) });
    const old = repository.keep();
    repository.publish(trustedRoot);
    await check(image, { policy: policy(), store, now: later(1) });
    old();
    assert.deepEqual(shown(await check(image, { policy: policy(), store, now: later(2) })), ['accept', 'store', 'metadata-rollback']);
  });

  test('a store that throws, or is none, is told and changes nothing', async () => {
    const stores = [
      { load: async () => { throw new Error('no'); }, swap: async () => true },
      { load: () => { throw new Error('no'); }, swap: async () => true },
      { load: async () => 'a text', swap: async () => true },
      { load: async () => undefined, swap: async () => { throw new Error('full'); } },
      { load: async () => undefined, swap: async () => undefined },
      { load: async () => undefined, swap: () => 1 },
    ];
    for (const store of stores) {
      assert.deepEqual(shown(await check(image, { policy: policy(), store })), ['accept', 'repository', 'store-unavailable']);
    }
    await assert.rejects(check(image, { store: {} }), { code: 'options-invalid' });
  });

  test('a store that never answers is told, and holds nobody up for ever', { timeout: 60_000 }, async () => {
    const never = () => new Promise(() => {});
    const stores = [{ load: never, swap: async () => true }, { load: async () => undefined, swap: never }];
    const answers = await Promise.all(stores.map((store) => check(image, { policy: policy(), store })));
    assert.deepEqual(answers.map(shown), stores.map(() => ['accept', 'repository', 'store-unavailable']));
  });

  test('many images are pinned with one look at the repository', async () => {
    const text = ['signed-keyless', 'signed-wrong-identity', 'signed-too-late'].map((name) => `FROM ${stage.demo.host}/demo/${name}:1.0\n`).join('');
    const rules = [{ images: `${stage.demo.host}/demo/*`, require: stage.policy.rules[0].require }];
    const { changes, leftAlone } = await pin(text, { kind: 'dockerfile', policy: { ...policy(), rules }, store: memoryStore() });
    assert.deepEqual([changes.length, leftAlone.map(({ code }) => code)], [1, ['policy-rejected', 'policy-rejected']]);
    assert.equal(asked().length, 5);
  });

  test('a repository that hangs holds up a text of many images once', async () => {
    const store = memoryStore();
    await check(image, { policy: policy(), store, now: later(0) });
    asked();
    repository.silence('hang');
    const text = ['signed-keyless', 'signed-wrong-identity', 'signed-too-late'].map((name) => `FROM ${stage.demo.host}/demo/${name}:1.0\n`).join('');
    const rules = [{ images: `${stage.demo.host}/demo/*`, require: stage.policy.rules[0].require }];
    const { changes } = await pin(text, { kind: 'dockerfile', policy: { ...policy(), rules }, store, now: later(1) });
    assert.deepEqual([changes.length, asked().length], [1, 1]);
  });

  test('a target of any repository can be had by itself', async () => {
    const store = memoryStore();
    const target = { root: repository.root, metadata: repository.url, path: 'trusted_root.json' };
    const { content, ...found } = await refreshTarget(target, { store, now: later(0) });
    assert.equal(new TextDecoder().decode(content), trustedRoot);
    assert.deepEqual(found, { rootVersion: 1, confirmed: seconds(later(0)), expires: seconds(later(7)), source: 'repository', refresh: null });
    await assert.rejects(refreshTarget({ ...target, path: 'other.json' }, { store }), { name: 'RefreshError', code: 'target-unknown' });
    assert.equal((await refreshTarget({ ...target, path: undefined }, { store })).content, null);
    repository.silence();
    const { source, refresh } = await refreshTarget(target, { store });
    assert.deepEqual([source, refresh.code], ['store', 'repository-unreachable']);
    await assert.rejects(refreshTarget(target, { store, now: later(8) }), { code: 'repository-unreachable' });
    for (const wrong of [{}, { ...target, metadata: 'http://tuf.example' }, { ...target, path: '/x' }, { ...target, mirror: '' }]) {
      await assert.rejects(refreshTarget(wrong), { name: 'CheckError', code: 'options-invalid' });
    }
  });
});

describe('the command line', () => {
  const run = async (args, state) => {
    const { stdout, stderr } = await commandLine(['check', image, ...args], { PULLPROOF_STATE: state });
    assert.equal(stderr, '');
    return stdout;
  };
  const file = () => {
    const path = `${fresh()}.json`;
    writeFileSync(path, JSON.stringify(policy()));
    return path;
  };

  test('it keeps what it saw in a folder, and says what it trusts', async () => {
    const [state, given] = [fresh(), file()];
    await lives(async (now) => JSON.parse(await run(['--policy', given, '--json', '--at', seconds(now)], state)));
    assert.match(await run(['--policy', given, '--at', seconds(later(3))], state), new RegExp(`trusted root: demo, confirmed ${seconds(later(1))} by its repository and kept since, TUF root 3\n.*! repository-unreachable: `));
  });

  test('a home that cannot be written to is told and ends nothing', async () => {
    const state = fresh();
    writeFileSync(state, 'a file in the place of the folder');
    assert.match(await run(['--policy', file()], state), /confirmed .* by its repository, TUF root 1\n.*! store-unavailable: /);
  });

  test('without a folder of its own it takes the one for the state of programs', async () => {
    const state = fresh();
    await commandLine(['check', image, '--policy', file()], { PULLPROOF_STATE: '', XDG_STATE_HOME: state });
    assert.deepEqual(readdirSync(join(state, 'pullproof')).map((name) => name.replace(/[0-9a-f]{64}/, '…')), ['tuf-….1']);
  });

  test('the report is the same, byte for byte, as that of the library', async () => {
    const given = file();
    for (const [silent, days] of [[false, 0], [true, 0.5], [true, 30]]) {
      repository.silence(silent);
      const now = new Date(seconds(later(days)));
      const report = await check(image, { policy: policy(), store: memoryStore(), now });
      assert.equal(await run(['--policy', given, '--json', '--at', seconds(now)], fresh()), `${JSON.stringify(report, null, 2)}\n`);
      const inPage = await stage.chromium.page.evaluate(async ({ image, policy, now }) => {
        const { check, memoryStore } = await import('/browser.js');
        return check(image, { policy, store: memoryStore(), now: new Date(now) });
      }, { image, policy: policy(), now: now.toISOString() });
      assert.deepEqual(inPage.trustedRoots, report.trustedRoots);
      assert.equal(report.verdict, silent ? 'inconclusive' : 'accept');
    }
  });

  test('with --no-refresh nothing is kept', async () => {
    const given = file();
    for (let time = 0; time < 2; time += 1) {
      const { trustedRoots } = JSON.parse(await run(['--policy', given, '--json', '--no-refresh'], fresh()));
      assert.deepEqual([trustedRoots[0].source, asked().length], ['repository', 5], 'this one comes with no policy but where it is');
    }
  });
});

describe('Chromium', () => {
  /** IndexedDB of a tab, from here. */
  const storeOf = (tab, name) => ({
    async load(key) {
      const found = await tab.evaluate(async ([name, key]) => {
        const { indexedDbStore } = await import('/browser.js');
        return [...await indexedDbStore(name).load(key) ?? [null]];
      }, [name, key]);
      return found[0] === null ? undefined : Uint8Array.from(found);
    },
    swap: (key, expected, bytes) => tab.evaluate(async ([name, key, expected, bytes]) => {
      const { indexedDbStore } = await import('/browser.js');
      return indexedDbStore(name).swap(key, expected && Uint8Array.from(expected), Uint8Array.from(bytes));
    }, [name, key, expected && [...expected], [...bytes]]),
  });

  behavesAsStore(test, 'indexedDbStore', async () => storeOf(stage.chromium.page, `store-${number += 1}`));

  test('two tabs that write at once lose nothing', async () => {
    const other = await stage.chromium.page.context().newPage();
    await other.goto(stage.chromium.page.url());
    const name = `tabs-${number += 1}`;
    const add = async (tab, letter) => {
      const store = storeOf(tab, name);
      for (let done = 0; done < 20;) {
        const before = await store.load('a');
        if (await store.swap('a', before, Uint8Array.from([...before ?? [], letter]))) done += 1;
      }
    };
    await Promise.all([add(stage.chromium.page, 1), add(other, 2)]);
    const kept = [...await storeOf(other, name).load('a')];
    assert.deepEqual([1, 2].map((letter) => kept.filter((one) => one === letter).length), [20, 20]);
    await other.close();
  });

  test('a root is asked for once a day, by all tabs together, and whatever is reloaded in between', async () => {
    const { page } = stage.chromium;
    await lives(async (now) => {
      await page.reload();
      return page.evaluate(async ({ image, policy, now }) => {
        const { check, indexedDbStore } = await import('/browser.js');
        return check(image, { policy, store: indexedDbStore('lives'), now: new Date(now) });
      }, { image, policy: policy(), now: now.toISOString() });
    });
  });

  test('a browser that keeps nothing is told and changes nothing', async () => {
    const report = await stage.chromium.page.evaluate(async ({ image, policy }) => {
      const { check, indexedDbStore } = await import('/browser.js');
      const { open } = IDBFactory.prototype;
      IDBFactory.prototype.open = () => { throw new DOMException('private browsing', 'SecurityError'); };
      try {
        return await check(image, { policy, store: indexedDbStore() });
      } finally {
        IDBFactory.prototype.open = open;
      }
    }, { image, policy: policy() });
    assert.deepEqual(shown(report), ['accept', 'repository', 'store-unavailable']);
  });
});

describe('the Worker', () => {
  let worker;
  // Which repositories may be asked is known only when one runs, so that each test starts its own Worker.
  const started = async (options = {}) => {
    worker = await startWorker({ registries: [stage.demo.host], repositories: [new URL(repository.url).host], ...options });
    return worker;
  };
  afterEach(async () => {
    await worker?.dispose();
    worker = undefined;
  });
  const post = async (question) => {
    const answer = await fetch(`${worker.url}/v1/check`, { method: 'POST', body: JSON.stringify({ image, ...question }) });
    return { status: answer.status, body: await answer.json() };
  };

  test('its Durable Object asks once a day, whoever asks it', async () => {
    await started();
    assert.deepEqual(shown((await post({ policy: policy() })).body), ['accept', 'repository', null]);
    assert.equal(asked().length, 5);
    assert.deepEqual(shown((await post({ policy: policy() })).body), ['accept', 'store', null]);
    assert.deepEqual(asked(), []);
  });

  test('of two requests at once neither puts back what the other has seen', async () => {
    await started();
    const both = await Promise.all([post({ policy: policy() }), post({ policy: policy() })]);
    assert.deepEqual(both.map(({ body }) => body.verdict), ['accept', 'accept']);
    const bytes = new TextEncoder().encode(`${repository.url}\n${JSON.stringify(repository.root)}`);
    const key = `tuf-${sha256(bytes)}`;
    const { floors, last } = JSON.parse(new TextDecoder().decode(await worker.state('trust').load(key)));
    assert.deepEqual([floors.timestamp.version, last.root], [1, 1]);
  });

  behavesAsStore(test, 'a Durable Object', async () => {
    if (worker === undefined) await started();
    return worker.state(`of-a-test-${number += 1}`);
  });

  test('policies that each name another repository do not fill it', { timeout: 60_000 }, async () => {
    await started();
    const { load, swap } = worker.state('full');
    const [one, two] = [1, 2].map((byte) => Uint8Array.of(byte));
    const keys = Array.from({ length: 1001 }, (_, place) => `tuf-${sha256(String(place))}`);
    for (const key of keys.slice(0, 1000)) assert.equal(await swap(key, undefined, one), true);
    await assert.rejects(swap(keys[1000], undefined, one));
    assert.equal(await load(keys[1000]), undefined);
    assert.equal(await swap(keys[0], one, two), true, 'what is there already is renewed');
    assert.equal(await swap('tuf-public-good', undefined, one), true, 'and so is what comes with the package');
  });

  test('a repository that is not on the list is not asked', async () => {
    await started({ repositories: ['tuf.example'] });
    for (const question of [
      { policy: policy() }, { policy: JSON.stringify(policy()) },
      { identity: { issuer: 'https://issuer.test', subject: 'x' }, trustedRoot: policy().trustedRoots.demo },
      { policy: { ...policy(), trustedRoots: { demo: { tuf: { metadata: 'https://tuf.example', targets: repository.url, root: repository.root } } } } },
    ]) {
      const { status, body } = await post(question);
      assert.deepEqual([status, body.error?.code], [403, 'repository-not-allowed'], JSON.stringify(body));
    }
    assert.deepEqual(asked(), []);
  });

  test('the page shows what it trusts, and its browser keeps it', async () => {
    await started();
    const tab = await openTab(stage.chromium.page.context().browser());
    await tab.goto(`${worker.url}/`);
    await tab.evaluate(({ image, policy }) => history.replaceState({ policy }, '', `/?${new URLSearchParams({ image })}`), { image, policy: JSON.stringify(policy()) });
    await tab.reload();
    await tab.locator('[data-trusted-root=repository]').waitFor();
    assert.match(await tab.locator('[data-trusted-root]').textContent(), /^Trusted root: demo, confirmed .* UTC by its repository, sha256:/);
    await tab.reload();
    await tab.locator('[data-trusted-root=store]').waitFor();
    assert.match(await tab.locator('[data-trusted-root]').textContent(), /and kept by this browser since/);
    await tab.context().close();
  });
});
