/** What is asked about a whole text, and which of its images this service may ask registries for. */
import { parseReference } from 'pullproof';
import { Refusal } from './answer';
import { conditions, invalid, membersOf } from './question';
import type { AllowList } from './allow';
import type { Conditions } from './question';
import type { PinKind } from 'pullproof';

export interface TextQuestion {
  text: string;
  /** How it is read: its names are the package's to know. */
  reading: { kind?: PinKind; file?: string };
  conditions: Conditions;
}

export async function textQuestion(request: Request): Promise<TextQuestion> {
  const { text, kind, file, ...others } = await membersOf(request, BODY);
  if (typeof text !== 'string') throw invalid('text, such as a Dockerfile, found none');
  if (kind !== undefined && typeof kind !== 'string') throw invalid('kind to be text such as compose');
  if (file !== undefined && typeof file !== 'string') throw invalid('file to be text such as compose.yaml');
  const reading = { ...(kind !== undefined && { kind: kind as PinKind }), ...(file !== undefined && { file }) };
  return { text, reading, conditions: conditions(others) };
}

const BODY = {
  members: ['text', 'kind', 'file', 'platform', 'policy'],
  // Several times the largest files that people keep by hand; reading a hostile text takes some hundred times its size in memory.
  limit: 256 * 1024,
  example: '{"text": "FROM nginx:1.27"}',
};

/** Nobody is asked before it is known that everybody may be, so that no answer is half of one. */
export function refuseToAsk(references: Iterable<string>, registries: AllowList, command: 'pin' | 'drift'): void {
  const advice = `to do it yourself: npx pullproof ${command}`;
  const different = new Set(references);
  for (const reference of different) {
    const { registry } = parseReference(reference);
    if (!registries.allows(registry)) {
      throw new Refusal(403, 'registry-not-allowed', `expected registries that this service may ask, found ${registry}; ${advice}`);
    }
  }
  if (different.size > MAX_REFERENCES) {
    const expected = `expected at most ${MAX_REFERENCES} different images`;
    throw new Refusal(413, 'too-many-references', `${expected}, found ${different.size}; ${advice}`);
  }
}

/** A Worker may send 50 requests for one that it answers, and an image takes up to three: a challenge, a token, a manifest. */
const MAX_REFERENCES = 16;
