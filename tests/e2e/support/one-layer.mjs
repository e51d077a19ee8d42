// Images of one layer, for what is measured: a real Debian, and what nobody would push. A registry serves each of them to anybody, to pages too.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { createGunzip, createGzip } from 'node:zlib';
import { listen } from './listen.mjs';
import { ROOT } from './program.mjs';

const OCI = 'application/vnd.oci.image';
const sha256 = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/**
 * The smallest system of Debian that can install packages: sixty megabytes that gzip packed. It is made once, which takes root and half a minute.
 *
 * @returns {Promise<Buffer>}
 */
export async function debianLayer() {
  const folder = join(ROOT, 'target/xtask/debian');
  const file = join(folder, 'bookworm.tar.gz');
  if (!existsSync(file)) {
    await mkdir(folder, { recursive: true });
    const unfinished = join(folder, `${process.pid}.tar.gz`);
    await promisify(execFile)('mmdebstrap', ['--quiet', '--variant=minbase', 'bookworm', unfinished]);
    await rename(unfinished, file);
  }
  return readFile(file);
}

/**
 * @typedef {{ manifest: Buffer, blobs: Map<string, Buffer>, layer: { size: number, unpacked: number } }} Image
 *
 * @param {Buffer} layer packed by gzip
 * @param {{ digest: string, bytes: number }} [archive] what is in it, if that is known
 * @returns {Promise<Image>}
 */
export async function imageOf(layer, archive) {
  const { digest: diffId, bytes: unpacked } = archive ?? (await unpack(layer));
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [diffId] } }));
  const manifest = Buffer.from(JSON.stringify({
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: { mediaType: `${OCI}.config.v1+json`, digest: sha256(config), size: config.length },
    layers: [{ mediaType: `${OCI}.layer.v1.tar+gzip`, digest: sha256(layer), size: layer.length }],
  }));
  return { manifest, blobs: new Map([config, layer].map((blob) => [sha256(blob), blob])), layer: { size: layer.length, unpacked } };
}

async function unpack(layer) {
  const hash = createHash('sha256');
  let bytes = 0;
  const gunzip = createGunzip();
  gunzip.end(layer);
  for await (const chunk of gunzip) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { digest: `sha256:${hash.digest('hex')}`, bytes };
}

/**
 * Packs an archive that is never there as a whole.
 *
 * @param {Iterable<Buffer>} blocks
 * @returns {Promise<Image>}
 */
export async function packed(blocks) {
  const hash = createHash('sha256');
  let bytes = 0;
  const gzip = createGzip({ level: 1 });
  const layer = buffer(gzip);
  for (const block of blocks) {
    hash.update(block);
    bytes += block.length;
    if (!gzip.write(block)) await once(gzip, 'drain');
  }
  gzip.end();
  return imageOf(await layer, { digest: `sha256:${hash.digest('hex')}`, bytes });
}

/** An archive of so many empty files in a thousand directories, in pieces. */
export function* manyEntries(count) {
  const AT_ONCE = 10_000;
  const template = header('dirs/000/0000000', '0');
  // What changes are digits, so that the sum changes by them.
  const sum = Number.parseInt(template.toString('latin1', 148, 154), 8);
  for (let done = 0; done < count; done += AT_ONCE) {
    const blocks = Buffer.alloc(512 * Math.min(AT_ONCE, count - done));
    for (let at = 0, number = done; at < blocks.length; at += 512, number += 1) {
      template.copy(blocks, at);
      let added = 0;
      const write = (value, end, digits) => {
        for (let place = 1; place <= digits; place += 1, value = Math.floor(value / 10)) {
          blocks[at + end - place] += value % 10;
          added += value % 10;
        }
      };
      write(number % 1000, 8, 3);
      write(number, 16, 7);
      blocks.write((sum + added).toString(8).padStart(6, '0'), at + 148, 'latin1');
    }
    yield blocks;
  }
  yield Buffer.alloc(1024);
}

/** A ustar header, sealed; `fields` are bytes by where they stand. */
export function header(name, kind, size = 0, fields = {}) {
  const block = Buffer.alloc(512);
  block.write(name, 0, 'latin1');
  block.write('0000644\x000000000\x000000000\x00', 100, 'latin1');
  block.write(`${size.toString(8).padStart(11, '0')}\x0014544600000\x00`, 124, 'latin1');
  block.write(kind, 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  for (const [at, bytes] of Object.entries(fields)) Buffer.from(bytes, 'latin1').copy(block, Number(at));
  return seal(block);
}

/** POSIX pax, "ustar Interchange Format": the sum of all bytes, with spaces in the place of the sum. */
function seal(block) {
  block.fill(' ', 148, 156);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\x00 `, 148, 'latin1');
  return block;
}

/**
 * Serves images by their names, with the tag `1`.
 *
 * @param {Record<string, Image>} images
 * @returns {Promise<{ host: string, dispose: () => Promise<void> }>}
 */
export function serveImages(images) {
  return listen((request, response) => {
    const { status, type = 'application/json', body, digest } = find(images, request.url);
    response.writeHead(status, {
      'access-control-allow-origin': '*', 'content-type': type, 'content-length': body.length, ...(digest && { 'docker-content-digest': digest }),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
}

/** The same without a network, for `fetch`. */
export function fetchOf(images) {
  return async (request) => {
    const { status, type, body } = find(images, new URL(request.url).pathname);
    let at = 0;
    const pull = (controller) => {
      if (at >= body.length) return controller.close();
      controller.enqueue(new Uint8Array(body.subarray(at, (at += CHUNK))));
    };
    return new Response(new ReadableStream({ pull }), { status, headers: { 'content-type': type ?? 'application/json' } });
  };
}

/** Bytes: what a connection delivers at once. */
const CHUNK = 64 << 10;

function find(images, path) {
  if (path === '/v2/') return { status: 200, body: Buffer.from('{}') };
  const [, name, kind, which] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
  const image = images[name];
  if (image !== undefined && kind === 'manifests' && ['1', sha256(image.manifest)].includes(which)) {
    return { status: 200, type: `${OCI}.manifest.v1+json`, body: image.manifest, digest: sha256(image.manifest) };
  }
  const blob = kind === 'blobs' ? image?.blobs.get(which) : undefined;
  if (blob !== undefined) return { status: 200, type: 'application/octet-stream', body: blob, digest: which };
  return { status: 404, body: Buffer.from(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'unknown' }] })) };
}

/** A shard of Debian 12 in which nothing is known to be vulnerable: what is measured is what comes before. */
export function shardOf(ecosystem) {
  if (ecosystem !== 'Debian:12') return null;
  return Buffer.from(`${JSON.stringify({
    shard: 1, ecosystem, generatedAt: '2026-11-25T00:00:00Z', modified: '2026-11-25T00:00:00Z', advisories: 0, attribution: ['nobody'], unread: [],
  })}\n`);
}
