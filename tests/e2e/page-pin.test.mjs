// Whole texts in the page's one box, in a real Chromium, over the real Worker, asking registries on loopback.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, describe, test } from 'node:test';
import { SILENT, accessibilityViolations, openTab, startPage } from './support/page.mjs';

const ABSENT = `sha256:${'0'.repeat(64)}`;

let stage;
let tabs = [];
/** The digests that the registry states: of an index, of its manifest for arm64, and of a single image. */
let index;
let arm;
let single;

before(async () => {
  stage = await startPage();
  const manifest = async (path) => {
    const answer = await fetch(`http://${stage.direct}/v2/team/${path}`);
    return { digest: answer.headers.get('docker-content-digest'), value: await answer.json() };
  };
  const good = await manifest('good/manifests/1.0');
  index = good.digest;
  arm = good.value.manifests.find(({ platform }) => platform.architecture === 'arm64').digest;
  single = (await manifest('single/manifests/1.0')).digest;
});
after(() => stage?.dispose());
afterEach(async () => {
  await Promise.all(tabs.map((tab) => tab.context().close()));
  tabs = [];
});

async function open(options) {
  const tab = await openTab(stage.browser, options);
  tabs.push(tab);
  await tab.goto(stage.url);
  return tab;
}

/** Asks about a text and waits for whatever the page concludes. */
async function ask(text, { platform, policy, kind, ...options } = {}) {
  const tab = await open(options);
  await fill(tab, text);
  if (platform) await tab.locator('#platform').fill(platform);
  if (kind) await tab.locator('#kind').selectOption(kind);
  if (policy) {
    await tab.locator('.policy summary').click();
    await tab.locator('#policy').fill(JSON.stringify(policy));
  }
  return submit(tab);
}

const fill = (tab, text) => tab.locator('#image').fill(text);

async function submit(tab) {
  await tab.locator('#image').press('Control+Enter');
  await tab.locator('#verdict').waitFor();
  return tab;
}

/** The same text from somewhere else, at once, with the line ends that it has there. */
async function paste(tab, text) {
  await tab.evaluate((copied) => navigator.clipboard.writeText(copied), text);
  await tab.locator('#image').focus();
  await tab.keyboard.press('Control+V');
}

const image = (name) => `${stage.direct}/team/${name}`;
const headline = (tab) => tab.locator('#verdict').textContent();
const code = (tab) => tab.locator('.verdict.error .code code').textContent();
const pinnedText = (tab) => tab.getByRole('region', { name: 'Pinned text' }).evaluate((region) => region.textContent);
const entry = (tab, name) => tab.locator('.image', { hasText: name }).first();
const card = (one, title) => one.locator('.card', { hasText: title });
const digestOf = (one) => one.locator('.digest').textContent();

const compose = () => `# the shop\nservices:\n  web:\n    image: "${image('good:1.0')}" # the front\n    ports: ["80:80"]\n  api:\n    image: ${image('single:1.0')}\n`;
const lefty = () => `services:\n  web:\n    image: ${image('good:1.0')}\n  built:\n    build: .\n    image: shop/built:1\n  db:\n    image: ${image('good')}:\${DB_VERSION}\n  gone:\n    image: ${image('absent:2.0')}\n`;
const pinnedAll = () => `FROM ${image('good:1.0')}@${index}\nFROM ${image('good:1.0')}@${single}\nFROM ${image('single:1.0')}@${ABSENT}\nFROM ${image('good:1.0')}@${arm}\nFROM ${image('absent:1.0')}@${ABSENT}\n`;

