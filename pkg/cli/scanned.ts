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

const HEAD = ['SEVERITY', 'ID', 'PACKAGE', 'INSTALLED', 'FIXED IN', 'LAYER'] as const;
/** Between columns. */
const GAP = '  ';
/** Of a column, so that a name of a megabyte leaves room for the others; and what remains of one in a narrow terminal. */
const [WIDEST, NARROWEST] = [48, 8];
/** Of these columns: a severity, an identifier and a layer are never cut off. */
const CUT = [2, 3, 4];
/** Remarks that are told in full; the rest is in the JSON. */
const NOTES = 10;

interface Row {
  readonly finding: VulnerabilityFinding;
  readonly cells: readonly string[];
}

/** Findings that ask for the same. */
interface Group {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly count: number;
  readonly levels: string;
  readonly isFaint: boolean;
}

/** `width` is that of the terminal; without one nothing is made to fit. */
export function renderScan(untrusted: Scan, colours: Colours, width?: number): string {
  const scan = printableAll(untrusted);
  const sections = [facts(scan, colours), ...tables(scan, colours, width), layers(scan), coverage(scan, colours), rule(scan, colours)];
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

/** What can be mended comes first, what nobody means to mend last, and what is left out behind that. */
function tables(scan: Scan, colours: Colours, width: number | undefined): string[][] {
  const left = new Set(scan.rule?.leftOut.map(({ finding }) => finding));
  const titled = (title: string, isFaint: boolean, includes: (finding: VulnerabilityFinding, place: number) => boolean): Group => {
    const findings = scan.findings.filter(includes);
    return {
      title, isFaint, count: findings.length, levels: levelsOf(findings),
      rows: findings.flatMap((finding) => finding.packages.map((one) => ({ finding, cells: cellsOf(finding, one) }))),
    };
  };
  const isOut = (finding: VulnerabilityFinding, place: number) => left.has(place) || isSettled(finding);
  const isIn = (finding: VulnerabilityFinding, place: number) => !isOut(finding, place) && !finding.unimportant;
  const groups = [
    titled('A newer version is fixed', false, (one, place) => isIn(one, place) && one.state === 'affected' && one.fixed !== null),
    titled('Whether it is affected is not known', false, (one, place) => isIn(one, place) && one.state === 'undetermined'),
    titled('No fix is known', false, (one, place) => isIn(one, place) && one.state === 'affected' && one.fixed === null),
    titled('Its vendor does not act on it', true, (one, place) => !isOut(one, place) && one.unimportant),
    titled('Left out, by VEX or --ignore', true, isOut),
  ].filter(({ count }) => count > 0);
  const widths = widthsOf(groups.flatMap(({ rows }) => rows), width);
  const line = (cells: readonly string[]) => cells.map((cell, column) => short(cell, widths[column]!).padEnd(widths[column]!)).join(GAP).trimEnd();
  return groups.map(({ title, rows, count, levels, isFaint }, place) => [
    ...(place === 0 ? [colours.faint(line(HEAD)), ''] : []),
    `${colours.strong(`${title}: ${count}`)} ${colours.faint(`(${levels})`)}`,
    ...rows.map(({ finding, cells }) => (isFaint ? colours.faint(line(cells)) : paint(finding, colours)(line(cells)))),
  ]);
}

function cellsOf(finding: VulnerabilityFinding, one: VulnerabilityFinding['packages'][number]): string[] {
  const { id, fixed, state } = finding;
  return [severityOf(finding), id, one.name, one.version, state === 'undetermined' ? 'not known' : fixed ?? 'none', `${one.layer ?? '-'}`];
}

function severityOf(finding: VulnerabilityFinding): string {
  const { severity, knownExploited, vex } = finding;
  const said = vex === null ? [] : [isSettled(finding) ? 'vex' : `vex: ${vex.status.replaceAll('_', ' ')}`];
  const marks = [...(knownExploited === true ? ['exploited'] : []), ...said];
  return `${severity.level}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`;
}

function isSettled({ vex }: VulnerabilityFinding): boolean {
  return vex !== null && (vex.status === 'not_affected' || vex.status === 'fixed');
}

function paint({ severity, state }: VulnerabilityFinding, colours: Colours): (text: string) => string {
  if (state === 'undetermined' || severity.level === 'unknown') return (text) => colours.unsure(text);
  return severity.level === 'critical' || severity.level === 'high' ? (text) => colours.bad(text) : (text) => text;
}

/** The widest first are made narrower until a row fits. What does not fit then is wrapped by the terminal. */
function widthsOf(rows: readonly Row[], width: number | undefined): number[] {
  const widths = HEAD.map((head, column) => rows.reduce((widest, { cells }) => Math.max(widest, Math.min(cells[column]!.length, WIDEST)), head.length));
  const excess = () => widths.reduce((sum, one) => sum + one, GAP.length * (widths.length - 1)) - (width ?? Infinity);
  while (excess() > 0) {
    const widest = CUT.reduce((one, other) => (widths[other]! > widths[one]! ? other : one));
    if (widths[widest]! <= NARROWEST) break;
    widths[widest]! -= 1;
  }
  return widths;
}

function short(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

function levelsOf(findings: readonly VulnerabilityFinding[]): string {
  const counted = new Map<string, number>();
  for (const { severity } of findings) counted.set(severity.level, (counted.get(severity.level) ?? 0) + 1);
  return [...counted].map(([level, count]) => `${count} ${level}`).join(', ');
}

/** Which layers the numbers in the table are. */
function layers({ image, findings }: Scan): string[] {
  const counted = new Map<number, number>();
  for (const { packages } of findings) {
    for (const layer of new Set(packages.map((one) => one.layer))) if (layer !== null) counted.set(layer, (counted.get(layer) ?? 0) + 1);
  }
  const used = [...counted].sort(([one], [other]) => one - other).filter(([layer]) => image?.layers[layer] !== undefined);
  return used.map(([layer, count], place) => `${place === 0 ? 'Layers' : '      '}  ${layer}  ${image!.layers[layer]}  ${plural(count, 'finding')}`);
}

function coverage({ extent, remarks, findings, coverage, inventory }: Scan, colours: Colours): string[] {
  const inWhat = `in ${plural(coverage.packages, 'package')}${inventory?.trust === 'linked' ? ' of a list that nobody signed' : ''}`;
  // "None" is said only where everything was looked at.
  const summary = findings.length > 0
    ? `${plural(findings.length, 'finding')} ${inWhat}: ${levelsOf(findings)}`
    : extent === 'complete' ? `no known vulnerability ${inWhat}` : `nothing can be said: ${extent === 'partial' ? `not all of ${plural(coverage.packages, 'package')} could be looked at` : 'see below'}`;
  const paint = extent === 'complete' ? (text: string) => text : colours.unsure;
  return [
    colours.strong(summary),
    paint(`  extent    ${extent}`),
    ...remarks.map(({ code, message }) => `            ${code}: ${message}`),
    ...coverage.ecosystems.map(({ ecosystem, packages, hasAdvisories }) =>
      `  compared  ${packages} of ${ecosystem}${hasAdvisories ? '' : ': there are no advisories'}`),
    ...coverage.databases.map(({ ecosystem, kind, at, ageDays, advisories, signedBy }) =>
      `  database  ${kind === 'osv-api' ? 'api.osv.dev' : ecosystem}, ${kind === 'osv-api' ? 'asked' : 'made'} ${at}${
        kind === 'osv-api' ? '' : ` (${plural(ageDays, 'day')} ago)`}${advisories === null ? '' : `, ${advisories} ${advisories === 1 ? 'advisory' : 'advisories'}`}${
        kind === 'osv-api' ? '' : signedBy === null ? ', nobody vouches for it' : `, signed by ${signedBy}`}`),
    ...(coverage.knownExploited === null ? [] : [`  exploited as of ${coverage.knownExploited.at}: ${plural(coverage.knownExploited.count, 'CVE')}`]),
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
    ...rule.idle.map((id) => `  ignored and not found, or not ignored any more: ${id}`),
  ];
}
