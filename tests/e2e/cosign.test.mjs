// What the real cosign signs, in each of its forms, pushed into a real registry: verified by the command line, in Node, at the edge and in
// a page; and what somebody then changes about it is refused, each change with its own code.
//
// cosign is brought by `cargo xtask peers cosign`, which CI does. Where it is missing, this says so.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import * as library from '../../pkg/dist/node.js';
import { commandLine } from './support/command-line.mjs';
import { makeLayout, skopeo } from './support/layout.mjs';
import { openTab } from './support/page.mjs';
import { ROOT } from './support/program.mjs';
import { realRegistries } from './support/registries.mjs';
import { together } from './support/together.mjs';
import { startWorker } from './support/worker.mjs';

const COSIGN = process.env.PULLPROOF_COSIGN ?? `${ROOT}target/peers/cosign/program`;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const sha256 = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const run = promisify(execFile);

if (existsSync(COSIGN)) {
  describe('what the real cosign signs', { timeout: 600_000 }, suite);
} else if (process.env.CI) {
  test('cosign is there', () => assert.fail(`expected cosign at ${COSIGN}: cargo xtask peers cosign`));
} else {
  test('what the real cosign signs', { skip: `there is no cosign: cargo xtask peers cosign brings it to ${COSIGN}` }, () => {});
}

