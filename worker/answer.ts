/** How this service answers: JSON, readable from any page, and one shape for every error. */

/** An error that is ours to tell, rather than the core's. */
export class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly headers: Record<string, string> = {}) {
    super(message);
  }
}

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers },
  });
}

/** Every error as `{ "error": { "code", "message" } }`. `retryAfter` is what the registry said, if it asked for patience. */
export function errorAnswer(error: unknown, retryAfter: string | null): Response {
  if (error instanceof Refusal) return failure(error.status, error.code, error.message, error.headers);
  // AbortSignal.timeout, whichever part of the work it interrupted.
  if (error instanceof Error && error.name === 'TimeoutError') {
    return failure(504, 'timeout', 'expected the registry to answer in time, found that it had not; try again later');
  }
  if (isCoded(error)) {
    const status = STATUS[error.code] ?? 500;
    return failure(status, error.code, error.message, status === 429 && retryAfter !== null ? { 'retry-after': retryAfter } : {});
  }
  console.error(error);
  return failure(500, 'internal', 'this service failed in a way it did not expect; the image was not judged');
}

function failure(status: number, code: string, message: string, headers: Record<string, string> = {}): Response {
  // The field tells the core that this is the relay speaking: no answer of a registry passes with it.
  return json({ error: { code, message } }, status, { ...headers, 'pullproof-relay-error': code });
}

/** What the package, the core and this service throw: there is no report, and the code says why. */
export function isCoded(error: unknown): error is { code: string; message: string } {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' && 'message' in error;
}

const STATUS: Record<string, number> = {
  // The question cannot be asked.
  'reference-invalid': 400,
  'platform-invalid': 400,
  'policy-invalid': 400,
  'policy-unsupported': 400,
  'options-invalid': 400,
  // The text cannot be read.
  'text-too-long': 400,
  'yaml-invalid': 400,
  'yaml-too-large': 400,
  template: 400,
  'kind-unknown': 400,
  'lock-invalid': 400,
  // Of the core, which has a limit of its own, or of this service.
  'too-many-references': 413,
  // The registry answered, but not with the image.
  'not-found': 404,
  unauthorized: 403,
  denied: 403,
  'rate-limited': 429,
  // The registry did not answer as a registry does.
  unreachable: 502,
  'response-too-large': 502,
  'redirect-refused': 502,
  'realm-refused': 502,
  'too-many-redirects': 502,
  'not-a-registry': 502,
  'registry-error': 502,
  timeout: 504,
  aborted: 504,
};

/** Any page may read any answer: nothing here depends on who asks. */
export function readableFromAnywhere(response: Response): Response {
  const answer = new Response(response.body, response);
  answer.headers.set('access-control-allow-origin', '*');
  answer.headers.set('access-control-expose-headers', EXPOSED);
  return answer;
}

/** The answer to a preflight. */
export function preflight(methods: string): Response {
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': methods,
      'access-control-allow-headers': 'Accept, Content-Type, Pullproof-Afresh',
      'access-control-max-age': '86400',
    },
  });
}

const EXPOSED = 'Content-Type, Docker-Content-Digest, Retry-After, Link, Pullproof-Relay-Error';
