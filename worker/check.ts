import { check, parseReference } from 'pullproof';
import { limitsOf, reads, sourceOf } from './advisories';
import { json, Refusal } from './answer';
import { limitRate } from './limit';
import { conditions, invalid, membersOf } from './question';
import type { AllowList } from './allow';
import type { Environment } from './environment';
import type { Conditions } from './question';
import type { EdgeTransport } from './transport';
import type { Trust } from './trust';
import type { CheckOptions } from 'pullproof';

/**
 * GET and POST /v1/check: 200 with the report, whatever the verdict. A policy that asks what is known to be vulnerable has the image scanned where the
 * operator allows its layers to be read; elsewhere that remains unknown, and the image is not accepted.
 */
export async function answerCheck(
  request: Request,
  url: URL,
  environment: Environment,
  registries: AllowList,
  trust: Trust,
  transport: EdgeTransport,
  signal: AbortSignal,
): Promise<Response> {
  const { image, ...options } = request.method === 'POST' ? question(await membersOf(request, BODY)) : questionOfQuery(url.searchParams);
  const { registry } = parseReference(image);
  if (!registries.allows(registry)) {
    const advice = 'to check it yourself: npx pullproof check';
    throw new Refusal(403, 'registry-not-allowed', `expected a registry that this service may ask, found ${registry}; ${advice}`);
  }
  trust.refuseToAsk(options);
  const scans = reads(environment, 'layers') && asksForAScan(options.policy);
  if (scans) await limitRate(request, environment.SCAN_LIMITER, 'scans');
  const advisories = scans ? { ...sourceOf(environment), limits: limitsOf(environment) } : {};
  const report = await check(image, { ...options, ...trust.options, ...advisories, now: new Date(), fetch: transport.fetch, signal });
  return json(report);
}

/** Whether any rule does: only to count it. What is no policy is refused where policies are read. */
function asksForAScan(policy: string | undefined): boolean {
  try {
    const { rules } = JSON.parse(policy ?? '{}') as { rules?: { vulnerabilities?: unknown }[] };
    return rules?.some((rule) => rule.vulnerabilities !== undefined) ?? false;
  } catch {
    return false;
  }
}

interface Question extends Conditions, Pick<CheckOptions, 'key' | 'identity' | 'contentTrust' | 'trustedRoot'> {
  image: string;
  attachments?: boolean;
}

const BODY = {
  members: ['image', 'platform', 'policy', 'key', 'identity', 'contentTrust', 'trustedRoot', 'attachments'],
  // A policy for a large team is a few kilobytes.
  limit: 64 * 1024,
  example: '{"image": "nginx:1.27"}',
};

function questionOfQuery(query: URLSearchParams): Question {
  for (const name of new Set(query.keys())) {
    if (!['image', 'platform', 'attachments'].includes(name)) {
      throw invalid(`a parameter image, platform or attachments, found ${name}`);
    }
    if (query.getAll(name).length > 1) throw invalid(`${name} once, found it ${query.getAll(name).length} times`);
  }
  const attachments = query.get('attachments') ?? '0';
  if (!['0', '1'].includes(attachments)) throw invalid(`attachments=1 or attachments=0, found attachments=${attachments}`);
  return question({
    image: query.get('image') ?? undefined,
    platform: query.get('platform') ?? undefined,
    attachments: attachments === '1',
  });
}

function question({ image, attachments, key, identity, contentTrust, trustedRoot, ...others }: Record<string, unknown>): Question {
  if (typeof image !== 'string' || image === '') throw invalid('image, a reference such as nginx:1.27, found none');
  if (attachments !== undefined && typeof attachments !== 'boolean') throw invalid('attachments to be true or false');
  // What they have to be is the package's to know.
  const signer = Object.fromEntries(Object.entries({ key, identity, contentTrust, trustedRoot }).filter(([, value]) => value !== undefined));
  return { image, ...conditions(others), ...signer, ...(attachments !== undefined && { attachments }) };
}