function suite() {
  let folder;
  let stage;
  let host;
  let key;
  let tab;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pullproof-cosign-'));
    const registries = await realRegistries();
    host = registries.open;
    const browser = chromium.launch({
      executablePath: process.env.PULLPROOF_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.*'],
    });
    stage = await together({
      layout: makeLayout(),
      registries: Promise.resolve(registries),
      worker: startWorker({ registries: [host] }),
      browser: browser.then((browser) => ({ browser, dispose: () => browser.close() })),
    });
    tab = await openTab(stage.browser.browser);
    await tab.goto(stage.worker.url);
    for (const name of ['publisher', 'stranger']) await cosign('generate-key-pair', '--output-key-prefix', name);
    key = await readFile(join(folder, 'publisher.pub'), 'utf8');
  }, { timeout: 300_000 });
  after(async () => {
    await stage?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  /** Knows no log and asks nobody but the registry. */
  function cosign(...args) {
    return run(COSIGN, args, { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, COSIGN_PASSWORD: 'test key' } });
  }

  const OFFLINE = ['--yes', '--allow-http-registry', '--allow-insecure-registry', '--tlog-upload=false', '--use-signing-config=false'];

  const FORMS = {
    'a bundle': (image, by = 'publisher') => cosign('sign', ...OFFLINE, '--key', `${by}.key`, image),
    'the .sig tag': (image, by = 'publisher') => cosign('sign', ...OFFLINE, '--new-bundle-format=false', '--key', `${by}.key`, image),
  };

  let number = 0;
  /** An image of its own, which nobody has signed yet. */
  async function image(what = 'multi-platform') {
    const repository = `cosign/${process.pid}-${number += 1}`;
    await stage.layout.copy(what, `${host}/${repository}:1.0`);
    const digest = (await skopeo('inspect', '--tls-verify=false', '--raw', `docker://${host}/${repository}:1.0`).then(sha256));
    return { repository, digest, tag: `${host}/${repository}:1.0`, pinned: `${host}/${repository}@${digest}` };
  }

  /** The four places, each by `(tag, options)`. */
  const PLACES = {
    'the command line': async (tag, { key }) => {
      const file = join(folder, 'wanted.pub');
      await writeFile(file, key);
      return JSON.parse((await commandLine(['check', tag, '--key', file, '--json'])).stdout);
    },
    'the library in Node': (tag, options) => library.check(tag, options),
    'the Worker': async (tag, options) => {
      const answer = await fetch(`${stage.worker.url}/v1/check`, { method: 'POST', body: JSON.stringify({ image: tag, ...options }) });
      return answer.json();
    },
    'the library in Chromium': (tag, options) => tab.evaluate(async ([tag, options, relay]) => {
      const library = await import('/pullproof/browser.js');
      return library.check(tag, { ...options, relay });
    }, [tag, options, `${stage.worker.url}/relay/`]),
  };

  for (const [form, sign] of Object.entries(FORMS)) {
    for (const what of ['multi-platform', 'single']) {
      test(`${form} of an image (${what}) is verified in all four places`, async () => {
        const { tag, pinned, digest } = await image(what);
        await sign(pinned);
        for (const [place, check] of Object.entries(PLACES)) {
          const report = await check(tag, { key });
          assert.equal(report.verdict, 'accept', `${place}: ${JSON.stringify(report, null, 2)}`);
          assert.deepEqual(report.signatures.map(({ outcome, meaning }) => [outcome, meaning.kind]), [['verified', 'signature']], place);
          assert.equal(report.resolution.digest, digest, place);
        }
      });
    }

    test(`${form} of somebody else is refused in all four places`, async () => {
      const { tag, pinned } = await image();
      await sign(pinned, 'stranger');
      for (const [place, check] of Object.entries(PLACES)) {
        const { verdict, signatures } = await check(tag, { key });
        assert.deepEqual([place, verdict, signatures.map(({ code }) => code)], [place, 'reject', ['signature-invalid']]);
      }
    });
  }

  test('an attestation is verified, and is no signature', async () => {
    const { tag, pinned } = await image();
    await writeFile(join(folder, 'predicate.json'), '{"buildType":"test"}');
    await cosign('attest', ...OFFLINE, '--key', 'publisher.key', '--type', 'slsaprovenance1', '--predicate', 'predicate.json', pinned);
    for (const [place, check] of Object.entries(PLACES)) {
      const { verdict, signatures: [signature] } = await check(tag, { key });
      assert.deepEqual([place, verdict, signature.outcome, signature.meaning.kind], [place, 'reject', 'verified', 'attestation']);
    }
  });

  // Made with what anybody who may push has: the registry's own API.

  const url = (repository, rest) => `http://${host}/v2/${repository}/${rest}`;

  async function get(repository, reference) {
    const answer = await fetch(url(repository, reference), { headers: { accept: `${MANIFEST}, ${INDEX}` } });
    assert.equal(answer.status, 200, reference);
    return Buffer.from(await answer.arrayBuffer());
  }

  async function putBlob(repository, bytes) {
    const begun = await fetch(url(repository, 'blobs/uploads/'), { method: 'POST' });
    const place = new URL(begun.headers.get('location'), url(repository, ''));
    place.searchParams.set('digest', sha256(bytes));
    const { status } = await fetch(place, { method: 'PUT', body: bytes, headers: { 'content-type': 'application/octet-stream' } });
    assert.equal(status, 201);
    return { digest: sha256(bytes), size: bytes.length };
  }

  async function putManifest(repository, reference, manifest, type = MANIFEST) {
    const bytes = Buffer.from(typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
    const { status } = await fetch(url(repository, `manifests/${reference ?? sha256(bytes)}`), { method: 'PUT', body: bytes, headers: { 'content-type': type } });
    assert.equal(status, 201);
    return { digest: sha256(bytes), size: bytes.length };
  }

  const tagOf = (digest, suffix = '') => digest.replace(':', '-') + suffix;

  /** Changes the one layer under the `.sig` tag: its descriptor, and its bytes. */
  async function changeSignature({ repository, digest }, change) {
    const tag = tagOf(digest, '.sig');
    const manifest = JSON.parse(await get(repository, `manifests/${tag}`));
    const [layer] = manifest.layers;
    const changed = await change(layer, await get(repository, `blobs/${layer.digest}`)) ?? {};
    if (changed.bytes) Object.assign(layer, await putBlob(repository, changed.bytes));
    await putManifest(repository, tag, manifest);
  }

  /** Changes the one bundle behind the fallback tag, and lists it anew. */
  async function changeBundle({ repository, digest }, change, changeManifest = () => {}) {
    const index = JSON.parse(await get(repository, `manifests/${tagOf(digest)}`));
    const [entry] = index.manifests;
    const manifest = JSON.parse(await get(repository, `manifests/${entry.digest}`));
    const [layer] = manifest.layers;
    const bytes = await change(String(await get(repository, `blobs/${layer.digest}`)));
    Object.assign(layer, await putBlob(repository, Buffer.from(bytes)));
    changeManifest(manifest);
    Object.assign(entry, await putManifest(repository, null, manifest));
    await putManifest(repository, tagOf(digest), index, INDEX);
  }

  const SIGNATURE = 'dev.cosignproject.cosign/signature';
  /** One bit of what base64 stands for. */
  const flipped = (base64, at = 20) => {
    const bytes = Buffer.from(base64, 'base64');
    bytes[at] ^= 1;
    return bytes.toString('base64');
  };
  const inBundle = (change) => (text) => {
    const bundle = JSON.parse(text);
    change(bundle);
    return JSON.stringify(bundle);
  };

  const TAMPERED_TAG = {
    'another signature': [(layer) => { layer.annotations[SIGNATURE] = flipped(layer.annotations[SIGNATURE]); }, 'signature-invalid'],
    'no signature': [(layer) => { delete layer.annotations[SIGNATURE]; }, 'signature-layer-invalid'],
    'a signature that is no base64': [(layer) => { layer.annotations[SIGNATURE] += '*'; }, 'signature-layer-invalid'],
    'a payload about another image': [
      (_, bytes) => ({ bytes: Buffer.from(String(bytes).replace(/sha256:\w{64}/, `sha256:${'0'.repeat(64)}`)) }), 'payload-of-another-image',
    ],
    'a payload with one more byte': [(_, bytes) => ({ bytes: Buffer.concat([bytes, Buffer.from('\n')]) }), 'signature-invalid'],
    'a payload that names the image twice': [
      (_, bytes) => ({ bytes: Buffer.from(String(bytes).replace('"docker-manifest-digest"', '"docker-manifest-digest":"x","docker-manifest-digest"')) }),
      'payload-invalid',
    ],
    'a payload of another type': [
      (_, bytes) => ({ bytes: Buffer.from(String(bytes).replace('cosign container image signature', 'atomic container signature')) }), 'payload-type-mismatch',
    ],
  };

  for (const [what, [change, code]] of Object.entries(TAMPERED_TAG)) {
    test(`the .sig tag with ${what} is refused`, async () => {
      const signed = await image();
      await FORMS['the .sig tag'](signed.pinned);
      await changeSignature(signed, change);
      const { verdict, signatures } = await library.check(signed.tag, { key });
      assert.deepEqual([verdict, signatures.map((signature) => signature.code)], ['reject', [code]]);
    });
  }

  const TAMPERED_BUNDLE = {
    'another signature': [inBundle(({ dsseEnvelope }) => { dsseEnvelope.signatures[0].sig = flipped(dsseEnvelope.signatures[0].sig); }), 'signature-invalid'],
    'another statement': [
      inBundle(({ dsseEnvelope }) => {
        const statement = String(Buffer.from(dsseEnvelope.payload, 'base64'));
        dsseEnvelope.payload = Buffer.from(statement.replace('cosign/sign/v1', 'cosign/sign/v2')).toString('base64');
      }), 'signature-invalid',
    ],
    'a statement about another image': [
      inBundle(({ dsseEnvelope }) => {
        const statement = String(Buffer.from(dsseEnvelope.payload, 'base64'));
        dsseEnvelope.payload = Buffer.from(statement.replace(/[0-9a-f]{64}/, '0'.repeat(64))).toString('base64');
      }), 'subject-mismatch',
    ],
    'another version': [inBundle((bundle) => { bundle.mediaType = bundle.mediaType.replace('v0.3', 'v0.9'); }), 'bundle-version-unknown', 'inconclusive'],
    'two signatures': [inBundle(({ dsseEnvelope: { signatures } }) => signatures.push(signatures[0])), 'envelope-invalid'],
    'a name twice': [(text) => text.replace('"mediaType"', '"mediaType":"x","mediaType"'), 'duplicate-key'],
    'a message beside the envelope': [inBundle((bundle) => { bundle.messageSignature = { messageDigest: {}, signature: 'AAAA' }; }), 'document-invalid'],
  };

  // Somebody may be able to read what we cannot, so that is not taken for unsigned.
  for (const [what, [change, code, expected = 'reject']] of Object.entries(TAMPERED_BUNDLE)) {
    test(`a bundle with ${what} is refused`, async () => {
      const signed = await image();
      await FORMS['a bundle'](signed.pinned);
      await changeBundle(signed, change);
      const { verdict, signatures } = await library.check(signed.tag, { key });
      assert.deepEqual([verdict, signatures.map((signature) => signature.code)], [expected, [code]]);
    });
  }

  test('a signature of another image under this image\'s tag is refused', async () => {
    const [good, evil] = [await image(), await image('single')];
    await FORMS['the .sig tag'](good.pinned);
    await skopeo('--insecure-policy', 'copy', '--src-tls-verify=false', '--dest-tls-verify=false',
      `docker://${host}/${good.repository}:${tagOf(good.digest, '.sig')}`, `docker://${host}/${evil.repository}:${tagOf(evil.digest, '.sig')}`);
    const { verdict, signatures } = await library.check(evil.tag, { key });
    assert.deepEqual([verdict, signatures.map(({ code }) => code)], ['reject', ['payload-of-another-image']]);
  });

  test('a bundle whose manifest speaks of another image is not this image\'s', async () => {
    const signed = await image();
    await FORMS['a bundle'](signed.pinned);
    await changeBundle(signed, (text) => text, (manifest) => { manifest.subject.digest = `sha256:${'0'.repeat(64)}`; });
    const { verdict, signatures } = await library.check(signed.tag, { key });
    assert.deepEqual([verdict, signatures], ['reject', []]);
  });

  test('nobody signed it', async () => {
    const { tag } = await image();
    const { verdict, signatures } = await library.check(tag, { key });
    assert.deepEqual([verdict, signatures], ['reject', []]);
  });
}
