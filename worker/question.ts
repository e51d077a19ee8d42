/** What is asked in a body: a JSON object that has only members we know, each once. And the members that several questions share. */
import { Refusal } from './answer';
import { parseStrictly } from './strict_json';
import { readAtMost } from './transport';

export interface Shape {
  /** The members that it may have. */
  members: readonly string[];
  /** Bytes. */
  limit: number;
  /** What a refusal shows of it. */
  example: string;
}

/** The members of the body, none of whose values was looked at. */
export async function membersOf(request: Request, { members, limit, example }: Shape): Promise<Record<string, unknown>> {
  const bytes = await readAtMost(limit, request.body, PATIENCE);
  if (bytes === null) throw new Refusal(413, 'request-too-large', `expected at most ${limit} bytes, found more`);
  const body = parseObject(bytes, example);
  for (const name of Object.keys(body)) {
    if (!members.includes(name)) throw invalid(`${members.slice(0, -1).join(', ')} or ${members.at(-1)}, found ${name}`);
  }
  return body;
}

/** Bytes that are read and forgotten, so that whoever is still sending hears the refusal. */
const PATIENCE = 16 * 1024 * 1024;

/** How images are looked at, whichever they are. */
export interface Conditions {
  platform?: string;
  /** JSON text: its strict reader is the core's. */
  policy?: string;
}

export function conditions({ platform, policy }: Record<string, unknown>): Conditions {
  if (platform !== undefined && typeof platform !== 'string') throw invalid('platform to be text such as linux/amd64');
  if (policy !== undefined && typeof policy !== 'string' && !isObject(policy)) throw invalid('policy to be an object, or its JSON text');
  return {
    ...(platform !== undefined && { platform }),
    ...(policy !== undefined && { policy: typeof policy === 'string' ? policy : JSON.stringify(policy) }),
  };
}

export function invalid(expected: string): Refusal {
  return new Refusal(400, 'options-invalid', `expected ${expected}`);
}

function parseObject(bytes: Uint8Array, example: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseStrictly(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw invalid(`a JSON object such as ${example}, found what is none: ${(error as Error).message}`);
  }
  if (!isObject(value)) throw invalid(`a JSON object such as ${example}, found another value`);
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
