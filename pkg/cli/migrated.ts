/** What is taken along from Docker Content Trust, for people. */

import type { MigrateArguments } from './arguments.js';
import type { Migration } from './migrate.js';
import type { Migrated } from './migration.js';
import { coloursFor, plural } from './output.js';
import { type Colours, printableAll } from './terminal.js';
import { believed } from './trusted.js';

const INDENT = ' '.repeat(4);

export function renderMigration(untrusted: Migration, command: MigrateArguments): string {
  const migration = printableAll(untrusted);
  const colours = coloursFor(process.stdout, command.color);
  const sections = [...migration.images.map((one) => collection(one, colours)), outcome(migration, command, colours)];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function collection({ inspection, tags, leftOut }: Migrated, colours: Colours): string[] {
  const { outcome, gun, server, code, message, expires } = inspection;
  if (outcome !== 'verified') {
    const mark = outcome === 'failed' ? colours.bad('✗ REFUSED') : colours.unsure('? UNKNOWN');
    return [`${mark}  ${colours.strong(gun)}`, `  ${code}: ${message}`, `  nothing of it is taken along`];
  }
  return [
    `${colours.good('✓ VERIFIED')}  ${colours.strong(gun)}`,
    `  on ${server}, believing ${believed(inspection)}, valid until ${expires}`,
    ...tags.map(({ tag, digest, role }) => `${INDENT}${tag.padEnd(16)}  ${digest}  ${role}`),
    ...(tags.length + leftOut.length === 0 ? [`${INDENT}nothing is signed`] : []),
    ...leftOut.map(({ tag, code, message }) => `${INDENT}${colours.unsure(`! ${tag} is left out: ${code}: ${message}`)}`),
  ];
}

function outcome({ images, lock, commands, written }: Migration, { key, identity, keep, write }: MigrateArguments, colours: Colours): string[] {
  const digests = commands.cosign.length / 2;
  if (digests === 0) return [colours.bad('There is nothing to take along, and nothing is written.')];
  const successor = key !== undefined ? `what the key in ${key} signs` : identity !== undefined
    ? `what ${identity.subject ?? identity.subjectPattern} signs, says ${identity.issuer}`
    : null;
  const also = [successor, keep ? 'what is signed in Docker Content Trust' : null].filter((one) => one !== null);
  return [
    write ? 'Written' : 'To be written, with --write',
    `${INDENT}policy.json            accepts ${plural(digests, 'image')} by digest, and ${also.length === 0 ? 'nothing else' : `from now on ${also.join(' or ')}`}`,
    `${INDENT}pullproof.lock         ${plural(Object.keys(lock.images).length, 'tag')}; pullproof drift says whether one has moved since`,
    `${INDENT}sign-with-cosign.sh    signs and verifies ${plural(digests, 'image')} with cosign`,
    `${INDENT}sign-with-notation.sh  the same with notation`,
    ...(write && written.length < 4 ? [colours.bad(`${INDENT}only these were: ${written.join(', ') || 'none'}`)] : []),
    ...(images.some(({ leftOut, inspection }) => leftOut.length > 0 || inspection.outcome !== 'verified')
      ? [colours.unsure(`${INDENT}! the policy rejects what is left out`)] : []),
  ];
}