describe('a text is pinned', () => {
  test('a Compose file gets the digests that the registry states, and not another byte', async () => {
    const tab = await ask(compose());
    assert.equal(await headline(tab), 'All 2 images pinned');
    const expected = compose().replace(image('good:1.0'), `${image('good:1.0')}@${index}`).replace(image('single:1.0'), `${image('single:1.0')}@${single}`);
    assert.equal(await pinnedText(tab), expected);
  });

  test('what was inserted is set apart, and nothing else', async () => {
    const tab = await ask(compose());
    assert.deepEqual(await tab.locator('pre ins').allTextContents(), [`@${index}`, `@${single}`]);
  });

  test('behind characters of two code units and a byte order mark, the right part is set apart', async () => {
    const tab = await open();
    await paste(tab, `\ufeffservices: { "🚢": { image: ${image('good:1.0')} } }\n`);
    await submit(tab);
    assert.deepEqual(await tab.locator('pre ins').allTextContents(), [`@${index}`]);
    assert.ok((await pinnedText(tab)).startsWith('\ufeffservices: { "🚢"'));
  });

  test('a docker run line is sent by Enter alone', async () => {
    const tab = await open();
    await tab.keyboard.type(`docker run --rm -p 80:80 ${image('good:1.0')} serve`); // the box has the focus from the start
    await tab.keyboard.press('Enter');
    await tab.locator('#verdict').waitFor();
    assert.equal(await headline(tab), 'The image is pinned');
    assert.equal(await pinnedText(tab), `docker run --rm -p 80:80 ${image('good:1.0')}@${index} serve`);
    assert.equal(await tab.evaluate(() => document.activeElement.id), 'verdict');
  });

  test('both digests of an image stand side by side, with where it is named', async () => {
    const tab = await ask(compose());
    const good = entry(tab, image('good:1.0'));
    assert.equal(await digestOf(card(good, 'Index digest')), index);
    assert.equal(await card(good, 'Index digest').locator('.badge').textContent(), 'pinned');
    assert.match(await digestOf(card(good, 'Platform digest')), /^sha256:[0-9a-f]{64}$/);
    assert.equal(await card(good, 'Platform digest').locator('.badge').count(), 0);
    assert.match(await good.locator('.place').textContent(), /web.*line 4$/);
    assert.equal(await card(entry(tab, image('single:1.0')), 'Manifest digest').count(), 1);
  });

  test('for a platform, its manifest is the pinned one', async () => {
    const tab = await ask(compose(), { platform: 'linux/arm64' });
    // The single image is for another platform.
    assert.equal(await headline(tab), '1 of 2 images pinned; 1 left alone');
    const good = entry(tab, image('good:1.0'));
    assert.equal(await digestOf(card(good, 'Platform digest')), arm);
    assert.equal(await card(good, 'Platform digest').locator('.badge').count(), 1);
    assert.deepEqual(await tab.locator('pre ins').allTextContents(), [`@${arm}`]);
  });

  test('an image that is named twice is listed once, with both places', async () => {
    const tab = await ask(`FROM ${image('good:1.0')}\nFROM ${image('good:1.0')}\n`);
    assert.equal(await tab.locator('.image').count(), 1);
    assert.match(await tab.locator('.image .place').textContent(), /line 1; .*line 2$/);
  });

  test('a variable that no longer decides is named', async () => {
    const tab = await ask(`services:\n  web:\n    image: ${image('good')}:\${TAG:-1.0}\n`);
    assert.match(await tab.locator('.image').textContent(), /whatever TAG is set to/);
  });

  test('the unified diff has the line before and the line after', async () => {
    const tab = await ask(compose());
    await tab.getByText('As a unified diff').click();
    const lines = (await tab.getByRole('region', { name: 'Unified diff' }).textContent()).split('\n');
    assert.ok(lines.includes(`-    image: ${image('single:1.0')}`), lines.join('\n'));
    assert.ok(lines.includes(`+    image: ${image('single:1.0')}@${single}`));
    assert.deepEqual(await tab.locator('.diff .removed').allTextContents(), lines.filter((line) => /^-(?!--)/.test(line)).map((line) => `${line}\n`));
  });

  test('the whole text is copied and downloaded as it is, with the line ends that it was pasted with', async () => {
    const text = compose().replaceAll('\n', '\r\n').trimEnd();
    const expected = text.replace(image('good:1.0'), `${image('good:1.0')}@${index}`).replace(image('single:1.0'), `${image('single:1.0')}@${single}`);
    const tab = await open();
    await paste(tab, text);
    await submit(tab);
    await tab.getByRole('button', { name: 'Copy the pinned text' }).click();
    await tab.locator('#announcement', { hasText: 'Copied the pinned text.' }).waitFor({ state: 'attached' });
    assert.equal(await tab.evaluate(() => navigator.clipboard.readText()), expected);
    const [download] = await Promise.all([tab.waitForEvent('download'), tab.getByRole('button', { name: 'Download the pinned text' }).click()]);
    assert.equal(download.suggestedFilename(), 'compose.yaml');
    assert.equal(await readFile(await download.path(), 'utf8'), expected);
  });

  test('a text that was pasted and then changed is the changed one', async () => {
    const tab = await open();
    await paste(tab, `FROM ${image('absent:9')}\r\n`);
    await fill(tab, `FROM ${image('good:1.0')}\n`);
    await submit(tab);
    assert.equal(await pinnedText(tab), `FROM ${image('good:1.0')}@${index}\n`);
  });

  test('an image leads to its own check under the same conditions, and back to the text', async () => {
    const policy = { rules: [{ images: image('*'), require: [{ anyOf: [{ digest: index }] }] }], default: 'reject' };
    const tab = await ask(compose(), { platform: 'linux/arm64', policy });
    await tab.getByRole('link', { name: `Check ${image('good:1.0')}` }).click();
    await tab.locator('.tree').waitFor();
    assert.equal(new URL(tab.url()).searchParams.get('image'), `${image('good:1.0')}@${index}`);
    assert.equal(new URL(tab.url()).searchParams.get('platform'), 'linux/arm64');
    assert.match(await headline(tab), /^Accepted/);
    await tab.goBack();
    await tab.locator('ins').first().waitFor();
    assert.equal(await tab.locator('#image').inputValue(), compose());
    assert.equal(await tab.locator('#platform').inputValue(), 'linux/arm64');
  });
});

