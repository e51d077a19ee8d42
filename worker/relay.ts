import { isCoded, Refusal } from './answer';
import { relay } from './core';
import { digestAskedFor, matches } from './digest';
import { Passage, PIECE } from './passage';
import { FOREVER } from './transport';
import type { AllowList } from './allow';
import type { RelayTarget } from './core';
import type { EdgeTransport } from './transport';
import type { Trust } from './trust';

/**
 * GET and HEAD /relay/<registry>/v2/…, or of a trust server: its answer, byte for byte, for a page that the registry sends no CORS headers.
 *
 * Whoever asks has to hash what comes back, and does: a relay can refuse, it cannot lie about content. Of the caller's request
 * nothing goes on but the method, the path and the kinds of manifest that it takes; the path is parsed by the core. A blob goes on as it
 * arrives, up to `limit` bytes.
 */
export async function answerRelay(
  request: Request,
  url: URL,
  registries: AllowList,
  trust: Trust,
  transport: EdgeTransport,
  signal: AbortSignal,
  limit: number = BYTES,
): Promise<Response> {
  refuseEmbedding(request);
  const target = parseTarget(request, url);
  // What stands before /v2/ is part of a trust server's address; nothing does before a registry's.
  const [, below] = /^(.*?)\/v2\/[^?]*\/_trust\/tuf\/[^?]*$/.exec(target.path) ?? [];
  if (!(below === undefined ? registries.allows(target.registry) : trust.allowsServer(target.registry, below))) {
    throw new Refusal(403, 'registry-not-allowed', `expected a registry that this service may ask, found ${target.registry}`);
  }
  transport.remembers = !request.headers.has(AFRESH);
  transport.mostOfBlob = PIECE;

  // Everybody waits for an answer as long as for others; how long its content takes is for whoever reads it.
  const giveUp = new AbortController();
  const loseAllPatience = () => giveUp.abort(signal.reason);
  signal.addEventListener('abort', loseAllPatience);
  try {
    const { status, headers, body, length } = await relay(target, transport.fetch, giveUp.signal);
    if (body instanceof Uint8Array) return await whole(status, headers, body, target.path);
    if (length !== undefined && length > limit) {
      giveUp.abort();
      throw new Refusal(502, 'response-too-large', `expected at most ${limit} bytes, found that ${length} are announced`);
    }
    const passage = new Passage(body, limit, giveUp);
    const { bytes, isAll } = await passage.beginning();
    return isAll ? await whole(status, headers, bytes, target.path) : answered(status, headers, passage.stream(bytes, length), ON_ITS_WAY);
  } catch (error) {
    // Of content it is the platform that says so, in its own words.
    if (isCoded(error) || giveUp.signal.aborted) throw error;
    throw new Refusal(502, 'unreachable', 'expected the content of a blob, found that it could not be read to its end');
  } finally {
    signal.removeEventListener('abort', loseAllPatience);
  }
}

/** Bytes of a blob. Layers have some hundred million at most, but for models of languages. */
const BYTES = 1024 ** 3;

/** Compressed under way it would lose its length, and with that its end. */
const ON_ITS_WAY = 'no-store, no-transform';

/** What is proven to be what was asked for may be kept by whoever gets it. */
async function whole(status: number, headers: [string, string][], body: Uint8Array, path: string): Promise<Response> {
  if (!isAnswer(status, body)) throw new Refusal(502, 'registry-error', `expected an answer of a registry, found status ${status}`);
  const digest = digestAskedFor(path);
  const proven = status === 200 && digest !== null && (await matches(digest, body));
  return answered(status, headers, body.byteLength === 0 ? null : body, proven ? FOREVER : 'no-store');
}

function answered(status: number, headers: [string, string][], body: BodyInit | null, cacheControl: string): Response {
  return new Response(body, { status, headers: { ...Object.fromEntries(headers), ...INERT, 'cache-control': cacheControl } });
}

/** The core asks so whether a registry has something still (src/registry/client.rs). */
const AFRESH = 'pullproof-afresh';

/**
 * What a registry sends could be a script, and under our name the page's own policy would let it run. Browsers say what they
 * fetch a thing for: we answer `fetch()`, and whatever is no browser.
 */
function refuseEmbedding(request: Request): void {
  const destination = request.headers.get('sec-fetch-dest') ?? 'empty';
  if (destination !== 'empty') {
    const message = `expected to be asked by fetch(), found a request for a ${destination}: a registry's content is not shown here`;
    throw new Refusal(403, 'embedding-refused', message);
  }
}

/** Whether this can be said again: some statuses are no answers, and some have no content. */
function isAnswer(status: number, body: Uint8Array): boolean {
  const hasContent = ![204, 205, 304].includes(status);
  return status >= 200 && status <= 599 && (hasContent || body.byteLength === 0);
}

/** For browsers that do not say: a document that runs nothing, loads nothing, has no origin and is saved instead of shown. */
const INERT = {
  'content-security-policy': "sandbox; default-src 'none'",
  'content-disposition': 'attachment',
  'x-content-type-options': 'nosniff',
};

function parseTarget(request: Request, url: URL): RelayTarget {
  const [, registry, path] = /^\/relay\/([^/]+)(\/.+)$/.exec(url.pathname) ?? [];
  if (registry === undefined || path === undefined) {
    throw new Refusal(400, 'options-invalid', `expected /relay/<registry>/v2/…, found ${url.pathname}`);
  }
  return {
    // The brackets of an IPv6 address are the only characters of a registry that a URL may have to escape.
    registry: registry.replace(/%5b/i, '[').replace(/%5d/i, ']').toLowerCase(),
    path: path + url.search,
    method: request.method === 'HEAD' ? 'HEAD' : 'GET',
    ...(path.includes('/blobs/') || path.includes('/_trust/tuf/') ? {} : { accept: acceptable(path, request.headers.get('accept')) }),
  };
}

/**
 * The kinds of manifest to ask for. By tag, the caller's choice decides which document is meant, so it goes on; by digest there is
 * one document, and what is kept of it must not depend on who came first.
 */
function acceptable(path: string, accept: string | null): string {
  const asked = accept?.split(',').map((type) => type.trim()) ?? [];
  const known = MANIFEST_TYPES.filter((type) => asked.includes(type));
  return (digestAskedFor(path) !== null || known.length === 0 ? MANIFEST_TYPES : known).join(',');
}

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
