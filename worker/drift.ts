import { drift } from 'pullproof';
import { json } from './answer';
import { pinnedTags } from './core';
import { refuseToAsk, textQuestion } from './text';
import type { AllowList } from './allow';
import type { EdgeTransport } from './transport';
import type { Trust } from './trust';

/** POST /v1/drift: 200 with what became of each pinned tag of a text, or of a lock. */
export async function answerDrift(
  request: Request,
  registries: AllowList,
  trust: Trust,
  transport: EdgeTransport,
  signal: AbortSignal,
): Promise<Response> {
  const { text, reading, conditions } = await textQuestion(request);
  refuseToAsk(await pinnedTags(text, reading), registries, 'drift');
  trust.refuseToAsk(conditions);
  transport.remembers = false; // what was kept says nothing of what the registry has now
  return json(await drift(text, { ...conditions, ...trust.options, ...reading, now: new Date(), fetch: transport.fetch, signal }));
}
