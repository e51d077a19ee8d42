/** Docker Content Trust for people: what a collection says, and on whose word. */

import type {
  ContentTrustResult, DelegatedRole, ListedTag, PassedOver, TrustAnchor, TrustInspection, TrustLink, TrustRootKey,
} from '../types.js';
import { plural } from './output.js';
import { type Colours, printableAll } from './terminal.js';

/** Where the facts stand: behind the longest label. */
const INDENT = ' '.repeat(10);

export function renderInspection(untrusted: TrustInspection, colours: Colours): string {
  const inspection = printableAll(untrusted);
  const sections = [
    outcome(inspection, colours), facts(inspection, colours), askedFor(inspection, colours), rootKeys(inspection), chain(inspection),
    roles(inspection, colours), tags(inspection, colours),
  ];
  return `${sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** For the report of a check, whose words were made printable already. */
export function contentTrustResults(results: readonly ContentTrustResult[] | null, colours: Colours): string[] {
  if (results === null || results.length === 0) return [];
  return ['Docker Content Trust', ...results.flatMap((result) => resultOf(result, colours))];
}

/** Each file with the keys that may sign it, in the order of trust. */
function files(chain: readonly TrustLink[]): string[] {
  return chain.flatMap(({ role, version, expires, threshold, keys }) => [
    `${role.padEnd(17)} version ${version}, until ${expires}, signed by ${signed(threshold, keys)}`,
    ...keys.map((key) => `        ${key}`),
  ]);
}

function resultOf(result: ContentTrustResult, colours: Colours): string[] {
  const indent = ' '.repeat(14);
  const marks = {
    verified: colours.good('✓ verified'),
    archived: colours.unsure('! archived'),
    failed: colours.bad('✗ failed  '),
    unknown: colours.unsure('? unknown '),
  };
  const { outcome, code, message, role, tag, digest, length, gun } = result;
  const head = digest === null ? `${code}: ${message}` : `${role} signed ${tag} as ${digest}, ${plural(length!, 'byte')}`;
  return [
    `  ${marks[outcome]}  ${colours.strong(head)}`,
    ...[
      `${gun} on ${asked(result)}`,
      `believing ${believed(result)}`,
      ...(result.verifiedAt === null ? [] : [colours.unsure(archived(result.verifiedAt))]),
      ...passedOver(result.passedOver).map((line) => colours.unsure(line)),
      ...files(result.chain),
      ...(result.expires === null ? [] : [`the first of it expires ${result.expires}`]),
      ...memory(result, colours),
    ].map((line) => `${indent}${line}`),
  ];
}

// The marks differ in shape and the words say the same again, as in the report of a check.
function outcome({ outcome, gun, code, message, verifiedAt }: TrustInspection, colours: Colours): string[] {
  const shown: Record<TrustInspection['outcome'], string> = {
    verified: colours.good('✓ VERIFIED'),
    archived: colours.unsure('! ARCHIVED'),
    failed: colours.bad('✗ REFUSED'),
    unknown: colours.unsure('? UNKNOWN'),
  };
  return [
    `${shown[outcome]}  ${colours.strong(gun)}`,
    ...(message === null ? [] : [`  ${code}: ${message}`]),
    ...(verifiedAt === null ? [] : [`  ${colours.unsure(archived(verifiedAt))}`]),
  ];
}

function archived(at: string): string {
  return `looked at as if it were ${at}: what was signed then, which proves nothing of the present`;
}

function facts(inspection: TrustInspection, colours: Colours): string[] {
  return [
    fact('Server', `${asked(inspection)}, at ${inspection.checkedAt}`),
    fact('Believing', believed(inspection)),
    ...(inspection.expires === null ? [] : [fact('Expires', `${inspection.expires}: ${firstToExpire(inspection)}, before all else`)]),
    ...memory(inspection, colours).map((line, place) => place === 0 ? fact('Memory', line) : `${INDENT}${line}`),
  ];
}

function asked({ server, via, outcome }: Pick<ContentTrustResult, 'server' | 'via' | 'outcome'>): string {
  const how = via === 'relay' ? 'through the relay' : via === 'direct' ? 'asked directly' : null;
  return `${server}, ${how ?? (outcome === 'unknown' ? 'asked in vain' : 'and nothing that it says is believed')}`;
}

/** Whose word was taken. */
export function believed({ anchor, firstSeen }: { anchor: TrustAnchor; firstSeen: string | null }): string {
  const pinned = anchor.pinned.join(' or ');
  switch (anchor.kind) {
    case 'keys':
      return `the root key ${pinned}`;
    case 'certificates':
      return `the root certificate ${pinned}`;
    case 'authority':
      return `what ${pinned} issued`;
    case 'first-use':
      return `the root that came first, for which nobody vouches${firstSeen === null ? '' : `: first seen ${firstSeen}`}`;
  }
}

/** What protects from being led back, or that nothing does. */
function memory(
  { firstSeen, kept, chain, verifiedAt }: Pick<ContentTrustResult, 'firstSeen' | 'kept' | 'chain' | 'verifiedAt'>,
  colours: Colours,
): string[] {
  if (chain.length === 0 || verifiedAt !== null) return [];
  return [
    firstSeen === null ? colours.unsure('nothing is kept: an older state would look as good') : `first seen ${firstSeen}, and never led back since`,
    ...(kept === null ? [] : [colours.unsure(`! ${kept.code}: ${kept.message}`)]),
  ];
}

function firstToExpire({ expires, chain, roles }: TrustInspection): string {
  const names = [...chain.map(({ role, expires }) => [role, expires]), ...roles.map(({ name, expires }) => [name, expires])];
  return names.find(([, at]) => at === expires)?.[0] ?? 'a root certificate';
}

function askedFor({ tag }: TrustInspection, colours: Colours): string[] {
  if (tag === null) return [];
  return [
    'Asked for',
    `  ${colours.strong(tag.tag.padEnd(16))}  ${tag.digest}`,
    `${INDENT}${plural(tag.length, 'byte')}, signed by ${tag.role}`,
    ...passedOver(tag.passedOver).map((line) => `${INDENT}${colours.unsure(line)}`),
  ];
}

function passedOver(roles: readonly PassedOver[]): string[] {
  return roles.map(({ role, why }) => `! passed over ${role}, which would have been asked first: ${unusable(why)}`);
}

function rootKeys({ rootKeys }: { rootKeys: readonly TrustRootKey[] }): string[] {
  if (rootKeys.length === 0) return [];
  return ['Root keys', ...rootKeys.flatMap(({ id, certificate, subject, from, to }) => [
    `  ${id}`,
    `${INDENT}${subject}, valid from ${from} to ${to ?? 'whenever'}`,
    `${INDENT}certificate ${certificate}`,
  ])];
}

function chain({ chain }: TrustInspection): string[] {
  if (chain.length === 0) return [];
  return ['Files', ...files(chain).map((line) => `  ${line}`)];
}

function roles({ roles }: TrustInspection, colours: Colours): string[] {
  if (roles.length === 0) return [];
  return ['Delegated roles', ...roles.flatMap((role) => delegated(role, colours))];
}

function delegated({ name, paths, keys, threshold, state, version, expires }: DelegatedRole, colours: Colours): string[] {
  const states: Record<DelegatedRole['state'], string> = {
    read: `version ${version}, until ${expires}, signed by ${signed(threshold, keys)}`,
    empty: `nothing was signed yet, by ${signed(threshold, keys)}`,
    expired: colours.bad(`cannot be used: ${unusable('expired')}`),
    unsigned: colours.bad(`cannot be used: ${unusable('unsigned')}`),
  };
  return [
    `  ${name.padEnd(17)} ${states[state]}`,
    `${INDENT}for ${paths.includes('') ? 'all tags' : `tags that begin with ${paths.map((path) => `'${path}'`).join(', ') || 'nothing at all'}`}`,
    ...keys.map((key) => `${INDENT}${key}`),
  ];
}

function unusable(why: PassedOver['why']): string {
  return why === 'expired' ? 'it has expired' : 'too few of its keys signed it';
}

function tags({ tags, chain }: TrustInspection, colours: Colours): string[] {
  if (chain.length === 0) return [];
  const believed = tags.filter((tag) => tag.believed);
  const shadowed = tags.filter((tag) => !tag.believed);
  return [
    `${plural(believed.length, 'signed tag')}`,
    ...believed.flatMap((tag) => listed(tag, colours)),
    ...(shadowed.length === 0 ? [] : ['', 'Not what Docker takes, because another role is asked first']),
    ...shadowed.flatMap((tag) => listed(tag, colours)),
  ];
}

function listed({ tag, digest, length, role, signers }: ListedTag, colours: Colours): string[] {
  const also = signers.length === 0 ? '' : `; so says ${signers.join(', ')}`;
  return [
    `  ${colours.strong(tag.padEnd(16))}  ${digest ?? colours.bad('without a SHA-256, so that it cannot be used')}`,
    `${INDENT}${length === null ? '' : `${plural(length, 'byte')}, `}signed by ${role}${also}`,
  ];
}

function signed(threshold: number, keys: readonly string[]): string {
  return `${keys.length === threshold ? '' : `${threshold} of `}${plural(keys.length, 'key')}`;
}

function fact(label: string, text: string): string {
  return `${label.padEnd(9)} ${text}`;
}
