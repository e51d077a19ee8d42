/** What is taken along from collections of Docker Content Trust: which tags, and what accepts them from now on. Asks nobody. */

import { sorted } from '../pin.js';
import type { Unresolved } from '../resolver.js';
import type { ContentTrust, Identity, ListedTag, Lock, Policy, Resolved, Statement, TrustInspection } from '../types.js';
import type { ToSign } from './scripts.js';

/** A tag as distribution-spec 1.1 has it. A collection may list anything. */
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** One signed tag that is taken along. */
export type Taken = ListedTag & { readonly digest: string; readonly length: number };

/** One that is not, and why. */
export type LeftOut = Statement & { readonly tag: string };

/** One collection. */
export interface Migrated {
  /** As it was typed. */
  readonly image: string;
  readonly inspection: TrustInspection;
  readonly tags: readonly Taken[];
  readonly leftOut: readonly LeftOut[];
}

/** Who signs from now on, as a policy says it. */
export type From = Extract<Identity, { cosign: unknown } | { sigstore: unknown }>;

/** The signed tags that can be taken along, before any registry was asked. Of what must not be believed there are none. */
export function believedTags({ outcome, tags }: TrustInspection): { tags: Taken[]; leftOut: LeftOut[] } {
  const [taken, leftOut]: [Taken[], LeftOut[]] = [[], []];
  for (const one of outcome === 'verified' ? tags : []) {
    const { tag, digest, length, believed } = one;
    if (!believed) continue;
    if (!TAG.test(tag)) leftOut.push({ tag, code: 'not-a-tag', message: 'expected a tag, found a name that no registry can have' });
    else if (digest === null || length === null) leftOut.push({ tag, code: 'no-digest', message: 'expected a SHA-256, found that it was signed without one' });
    else taken.push({ ...one, digest, length });
  }
  return { tags: taken, leftOut };
}

/** The same, after registries were asked for each digest: what is not there cannot be signed anew. */
export function thatAreThere(one: Migrated, answers: ReadonlyMap<string, Resolved | Unresolved>): Migrated {
  const [tags, leftOut] = [[] as Taken[], [...one.leftOut]];
  for (const taken of one.tags) {
    const answer = answers.get(pinnedName(one, taken))!;
    if (!('digest' in answer)) {
      leftOut.push({ tag: taken.tag, code: answer.code, message: answer.message });
    } else if (answer.size !== taken.length) {
      const message = `expected the ${taken.length} bytes that were signed, found ${answer.size}`;
      leftOut.push({ tag: taken.tag, code: 'size-mismatch', message });
    } else {
      tags.push(taken);
    }
  }
  return { ...one, tags, leftOut };
}

export function pinnedName({ inspection: { gun } }: Migrated, { digest }: Taken): string {
  return `${gun}@${digest}`;
}

/** Each image once, with all of its tags. */
export function toSign(all: readonly Migrated[]): ToSign[] {
  const images = new Map<string, string[]>();
  for (const one of all) {
    for (const taken of one.tags) {
      const name = pinnedName(one, taken);
      images.set(name, [...images.get(name) ?? [], taken.tag]);
    }
  }
  return [...images].map(([pinned, tags]) => ({ pinned, tags }));
}

/** What is signed today is accepted by its digest, whatever else is from now on. Everything else is rejected. */
export function policyOf(all: readonly Migrated[], from: From | undefined, kept: ContentTrust | undefined): Policy {
  const rules = all.flatMap((one) => {
    const digests = [...new Set(one.tags.map(({ digest }) => digest))].map((digest): Identity => ({ digest }));
    const others: Identity[] = one.inspection.outcome !== 'verified' ? [] : [
      ...(from === undefined ? [] : [from]),
      ...(kept === undefined ? [] : [{ contentTrust: asItWasSeen(kept, one.inspection) }]),
    ];
    const anyOf = [...digests, ...others];
    return anyOf.length === 0 ? [] : [{ images: one.inspection.gun, require: [{ anyOf }] }];
  });
  return { rules, default: 'reject' };
}

/** A policy does not depend on who came first, nor on an environment: both are known by now. */
function asItWasSeen({ firstUse, ...wanted }: ContentTrust, { server, rootKeys }: TrustInspection): ContentTrust {
  return { ...wanted, server, ...(firstUse && { rootKey: rootKeys.map(({ id }) => id) }) };
}

/** By tag, as `pullproof drift` asks for them. The signers are the keys under which all of it was signed: those of the root. */
export function lockedImages(all: readonly Migrated[], answers: ReadonlyMap<string, Resolved | Unresolved>): Lock['images'] {
  return sorted(all.flatMap((one) => one.tags.flatMap((taken): [string, Resolved][] => {
    const answer = answers.get(pinnedName(one, taken));
    if (answer === undefined || !('digest' in answer)) return [];
    return [[`${one.inspection.gun}:${taken.tag}`, { ...answer, signers: one.inspection.rootKeys.map(({ id }) => id) }]];
  })));
}
