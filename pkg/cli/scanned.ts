/** A scan for people: what was found, what it was looked for in, and what was not seen. */

import type { Scan, VulnerabilityFinding } from '../types.js';
import { plural } from './output.js';
import { type Colours, printableAll } from './terminal.js';

/** Where the list of packages is from, and how far that can be trusted. */
const TRUST = {
  proven: 'read from the layers, every byte of which is proven',
  signed: 'listed by whom you named, who signed it for this image',
  linked: "listed by BuildKit beside the image, and signed by nobody: it is the word of whoever pushed the image",
  given: 'listed in the file that you gave; whether it is about this image is not checked',
};
const FORMATS = { spdx: 'SPDX', cyclonedx: 'CycloneDX' };

const HEAD = ['SEVERITY', 'ID', 'PACKAGE', 'INSTALLED', 'FIXED IN', 'LAYER'];
/** Of a column, so that a name of a megabyte leaves room for the others. */
const WIDEST = 48;
/** Remarks that are told in full; the rest is in the JSON. */
const NOTES = 10;

export function renderScan(untrusted: Scan, colours: Colours): string {
  const scan = printableAll(untrusted);
  const sections = [facts(scan, colours), table(scan, colours), coverage(scan, colours), rule(scan, colours)];
  return `${sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function facts({ image, distribution, inventory }: Scan, colours: Colours): string[] {
  if (image === null) return [];
  const named = distribution === null ? 'no distribution is named' : distribution.prettyName ?? [distribution.id, distribution.versionId].filter(Boolean).join(' ');
  return [
    colours.strong(image.reference),
    `  digest    ${image.digest ?? 'not proven'}`,
    ...(image.platform === null ? [] : [`  platform  ${image.platform}`]),
    `  system    ${named}`,
    ...(inventory === null ? [] : [`  packages  ${TRUST[inventory.trust]}`]),
    ...(inventory?.documents ?? []).map(({ format, digest, by }) => `            ${FORMATS[format]} ${digest}${by === null ? '' : `, signed by ${by}`}`),
  ];
}

function table({ findings }: Scan, colours: Colours): string[] {
  if (findings.length === 0) return [];
  const rows = findings.flatMap((finding) => finding.packages.map((one) => [
    severity(finding),
    finding.id,
    one.name,
    one.version,
    finding.state === 'undetermined' ? 'not known' : finding.fixed ?? 'none',
    one.layer === null ? '-' : String(one.layer),
  ].map(short)));
  const widths = HEAD.map((head, column) => rows.reduce((widest, row) => Math.max(widest, row[column]!.length), head.length));
  const line = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd();
  const painted = findings.flatMap((finding) => finding.packages.map(() => paint(finding, colours)));
  return [colours.faint(line(HEAD)), ...rows.map((row, place) => painted[place]!(line(row)))];
}

function severity({ severity, state, unimportant, vex }: VulnerabilityFinding): string {
  const settled = vex !== null && ['not_affected', 'fixed'].includes(vex.status);
  return `${severity.level}${state === 'undetermined' ? '?' : ''}${settled ? ' (vex)' : unimportant ? ' (unimportant)' : ''}`;
}

function paint({ severity, state }: VulnerabilityFinding, colours: Colours): (text: string) => string {
  if (state === 'undetermined' || severity.level === 'unknown') return (text) => colours.unsure(text);
  return severity.level === 'critical' || severity.level === 'high' ? (text) => colours.bad(text) : (text) => text;
}

function short(text: string): string {
  return text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text;
}

function coverage({ extent, remarks, findings, coverage }: Scan, colours: Colours): string[] {
  const counted = new Map<string, number>();
  for (const { severity } of findings) counted.set(severity.level, (counted.get(severity.level) ?? 0) + 1);
  const levels = [...counted].map(([level, count]) => `${count} ${level}`).join(', ');
  const inWhat = `in ${plural(coverage.packages, 'package')}`;
  // "None" is said only where everything was looked at.
  const summary = findings.length > 0
    ? `${plural(findings.length, 'finding')} ${inWhat}: ${levels}`
    : extent === 'complete' ? `no known vulnerability ${inWhat}` : `nothing can be said: ${extent === 'partial' ? `not all of ${plural(coverage.packages, 'package')} could be looked at` : 'see below'}`;
  const paint = extent === 'complete' ? (text: string) => text : colours.unsure;
  return [
    colours.strong(summary),
    paint(`  extent    ${extent}`),
    ...remarks.map(({ code, message }) => `            ${code}: ${message}`),
    ...coverage.databases.map(({ ecosystem, kind, at, ageDays, advisories }) =>
      `  database  ${kind === 'osv-api' ? 'api.osv.dev' : ecosystem}, ${kind === 'osv-api' ? 'asked' : 'made'} ${at}${
        kind === 'osv-api' ? '' : ` (${plural(ageDays, 'day')} ago)`}${advisories === null ? '' : `, ${advisories} advisories`}`),
    ...coverage.notes.slice(0, NOTES).map(({ code, message }) => colours.faint(`  note      ${code}: ${message}`)),
    ...(coverage.notes.length > NOTES ? [colours.faint(`  note      ${coverage.notes.length - NOTES} more with --json`)] : []),
  ];
}

function rule({ rule, findings }: Scan, colours: Colours): string[] {
  if (rule === null) return [];
  const marks = { met: colours.good('✓ met'), open: colours.unsure('? open'), denied: colours.bad('✗ denied') };
  return [
    marks[rule.judged],
    ...rule.remarks.map(({ code, message }) => `  ${code}: ${message}`),
    ...rule.leftOut.map(({ finding, reason }) => `  left out: ${findings[finding]!.id}: ${reason}`),
  ];
}
