// Real images: systems that their own tools install, and on top of each a node, a Python and a Go application, as further layers. What those
// tools say is in them is kept beside, so that a scan can be compared with it.
//
// They are built once, in `target/images`, in a folder that is named after what they are made with and made of.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from './images/build.mjs';
import { HERE, run } from './images/tools.mjs';
import { ROOT } from './program.mjs';

export const IMAGES = ['debian', 'alpine', 'distroless', 'rpm'];

/** Every image that was built, in a folder for each recipe. */
const ALL = join(ROOT, 'target/images');

const OCI = 'application/vnd.oci.image';
const DOCKER = 'application/vnd.docker';

const MEDIA_TYPES = {
  oci: {
    manifest: `${OCI}.manifest.v1+json`, config: `${OCI}.config.v1+json`, gzip: `${OCI}.layer.v1.tar+gzip`, zstd: `${OCI}.layer.v1.tar+zstd`,
  },
  docker: {
    manifest: `${DOCKER}.distribution.manifest.v2+json`, config: `${DOCKER}.container.image.v1+json`, gzip: `${DOCKER}.image.rootfs.diff.tar.gzip`,
  },
};

/** @returns as {@link build}, and each layer has its `file` */
export async function builtImages() {
  await mkdir(ALL, { recursive: true });
  const folder = join(ALL, await recipe());
  const description = join(folder, 'images.json');
  await alone(`${folder}.lock`, async () => {
    if (existsSync(description)) return;
    const making = `${folder}.part`;
    await rm(making, { recursive: true, force: true });
    await mkdir(making);
    try {
      await writeFile(join(making, 'images.json'), JSON.stringify(await build(making)));
      // What older recipes made is of no use any more.
      const older = (await readdir(ALL)).filter((name) => !name.includes('.'));
      await Promise.all(older.map((name) => rm(join(ALL, name), { recursive: true, force: true })));
      await rename(making, folder);
    } finally {
      await rm(making, { recursive: true, force: true });
    }
  });
  const { images, facts } = JSON.parse(await readFile(description, 'utf8'));
  for (const image of Object.values(images)) image.layers = image.layers.map((layer) => ({ ...layer, file: join(folder, layer.blob) }));
  return { images, facts };
}

/** Does something while no other process does it: two files of tests may be the first at once. A lock of a process that has ended holds nobody. */
async function alone(lock, work) {
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
      if (owner > 0 && !isRunning(owner)) await rm(lock, { force: true });
      else await sleep(250);
    }
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Everything that decides what is built, but for the registries: they have the same under the same name, or something newer. */
async function recipe() {
  const hash = createHash('sha256');
  for (const name of (await readdir(HERE, { recursive: true })).sort()) {
    if (!(await stat(join(HERE, name))).isDirectory()) hash.update(`${name}\n`).update(await readFile(join(HERE, name)));
  }
  for (const [program, ...args] of [['go', 'version'], ['rpm', '--version'], ['mmdebstrap', '--version']]) hash.update(await run(program, args));
  return hash.digest('hex').slice(0, 16);
}

/** Puts an image into a registry; `change` may alter what its documents say. */
export async function push(image, reference, change = (documents) => documents) {
  const types = MEDIA_TYPES[image.schema];
  const { config, layers } = change({
    config: {
      created: '2026-01-02T03:04:05Z', architecture: 'amd64', os: 'linux', config: { Env: ['PATH=/usr/local/bin:/usr/bin:/bin'] },
      rootfs: { type: 'layers', diff_ids: image.layers.map(({ diffId }) => diffId) },
      history: image.layers.map((_, layer) => ({ created: '2026-01-02T03:04:05Z', created_by: `layer ${layer}` })),
    },
    layers: image.layers.map(({ digest, size, compression, file, bytes }) => ({ mediaType: types[compression], digest, size, file, bytes })),
  });
  const [, host, repository, tag] = /^([^/]+)\/(.+):([^:]+)$/.exec(reference);
  const url = `http://${host}/v2/${repository}`;
  const text = Buffer.from(JSON.stringify(config));
  for (const { file, bytes, digest } of layers) await pushBlob(url, digest, bytes ?? await readFile(file));
  await pushBlob(url, digestOf(text), text);
  const manifest = Buffer.from(JSON.stringify({
    schemaVersion: 2, mediaType: types.manifest,
    config: { mediaType: types.config, digest: digestOf(text), size: text.length },
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
  }));
  await send('PUT', `${url}/manifests/${tag}`, manifest, { 'content-type': types.manifest });
  return digestOf(manifest);
}

export function digestOf(bytes) {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

async function pushBlob(url, digest, bytes) {
  const there = await fetch(`${url}/blobs/${digest}`, { method: 'HEAD' });
  if (there.ok) return;
  const { headers } = await send('POST', `${url}/blobs/uploads/`);
  const upload = new URL(headers.get('location'), url);
  upload.searchParams.set('digest', digest);
  await send('PUT', upload, bytes, { 'content-type': 'application/octet-stream' });
}

async function send(method, url, body, headers) {
  const answer = await fetch(url, { method, body, headers });
  if (!answer.ok) throw new Error(`expected the registry to take ${method} ${url}, found ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
  return answer;
}
