// Docker Content Trust in the page: who vouches for an image, from the root to the tag; what the browser remembers; and what somebody types
// under “Signed by”. In a real Chromium, over the real Worker, whose relay is the only way to a trust server: those know no pages.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { accessibilityViolations, openTab, startBrowser } from './support/page.mjs';
import { demoRegistry } from './support/registries.mjs';
import { together } from './support/together.mjs';
import { startWorker } from './support/worker.mjs';

let stage;
let demo;
let tabs = [];

before(async () => {
  demo = await demoRegistry();
  const examples = demo.trust.map(({ image, policy }) => ({ image, policy, title: 'Docker Content Trust' }));
  stage = await together({
    demo: Promise.resolve(demo),
    worker: startWorker({ registries: [demo.host], demo: { registry: demo.host, examples } }),
    browser: startBrowser().then((browser) => ({ browser, dispose: () => browser.close() })),
  });
});
after(() => stage?.dispose());
afterEach(async () => {
  await Promise.all(tabs.map((tab) => tab.context().close()));
  tabs = [];
});

const image = (name) => `${demo.host}/demo/${name}:1.0`;
const rootKey = () => JSON.parse(demo.trust[0].policy).rules[0].require[0].contentTrust.rootKey;
const headline = (tab) => tab.locator('#verdict').textContent();
const collection = (tab) => tab.locator('.collection');

async function open(options) {
  const tab = await openTab(stage.browser.browser, options);
  tabs.push(tab);
  await tab.goto(stage.worker.url);
  return tab;
}

/** Follows an example, and waits for its answer. */
async function follow(tab, name) {
  await tab.locator('.wordmark').click();
  await tab.locator('#demo-examples a', { hasText: `/demo/${name}` }).click();
  await tab.locator('#verdict').waitFor();
  return tab;
}

async function example(name, options) {
  return follow(await open(options), name);
}

/** Asks for an image of the demo with what somebody typed under “Signed by”. */
async function asked(name, { firstUse, ...fields }, tab = undefined) {
  tab ??= await open();
  if (!await tab.locator('details.signer').evaluate((details) => details.open)) await tab.locator('.signer > summary').click();
  await tab.locator('#image').fill(image(name));
  for (const [field, value] of Object.entries(fields)) await tab.locator(`#${field}`).fill(value);
  await tab.locator('#first-use').setChecked(Boolean(firstUse));
  await tab.getByRole('button', { name: 'Check' }).click();
  await tab.locator('#verdict').waitFor();
  return tab;
}

function expectQuiet(tab) {
  assert.deepEqual(tab.record.complaints, []);
}

