import { digestAskedFor, matches } from './digest';

/**
 * The `fetch` that the core is given at the edge: the platform's, and a memory for what can never change.
 *
 * An answer to a request by digest is kept only after its bytes were hashed and found to be what was asked for, so the cache can
 * be no worse than the registry. Answers by tag are never kept. Everything asked is asked anonymously, so what is kept is public.
 */
export class EdgeTransport {
  /** What the last registry that asked for patience said: seconds or a date. */
  retryAfter: string | null = null;

  /** Whether what was kept may be the answer. Not where the question is whether a registry has something still. */
  remembers = true;

  /** The most bytes of a blob that are kept: what is longer is a layer. None is where layers are asked for. */
  mostOfBlob = MAX_KEPT;

  readonly #origin: string;
  readonly #context: ExecutionContext;
  /** Registries keep blobs elsewhere: where they sent us, and what we had asked for. */
  readonly #redirected = new Map<string, URL>();

  /** `origin` is our own: a key under another's would make Cloudflare look that name up. */
  constructor(origin: string, context: ExecutionContext) {
    this.#origin = origin;
    this.#context = context;
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    const asked = this.#redirected.get(request.url) ?? new URL(request.url);
    const digest = digestAskedFor(asked.pathname);
    if (digest === null || !this.remembers) return this.#send(request);

    const key = `${this.#origin}/relay/${asked.host}${asked.pathname}`;
    const kept = await caches.default.match(key);
    if (kept !== undefined) return kept; // to HEAD, too: workerd sends the headers on and drops the rest

    const response = await this.#send(request);
    const location = response.headers.get('location');
    if (location !== null && URL.canParse(location, request.url)) {
      this.#redirected.set(new URL(location, request.url).href, asked);
    }
    if (response.status === 200 && request.method === 'GET') {
      const most = asked.pathname.includes('/blobs/') ? this.mostOfBlob : MAX_KEPT;
      // What is known to be longer is not held back for it.
      if (most > 0 && !(Number(response.headers.get('content-length')) > most)) {
        this.#context.waitUntil(keep(key, digest, most, response.clone()).catch(() => {})); // a cache that fails is only slower
      }
    }
    return response;
  };

  async #send(request: Request): Promise<Response> {
    // Notary lets what is the newest be kept for five minutes, in which it can be old already.
    const afresh = request.url.includes('/_trust/tuf/') ? { cache: 'no-store' as const } : {};
    const response = await fetch(request, afresh);
    if (response.status === 429) this.retryAfter = response.headers.get('retry-after');
    return response;
  }
}

async function keep(key: string, digest: string, most: number, response: Response): Promise<void> {
  // A header that contradicts the digest is for the report to complain about, every time.
  const claimed = response.headers.get('docker-content-digest');
  if (claimed !== null && claimed !== digest) return;
  const bytes = await readAtMost(most, response.body);
  if (bytes === null || !(await matches(digest, bytes))) return;

  const headers = new Headers({ 'cache-control': FOREVER });
  for (const name of ['content-type', 'docker-content-digest']) {
    const value = response.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  await caches.default.put(key, new Response(bytes, { headers }));
}

/** What is named by its digest is the same for ever. */
export const FOREVER = 'public, max-age=31536000, immutable';

/** The most that the core reads of anything: an image configuration (src/budget.rs). */
const MAX_KEPT = 8 * 1024 * 1024;

/**
 * All of `body`, or null if it is longer than `limit`; the rest is then not read, or thrown away as far as `patience` goes. Whoever is
 * still sending when the answer comes may find the connection closed before having read it.
 */
export async function readAtMost(limit: number, body: ReadableStream<Uint8Array> | null, patience = limit): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the stream.
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > patience) return null;
    if (length <= limit) chunks.push(chunk);
  }
  if (length > limit) return null;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
