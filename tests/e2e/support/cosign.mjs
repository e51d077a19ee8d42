// The real cosign, which `cargo xtask peers cosign` brings, and a registry in which to change what it pushed: with the registry's own API,
// as anybody can who may push.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { skopeo } from './layout.mjs';
import { ROOT } from './program.mjs';

const COSIGN = process.env.PULLPROOF_COSIGN ?? `${ROOT}target/peers/cosign/program`;
export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';
export const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
export const sha256 = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
/** Under which a tag stands for what is attached to a digest. */
export const tagOf = (digest, suffix = '') => digest.replace(':', '-') + suffix;
const run = promisify(execFile);

/** A suite that needs a program. Where it is missing, this says so; CI always has it. */
export function describeWith(name, program, what, suite, options = { timeout: 600_000 }) {
  if (existsSync(program)) {
    describe(what, options, suite);
  } else if (process.env.CI) {
    test(`${name} is there`, () => assert.fail(`expected ${name} at ${program}: cargo xtask peers ${name}`));
  } else {
    test(what, { skip: `there is no ${name}: cargo xtask peers ${name} brings it to ${program}` }, () => {});
  }
}

export const describeWithCosign = (what, suite) => describeWith('cosign', COSIGN, what, suite);

/** Knows no log, and asks nobody but the registry. */
const OFFLINE = ['--yes', '--allow-http-registry', '--allow-insecure-registry', '--tlog-upload=false', '--use-signing-config=false'];

