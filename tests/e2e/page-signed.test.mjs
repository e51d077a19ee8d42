// “Signed by” as a person fills it in: a key, an identity with a trusted root of its own, half of either; and what the page offers to fill
// in, which it never does by itself. In a real Chromium, over the real Worker, with the signed images of the demo.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { accessibilityViolations, openTab, startBrowser } from './support/page.mjs';
import { demoRegistry } from './support/registries.mjs';
import { together } from './support/together.mjs';
import { startWorker } from './support/worker.mjs';

const { publishers } = JSON.parse(await readFile(new URL('../../data/publishers.json', import.meta.url)));
const documented = (name) => publishers.find(({ publisher }) => publisher === name).require;

let stage;
let folder;
let key;
let trustedRoot;
let identity;
let tabs = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pullproof-signed-'));
  const demo = await demoRegistry();
  const browser = startBrowser();
  stage = await together({
    demo: Promise.resolve(demo),
    worker: startWorker({ registries: [demo.host] }),
    browser: browser.then((browser) => ({ browser, dispose: () => browser.close() })),
  });
  const policyOf = (name) => JSON.parse(demo.signed.find(({ image }) => image.endsWith(`/demo/${name}:1.0`)).policy);
  key = policyOf('signed-key').rules[0].require[0].cosign.publicKey;
  const { trustedRoots, rules } = policyOf('signed-keyless');
  trustedRoot = JSON.stringify(trustedRoots.demo);
  identity = rules[0].require[0].sigstore;
});
after(async () => {
  await stage?.dispose();
  await rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  await Promise.all(tabs.map((tab) => tab.context().close()));
  tabs = [];
});

const image = (name) => `${stage.demo.host}/demo/${name}:1.0`;
const headline = (tab) => tab.locator('#verdict').textContent();
const FIELDS = ['#key', '#subject', '#issuer', '#trusted-root'];
const filled = (tab) => Promise.all(FIELDS.map((field) => tab.locator(field).inputValue()));

/** The page with “Signed by” open. */
async function open(options) {
  const tab = await openTab(stage.browser.browser, options);
  tabs.push(tab);
  await tab.goto(stage.worker.url);
  await tab.locator('.signer summary').click();
  return tab;
}

async function type(tab, name, fields) {
  await tab.locator('#image').fill(name);
  for (const [field, value] of Object.entries(fields)) await tab.locator(`#${field}`).fill(value);
}

async function submit(tab) {
  await tab.getByRole('button', { name: 'Check' }).click();
  await tab.locator('#verdict').waitFor();
}

async function asked(name, fields) {
  const tab = await open();
  await type(tab, image(name), fields);
  await submit(tab);
  return tab;
}

