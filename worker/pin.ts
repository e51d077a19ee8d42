import { find, pin } from 'pullproof';
import { json } from './answer';
import { refuseToAsk, textQuestion } from './text';
import type { AllowList } from './allow';
import type { EdgeTransport } from './transport';
import type { Trust } from './trust';

/** POST /v1/pin: 200 with the text as it is pinned, whatever became of each image in it. */
export async function answerPin(
  request: Request,
  registries: AllowList,
  trust: Trust,
  transport: EdgeTransport,
  signal: AbortSignal,
): Promise<Response> {
  const { text, reading, conditions } = await textQuestion(request);
  const { kind, occurrences } = await find(text, reading);
  refuseToAsk(occurrences.flatMap(({ state, reference }) => (state === 'unpinned' ? reference : [])), registries, 'pin');
  trust.refuseToAsk(conditions);
  return json(await pin(text, { ...conditions, ...trust.options, kind, now: new Date(), fetch: transport.fetch, signal }));
}