describe('nothing is called good that nobody vouches for', () => {
  test('without a policy it is said that pinning proves bytes and not publishers, in no accepting tone', async () => {
    const tab = await ask(compose());
    assert.match(await tab.locator('.verdict').textContent(), /Pinning proves bytes, not publishers/);
    assert.equal(await tab.locator('.verdict.accept, .verdict .mark-passed').count(), 0);
    assert.doesNotMatch(await tab.locator('#result').textContent(), /verified|trusted|safe/i);
  });

  test('with a policy, what it does not accept is left alone as refused', async () => {
    const policy = { rules: [{ images: image('good'), require: [{ anyOf: [{ digest: index }] }] }], default: 'reject' };
    const tab = await ask(compose(), { policy });
    assert.equal(await headline(tab), '1 of 2 images pinned; 1 left alone');
    assert.equal(await tab.locator('.left-alone .check.failed .check-title > code').last().textContent(), 'policy-rejected');
    assert.equal(await tab.locator('.verdict.reject').count(), 1);
    assert.deepEqual(await tab.locator('pre ins').allTextContents(), [`@${index}`]);
  });

  test('an image whose registry lies about it is not pinned, and shown as refused', async () => {
    const tab = await ask(`FROM ${image('liar:1.0')}\n`);
    assert.equal(await headline(tab), 'Nothing pinned; 1 left alone');
    assert.equal(await tab.locator('.left-alone .check.failed').count(), 1);
    assert.equal(await tab.locator('ins, .card, .proven').count(), 0);
    assert.equal(await tab.getByRole('button', { name: 'Copy the pinned text' }).count(), 0, 'there is none');
  });
});

