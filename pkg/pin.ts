/**
 * Pins a text: finds what it names, has each image resolved once, and has the core insert the digests.
 *
 * In three steps, because whoever pins many texts does the second one for all of them together.
 */

import { type PinCore, pinCore, type Pinned } from './core.js';
import { fromCore } from './errors.js';
import { Resolver, type Unresolved } from './resolver.js';
import { findIn } from './text.js';
import type { FindResult, PinOptions, PinResult, Resolved } from './types.js';

/** What became of each reference. */
export type Answers = ReadonlyMap<string, Resolved | Unresolved>;

export async function pinText(text: string, options: PinOptions): Promise<PinResult> {
  const core = await pinCore();
  const found = findIn(core, text, options);
  const answers = await resolve(unpinned(found), new Resolver(options));
  const pinned = insert(core, text, found, answers);
  return { schemaVersion: 1, ...pinned, resolved: resolved(answers) };
}

/** (1) What has to be resolved: each reference once, in the order in which they come first. */
export function unpinned({ occurrences }: FindResult): string[] {
  return [...new Set(occurrences.flatMap((occurrence) => occurrence.state === 'unpinned' ? occurrence.reference : []))];
}

/** (2) What the references are, whatever names them. */
export async function resolve(references: readonly string[], resolver: Resolver): Promise<Answers> {
  const answers = await resolver.resolve(references);
  return new Map(references.map((reference, place) => [reference, answers[place]!]));
}

/** (3) The text with its digests. */
export function insert(core: PinCore, text: string, found: FindResult, answers: Answers): Pinned {
  const digests = unpinned(found).flatMap((reference) => {
    const answer = answers.get(reference);
    if (answer === undefined) return [];
    return [[reference, isResolved(answer) ? { digest: answer.digest } : answer] as const];
  });
  try {
    return core.pin(text, found.kind, Object.fromEntries(digests));
  } catch (thrown) {
    throw fromCore(thrown);
  }
}

/** Those that have a digest, sorted, so that the same answers are the same text. */
export function resolved(answers: Answers): Record<string, Resolved> {
  return sorted([...answers].filter((entry): entry is [string, Resolved] => isResolved(entry[1])));
}

/** By code units: a reference is ASCII, and no locale has a say. */
export function sorted(entries: Iterable<[string, Resolved]>): Record<string, Resolved> {
  return Object.fromEntries([...entries].sort(([a], [b]) => a < b ? -1 : 1));
}

function isResolved(answer: Resolved | Unresolved): answer is Resolved {
  return 'digest' in answer;
}
