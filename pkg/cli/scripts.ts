/**
 * Shell scripts that sign anew, with cosign or notation, what was signed in Docker Content Trust.
 *
 * They name digests, never tags: what a tag names may change between the line that is read and the line that signs. What stands in them is
 * quoted, because somebody else chose it.
 */

import type { SignerIdentity } from '../types.js';

/** Who signs from now on; `null` where nobody was named. */
export type Successor = { readonly keyFile: string } | { readonly identity: SignerIdentity } | null;

/** One image, under all of its signed tags. */
export interface ToSign {
  /** `registry.example/team/app@sha256:…` */
  readonly pinned: string;
  readonly tags: readonly string[];
}

/** How one program signs and verifies: what stands before the image, as words of a shell. */
interface Program {
  readonly name: string;
  readonly sign: string;
  readonly verify: string;
  /** What has to be there. */
  readonly needs: readonly string[];
}

export function cosignScript(images: readonly ToSign[], successor: Successor, at: string): string {
  return script(cosign(successor), images, at);
}

export function notationScript(images: readonly ToSign[], at: string): string {
  return script(notation(images), images, at);
}

/** The same without a script: every command in full. */
export function commands(images: readonly ToSign[], successor: Successor): { cosign: string[]; notation: string[] } {
  const all = ({ sign, verify }: Program): string[] => images.flatMap(({ pinned }) => [sign, verify].map((words) => `${words} ${quoted(pinned)}`));
  return { cosign: all(cosign(successor)), notation: all(notation(images)) };
}

/** One word of a POSIX shell that stands for exactly this text. */
export function quoted(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll('\'', '\'\\\'\'')}'`;
}

function cosign(successor: Successor): Program {
  if (successor !== null && 'identity' in successor) {
    const { issuer = '', subject, subjectPattern = '' } = successor.identity;
    const who = subject === undefined
      ? `--certificate-identity-regexp ${quoted(expression(subjectPattern))}`
      : `--certificate-identity ${quoted(subject)}`;
    return {
      name: 'cosign',
      sign: 'cosign sign --yes',
      verify: `cosign verify ${who} --certificate-oidc-issuer ${quoted(issuer)}`,
      needs: ['It has to run where that identity signs: cosign takes a token from the environment, as in a workflow, or opens a browser.'],
    };
  }
  const publicKey = successor === null ? 'cosign.pub' : quoted(successor.keyFile);
  return {
    name: 'cosign',
    sign: 'cosign sign --yes --key "${COSIGN_KEY:-cosign.key}"',
    verify: `cosign verify --key ${publicKey}`,
    needs: [
      'COSIGN_KEY is the private key, or where a KMS has it (default: cosign.key). cosign asks for the password, or takes COSIGN_PASSWORD.',
      ...(successor === null ? ['Make a pair with: cosign generate-key-pair'] : []),
    ],
  };
}

function notation(images: readonly ToSign[]): Program {
  const scopes = [...new Set(images.map(({ pinned }) => pinned.replace(/@.*/, '')))];
  return {
    name: 'notation',
    sign: 'notation sign ${NOTATION_KEY:+--key "$NOTATION_KEY"}',
    verify: 'notation verify',
    needs: [
      'NOTATION_KEY is the name of a key that notation knows (default: its default key; notation key list).',
      'To verify, its certificate has to be in a trust store (notation certificate add) and a trust policy (notation policy import) has to',
      'name that store, with these registryScopes:',
      ...scopes.map((scope) => `  ${JSON.stringify(scope)}`),
    ],
  };
}

function script({ name, sign, verify, needs }: Program, images: readonly ToSign[], at: string): string {
  const head = [
    '#!/bin/sh',
    `# Signs with ${name} what was signed in Docker Content Trust, and verifies that. Written by pullproof trust migrate, as it was at`,
    `# ${at}. Sign only what you would still sign: that it was signed once is all that is known.`,
    ...needs.map((line) => `# ${line}`),
    'set -eu',
    '',
    '# What else your registry, your log or your keys need belongs here.',
    `sign() { ${sign} "$1"; }`,
    `verify() { ${verify} "$1" > /dev/null; }`,
  ];
  const body = images.flatMap(({ pinned, tags }) => ['', `# ${tags.join(' ')}`, `sign ${quoted(pinned)}`, `verify ${quoted(pinned)}`]);
  return `${[...head, ...body].join('\n')}\n`;
}

/** A pattern of ours as the regular expression that cosign takes. */
function expression(pattern: string): string {
  const parts = pattern.split(/(\*\*|\*)/).map((part) => part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replaceAll(/[.+?^${}()|[\]\\*]/g, '\\$&'));
  return `^${parts.join('')}$`;
}