describe('what is left alone', () => {
  test('is counted in the headline, and told with place, line, text and reason', async () => {
    const tab = await ask(lefty());
    assert.equal(await headline(tab), '1 of 3 images pinned; 2 left alone');
    const [variable, gone] = await tab.locator('.sheet > .content > .left-alone > li').all();
    assert.match(await variable.textContent(), /good:\$\{DB_VERSION\}.*line 8.*variable.*DB_VERSION/s);
    assert.match(await gone.textContent(), /absent:2\.0.*line 10.*not-found/s);
  });

  test('comes behind the images with something left to do, folded away, where nothing is', async () => {
    const tab = await ask(lefty());
    const settled = tab.locator('.settled');
    assert.equal(await settled.evaluate((details) => details.open), false);
    assert.equal(await settled.locator('summary').textContent(), '1 more place with nothing left to do');
    assert.match(await settled.locator('li').textContent({ timeout: 1000 }), /shop\/built:1.*built/s);
  });

  test('is all that there is to say of a text in which nothing can be pinned', async () => {
    const tab = await ask('FROM scratch\nCOPY a /a\n');
    assert.equal(await headline(tab), 'Nothing here is left to pin');
    assert.equal(await tab.locator('ins').count(), 0);
  });

  test('a text that names no image says so', async () => {
    const tab = await ask('apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { image: nginx }\n');
    assert.equal(await headline(tab), 'No image is named here');
  });
});

describe('what is pinned already', () => {
  test('is asked what has become of its tags, with both digests and whether the old one is there', async () => {
    const tab = await ask(pinnedAll());
    assert.equal(await headline(tab), '2 of 5 tags moved since they were pinned');
    const moved = await tab.locator('.sheet', { has: tab.getByRole('heading', { name: 'Moved', exact: true }) }).locator('.image').all();
    assert.equal(moved.length, 2);
    assert.equal(await digestOf(card(moved[0], 'Pinned')), single);
    assert.equal(await digestOf(card(moved[0], 'The tag now')), index);
    assert.match(await card(moved[0], 'Pinned').textContent(), /still there/);
    assert.equal(await digestOf(card(moved[1], 'The tag now')), single);
    assert.match(await card(moved[1], 'Pinned').textContent(), /no longer there/);
  });

  test('is not said to have moved where the tag still names it, or an index of it', async () => {
    const tab = await ask(pinnedAll());
    const current = tab.locator('.sheet', { has: tab.getByRole('heading', { name: 'Not moved' }) }).locator('.image');
    assert.deepEqual(await current.locator('.digest').allTextContents(), [index, arm]);
    assert.match(await current.last().textContent(), /one platform/);
  });

  test('is not known where nobody can say, and the reason is', async () => {
    const tab = await ask(pinnedAll());
    const unknown = tab.locator('.sheet', { has: tab.getByRole('heading', { name: 'Not known' }) }).locator('.image');
    assert.match(await unknown.textContent(), /absent:1\.0.*not-found/s);
    assert.doesNotMatch(await unknown.textContent(), /no longer/);
  });

  test('a text whose tags all stand still says so, without a tone of accepting', async () => {
    const tab = await ask(`FROM ${image('good:1.0')}@${index} AS a\n`);
    assert.equal(await headline(tab), 'The tag still names what was pinned');
    assert.equal(await tab.locator('.verdict.proven').count(), 1);
    assert.equal(await tab.locator('.accept').count(), 0);
  });

  test('what a policy makes of the new one is said', async () => {
    const policy = { rules: [{ images: image('good'), require: [{ anyOf: [{ digest: single }] }] }], default: 'reject' };
    const tab = await ask(`FROM ${image('good:1.0')}@${single} AS a\n`, { policy });
    assert.match(await tab.locator('.image').textContent(), /Your policy rejects what the tag names now/);
  });

  test('a lock is read as one', async () => {
    const resolved = {
      digest: single, mediaType: 'application/vnd.oci.image.manifest.v1+json', size: 1, platform: null, indexDigest: null, platformDigest: single,
      toldBy: stage.direct, via: 'direct', relay: null, resolvedAt: '2026-01-02T03:04:05Z', signers: [],
    };
    const tab = await ask(JSON.stringify({ lockVersion: 1, images: { [image('good:1.0')]: resolved } }, null, 2));
    assert.equal(await headline(tab), 'The tag has moved since it was pinned');
    assert.match(await tab.locator('.verdict').textContent(), /Read as a lock/);
  });

  test('beside one that is not pinned yet is no drift: the other is pinned, and this one has nothing left to do', async () => {
    const tab = await ask(`FROM ${image('single:1.0')}@${ABSENT} AS a\nFROM ${image('good:1.0')}\n`);
    assert.equal(await headline(tab), 'The image is pinned');
    assert.equal(await tab.locator('.settled li').count(), 1);
  });
});

