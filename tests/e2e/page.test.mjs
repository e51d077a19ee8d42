// The page as a person uses it, in a real Chromium, over the real Worker, asking registries on loopback.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, afterEach, before, describe, test } from 'node:test';
import { SILENT, accessibilityViolations, openTab, startPage } from './support/page.mjs';

let stage;
let tabs = [];

before(async () => { stage = await startPage(); });
after(() => stage?.dispose());
afterEach(async () => {
  await Promise.all(tabs.map((tab) => tab.context().close()));
  tabs = [];
});

async function open(options) {
  const tab = await openTab(stage.browser, options);
  tabs.push(tab);
  return tab;
}

/** Follows a deep link and waits for whatever the page concludes. */
async function visit(image, { platform, ...options } = {}) {
  const tab = await open(options);
  await tab.goto(`${stage.url}/?${new URLSearchParams({ image, ...(platform && { platform }) })}`);
  await tab.locator('#verdict').waitFor();
  return tab;
}

const repository = (name) => `${stage.direct}/team/${name}`;
const headline = (tab) => tab.locator('#verdict').textContent();
const outcome = (tab, title) => tab.locator('#result .check', { has: tab.locator(`strong:text-is("${title}")`) }).locator('.outcome').textContent();
const card = (tab, title) => tab.locator('.card', { hasText: title });

async function manifestOf(path) {
  const answer = await fetch(`http://${stage.direct}/v2/${path}`);
  return { stated: answer.headers.get('docker-content-digest'), bytes: Buffer.from(await answer.arrayBuffer()) };
}

describe('an image that is what it says', () => {
  test('a deep link shows the digest that the registry states and the bytes hash to', async () => {
    const { stated, bytes } = await manifestOf('team/good/manifests/1.0');
    const computed = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const tab = await visit(repository('good:1.0'));
    assert.equal(stated, computed);
    assert.equal(await card(tab, 'Index digest').locator('.digest').textContent(), stated);
    assert.equal(await card(tab, 'Index digest').locator('.badge').textContent(), 'pinned');
  });

  test('the platform’s digest stands beside the index’s and is not the pinned one', async () => {
    const index = JSON.parse((await manifestOf('team/good/manifests/1.0')).bytes);
    const arm = index.manifests.find(({ platform }) => platform.architecture === 'arm64');
    const tab = await visit(repository('good:1.0'), { platform: 'linux/arm64' });
    assert.equal(await card(tab, 'Platform digest').locator('.digest').textContent(), arm.digest);
    assert.equal(await card(tab, 'Platform digest').locator('.badge').count(), 0);
    assert.equal(await tab.locator('#platform').inputValue(), 'linux/arm64');
  });

  test('a single image has one digest, and it is pinned', async () => {
    const { stated } = await manifestOf('team/single/manifests/1.0');
    const tab = await visit(repository('single:1.0'));
    assert.equal(await tab.locator('.card').count(), 1);
    assert.equal(await tab.locator('.card.pinned .digest').textContent(), stated);
  });

  test('without a policy it is proven but never accepted', async () => {
    const tab = await visit(repository('good:1.0'));
    assert.equal(await headline(tab), 'The bytes are proven; who published them is not');
    assert.equal(await tab.locator('.verdict.proven').count(), 1);
    assert.equal(await tab.locator('.accept').count(), 0);
    assert.ok(await tab.locator('.not-proven li').count() > 0, 'what is not proven is said');
  });

  test('the tree leads from the reference to every layer, and says that layers were not downloaded', async () => {
    const index = JSON.parse((await manifestOf('team/good/manifests/1.0')).bytes);
    const manifest = JSON.parse((await manifestOf(`team/good/manifests/${index.manifests[0].digest}`)).bytes);
    const tab = await visit(repository('good:1.0'));
    const named = await tab.locator('.tree .digest').allTextContents();
    for (const { digest } of [index.manifests[0], manifest.config, ...manifest.layers]) assert.ok(named.includes(digest), `the tree has ${digest}`);
    assert.match(await tab.locator('.node.named').first().textContent(), /not downloaded/);
    assert.equal(stage.asked.some((path) => path.includes(manifest.layers[0].digest)), false);
  });

  test('a policy that names the digest accepts it', async () => {
    const { stated } = await manifestOf('team/good/manifests/1.0');
    const tab = await open();
    await tab.goto(stage.url);
    await submitWithPolicy(tab, stated);
    assert.match(await headline(tab), /^Accepted/);
    assert.equal(await tab.locator('.verdict.accept').count(), 1);
  });

  test('a policy that names another digest rejects it and offers nothing to run', async () => {
    const tab = await open();
    await tab.goto(stage.url);
    await submitWithPolicy(tab, `sha256:${'0'.repeat(64)}`);
    assert.equal(await headline(tab), 'Rejected: not what your policy asks for');
    assert.equal(await tab.locator('.takeaway').count(), 0);
  });

  async function submitWithPolicy(tab, digest) {
    const policy = { rules: [{ images: repository('good'), require: [{ anyOf: [{ digest }] }] }], default: 'reject' };
    await tab.locator('#image').fill(repository('good:1.0'));
    await tab.locator('.policy summary').click();
    await tab.locator('#policy').fill(JSON.stringify(policy));
    await tab.getByRole('button', { name: 'Check' }).click();
    await tab.locator('#verdict').waitFor();
  }
});

