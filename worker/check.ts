import { check, parseReference } from 'pullproof';
import { json, Refusal } from './answer';
import { parseStrictly } from './strict_json';
import { readAtMost } from './transport';
import type { AllowList } from './allow';
import type { EdgeTransport } from './transport';

/** GET and POST /v1/check: 200 with the report, whatever the verdict. */
export async function answerCheck(
  request: Request,
  url: URL,
  registries: AllowList,
  transport: EdgeTransport,
  signal: AbortSignal,
): Promise<Response> {
  const question = request.method === 'POST' ? await questionOfBody(request) : questionOfQuery(url.searchParams);
  const { registry } = parseReference(question.image);
  if (!registries.allows(registry)) {
    const advice = 'to check it yourself: npx pullproof check';
    throw new Refusal(403, 'registry-not-allowed', `expected a registry that this service may ask, found ${registry}; ${advice}`);
  }
  const { image, ...options } = question;
  const report = await check(image, { ...options, now: new Date(), fetch: transport.fetch, signal });
  return json(report);
}

interface Question {
  image: string;
  platform?: string;
  /** JSON text: its strict reader is the core's. */
  policy?: string;
  attachments?: boolean;
}

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

async function questionOfBody(request: Request): Promise<Question> {
  const bytes = await readAtMost(MAX_BODY, request.body);
  if (bytes === null) throw new Refusal(413, 'request-too-large', `expected at most ${MAX_BODY} bytes, found more`);
  const body = parseObject(bytes);
  for (const name of Object.keys(body)) {
    if (!['image', 'platform', 'policy', 'attachments'].includes(name)) {
      throw invalid(`image, platform, policy or attachments, found ${name}`);
    }
  }
  return question(body);
}

/** A policy for a large team is a few kilobytes. */
const MAX_BODY = 64 * 1024;

function question({ image, platform, policy, attachments }: Record<string, unknown>): Question {
  if (typeof image !== 'string' || image === '') throw invalid('image, a reference such as nginx:1.27, found none');
  if (platform !== undefined && typeof platform !== 'string') throw invalid('platform to be text such as linux/amd64');
  if (attachments !== undefined && typeof attachments !== 'boolean') throw invalid('attachments to be true or false');
  if (policy !== undefined && typeof policy !== 'string' && !isObject(policy)) throw invalid('policy to be an object, or its JSON text');
  return {
    image,
    ...(platform !== undefined && { platform }),
    ...(policy !== undefined && { policy: typeof policy === 'string' ? policy : JSON.stringify(policy) }),
    ...(attachments !== undefined && { attachments }),
  };
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseStrictly(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw invalid(`a JSON object such as {"image": "nginx:1.27"}, found what is none: ${(error as Error).message}`);
  }
  if (!isObject(value)) throw invalid('a JSON object such as {"image": "nginx:1.27"}, found another value');
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(expected: string): Refusal {
  return new Refusal(400, 'options-invalid', `expected ${expected}`);
}
