/**
 * pullproof at the edge.
 *
 * ```text
 * GET  /v1/check?image=…[&platform=…][&attachments=1]     the report on an image
 * POST /v1/check  {image, platform?, policy?, attachments?}    the same, judged by a policy; instead of it, {key, trustedRoot?} or
 *                                                         {identity: {issuer, subject}, trustedRoot?}
 * GET  /v1/scan?image=…[&platform=…][&packages=…][&deny=…]           what is known to be vulnerable in an image, where the operator allows it
 * POST /v1/scan   {image, platform?, packages?, attestedBy?, trustedRoot?, deny?, onlyFixable?, ignore?, vex?}    the same, judged
 * POST /v1/pin    {text, kind?, file?, platform?, policy?}     the text with digests, and what was left alone
 * POST /v1/drift  {text, kind?, file?, platform?, policy?}     which tags of a pinned text, or of a lock, have moved
 * GET  /relay/<registry>/v2/…                             a registry's answer, for pages that it sends no CORS headers
 * GET  /v1/healthz                                        whether this runs, and which version
 * ```
 *
 * A check's body has at most 64 KiB, a scan's 512 KiB. A text's has 256 KiB, and names at most 16 different images that have to be asked for: an edge
 * function may send some fifty requests for one that it answers. What came of each image is in the answer, with status 200.
 *
 * Errors are `{error: {code, message}}`: 400 for a question that cannot be read (`options-invalid`, `kind-unknown`, `yaml-invalid`, …),
 * 403 `registry-not-allowed`, `repository-not-allowed` and `scan-not-allowed`, 413 `request-too-large`, `too-many-references` and `image-over-limit`, 429 `rate-limited`, 504 `timeout`, and of a check
 * what answer.ts lists.
 *
 * Everything else is a file of the page, and never gets here.
 */
import { version } from 'pullproof/package.json';
import { AllowList } from './allow';
import { errorAnswer, json, preflight, readableFromAnywhere, Refusal } from './answer';
import { answerCheck } from './check';
import { answerDrift } from './drift';
import { limitRate } from './limit';
import { answerPin } from './pin';
import { answerRelay } from './relay';
import { answerScan } from './scan';
import { EdgeTransport } from './transport';
import { Trust } from './trust';
import type { Environment } from './environment';

export { TrustState } from './state';

export default {
  async fetch(request, environment, context): Promise<Response> {
    const url = new URL(request.url);
    const transport = new EdgeTransport(url.origin, context);
    const signal = AbortSignal.timeout(1000 * (environment.TIMEOUT_SECONDS ?? TIMEOUT_SECONDS));
    try {
      return readableFromAnywhere(await route(request, url, environment, transport, signal));
    } catch (error) {
      return readableFromAnywhere(errorAnswer(signal.aborted ? signal.reason : error, transport.retryAfter));
    }
  },
} satisfies ExportedHandler<Environment>;

/** Less than the 30 seconds after which proxies and clients commonly give up, so that they hear why. */
const TIMEOUT_SECONDS = 25;

async function route(
  request: Request,
  url: URL,
  environment: Environment,
  transport: EdgeTransport,
  signal: AbortSignal,
): Promise<Response> {
  const methods = methodsOf(url.pathname);
  if (request.method === 'OPTIONS') return preflight(methods);
  if (!methods.split(', ').includes(request.method)) {
    throw new Refusal(405, 'method-not-allowed', `expected ${methods}, found ${request.method}`, { allow: methods });
  }
  if (url.pathname === '/v1/healthz') return json(health(environment));

  await limitRate(request, environment.LIMITER, 'requests');
  const registries = new AllowList(environment.REGISTRIES);
  const trust = new Trust(environment, registries);
  switch (url.pathname) {
    case '/v1/check':
      return answerCheck(request, url, environment, registries, trust, transport, signal);
    case '/v1/scan':
      return answerScan(request, url, environment, registries, trust, transport, signal);
    case '/v1/pin':
      return answerPin(request, registries, trust, transport, signal);
    case '/v1/drift':
      return answerDrift(request, registries, trust, transport, signal);
    default:
      return answerRelay(request, url, registries, trust, transport, signal, environment.RELAY_BYTES);
  }
}

function methodsOf(pathname: string): string {
  if (pathname === '/v1/check' || pathname === '/v1/scan') return 'GET, POST, OPTIONS';
  if (pathname === '/v1/pin' || pathname === '/v1/drift') return 'POST, OPTIONS';
  if (pathname === '/v1/healthz' || pathname.startsWith('/relay/')) return 'GET, HEAD, OPTIONS';
  const routes = '/v1/check, /v1/scan, /v1/pin, /v1/drift, /v1/healthz or /relay/<registry>/v2/…';
  throw new Refusal(404, 'route-unknown', `expected ${routes}, found ${pathname}`);
}

function health({ DEMO_REGISTRY: registry, DEMO_EXAMPLES: examples = '[]' }: Environment): object {
  const demo = registry !== undefined && { demo: { registry, examples: JSON.parse(examples) as unknown } };
  return { status: 'ok', version, ...demo };
}