describe('no answer', () => {
  const refusals = {
    'a text that is nothing we know': ['nothing to see here\n', 'kind-unknown'],
    'a template': ['apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: {{ .Values.image }}\n', 'template', 'kubernetes'],
    'what is not the YAML that it is said to be': ['services: [\n', 'yaml-invalid', 'compose'],
    'a lock of another version': ['{ "lockVersion": 2, "images": {} }', 'lock-invalid'],
  };
  for (const [what, [text, expected, kind]] of Object.entries(refusals)) {
    test(`${what} is told with its code and what to do, and nobody is asked`, async () => {
      const tab = await ask(text, { kind });
      assert.equal(await code(tab), expected);
      assert.ok(await tab.locator('.verdict.error p').count() >= 3, 'reason, advice and code');
      assert.equal(await tab.locator('ins, .card').count(), 0);
      assert.equal(tab.record.requests.some((url) => url.includes('/v2/')), false);
    });
  }

  test('a policy that is none ends it for all images', async () => {
    const tab = await ask(compose(), { policy: { rules: {} } });
    assert.equal(await code(tab), 'policy-invalid');
  });

  test('what could not be told by itself can be chosen', async () => {
    const tab = await ask(`web: { image: ${image('good:1.0')} }\n`, { kind: 'helm-values' });
    assert.match(await tab.locator('.verdict').textContent(), /Read as Helm values/);
    assert.deepEqual(await tab.locator('pre ins').allTextContents(), [`@${index}`]);
  });
});

describe('the box', () => {
  test('asks how to read a text, and not how to read one reference', async () => {
    const tab = await open();
    assert.equal(await tab.locator('#kind').isVisible(), false);
    await fill(tab, compose());
    assert.equal(await tab.locator('#kind').isVisible(), true);
    assert.equal(await tab.getByRole('button', { name: 'Pin', exact: true }).count(), 1);
    await tab.locator('#kind').selectOption('compose');
    await fill(tab, 'nginx:1.27');
    assert.equal(await tab.locator('#kind').isVisible(), false);
    await fill(tab, compose());
    assert.equal(await tab.locator('#kind').inputValue(), '', 'what was said of another text is forgotten');
  });

  test('is one line high for one line, and grows with more', async () => {
    const tab = await open();
    const height = async () => (await tab.locator('#image').boundingBox()).height;
    const one = await height();
    assert.ok(one < 60, `${one} pixels`);
    await fill(tab, compose());
    const seven = await height();
    assert.ok(seven > 100);
    await fill(tab, compose().repeat(100));
    assert.ok(await height() < 2.5 * seven);
  });

  test('takes a new line from Shift and Enter, and then from Enter alone', async () => {
    const tab = await open();
    await tab.keyboard.type('FROM a');
    await tab.keyboard.press('Shift+Enter');
    await tab.keyboard.type('FROM b');
    await tab.keyboard.press('Enter');
    assert.equal(await tab.locator('#image').inputValue(), 'FROM a\nFROM b\n');
    assert.equal(await tab.locator('#result').isVisible(), false);
  });

  test('a reference with white space around it is one reference', async () => {
    const tab = await ask(`  ${image('good:1.0')}\n`);
    assert.equal(await headline(tab), 'The bytes are proven; who published them is not');
    assert.equal(new URL(tab.url()).searchParams.get('image'), image('good:1.0'));
  });
});

