import { parseReference, scan } from 'pullproof';
import { json, Refusal } from './answer';
import { limitsOf, reads, sourceOf } from './advisories';
import { limitRate } from './limit';
import { conditions, invalid, membersOf } from './question';
import type { AllowList } from './allow';
import type { Environment } from './environment';
import type { EdgeTransport } from './transport';
import type { Trust } from './trust';
import type { ScanOptions } from 'pullproof';

/**
 * GET and POST /v1/scan: 200 with the scan, whatever it found. Its operator says whether images are scanned here, and what a scan may take.
 *
 * A scan costs time and memory in the bytes of an image, and requests in the advisories about it, where a check costs neither: what an image
 * would take is known from its manifest, and one that would take more is refused before any of its layers is asked for. A list of packages that
 * somebody signed for the image costs no more than a check of that signature.
 */
export async function answerScan(
  request: Request,
  url: URL,
  environment: Environment,
  registries: AllowList,
  trust: Trust,
  transport: EdgeTransport,
  signal: AbortSignal,
): Promise<Response> {
  const { image, ...wanted } = request.method === 'POST' ? question(await membersOf(request, BODY)) : questionOfQuery(url.searchParams);
  const allowed = PACKAGES.filter((from) => reads(environment, from));
  const { packages = allowed[0] } = wanted;
  if (packages === undefined) throw new Refusal(403, 'scan-not-allowed', `expected a service that scans images, found one that does not; ${ADVICE}`);
  if (!allowed.includes(packages)) {
    throw new Refusal(403, 'scan-not-allowed', `expected packages from ${allowed.join(' or ')}, found ${packages}, which this service does not read; ${ADVICE}`);
  }
  const { registry } = parseReference(image);
  if (!registries.allows(registry)) {
    throw new Refusal(403, 'registry-not-allowed', `expected a registry that this service may ask, found ${registry}; ${ADVICE}`);
  }
  trust.refuseToAsk(wanted);
  await limitRate(request, environment.SCAN_LIMITER, 'scans');
  // Layers go by: what is kept is for checks.
  if (packages === 'layers') transport.mostOfBlob = 0;
  const means = { ...(wanted.attestedBy !== undefined && trust.options), now: new Date(), fetch: transport.fetch, signal };
  const found = await scan(image, { ...wanted, packages, ...sourceOf(environment), limits: limitsOf(environment), ...means });
  const tooMuch = found.remarks.find(({ code }) => code === 'image-over-limit');
  if (tooMuch !== undefined) throw new Refusal(413, tooMuch.code, `${tooMuch.message}; ${ADVICE}`);
  return json(found);
}

/** Where packages may be read from: the first that is allowed, unless it is asked for another. */
const PACKAGES = ['sbom', 'layers'] as const;

const ADVICE = 'to scan it yourself: npx pullproof scan';

type Wanted = Pick<ScanOptions, 'platform' | 'packages' | 'attestedBy' | 'trustedRoot' | 'deny' | 'onlyFixable' | 'ignore' | 'vex'>;

const BODY = {
  members: ['image', 'platform', 'packages', 'attestedBy', 'trustedRoot', 'deny', 'onlyFixable', 'ignore', 'vex'],
  // For VEX documents, mostly: one of a large project has some hundred kilobytes.
  limit: 512 * 1024,
  example: '{"image": "nginx:1.27"}',
};

function questionOfQuery(query: URLSearchParams): Wanted & { image: string } {
  for (const name of new Set(query.keys())) {
    if (!['image', 'platform', 'packages', 'deny'].includes(name)) throw invalid(`a parameter image, platform, packages or deny, found ${name}`);
    if (query.getAll(name).length > 1) throw invalid(`${name} once, found it ${query.getAll(name).length} times`);
  }
  return question(Object.fromEntries(query));
}

function question({ image, platform, ...others }: Record<string, unknown>): Wanted & { image: string } {
  if (typeof image !== 'string' || image === '') throw invalid('image, a reference such as nginx:1.27, found none');
  const { packages } = others;
  if (packages !== undefined && !PACKAGES.some((from) => from === packages)) throw invalid('packages to be sbom or layers');
  // What the others have to be is the package's to know.
  return { image, ...conditions({ platform }), ...others };
}
