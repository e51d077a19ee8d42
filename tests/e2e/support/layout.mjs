// An OCI image layout with an image of every kind, and a client that puts what skopeo will not copy into a registry.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cargo } from './program.mjs';

const run = promisify(execFile);

/** @returns {Promise<Layout & AsyncDisposable>} in a folder of its own; tests/support/examples/layout.rs says what is in it */
export async function makeLayout() {
  const folder = await mkdtemp(join(tmpdir(), 'pullproof-layout-'));
  await cargo('run', '--package', 'pullproof-world', '--example', 'layout', '--', folder);
  const { manifests } = JSON.parse(await readFile(join(folder, 'index.json')));
  return new Layout(folder, manifests);
}

class Layout {
  #images;

  constructor(folder, manifests) {
    this.folder = folder;
    this.#images = new Map(manifests.map((one) => [one.annotations['org.opencontainers.image.ref.name'], one]));
  }

  digest(name) {
    return this.#images.get(name).digest;
  }

  read({ digest }) {
    return readFile(join(this.folder, 'blobs', ...digest.split(':')));
  }

  /** Copies with skopeo: every platform, no byte changed. */
  copy(name, image) {
    return skopeo('copy', '--quiet', '--all', '--preserve-digests', '--dest-tls-verify=false', `oci:${this.folder}:${name}`, `docker://${image}`);
  }

  /** Pushes over HTTP, for what skopeo does not read from a layout (Docker's formats) or not at all (an index in an index). */
  async put(name, image) {
    const [, host, repository, tag] = /^([^/]+)\/(.+):([^:]+)$/.exec(image);
    await this.#manifest(`http://${host}/v2/${repository}`, this.#images.get(name), tag);
  }

  async #manifest(url, descriptor, reference = descriptor.digest) {
    const body = await this.read(descriptor);
    const { manifests = [], config, layers = [] } = JSON.parse(body);
    // What is pointed at comes first: a registry takes no manifest of what it does not have.
    for (const blob of [config, ...layers].filter(Boolean)) await this.#blob(url, blob);
    for (const child of manifests) await this.#manifest(url, child);
    await send('PUT', `${url}/manifests/${reference}`, body, { 'content-type': descriptor.mediaType });
  }

  async #blob(url, descriptor) {
    const { headers } = await send('POST', `${url}/blobs/uploads/`);
    const upload = new URL(headers.get('location'), url);
    upload.searchParams.set('digest', descriptor.digest);
    await send('PUT', upload, await this.read(descriptor));
  }

  dispose() {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** What skopeo prints. Its policy is about signatures, which nothing here has. */
export async function skopeo(...args) {
  const { stdout } = await run('skopeo', ['--insecure-policy', ...args], { encoding: 'buffer', maxBuffer: 16 << 20 });
  return stdout;
}

async function send(method, url, body, headers) {
  const answer = await fetch(url, { method, body, headers });
  if (!answer.ok) throw new Error(`expected the registry to take ${method} ${url}, found ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
  return answer;
}
