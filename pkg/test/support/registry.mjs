// A registry on 127.0.0.1 with one image for two platforms, made of real bytes, that can be told to lie.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

const OCI = 'application/vnd.oci.image';

export const digestOf = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Bytes with everything that names them. */
export function blob(mediaType, content) {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  return { bytes, descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length } };
}

function image(architecture, created) {
  const layerBytes = gzipSync(`the one layer for ${architecture}`, { level: 9 });
  const layer = blob(`${OCI}.layer.v1.tar+gzip`, layerBytes);
  const config = blob(`${OCI}.config.v1+json`, {
    created, architecture, os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [digestOf(Buffer.from(architecture))] },
  });
  const manifest = blob(`${OCI}.manifest.v1+json`, {
    schemaVersion: 2, mediaType: `${OCI}.manifest.v1+json`, config: config.descriptor, layers: [layer.descriptor],
  });
  return { layer, config, manifest, platform: { os: 'linux', architecture } };
}

/** What the registry holds as `team/app:1.0`. */
export function multiPlatformImage({ created = '2026-01-02T03:04:05Z' } = {}) {
  const images = ['amd64', 'arm64'].map((architecture) => image(architecture, created));
  const index = blob(`${OCI}.index.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.index.v1+json`,
    manifests: images.map(({ manifest, platform }) => ({ ...manifest.descriptor, platform })),
  });
  return { index, images };
}

/**
 * Starts the registry. It holds `content` as `team/app`, or what `repositories` says by name. `lie` may replace an answer: it is called
 * with `{ request, status, headers, body }` and returns what to change. `authorization` is the header without which everything is
 * answered with a Basic challenge; behind `prefix` it is a relay.
 */
export async function startRegistry({
  content = multiPlatformImage(), repositories = { 'team/app': content }, lie = () => ({}), authorization, prefix = '',
} = {}) {
  const held = new Map(Object.entries(repositories).map(([name, image]) => [name, shelf(image)]));
  const requests = [];
  let hung;

  const server = createServer(async (request, response) => {
    requests.push(request);
    if (hung !== undefined) {
      hung(request);
      return;
    }
    const answer = answerTo(request);
    const { status, headers, body } = { ...answer, ...await lie({ request, ...answer }) };
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.end(request.method === 'HEAD' ? undefined : body);
  });

  function answerTo(request) {
    if (authorization !== undefined && request.headers.authorization !== authorization) {
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="test"' }, body: '' };
    }
    const [, repository, kind, name] = /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(request.url.replace(prefix, '')) ?? [];
    const found = held.get(repository)?.[kind].get(name);
    if (found === undefined) {
      const errors = [{ code: kind === 'manifests' ? 'MANIFEST_UNKNOWN' : 'NAME_UNKNOWN', message: 'not here' }];
      return { status: 404, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ errors }) };
    }
    const { mediaType, digest } = found.descriptor;
    const type = kind === 'manifests' ? mediaType : 'application/octet-stream';
    return { status: 200, headers: { 'content-type': type, 'docker-content-digest': digest }, body: found.bytes };
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${server.address().port}`;
  return {
    host,
    image: `${host}/team/app:1.0`,
    content,
    requests,
    /** From now on requests are told to `listener` and never answered. */
    hang(listener) {
      hung = listener;
    },
    /** From now on the tags of a repository name another image. Unless `keep`, the one they named is gone. */
    move(repository, image, { keep = true } = {}) {
      const [old, now] = [held.get(repository), shelf(image)];
      if (keep) for (const kind of ['manifests', 'blobs']) now[kind] = new Map([...old[kind], ...now[kind]]);
      held.set(repository, now);
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What a repository holds, by what it is asked for: the tags `1.0` and `single` and those of what is attached, and everything by its digest. */
function shelf({ index, images, attached = [] }) {
  const manifests = new Map([index, ...images.map((one) => one.manifest)].map((one) => [one.descriptor.digest, one]));
  manifests.set('1.0', index).set('single', images[0].manifest);
  for (const { tag, manifest } of attached) manifests.set(tag, manifest).set(manifest.descriptor.digest, manifest);
  const blobs = [...images.flatMap((one) => [one.config, one.layer]), ...attached.flatMap((one) => one.blobs)];
  return { manifests, blobs: new Map(blobs.map((one) => [one.descriptor.digest, one])) };
}
