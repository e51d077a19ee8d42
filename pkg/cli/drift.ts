/** `pullproof drift`: which tags name something else than what they are pinned to. */

import { pinCore } from '../core.js';
import { type Claims, claimsOf, driftResult } from '../drift.js';
import { type Claim, Resolver } from '../resolver.js';
import { KINDS } from '../text.js';
import type { Drift, DriftResult } from '../types.js';
import type { DriftArguments } from './arguments.js';
import { asking } from './asking.js';
import { DriftView } from './drifted.js';
import { EXIT } from './exit.js';
import { JsonList } from './json.js';
import { Progress } from './progress.js';
import { orFailed, readAgain, survey } from './survey.js';

/** What became of one file. */
export type DriftedFile = Omit<DriftResult, 'schemaVersion'> & { readonly file: string };

export async function drift(command: DriftArguments): Promise<number> {
  const core = await pinCore();
  const claims = new Map<string, Claim>();
  const surveyed = await survey(core, { ...command, kinds: [...KINDS, 'lock'] }, (text, reading) => {
    const claimed = claimsOf(core, text, reading);
    for (const claim of claimed.claims) claims.set(keyOf(claim), claim);
    return claimed.kind;
  });
  const answers = await ask(claims, command);
  const isAny = (status: Drift['status']): boolean => [...answers.values()].some((answer) => answer.status === status);
  const moved = isAny('moved');

  const view = command.json ? new JsonList({ schemaVersion: 1, moved }, 'files') : new DriftView(command);
  let hasFailed = false;
  for (const one of surveyed) {
    const outcome = 'code' in one ? one : await orFailed(one.file, async (): Promise<DriftedFile> => {
      const { text } = await readAgain(one);
      return { file: one.file, ...drifted(claimsOf(core, text, { kind: one.kind }), answers) };
    });
    hasFailed ||= 'code' in outcome;
    await view.add(outcome);
  }
  await view.end({});
  if (moved) return EXIT.reject;
  return hasFailed || isAny('unknown') ? EXIT.inconclusive : EXIT.accept;
}

/** Each claim once, whichever of the files make it. */
async function ask(claims: ReadonlyMap<string, Claim>, command: DriftArguments): Promise<ReadonlyMap<string, Drift>> {
  const progress = new Progress(process.stderr);
  try {
    const resolver = new Resolver({ ...asking(command), onProgress: (done) => progress.count(done) });
    const answers = await resolver.drift([...claims.values()]);
    return new Map([...claims.keys()].map((key, place) => [key, answers[place]!]));
  } finally {
    progress.clear();
  }
}

function drifted(claimed: Claims, answers: ReadonlyMap<string, Drift>): Omit<DriftResult, 'schemaVersion'> {
  const { schemaVersion, ...result } = driftResult(claimed, claimed.claims.map((claim) => answers.get(keyOf(claim))!));
  return result;
}

function keyOf({ reference, digest, platform }: Claim): string {
  return `${reference}@${digest} ${platform ?? ''}`;
}