describe('an image that is not what it says', () => {
  const deceptions = [
    { name: 'liar:1.0', of: 'a registry that states another digest', title: 'The registry’s own digest', code: 'header-mismatch' },
    { name: 'tampered:1.0', of: 'a configuration that was changed', title: 'The configuration', code: 'digest-mismatch' },
    { name: 'ambiguous:1.0', of: 'a document that is manifest and index at once', title: 'The document', code: 'document-ambiguous' },
  ];
  for (const { name, of, title, code } of deceptions) {
    test(`${of} is shown as rejected and never as proven`, async () => {
      const tab = await visit(repository(name));
      assert.match(await headline(tab), /^Rejected/);
      assert.equal(await outcome(tab, title), 'failed');
      assert.equal(await tab.locator('#result .check.failed code').first().textContent(), code);
      assert.equal(await tab.locator('.takeaway, .badge, .accept, .proven').count(), 0, 'nothing to take away, nothing pinned');
      assert.equal(await tab.getByRole('heading', { name: /proven/i }).count(), 1, 'only “Not proven”');
      assert.equal(await tab.getByRole('heading', { name: 'Not proven' }).count(), 1);
    });
  }

  test('a tampered configuration is shown with the digest expected and the digest found', async () => {
    const tab = await visit(repository('tampered:1.0'));
    const [expected, found] = await tab.locator('.contradiction .digest').allTextContents();
    assert.match(expected, /^sha256:[0-9a-f]{64}$/);
    assert.match(found, /^sha256:[0-9a-f]{64}$/);
    assert.notEqual(expected, found);
  });

  test('a tag that moves between two looks is pointed out with both digests', async () => {
    const tab = await visit(repository('moving:latest'));
    const first = await tab.locator('.card.pinned .digest').textContent();
    assert.equal(await tab.locator('.moved').count(), 0);
    await tab.getByRole('button', { name: 'Check' }).click();
    await tab.locator('.moved').waitFor();
    const [before, now] = await tab.locator('.moved .digest').allTextContents();
    assert.equal(before, first);
    assert.equal(now, await tab.locator('.card.pinned .digest').textContent());
    assert.notEqual(before, now);
  });

  test('a tag that stands still is not said to have moved', async () => {
    const tab = await visit(repository('good:1.0'));
    await tab.locator('#verdict').evaluate((heading) => heading.classList.add('old'));
    await tab.getByRole('button', { name: 'Check' }).click();
    await tab.locator('#verdict:not(.old)').waitFor();
    assert.equal(await tab.locator('.moved').count(), 0);
  });
});

describe('no report', () => {
  const refusals = [
    { of: 'a text that is no reference', image: 'nginx:1.27:latest', code: 'reference-invalid' },
    { of: 'an image that is not there', image: () => repository('absent:1.0'), code: 'not-found' },
    { of: 'a platform that is none', image: () => repository('good:1.0'), platform: '//', code: 'platform-invalid' },
  ];
  for (const { of, image, platform, code } of refusals) {
    test(`${of} is told with its code and what to do`, async () => {
      const tab = await visit(typeof image === 'string' ? image : image(), { platform });
      assert.equal(await tab.locator('.verdict.error .code code').textContent(), code);
      assert.ok(await tab.locator('.verdict.error p').count() >= 4, 'subject, reason, advice and code');
      assert.equal(await tab.locator('.takeaway, .tree').count(), 0);
    });
  }

  test('a pasted docker pull line is refused, and its reference offered instead', async () => {
    const tab = await visit(`docker pull ${repository('good:1.0')}`);
    assert.equal(await headline(tab), 'This is not an image reference');
    await tab.locator('.verdict a').click();
    await tab.locator('.verdict.proven').waitFor();
    assert.equal(await tab.locator('#image').inputValue(), repository('good:1.0'));
  });

  test('markup in a reference stays text', async () => {
    const tab = await visit('<img src=x onerror=alert(1)>');
    assert.equal(await tab.locator('.verdict .subject').textContent(), '<img src=x onerror=alert(1)>');
    assert.equal(await tab.locator('main img').count(), 0);
  });

  test('a policy that is no JSON is refused before anything is asked', async () => {
    const tab = await open();
    await tab.goto(stage.url);
    await tab.locator('#image').fill(repository('good:1.0'));
    await tab.locator('.policy summary').click();
    await tab.locator('#policy').fill('{ "rules": ');
    await tab.getByRole('button', { name: 'Check' }).click();
    await tab.locator('#verdict').waitFor();
    assert.equal(await tab.locator('.verdict.error .code code').textContent(), 'policy-invalid');
    assert.equal(tab.record.requests.some((url) => url.includes('/v2/')), false);
  });
});

