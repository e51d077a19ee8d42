// A small registry on loopback for the page's tests: good images made from real bytes, and one repository for each way to deceive.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const TYPES = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
};

/**
 * @param {object} options
 * @param {boolean} options.cors whether pages of other origins may read it
 * @returns {Promise<{ host: string, asked: string[], dispose: () => Promise<void> }>} `asked` has the path of every request
 */
export async function startRegistry({ cors }) {
  const asked = [];
  let looks = 0;
  const good = image('good', ['linux/amd64', 'linux/arm64']);
  const single = image('single', ['linux/amd64']);
  const tampered = image('tampered', ['linux/amd64', 'linux/arm64']);
  for (const [digest, blob] of tampered.blobs) {
    if (blob.type === TYPES.config) tampered.blobs.set(digest, { ...blob, bytes: altered(blob.bytes) });
  }
  const ambiguous = document(TYPES.index, { schemaVersion: 2, mediaType: TYPES.index, manifests: [], layers: [], config: descriptor(good.root) });
  const stages = [image('before', ['linux/amd64']), image('after', ['linux/amd64'])];

  const repositories = {
    'team/good': { '1.0': () => good.root },
    'team/single': { '1.0': () => single.manifests[0] },
    'team/tampered': { '1.0': () => tampered.root },
    'team/liar': { '1.0': () => ({ ...good.root, stated: single.root.digest }) },
    'team/ambiguous': { '1.0': () => ambiguous },
    'team/moving': { latest: () => stages[looks++ % 2].root },
    'team/slow': { '1.0': () => null },
  };
  const blobs = new Map([good, single, tampered, ...stages].flatMap((one) => [...one.blobs]));

  const server = createServer((request, response) => {
    asked.push(request.url);
    if (cors) {
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('access-control-expose-headers', 'Docker-Content-Digest, WWW-Authenticate, Link');
    }
    const [, repository, kind, reference] = /^\/v2\/(.+)\/(manifests|blobs|referrers)\/([^/?]+)/.exec(request.url) ?? [];
    const found = kind === 'manifests' ? (repositories[repository]?.[reference]?.() ?? blobs.get(reference)) : blobs.get(reference);
    if (repository === 'team/slow' && kind === 'manifests' && reference === '1.0') return; // never answers
    if (repositories[repository] === undefined || kind === 'referrers' || found === undefined) {
      const code = kind === 'blobs' ? 'BLOB_UNKNOWN' : 'MANIFEST_UNKNOWN';
      response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: [{ code, message: 'unknown here' }] }));
      return;
    }
    response.writeHead(200, {
      'content-type': kind === 'manifests' ? found.type : 'application/octet-stream',
      'content-length': found.bytes.length,
      'docker-content-digest': found.stated ?? found.digest,
    });
    response.end(request.method === 'HEAD' ? undefined : found.bytes);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    host: `127.0.0.1:${server.address().port}`,
    asked,
    dispose: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

function image(name, platforms) {
  const blobs = new Map();
  const keep = (blob) => {
    blobs.set(blob.digest, blob);
    return blob;
  };
  const manifests = platforms.map((platform) => {
    const [os, architecture] = platform.split('/');
    const layer = keep(named(TYPES.layer, Buffer.from(`the files of ${name} for ${platform}\n`)));
    const config = keep(document(TYPES.config, { created: '2026-01-02T03:04:05Z', architecture, os, config: {}, rootfs: { type: 'layers', diff_ids: [layer.digest] } }));
    return keep(document(TYPES.manifest, { schemaVersion: 2, mediaType: TYPES.manifest, config: descriptor(config), layers: [descriptor(layer)] }, { os, architecture }));
  });
  const root = keep(document(TYPES.index, { schemaVersion: 2, mediaType: TYPES.index, manifests: manifests.map((manifest) => ({ ...descriptor(manifest), platform: manifest.platform })) }));
  return { root, manifests, blobs };
}

function document(type, value, platform) {
  return { ...named(type, Buffer.from(JSON.stringify(value))), platform };
}

function named(type, bytes) {
  return { type, bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}

function descriptor({ type, digest, bytes }) {
  return { mediaType: type, digest, size: bytes.length };
}

/** As long as before, and still JSON: the year is another one. */
function altered(bytes) {
  return Buffer.from(bytes.toString().replace('2026-01-02', '2025-01-02'));
}
