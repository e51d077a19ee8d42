/** Finds out which tags of a pinned text, or of a lock, name something else now. */

import { type PinCore, pinCore } from './core.js';
import { parseReference } from './reference.js';
import { type Claim, Resolver } from './resolver.js';
import { findIn, isLock, readLock } from './text.js';
import type { Drift, DriftOptions, DriftResult, LeftAlone, Occurrence, Place } from './types.js';

/** Why a tag without a digest is left alone where nobody pins it. */
export const UNPINNED = { code: 'unpinned', message: 'expected a digest, found a tag alone: pin it' } as const;

/** What a text says its tags named, each once, in the order in which they come first. */
export interface Claims {
  readonly kind: DriftResult['kind'];
  readonly claims: readonly (Claim & { readonly places: readonly Place[] })[];
  readonly leftAlone: readonly LeftAlone[];
}

export async function driftOf(text: string, options: DriftOptions): Promise<DriftResult> {
  const claimed = claimsOf(await pinCore(), text, options);
  const answers = await new Resolver(options).drift(claimed.claims);
  return driftResult(claimed, answers);
}

export function claimsOf(core: PinCore, text: string, { kind, file }: Pick<DriftOptions, 'kind' | 'file'>): Claims {
  if (kind === 'lock' || (kind === undefined && isLock(text, file))) {
    return ofLock(core, text);
  }
  const options = { ...(kind !== undefined && { kind }), ...(file !== undefined && { file }) };
  const found = findIn(core, text, options);
  const claims = new Map<string, Claim & { places: Place[] }>();
  const leftAlone: LeftAlone[] = [];
  for (const occurrence of found.occurrences) {
    const { place, line, column, reference, digest, state } = occurrence;
    if (state !== 'pinned' || parseReference(reference).tag === null) {
      leftAlone.push(leave(occurrence));
      continue;
    }
    const claim = claims.get(`${reference}@${digest}`) ?? { reference, digest, platform: null, places: [] };
    claim.places.push({ place, line, column });
    claims.set(`${reference}@${digest}`, claim);
  }
  return { kind: found.kind, claims: [...claims.values()], leftAlone };
}

function ofLock(core: PinCore, text: string): Claims {
  const claims = Object.entries(readLock(core, text).images).map(([reference, { digest, platform }]) =>
    ({ reference, digest, platform, places: [] }));
  return { kind: 'lock', claims, leftAlone: [] };
}

/** Why there is no tag that could have moved. */
function leave({ place, line, column, text, state, code, message, settled }: Occurrence): LeftAlone {
  const where = { place, line, column, text };
  switch (state) {
    case 'unpinned':
      return { ...where, ...UNPINNED, settled };
    case 'pinned':
      return { ...where, code: 'no-tag', message: 'has a digest and no tag that could move', settled };
    case 'left-alone':
      return { ...where, code, message, settled };
  }
}

/** `answers` are those to the claims, in their order. */
export function driftResult({ kind, claims, leftAlone }: Claims, answers: readonly Drift[]): DriftResult {
  const images = answers.map((answer, place) => ({ ...answer, places: claims[place]!.places }));
  return { schemaVersion: 1, kind, moved: images.some(({ status }) => status === 'moved'), images, leftAlone };
}