describe('a signer that somebody typed', () => {
  const byIdentity = () => ({ subject: identity.subject, issuer: identity.issuer, 'trusted-root': trustedRoot });

  test('an image that is signed with the key is accepted', async () => {
    const tab = await asked('signed-key', { key });
    assert.equal(await headline(tab), 'Accepted: signed as you ask for');
    assert.equal(await tab.locator('.signature.passed').count(), 1);
  });

  test('an image that is signed by the identity is accepted, trusting the root that was pasted', async () => {
    const tab = await asked('signed-keyless', byIdentity());
    assert.equal(await headline(tab), 'Accepted: signed as you ask for');
    assert.ok((await tab.locator('.signature').textContent()).includes(identity.subject));
  });

  test('a root from a file is as good as one that was pasted', async () => {
    const file = join(folder, 'trusted_root.json');
    await writeFile(file, trustedRoot);
    const tab = await open();
    const { 'trusted-root': _, ...fields } = byIdentity();
    await type(tab, image('signed-keyless'), fields);
    await tab.locator('#trusted-root-file').setInputFiles(file);
    await tab.waitForFunction((length) => document.getElementById('trusted-root').value.length === length, trustedRoot.length);
    await submit(tab);
    assert.equal(await headline(tab), 'Accepted: signed as you ask for');
  });

  const refusals = [
    ['another key than that of the image', 'signed-keyless', () => ({ key })],
    ['an image that somebody else signed', 'signed-wrong-identity', byIdentity, 'identity-mismatch'],
    ['another subject', 'signed-keyless', () => ({ ...byIdentity(), subject: `${identity.subject}x` }), 'identity-mismatch'],
    ['another issuer', 'signed-keyless', () => ({ ...byIdentity(), issuer: 'https://accounts.google.com' }), 'identity-mismatch'],
    ['a key whose signature is in no log, where one is asked for', 'signed-key', () => ({ key, 'trusted-root': trustedRoot })],
    ['an attestation', 'signed-attestation', byIdentity],
  ];
  for (const [of, name, fields, code] of refusals) {
    test(`${of} is not accepted`, async () => {
      const tab = await asked(name, fields());
      assert.match(await headline(tab), /^Rejected/);
      assert.equal(await tab.locator('.accept, .takeaway').count(), 0);
      if (code) assert.ok((await tab.locator('.signature').allTextContents()).join().includes(code));
    });
  }

  // Its repository cannot be asked here, and a newer root than the one that comes with us might list this authority.
  test('whom the public-good instance does not list is not accepted, nor rejected as long as it cannot be asked', async () => {
    const tab = await asked('signed-keyless', { ...byIdentity(), 'trusted-root': '' });
    assert.equal(await headline(tab), 'The bytes are proven; what is attached to them is not known');
    assert.equal(await tab.locator('.accept').count(), 0);
    assert.match(await tab.locator('main').textContent(), /public-good/);
  });

  const halves = [
    ['an identity without an issuer', () => ({ subject: identity.subject }), /Expected who vouches for the identity.*found the identity alone/],
    ['an issuer without an identity', () => ({ issuer: identity.issuer }), /Expected an identity.*found who vouches for one alone/],
    ['a trusted root alone', () => ({ 'trusted-root': trustedRoot }), /Expected trustedRoot with key or identity, found it alone/],
    ['a trusted root that is no JSON', () => ({ ...byIdentity(), 'trusted-root': '{' }), /Expected trustedRoot to be JSON/],
    ['a key and an identity', () => ({ ...byIdentity(), key }), /Expected one of policy, key, identity and contentTrust/],
    ['a key that is none', () => ({ key: 'ssh-ed25519 AAAA' }), /publicKey/, 'policy-invalid'],
    ['a trusted root that is none', () => ({ ...byIdentity(), 'trusted-root': '{}' }), /trustedRoots/, 'policy-invalid'],
  ];
  for (const [of, fields, says, code = 'options-invalid'] of halves) {
    test(`${of} is said so, and nobody is asked`, async () => {
      const advice = code === 'policy-invalid' ? /Correct what stands under “Signed by”/ : /Correct the options/;
      const tab = await asked('signed-keyless', fields());
      assert.equal(await headline(tab), 'This cannot be asked as it stands');
      assert.match(await tab.locator('.verdict.error').textContent(), says);
      assert.match(await tab.locator('.verdict.error').textContent(), advice);
      assert.equal(await tab.locator('.verdict.error .code code').textContent(), code);
      assert.equal(tab.record.requests.some((url) => url.includes('/v2/')), false);
    });
  }

  test('the signer does not stand in the address, and is still there after going back', async () => {
    const tab = await asked('signed-keyless', byIdentity());
    assert.deepEqual([...new URL(tab.url()).searchParams.keys()], ['image']);
    await tab.locator('.wordmark').click();
    await tab.locator('#result').waitFor({ state: 'hidden' });
    assert.deepEqual(await filled(tab), ['', '', '', '']);
    await tab.goBack();
    await tab.locator('.verdict.accept').waitFor();
    assert.deepEqual(await filled(tab), ['', identity.subject, identity.issuer, trustedRoot]);
  });
});