describe('a text stays here', () => {
  const secretive = () => `# pass-phrase-4711\n${compose()}`;

  test('it is in no address, and only the names of its images are sent, to their registry', async () => {
    const tab = await ask(secretive());
    assert.equal(new URL(tab.url()).search + new URL(tab.url()).hash, '');
    assert.equal(tab.record.requests.some((url) => url.includes('4711')), false);
    const origins = new Set(tab.record.requests.map((url) => new URL(url)).filter(({ protocol }) => /^http/.test(protocol)).map(({ origin }) => origin));
    assert.deepEqual([...origins].sort(), [stage.url, `http://${stage.direct}`].sort());
    assert.equal(tab.record.requests.some((url) => url.startsWith(`${stage.url}/v1/`) && !url.endsWith('/healthz')), false);
    assert.deepEqual(await tab.evaluate(() => globalThis.violations), []);
    assert.deepEqual(tab.record.complaints, []);
  });

  test('only the digests’ own requests are made: one for each image', async () => {
    const tab = await ask(`${compose()}${compose().replace(/^[^]*services:\n/, '').replaceAll(/^ {2}(\w+):/gm, '  more-$1:')}`);
    assert.equal(await headline(tab), 'All 4 images pinned');
    assert.equal(tab.record.requests.filter((url) => url.includes('/manifests/')).length, 2);
  });

  test('a reload asks again, and a link home forgets', async () => {
    const tab = await ask(compose());
    await tab.reload();
    await tab.locator('ins').first().waitFor();
    assert.equal(await tab.locator('#image').inputValue(), compose());
    await tab.locator('[data-home]').click();
    assert.equal(await tab.locator('#image').inputValue(), '');
    assert.equal(await tab.locator('#result').isVisible(), false);
  });

  test('a very long one is not kept in the history', async () => {
    const tab = await open();
    await paste(tab, `${compose()}${`# ${'long '.repeat(20)}\n`.repeat(6000)}`);
    await submit(tab);
    assert.equal(await headline(tab), 'All 2 images pinned');
    assert.equal(await tab.evaluate(() => history.state.text), undefined);
    await tab.reload();
    await tab.locator('#demo-examples a').first().waitFor();
    assert.equal(await tab.locator('#image').inputValue(), '');
  });

  test('markup in it stays text, wherever it is shown', async () => {
    const markup = '<img src=x onerror=alert(1)>';
    const tab = await ask(`services:\n  "${markup}":\n    image: "${markup}"\n  web:\n    image: ${image('good:1.0')} # ${markup}\n`);
    assert.ok((await pinnedText(tab)).includes(`# ${markup}`));
    assert.ok((await tab.locator('.left-alone').first().textContent()).includes(markup));
    assert.equal(await tab.locator('main img').count(), 0);
  });
});

describe('the way to the registries', () => {
  test('those that do not let browsers read them are asked through the relay, and the page says whose word that is', async (t) => {
    if (stage.relayed === null) return t.skip('the page under test has a Worker of its own');
    const tab = await ask(`FROM ${stage.relayed}/team/good:1.0\nFROM ${image('single:1.0')}\n`);
    assert.deepEqual(await tab.locator('pre ins').allTextContents(), [`@${index}`, `@${single}`]);
    assert.match(await tab.locator('[data-via=relay]').textContent(), /the relay’s word, too/);
  });

  test('what the relay may not ask, and what does not answer, is left alone, and the rest is pinned', async (t) => {
    if (stage.relayed === null) return t.skip('the page under test has a Worker of its own');
    const tab = await ask(`FROM ${stage.unlisted}/team/good:1.0\nFROM ${SILENT}/team/good:1.0\nFROM ${image('good:1.0')}\n`);
    assert.equal(await headline(tab), '1 of 3 images pinned; 2 left alone');
    assert.deepEqual(await tab.locator('.left-alone .check-title > code:not(.name)').allTextContents(), ['relay-refused', 'unreachable']);
    assert.equal(await tab.locator('[data-via]').getAttribute('data-via'), 'direct');
  });

  test('a liar behind the relay is not believed either', async (t) => {
    if (stage.relayed === null) return t.skip('the page under test has a Worker of its own');
    const tab = await ask(`FROM ${stage.relayed}/team/liar:1.0\n`);
    assert.equal(await headline(tab), 'Nothing pinned; 1 left alone');
    assert.equal(await tab.locator('.left-alone .check.failed').count(), 1);
  });
});

describe('while it runs', () => {
  const slow = () => `FROM ${image('good:1.0')} AS a\nFROM ${image('single:1.0')} AS b\nFROM ${image('slow:1.0')} AS c\n`;

  async function start(text) {
    const tab = await open();
    await fill(tab, text);
    await tab.locator('#image').press('Control+Enter');
    return tab;
  }

  test('the images are counted, and the count is announced', async () => {
    const tab = await start(slow());
    await tab.getByText('2 of 3 images').waitFor();
    assert.equal(await tab.locator('#tally progress').evaluate(({ value, max }) => value / max), 2 / 3);
    assert.match(await tab.locator('#announcement').textContent(), /of 3 images/);
  });

  test('Escape cancels it: requests end, nothing is concluded, and the text is still there', async () => {
    const tab = await start(slow());
    await tab.getByText('2 of 3 images').waitFor();
    const dropped = tab.waitForEvent('requestfailed', (request) => request.url().includes('/team/slow/'));
    await tab.keyboard.press('Escape');
    await dropped;
    assert.equal(await tab.locator('#result').isVisible(), false);
    assert.match(await tab.locator('#announcement').textContent(), /^Cancelled/);
    assert.equal(await tab.evaluate(() => document.activeElement.id), 'image');
    assert.equal(await tab.locator('#image').inputValue(), slow());
  });

  test('another question takes its place', async () => {
    const tab = await start(slow());
    await tab.getByText('2 of 3 images').waitFor();
    await fill(tab, image('good:1.0'));
    await tab.locator('#image').press('Enter');
    await tab.locator('.tree').waitFor();
    assert.equal(await headline(tab), 'The bytes are proven; who published them is not');
  });
});

describe('for everybody', () => {
  const wide = () => `# ${'a line that is much wider than any screen '.repeat(20)}\n`;
  const states = {
    pinned: () => wide() + compose(),
    'left alone': () => `${lefty()}  bad:\n    image: ${image('liar:1.0')}\n`,
    drift: pinnedAll,
    'without an answer': () => 'nothing to see here\n',
    running: () => `FROM ${image('good:1.0')}\nFROM ${image('slow:1.0')}\n`,
  };
  for (const colorScheme of ['light', 'dark']) {
    for (const [state, text] of Object.entries(states)) {
      test(`axe finds nothing, and nothing scrolls sideways at 360 pixels: ${state}, ${colorScheme}`, async () => {
        const tab = await open({ colorScheme, viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' });
        await fill(tab, text());
        await tab.locator('#image').press('Control+Enter');
        await tab.locator(state === 'running' ? 'text=1 of 2 images' : '#verdict').waitFor();
        await tab.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
        assert.deepEqual(await accessibilityViolations(tab), []);
        assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no wider than the screen');
      });
    }
  }

  test('by keyboard: from the heading to copying, downloading, and scrolling what is too wide', async () => {
    const tab = await ask(wide() + compose());
    assert.equal(await tab.evaluate(() => document.activeElement.id), 'verdict');
    const reached = [];
    for (let press = 0; press < 4; press += 1) {
      await tab.keyboard.press('Tab');
      reached.push(await tab.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent));
    }
    assert.deepEqual(reached, ['Copy the pinned text', 'Download the pinned text', 'Pinned text', 'As a unified diff']);
    await tab.keyboard.press('Shift+Tab');
    await tab.keyboard.press('ArrowRight');
    await tab.waitForFunction(() => document.activeElement.scrollLeft > 0);
  });

  test('what was inserted, and the lines of the diff, are told by more than colour', async () => {
    const tab = await ask(compose());
    assert.equal(await tab.locator('pre ins').first().evaluate((inserted) => getComputedStyle(inserted).textDecorationLine), 'underline');
    await tab.getByText('As a unified diff').click();
    for (const [kind, sign] of [['added', '+'], ['removed', '-']]) {
      for (const line of await tab.locator(`.diff .${kind}`).allTextContents()) assert.equal(line[0], sign);
    }
  });
});