describe('a collection of the demo', () => {
  const cases = [
    ['trust-signed:1.0', 'Accepted: signed as you ask for', 'verified', /pinned: the root key/],
    ['trust-first-use:1.0', 'Accepted: signed as you ask for', 'verified', /first seen \d{4}-\d{2}-\d{2}, nobody vouches for it/],
    ['trust-archived:1.0', 'Archived: signed once, and nothing is known of today', 'archived', /This is the past\..*2020-10-02 00:00:00 UTC/],
    ['trust-another:1.0', 'Rejected: nobody whom you trust vouches for it', 'failed', /found that targets\/releases signed/],
    ['trust-wrong-root:1.0', 'Rejected: nobody whom you trust vouches for it', 'failed', /expected a root with a key that is pinned/],
    ['trust-expired:1.0', 'Rejected: nobody whom you trust vouches for it', 'failed', /found metadata that expired at/],
  ];
  for (const [name, title, outcome, says] of cases) {
    test(`${name}: ${title}`, async () => {
      const tab = await example(name);
      assert.equal(await headline(tab), title);
      assert.equal(await collection(tab).getAttribute('data-outcome'), outcome);
      assert.match(await collection(tab).textContent(), says);
      const takeaway = await tab.locator('.takeaway').count();
      assert.equal(takeaway, outcome === 'failed' ? 0 : 1, 'of a rejected image nothing is offered to run');
      assert.equal(await tab.locator('.verdict.accept').count(), outcome === 'verified' ? 1 : 0);
      assert.deepEqual(await tab.evaluate(() => globalThis.violations), []);
      expectQuiet(tab);
    });
  }

  test('is read through the relay, since its server sends no CORS headers, and the page says so', async () => {
    const tab = await example('trust-signed:1.0');
    assert.match(await collection(tab).textContent(), /through this site’s relay/);
    const relayed = tab.record.requests.filter((url) => url.includes('/relay/') && url.includes('/_trust/tuf/'));
    assert.ok(relayed.length >= 5, relayed.join('\n'));
  });

  test('shows every step from the root to the digest, its date and its keys, which are shortened', async () => {
    const tab = await example('trust-signed:1.0');
    const steps = tab.locator('.trust-chain > li');
    assert.deepEqual(await steps.locator('.link-title strong').allTextContents(), ['root', 'timestamp', 'snapshot', 'targets', 'targets/releases', 'tag']);
    assert.match(await steps.nth(0).textContent(), new RegExp(`version 1, until 2036-\\d\\d-\\d\\d.*CN=${demo.host}/demo/trust-signed`));
    assert.match(await steps.nth(4).textContent(), /signed by at least 1 of/);
    assert.equal(await steps.nth(4).locator('.key').count(), 2);
    const key = steps.nth(0).locator('.key');
    assert.equal(await key.locator('summary code').textContent(), rootKey().slice(0, 8));
    assert.equal(await key.locator('.key-id').isVisible(), false);
    await key.locator('summary').focus();
    await tab.keyboard.press('Enter');
    assert.equal(await key.locator('.key-id').isVisible(), true);
    assert.equal(await key.locator('.key-id').textContent(), rootKey());
  });

  test('of the past is said to be so where the chain stands, too, and its keys are no less shown', async () => {
    const tab = await example('trust-archived:1.0');
    assert.equal(await collection(tab).locator('.outcome').first().textContent(), 'archived');
    assert.match(await collection(tab).textContent(), /nothing is kept of an archive/);
    assert.deepEqual(await tab.locator('.trust-chain > li').locator('.past').allTextContents(), ['2020-10-15', '2023-10-01', '2023-10-01', '2023-10-01'].map((day) => `expired ${day}`));
    assert.match(await tab.locator('.trust-chain > li').first().textContent(), /until 2036/);
  });

  test('is nobody’s concern where no policy names one', async () => {
    const tab = await open();
    await tab.goto(`${stage.worker.url}/?image=${encodeURIComponent(image('trust-wrong-root'))}`);
    await tab.locator('#verdict').waitFor();
    assert.equal(await collection(tab).count(), 0);
    assert.equal(tab.record.requests.some((url) => url.includes('/_trust/')), false);
  });
});

describe('what the browser remembers', () => {
  const firstSeen = async (tab) => /first at ([\d-]+ [\d:]+ UTC)/.exec(await collection(tab).textContent())?.[1];
  const kept = (tab) => tab.evaluate(async () => {
    const [{ name }] = await indexedDB.databases();
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const [store] = database.objectStoreNames;
    const keys = await new Promise((resolve) => {
      const request = database.transaction(store).objectStore(store).getAllKeys();
      request.onsuccess = () => resolve(request.result);
    });
    database.close();
    return keys;
  });

  test('who was seen first stays the first, after the page was loaded anew', async () => {
    const tab = await example('trust-first-use:1.0');
    const first = await firstSeen(tab);
    assert.match(first, /UTC$/);
    assert.equal((await kept(tab)).filter((key) => key.startsWith('content-trust-')).length, 1);
    await tab.waitForTimeout(1100); // times have seconds
    await tab.reload();
    await follow(tab, 'trust-first-use:1.0');
    assert.equal(await firstSeen(tab), first);
    expectQuiet(tab);
  });

  test('a server that goes back is refused once newer data was seen, in another tab and after loading anew as well', async () => {
    const tab = await example('trust-rolled-back:1.0');
    assert.equal(await headline(tab), 'Accepted: signed as you ask for', 'who has seen nothing newer cannot know');
    await follow(tab, 'trust-rolled-back:2.0');
    assert.equal(await headline(tab), 'Accepted: signed as you ask for');
    const another = await tab.context().newPage();
    await another.goto(stage.worker.url);
    await tab.reload();
    for (const one of [tab, another]) {
      await follow(one, 'trust-rolled-back:1.0');
      assert.equal(await headline(one), 'Rejected: nobody whom you trust vouches for it');
      assert.match(await one.locator('.verdict').textContent(), /expected version \d+ or later, found \d+/);
    }
    expectQuiet(tab);
  });

  test('somebody else’s browser has not seen it', async () => {
    await follow(await open(), 'trust-rolled-back:2.0');
    assert.match(await headline(await example('trust-rolled-back:1.0')), /^Accepted/);
  });
});