describe('a signer that the page suggests', () => {
  const suggestion = (tab) => tab.locator('.suggestion');

  test('is offered with its source, and fills in nothing by itself', async () => {
    const tab = await open();
    await type(tab, 'cgr.dev/chainguard/nginx:latest', {});
    await suggestion(tab).waitFor();
    assert.match(await suggestion(tab).textContent(), /^Chainguard is documented to sign these images, looked at on 2026-11-23\./);
    assert.match(await suggestion(tab).locator('a').getAttribute('href'), /^https:\/\/edu\.chainguard\.dev\//);
    assert.equal(await suggestion(tab).locator('a').getAttribute('rel'), 'noopener noreferrer');
    assert.deepEqual(await filled(tab), ['', '', '', '']);
    assert.equal(tab.record.requests.some((url) => url.includes('/v2/')), false, 'no registry is asked');
  });

  test('is filled in by keyboard, announced, and replaces what stood there', async () => {
    const tab = await open();
    await type(tab, 'cgr.dev/chainguard/nginx:latest', { key, issuer: 'https://evil.example', 'trusted-root': trustedRoot });
    await suggestion(tab).waitFor();
    await tab.locator('.signer summary').focus();
    await tab.keyboard.press('Tab');
    assert.match(await tab.evaluate(() => document.activeElement.textContent), /is documented to sign/);
    await tab.keyboard.press('Tab');
    assert.equal(await tab.evaluate(() => document.activeElement.textContent), 'Use this identity');
    await tab.keyboard.press('Enter');
    const { sigstore: { subject, issuer } } = documented('Chainguard');
    assert.deepEqual(await filled(tab), ['', subject, issuer, '']);
    assert.equal(await tab.locator('#announcement').textContent(), 'The identity of Chainguard is filled in.');
    assert.equal(await tab.evaluate(() => document.activeElement.textContent), 'Use this identity', 'the focus stays where it was');
  });

  test('a key is filled in as a key', async () => {
    const tab = await open();
    await type(tab, 'registry.access.redhat.com/ubi9/ubi', { subject: 'somebody', issuer: 'https://evil.example' });
    await tab.getByRole('button', { name: 'Use this key' }).click();
    assert.deepEqual(await filled(tab), [documented('Red Hat').cosign.publicKey.trim(), '', '', '']);
  });

  test('where nobody signs that is said, and there is no button', async () => {
    const tab = await open();
    await type(tab, 'nginx:1.27', {});
    await suggestion(tab).waitFor();
    assert.match(await suggestion(tab).textContent(), /^Docker Official Images are documented to have no signature that can be verified/);
    assert.equal(await suggestion(tab).getByRole('button').count(), 0);
  });

  test('is gone when another image, or a text, is in the box', async () => {
    const tab = await open();
    for (const text of [image('signed-key'), 'cgr.dev.evil.example/chainguard/x', 'FROM cgr.dev/chainguard/nginx\n', 'cgr.dev/chainguard/', '']) {
      await tab.locator('#image').fill('cgr.dev/chainguard/nginx');
      await suggestion(tab).waitFor();
      await tab.locator('#image').fill(text);
      await suggestion(tab).waitFor({ state: 'detached' });
    }
  });

  test('is looked for only while “Signed by” is open', async () => {
    const tab = await open();
    await tab.locator('.signer summary').click();
    await tab.locator('#image').fill('cgr.dev/chainguard/nginx');
    assert.equal(await suggestion(tab).count(), 0);
    assert.equal(tab.record.requests.some((url) => url.endsWith('.wasm')), false, 'nothing is loaded for it either');
    await tab.locator('.signer summary').click();
    await suggestion(tab).waitFor();
  });
});

describe('for everybody', () => {
  for (const colorScheme of ['light', 'dark']) {
    for (const name of ['cgr.dev/chainguard/nginx', 'nginx']) {
      test(`axe finds nothing, and nothing scrolls sideways at 360 pixels: ${name}, ${colorScheme}`, async () => {
        const tab = await open({ colorScheme, viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' });
        await type(tab, name, {});
        await tab.locator('.suggestion').waitFor();
        assert.deepEqual(await accessibilityViolations(tab), []);
        assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no wider than the screen');
      });
    }
  }

  test('nothing that happens breaks the page’s policy on content', async () => {
    const tab = await open();
    await type(tab, 'cgr.dev/chainguard/nginx', {});
    await tab.getByRole('button', { name: 'Use this identity' }).click();
    assert.deepEqual(await tab.evaluate(() => globalThis.violations), []);
    assert.deepEqual(tab.record.complaints, []);
  });
});