/** cosign with the keys `publisher` and `stranger`, in a folder of its own. */
export async function startCosign() {
  const folder = await mkdtemp(join(tmpdir(), 'pullproof-cosign-'));
  // Where it would ask the public-good instance, there is nobody: no test depends on a network or reaches one.
  const nowhere = { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '127.0.0.1' };
  const env = { PATH: process.env.PATH, HOME: folder, COSIGN_PASSWORD: 'test key', ...nowhere };
  const experimental = { ...env, COSIGN_EXPERIMENTAL: '1' };
  const cosign = (...args) => run(COSIGN, args, { cwd: folder, env: args.includes(OCI_1_1) ? experimental : env });
  for (const name of ['publisher', 'stranger']) await cosign('generate-key-pair', '--output-key-prefix', name);
  return {
    folder,
    cosign,
    key: await readFile(join(folder, 'publisher.pub'), 'utf8'),
    sign: (image, by = 'publisher', ...more) => cosign('sign', ...OFFLINE, ...more, '--key', `${by}.key`, image),
    // Of two keys cosign takes the last.
    attest: (image, ...more) => cosign('attest', ...OFFLINE, '--key', 'publisher.key', ...more, image),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

const OCI_1_1 = '--registry-referrers-mode=oci-1-1';

/** How cosign signs, by default and as it did before version 3. */
export const FORMS = { 'a bundle': [], 'the .sig tag': ['--new-bundle-format=false'] };
/** And as it never did by default: the older kind of signature, in the place of the newer. */
export const REFERRER = { 'a referrer of the older kind': ['--new-bundle-format=false', OCI_1_1] };

/**
 * Has cosign sign or attest without a key, by the virtual Sigstore: with a token of somebody whom it believes.
 *
 * @param {object} signer what startCosign returns
 * @param {{ sigstore: string, keyless: { trustedRoot: object } }} demo where the virtual Sigstore is, and who trusts it
 */
export async function keyless({ folder, cosign }, { sigstore, keyless: { trustedRoot } }, { subject, issuer }, command, ...args) {
  const service = (path, majorApiVersion) =>
    [{ url: `http://${sigstore}${path}`, majorApiVersion, validFor: { start: '2025-01-01T00:00:00Z' }, operator: 'pullproof.test' }];
  const services = {
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    caUrls: service('', 1),
    rekorTlogUrls: service('', 2),
    rekorTlogConfig: { selector: 'ANY' },
    tsaUrls: service('/api/v1/timestamp', 1),
    tsaConfig: { selector: 'ANY' },
  };
  const [config, root] = [join(folder, 'signing_config.json'), join(folder, 'trusted_root.json')];
  await writeFile(config, JSON.stringify(services));
  await writeFile(root, JSON.stringify(trustedRoot));
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = [part({ alg: 'RS256' }), part({ iss: issuer, sub: subject, aud: 'sigstore' }), 'AAAA'].join('.');
  const overHttp = command.endsWith('-blob') ? [] : ['--allow-http-registry'];
  const flags = ['--yes', ...overHttp, '--signing-config', config, '--trusted-root', root, '--identity-token', token];
  return cosign(command, ...flags, ...args);
}

/** A registry on loopback, to push to and to change what was pushed. */
export class Shelf {
  #number = 0;

  constructor(host, layout) {
    this.host = host;
    this.layout = layout;
  }

  /** An image of its own, which nobody has signed yet. */
  async image(what = 'multi-platform') {
    const repository = `cosign/${process.pid}-${this.#number += 1}`;
    const tag = `${this.host}/${repository}:1.0`;
    await this.layout.copy(what, tag);
    const bytes = await skopeo('inspect', '--tls-verify=false', '--raw', `docker://${tag}`);
    const digest = sha256(bytes);
    return { repository, tag, digest, bytes, type: JSON.parse(bytes).mediaType, pinned: `${this.host}/${repository}@${digest}` };
  }

  url(repository, rest) {
    return `http://${this.host}/v2/${repository}/${rest}`;
  }

  async get(repository, place) {
    const answer = await fetch(this.url(repository, place), { headers: { accept: `${MANIFEST}, ${INDEX}` } });
    assert.equal(answer.status, 200, place);
    return Buffer.from(await answer.arrayBuffer());
  }

  async putBlob(repository, content) {
    const bytes = Buffer.from(content);
    const begun = await fetch(this.url(repository, 'blobs/uploads/'), { method: 'POST' });
    const place = new URL(begun.headers.get('location'), this.url(repository, ''));
    place.searchParams.set('digest', sha256(bytes));
    const { status } = await fetch(place, { method: 'PUT', body: bytes, headers: { 'content-type': 'application/octet-stream' } });
    assert.equal(status, 201);
    return { digest: sha256(bytes), size: bytes.length };
  }

  async putManifest(repository, reference, manifest, type = MANIFEST) {
    const bytes = Buffer.from(JSON.stringify(manifest));
    const place = this.url(repository, `manifests/${reference ?? sha256(bytes)}`);
    const { status } = await fetch(place, { method: 'PUT', body: bytes, headers: { 'content-type': type } });
    assert.equal(status, 201);
    return { mediaType: type, digest: sha256(bytes), size: bytes.length };
  }

  /** Changes the one layer under the `.sig` tag, or its bytes, or the list that it stands in. */
  async changeSignature({ repository, digest }, change) {
    const tag = tagOf(digest, '.sig');
    const manifest = JSON.parse(await this.get(repository, `manifests/${tag}`));
    const [layer] = manifest.layers;
    const changed = await change(layer, await this.get(repository, `blobs/${layer.digest}`), manifest.layers) ?? {};
    if (changed.bytes) Object.assign(layer, await this.putBlob(repository, changed.bytes));
    await this.putManifest(repository, tag, manifest);
  }

  /** Changes the one bundle behind the fallback tag, and lists it anew. */
  async changeBundle({ repository, digest }, change, changeManifest = () => {}) {
    const index = JSON.parse(await this.get(repository, `manifests/${tagOf(digest)}`));
    const [entry] = index.manifests;
    const manifest = JSON.parse(await this.get(repository, `manifests/${entry.digest}`));
    const [layer] = manifest.layers;
    Object.assign(layer, await this.putBlob(repository, await change(String(await this.get(repository, `blobs/${layer.digest}`)))));
    changeManifest(manifest);
    Object.assign(entry, await this.putManifest(repository, null, manifest));
    await this.putManifest(repository, tagOf(digest), index, INDEX);
  }

  /** Puts layers, each with its payload, under the `.sig` tag. */
  async attachSignatures({ repository, digest }, ...signatures) {
    const layers = await Promise.all(signatures.map(async ({ payload, annotations }) =>
      ({ mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json', ...await this.putBlob(repository, payload), annotations })));
    const config = { mediaType: 'application/vnd.oci.image.config.v1+json', ...await this.putBlob(repository, '{}') };
    await this.putManifest(repository, tagOf(digest, '.sig'), { schemaVersion: 2, mediaType: MANIFEST, config, layers });
  }

  /** Puts bundles behind the fallback tag, as cosign pushes them where there is no referrers API. */
  async attachBundles({ repository, digest, type, bytes }, ...bundles) {
    const config = { mediaType: 'application/vnd.oci.empty.v1+json', ...await this.putBlob(repository, '{}') };
    const manifests = [];
    for (const bundle of bundles) {
      const layer = { mediaType: BUNDLE, ...await this.putBlob(repository, typeof bundle === 'string' ? bundle : JSON.stringify(bundle)) };
      const annotations = { 'dev.sigstore.bundle.content': 'dsse-envelope' };
      const subject = { mediaType: type, digest, size: bytes.length };
      const manifest = { schemaVersion: 2, mediaType: MANIFEST, artifactType: BUNDLE, config, layers: [layer], subject, annotations };
      manifests.push({ ...await this.putManifest(repository, null, manifest), artifactType: BUNDLE });
    }
    await this.putManifest(repository, tagOf(digest), { schemaVersion: 2, mediaType: INDEX, manifests }, INDEX);
  }
}
