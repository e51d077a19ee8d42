// What a registry can do to a client over real HTTP beyond what the world of the demo does: mostly, to send and send.

import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { listen } from './listen.mjs';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const GIGABYTES = 5;
/** JSON that goes on for as long as one likes. */
const FILLER = Buffer.alloc(1 << 20, 'a');
const digest = (number) => `sha256:${number.toString(16).padStart(64, '0')}`;

/**
 * Each by the name of its repository, `hostile/<name>`.
 *
 * @type {Record<string, (response: Response, request: import('node:http').IncomingMessage, elsewhere: string) => unknown>}
 * @typedef {import('node:http').ServerResponse & { flood: (head: import('node:http').OutgoingHttpHeaders, chunk: Buffer, count: number) => Promise<void> }} Response
 */
const REPOSITORIES = {
  'five-gigabytes': (response) => response.flood(
    { 'content-type': MANIFEST, 'content-length': GIGABYTES * 1024 * FILLER.length }, FILLER, GIGABYTES * 1024,
  ),
  // RFC 1952 lets members follow each other: five megabytes on the wire are five gigabytes behind the decoder.
  'gzip-bomb': (response) => response.flood(
    { 'content-type': MANIFEST, 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(64 << 20)), GIGABYTES * 16,
  ),
  'error': (response) => response.flood({ status: 500, 'content-type': 'application/json' }, FILLER, GIGABYTES * 1024),
  'configuration': (response, { url }) => {
    if (url.includes('/blobs/')) return response.flood({ 'content-type': 'application/octet-stream' }, FILLER, GIGABYTES * 1024);
    const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest(1), size: 300 };
    response.setHeader('content-type', MANIFEST);
    response.end(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [] }));
  },
  'token': (response, { headers }) => {
    response.statusCode = 401;
    response.setHeader('www-authenticate', `Bearer realm="http://${headers.host}/token",service="hostile",scope="repository:hostile/token:pull"`);
    response.end();
  },
  'hundred-thousand': (response) => {
    const entry = (_, number) => ({ mediaType: MANIFEST, digest: digest(number), size: 300, platform: { os: 'linux', architecture: 'amd64' } });
    response.setHeader('content-type', INDEX);
    response.end(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: Array.from({ length: 100_000 }, entry) }));
  },
  'led-astray': (response, { url }, elsewhere) => response.writeHead(307, { location: elsewhere + url }).end(),
  'realm-elsewhere': (response, request, elsewhere) => {
    response.writeHead(401, { 'www-authenticate': `Bearer realm="${elsewhere}/token",service="hostile"` }).end();
  },
  // Each byte comes in time; the whole never does.
  'drip': async (response) => {
    response.setHeader('content-type', MANIFEST);
    for (response.write('{'); !response.destroyed; await sleep(500)) response.write(' ');
  },
};

/**
 * @returns {Promise<{ host: string, sent: () => number, elsewhere: () => number, dispose: () => Promise<void> }>}
 *   `sent`: bytes of content so far; `elsewhere`: requests that came to the private address that clients are led to
 */
export async function hostileRegistry() {
  let sent = 0;
  let strangers = 0;
  const elsewhere = await listen((request, response) => {
    strangers += 1;
    response.writeHead(200, { 'content-type': MANIFEST, 'access-control-allow-origin': '*' }).end('{"secret": "of this network"}');
  }, '127.0.0.2');
  function* content(chunk, count) {
    for (let number = 0; number < count; number += 1) {
      sent += chunk.length;
      yield chunk;
    }
  }
  const server = await listen(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-expose-headers', 'Docker-Content-Digest, WWW-Authenticate');
    response.flood = ({ status = 200, ...head }, chunk, count) => {
      response.writeHead(status, head);
      // Nothing piles up here: the next chunk is made when this one has gone. A client that hangs up is what we wait for.
      return pipeline(content(chunk, count), response).catch(() => {});
    };
    const name = /^\/v2\/hostile\/([^/]+)\//.exec(request.url)?.[1];
    if (request.url.startsWith('/token')) await response.flood({ 'content-type': 'application/json' }, FILLER, GIGABYTES * 1024);
    else await REPOSITORIES[name](response, request, elsewhere.origin);
  });
  return {
    host: server.host,
    sent: () => sent,
    elsewhere: () => strangers,
    dispose: async () => { await Promise.all([server.dispose(), elsewhere.dispose()]); },
  };
}
