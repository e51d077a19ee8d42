// Builds all images in one go: each system and each application at the same time, and then their layers.

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { buildAlpine } from './alpine.mjs';
import { buildGo, buildNode, buildPython } from './applications.mjs';
import { debianFacts } from './changelogs.mjs';
import { buildDebian } from './debian.mjs';
import { buildDistroless } from './distroless.mjs';
import { buildRpm } from './rpm.mjs';
import { run } from './tools.mjs';

/** How each is stored: in which schema, and how its layers are compressed. */
const FORMS = {
  debian: { schema: 'oci', compression: 'gzip' },
  alpine: { schema: 'oci', compression: 'gzip' },
  distroless: { schema: 'docker', compression: 'gzip' },
  rpm: { schema: 'oci', compression: 'zstd' },
};

/**
 * @typedef {import('./tools.mjs').Listed & { layer: number }} Package and the layer that brought it
 * @typedef {{ schema: 'oci' | 'docker', layers: { blob: string, compression: string, diffId: string, digest: string, size: number }[], packages: Package[] }} Image
 *
 * @returns {Promise<{ images: Record<string, Image>, facts: import('./changelogs.mjs').Fact[] }>} whose layers are files in the folder
 */
export async function build(folder) {
  const places = Object.fromEntries(['debian', 'distroless', 'alpine', 'rpm', 'node', 'python', 'go'].map((name) => [name, join(folder, name)]));
  await Promise.all(Object.values(places).map((place) => mkdir(place, { recursive: true })));
  const debian = buildDebian(places.debian);
  const past = debian.then(({ changelogs }) => debianFacts(changelogs));
  const { node, python, go, ...systems } = await all({
    debian, alpine: buildAlpine(places.alpine), rpm: buildRpm(places.rpm),
    distroless: past.then(async ({ before }) => buildDistroless(places.distroless, await debian, before)),
    node: buildNode(places.node), python: buildPython(places.python), go: buildGo(places.go),
  });
  const stored = new Map();
  const images = {};
  for (const [name, system] of Object.entries(systems)) {
    const { schema, compression } = FORMS[name];
    const parts = [system, node, python, go];
    const layers = await Promise.all(parts.flatMap(({ layers }) => layers).map((tar) => {
      const key = `${tar} ${compression}`;
      if (!stored.has(key)) stored.set(key, store(folder, tar, compression));
      return stored.get(key);
    }));
    images[name] = { schema, layers, packages: attributed(parts) };
  }
  const { facts } = await past;
  // The layers are what is needed; what they were made from is not.
  await Promise.all(Object.values(places).map((place) => rm(place, { recursive: true, force: true })));
  return { images, facts };
}

/** What all of them give. Where one fails, the others are waited for: nothing goes on behind anybody's back. */
async function all(parts) {
  const settled = await Promise.allSettled(Object.values(parts));
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
  return Object.fromEntries(Object.keys(parts).map((name, place) => [name, settled[place].value]));
}

/** What is there in the end, each with the lowest layer from which on it was. */
function attributed(parts) {
  const key = (one) => JSON.stringify(one);
  let below = 0;
  return parts.flatMap(({ layers, listed }) => {
    const there = listed.map((packages) => new Set(packages.map(key)));
    const found = listed.at(-1).map((one) => {
      const absent = there.findLastIndex((packages) => !packages.has(key(one)));
      return { ...one, layer: below + absent + 1 };
    });
    below += layers.length;
    return found;
  });
}

async function store(folder, tar, compression) {
  const temporary = join(folder, `${createHash('sha256').update(`${tar} ${compression}`).digest('hex')}.part`);
  if (compression === 'gzip') await pipeline(createReadStream(tar), createGzip({ level: 3 }), createWriteStream(temporary));
  else await run('zstd', ['--quiet', '-3', '--force', tar, '-o', temporary]);
  const [diffId, digest, { size }] = await Promise.all([digestOfFile(tar), digestOfFile(temporary), stat(temporary)]);
  const blob = digest.replace(':', '-');
  await rename(temporary, join(folder, blob));
  return { blob, compression, diffId, digest, size };
}

async function digestOfFile(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest('hex')}`;
}