describe('the way to the registry', () => {
  test('a registry that lets browsers read it is asked directly, and the page says so', async () => {
    const tab = await visit(repository('good:1.0'));
    assert.equal(await tab.locator('[data-via]').getAttribute('data-via'), 'direct');
    // But for the list of what is attached: a registry does not show a page whether that goes on.
    assert.equal(tab.record.requests.some((url) => url.includes('/relay/') && !url.includes('/referrers/')), false);
  });

  test('a registry that does not is asked through the relay, and the page says so', async (t) => {
    if (stage.relayed === null) return t.skip('the page under test has a Worker of its own');
    const tab = await visit(`${stage.relayed}/team/good:1.0`);
    assert.equal(await tab.locator('[data-via]').getAttribute('data-via'), 'relay');
    assert.ok((await tab.locator('[data-via]').textContent()).includes(new URL(stage.url).host));
    assert.equal(await card(tab, 'Index digest').locator('.digest').textContent(), (await manifestOf('team/good/manifests/1.0')).stated);
  });

  test('a liar behind the relay is rejected all the same', async (t) => {
    if (stage.relayed === null) return t.skip('the page under test has a Worker of its own');
    const tab = await visit(`${stage.relayed}/team/liar:1.0`);
    assert.match(await headline(tab), /^Rejected/);
  });

  test('a registry that the relay may not ask is no report, and nothing is concluded', async (t) => {
    if (stage.relayed === null) return t.skip('the page under test has a Worker of its own');
    const tab = await visit(`${stage.unlisted}/team/good:1.0`);
    assert.equal(await tab.locator('.verdict.error .code code').textContent(), 'relay-refused');
    assert.equal(await tab.locator('.takeaway, .tree').count(), 0);
  });

  test('a registry that nobody answers for is unreachable, and nothing is concluded', async (t) => {
    if (stage.relayed === null) return t.skip('the page under test has a Worker of its own');
    const tab = await visit(`${SILENT}/team/good:1.0`);
    assert.equal(await tab.locator('.verdict.error .code code').textContent(), 'unreachable');
    assert.equal(await tab.locator('.takeaway, .tree').count(), 0);
  });

  test('nobody is asked but this site and the registry, and no policy on content is broken', async () => {
    const tab = await visit(repository('good:1.0'));
    const origins = new Set(tab.record.requests.map((url) => new URL(url)).filter(({ protocol }) => protocol !== 'data:').map(({ origin }) => origin));
    assert.deepEqual([...origins].sort(), [stage.url, `http://${stage.direct}`].sort());
    assert.deepEqual(await tab.evaluate(() => globalThis.violations), []);
    assert.deepEqual(tab.record.complaints, []);
  });

  test('the core runs in a Worker, and the page’s own thread never loads it', async () => {
    const tab = await visit(repository('good:1.0'));
    assert.deepEqual(tab.workers().map((worker) => new URL(worker.url()).pathname), ['/background.js']);
    const loaded = await tab.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    assert.ok(tab.record.requests.some((url) => url.endsWith('.wasm')));
    assert.equal(loaded.some((url) => url.includes('/pullproof/')), false);
  });

  test('the page is served with the policy on content that it carries itself, and may not be framed', async () => {
    const answer = await fetch(stage.url);
    const served = answer.headers.get('content-security-policy');
    const [, carried] = /Content-Security-Policy" content="([^"]*)"/.exec(await answer.text());
    assert.equal(served, `${carried}; frame-ancestors 'none'`);
  });
});

describe('by keyboard', () => {
  test('type, Enter, and focus is on the result’s heading', async () => {
    const tab = await open();
    await tab.goto(stage.url);
    await tab.keyboard.type(repository('good:1.0')); // the box has the focus from the start
    await tab.keyboard.press('Enter');
    await tab.locator('#verdict').waitFor();
    assert.equal(await tab.evaluate(() => document.activeElement.id), 'verdict');
    assert.equal(new URL(tab.url()).searchParams.get('image'), repository('good:1.0'));
  });

  test('the three lines are copied as they stand, each by its button, and it is announced', async () => {
    const { stated } = await manifestOf('team/good/manifests/1.0');
    const pinned = `${repository('good:1.0')}@${stated}`;
    const tab = await visit(repository('good:1.0'));
    for (const [label, line] of [['Digest', stated], ['Docker', `docker pull ${pinned}`], ['Kubernetes', `image: ${pinned}`]]) {
      await tab.keyboard.press('Tab');
      assert.equal(await tab.evaluate(() => document.activeElement.getAttribute('aria-label')), `Copy ${label}`);
      await tab.keyboard.press('Enter');
      await tab.locator('#announcement', { hasText: `Copied ${label}.` }).waitFor({ state: 'attached' });
      assert.equal(await tab.evaluate(() => navigator.clipboard.readText()), line);
    }
  });

  test('Escape cancels a check that hangs, and nothing is concluded', async () => {
    const tab = await open();
    await tab.goto(`${stage.url}/?image=${encodeURIComponent(repository('slow:1.0'))}`);
    await tab.locator('.check.running').waitFor();
    const dropped = tab.waitForEvent('requestfailed', (request) => request.url().includes('/team/slow/'));
    await tab.keyboard.press('Escape');
    await dropped;
    await tab.locator('#progress').waitFor({ state: 'hidden' });
    assert.equal(await tab.locator('#result').isVisible(), false);
    assert.match(await tab.locator('#announcement').textContent(), /^Cancelled/);
    assert.equal(await tab.evaluate(() => document.activeElement.id), 'image');
  });

  test('a question asked while another runs takes its place', async () => {
    const tab = await open();
    await tab.goto(`${stage.url}/?image=${encodeURIComponent(repository('slow:1.0'))}`);
    await tab.locator('.check.running').waitFor();
    await tab.locator('#image').fill(repository('good:1.0'));
    await tab.keyboard.press('Enter');
    await tab.locator('.verdict.proven').waitFor();
    assert.equal(await tab.locator('.verdict .subject').textContent(), repository('good:1.0'));
  });

  test('back returns to the question before, and then to the empty page', async () => {
    const tab = await open();
    await tab.goto(stage.url);
    for (const name of ['good:1.0', 'single:1.0']) {
      await tab.locator('#image').fill(repository(name));
      await tab.keyboard.press('Enter');
      await tab.locator('.verdict .subject', { hasText: name }).waitFor();
    }
    await tab.goBack();
    await tab.locator('.verdict .subject', { hasText: 'good:1.0' }).waitFor();
    assert.equal(await tab.locator('#image').inputValue(), repository('good:1.0'));
    await tab.goBack();
    await tab.locator('#result').waitFor({ state: 'hidden' });
    assert.equal(await tab.locator('#image').inputValue(), '');
  });

  test('every step is said in a live region while the check runs', async () => {
    const tab = await open();
    await tab.goto(`${stage.url}/?image=${encodeURIComponent(repository('slow:1.0'))}`);
    await tab.locator('[role=log] .check.running').waitFor();
    assert.equal(await tab.locator('[role=log]').getAttribute('aria-live'), 'polite');
    assert.match(await tab.locator('[role=log] .check.running').textContent(), /Fetching the bytes.*running/);
  });
});

describe('for everybody', () => {
  const states = {
    empty: () => '',
    proven: () => repository('good:1.0'),
    rejected: () => repository('tampered:1.0'),
    'without a report': () => 'docker pull nginx',
    running: () => repository('slow:1.0'),
  };
  for (const colorScheme of ['light', 'dark']) {
    for (const [state, image] of Object.entries(states)) {
      test(`axe finds nothing, and nothing scrolls sideways at 360 pixels: ${state}, ${colorScheme}`, async () => {
        const tab = await open({ colorScheme, viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' });
        await tab.goto(image() ? `${stage.url}/?image=${encodeURIComponent(image())}` : stage.url);
        await tab.locator({ empty: '#demo-examples a', running: '.check.running' }[state] ?? '#verdict').first().waitFor();
        await tab.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
        assert.deepEqual(await accessibilityViolations(tab), []);
        assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no wider than the screen');
      });
    }
  }

  test('where the site has a demo, its examples come first', async () => {
    const tab = await open();
    await tab.goto(stage.url);
    await tab.locator('#demo-examples a').first().waitFor();
    const [first] = await tab.locator('.examples a').allTextContents();
    await tab.locator('.examples a').first().click();
    await tab.locator('#verdict').waitFor();
    assert.equal(await tab.locator('#image').inputValue(), first);
  });

  test('no mark tells its meaning by colour alone', async () => {
    const tab = await visit(repository('tampered:1.0'));
    const shapes = await tab.locator('#result .check .mark use').evaluateAll((marks) => marks.map((mark) => mark.getAttribute('href')));
    const words = await tab.locator('#result .check .outcome').allTextContents();
    assert.equal(shapes.length, words.length);
    shapes.forEach((shape, place) => assert.equal(shape, `#mark-${words[place]}`));
  });
});