describe('what somebody typed', () => {
  test('the root key alone is enough: the server is the registry’s', async () => {
    const tab = await asked('trust-signed', { 'root-key': rootKey() });
    assert.equal(await headline(tab), 'Accepted: signed as you ask for');
    assert.equal(await collection(tab).getAttribute('data-outcome'), 'verified');
    expectQuiet(tab);
  });

  test('one of several keys is enough', async () => {
    const tab = await asked('trust-signed', { 'root-key': `${'0'.repeat(64)}\n${rootKey()}`, 'trust-server': `http://${demo.host}` });
    assert.equal(await headline(tab), 'Accepted: signed as you ask for');
  });

  test('another key is refused', async () => {
    const tab = await asked('trust-signed', { 'root-key': '0'.repeat(64) });
    assert.equal(await headline(tab), 'Rejected: nobody whom you trust vouches for it');
    assert.match(await tab.locator('.verdict').textContent(), /a key that is pinned/);
  });

  test('first use is asked for by a box of its own, and told as such', async () => {
    const tab = await asked('trust-wrong-root', { firstUse: true });
    assert.equal(await headline(tab), 'Accepted: signed as you ask for');
    assert.match(await collection(tab).textContent(), /nobody vouches for it/);
    assert.match(await tab.locator('.not-proven').textContent(), /nobody vouched for them/);
  });

  test('a server that this site does not relay is not known, rather than refused', async () => {
    const tab = await asked('trust-signed', { 'root-key': rootKey(), 'trust-server': 'https://notary.elsewhere.test' });
    assert.equal(await headline(tab), 'The bytes are proven; what their publisher signed is not known');
    assert.equal(await collection(tab).getAttribute('data-outcome'), 'unknown');
    assert.equal(await tab.locator('.accept').count(), 0);
  });

  const refusals = [
    ['a server alone', { 'trust-server': 'https://notary.example' }, /Expected a root key, or first use.*found a trust server alone/, 'options-invalid'],
    ['a key and first use', { 'root-key': '0'.repeat(64), firstUse: true }, /rootKey/, 'policy-invalid'],
    ['a key that is none', { 'root-key': 'c151' }, /a key ID of 64 hexadecimal digits/, 'policy-invalid'],
    ['a server that is none', { 'root-key': '0'.repeat(64), 'trust-server': 'ftp://notary.example' }, /https address of a trust server/, 'policy-invalid'],
    ['two kinds of signer', { 'root-key': '0'.repeat(64), key: 'x' }, /found key and contentTrust/, 'options-invalid'],
  ];
  for (const [of, fields, says, code] of refusals) {
    test(`${of} is said so, and nobody is asked`, async () => {
      const tab = await asked('trust-signed', fields);
      assert.equal(await tab.locator('.verdict.error .code code').textContent(), code);
      assert.match(await tab.locator('.verdict.error').textContent(), says);
      assert.equal(tab.record.requests.some((url) => url.includes('/v2/')), false);
    });
  }

  test('stands in no address, and is there again after going back', async () => {
    const tab = await asked('trust-signed', { 'root-key': rootKey(), 'trust-server': `http://${demo.host}` });
    assert.deepEqual([...new URL(tab.url()).searchParams.keys()], ['image']);
    await asked('trust-wrong-root', { 'root-key': '', 'trust-server': '', firstUse: true }, tab);
    await tab.goBack();
    await tab.locator('.verdict.accept').waitFor();
    assert.equal(await tab.locator('#root-key').inputValue(), rootKey());
    assert.equal(await tab.locator('#first-use').isChecked(), false);
    await tab.goForward();
    await tab.locator('.verdict .subject', { hasText: 'trust-wrong-root' }).waitFor();
    assert.equal(await tab.locator('#first-use').isChecked(), true);
  });

  test('can be typed without a mouse', async () => {
    const tab = await open();
    await tab.locator('.signer > summary').focus();
    await tab.keyboard.press('Enter');
    await tab.locator('#trusted-root-file').focus();
    const reached = [];
    for (const _ of [1, 2, 3]) {
      await tab.keyboard.press('Tab');
      reached.push(await tab.evaluate(() => document.activeElement.id));
    }
    assert.deepEqual(reached, ['root-key', 'first-use', 'trust-server']);
  });
});

describe('for everybody', () => {
  for (const colorScheme of ['light', 'dark']) {
    for (const name of ['trust-signed:1.0', 'trust-first-use:1.0', 'trust-archived:1.0', 'trust-wrong-root:1.0']) {
      test(`axe finds nothing, and nothing scrolls sideways at 360 pixels: ${name}, ${colorScheme}`, async () => {
        const tab = await example(name, { colorScheme, viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' });
        for (const key of await tab.locator('.key summary').all()) await key.click();
        await tab.locator('.signer > summary').click();
        assert.deepEqual(await accessibilityViolations(tab), []);
        assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no wider than the screen');
      });
    }
  }
});
