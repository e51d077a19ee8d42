/**
 * A scan as SARIF 2.1.0, so that code scanning shows it: one result a finding and package, and why a scan is not complete as a result of its own.
 *
 * A scan that could not look at everything, or only at what a list names that nobody signed, is never an empty file: whoever reads only results would
 * call it clean. Names of packages and files are
 * somebody else's, and messages of SARIF can hold links and placeholders: they are written so that they hold neither.
 */

import { printable } from './printable.js';
import type { SarifLog, Scan, ScanRemark, VulnerabilityFinding } from './types.js';
import version from './version.js';

type Installed = VulnerabilityFinding['packages'][number];
type Level = 'none' | 'note' | 'warning' | 'error';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
const ABOUT = 'https://github.com/pullproof/pullproof';
/** The rule of a scan that did not look at everything. No database calls a vulnerability so. */
const NOT_COMPLETE = 'pullproof-scan-not-complete';

/** Characters of a description: code scanning takes 1,024. */
const DESCRIBED = 500;

/** As readers of `security-severity` cut it: above 9 critical, 7 high, 4 medium, what is above 0 low. */
const BANDS = { critical: [9, 10], high: [7, 8.9], medium: [4, 6.9], low: [0.1, 3.9], negligible: [0, 0] } as const;
/** Where nobody has given a score: the middle of what is meant. */
const MIDDLE = { critical: 9.5, high: 8, medium: 5.5, low: 2, negligible: 0 } as const;
const WORST = ['critical', 'high', 'medium', 'low', 'unknown', 'negligible'] as const;

/** The scan as a log of one run. */
export function sarifOf(scan: Scan): SarifLog {
  const rules = new Map<string, VulnerabilityFinding[]>();
  for (const finding of scan.findings) rules.set(finding.id, [...(rules.get(finding.id) ?? []), finding]);
  const descriptors = [...rules].map(([id, findings]) => ruleOf(id, findings));
  const places = new Map([...rules.keys()].map((id, place) => [id, place]));
  const results = scan.findings.flatMap((finding, place) =>
    finding.packages.map((one) => resultOf(scan, finding, place, one, places.get(finding.id)!)));
  if (scan.extent !== 'complete' || isUnsigned(scan)) {
    descriptors.push(notComplete());
    results.push(whyNotComplete(scan, descriptors.length - 1));
  }
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [{
      tool: {
        driver: {
          name: 'pullproof', fullName: 'pullproof scan', informationUri: ABOUT, version, semanticVersion: version,
          rules: descriptors, notifications: notificationsOf(scan).descriptors,
        },
      },
      automationDetails: { id: `pullproof/${category(scan)}/` },
      invocations: [{
        executionSuccessful: scan.extent !== 'unknown',
        endTimeUtc: scan.scannedAt,
        toolExecutionNotifications: notificationsOf(scan).notifications,
      }],
      columnKind: 'utf16CodeUnits',
      results,
      properties: propertiesOf(scan),
    }],
  };
}

function ruleOf(id: string, findings: readonly VulnerabilityFinding[]): object {
  const [worst] = findings.toSorted((one, other) => WORST.indexOf(one.severity.level) - WORST.indexOf(other.severity.level));
  const { severity, advisories } = worst!;
  const names = [...new Set(findings.map(({ subject }) => subject.name))];
  const fixes = findings.map(({ subject, fixed }) => `${subject.name} ${subject.version}: ${fixed === null ? 'no fix is known' : `fixed in ${fixed}`}`);
  const also = [...new Set(findings.flatMap(({ aliases, advisories }) => [...aliases, ...advisories]))].filter((name) => name !== id);
  const link = linkTo(id, advisories);
  const lines = [
    `${id}, ${severity.level}${severity.by === null ? '' : ` (${severity.by === 'vendor' ? 'as the vendor says' : `CVSS ${severity.score}`})`}`,
    ...fixes,
    ...(also.length > 0 ? [`also known as ${also.join(', ')}`] : []),
    ...(severity.vector === null ? [] : [severity.vector]),
  ];
  const short = `${id} in ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' and others' : ''}`;
  return {
    id,
    name: 'KnownVulnerability',
    shortDescription: { text: plain(cut(short)) },
    fullDescription: { text: plain(cut(`${lines[0]}; ${fixes.join('; ')}`)) },
    help: {
      text: lines.map(plain).join('\n'),
      markdown: `${lines.map((line) => `- ${markdown(line)}`).join('\n')}\n\n[${markdown(id)}](${link})`,
    },
    helpUri: link,
    defaultConfiguration: { level: levelOf(worst!) },
    properties: {
      // At most twenty, of which readers show some.
      tags: ['security', 'vulnerability', severity.level, ...(findings.some(({ knownExploited }) => knownExploited) ? ['known-exploited'] : [])],
      precision: findings.some(({ state }) => state === 'affected') ? 'high' : 'low',
      ...(severity.level === 'unknown' ? {} : { 'security-severity': scoreOf(severity.level, severity.score).toFixed(1) }),
    },
  };
}

/** As much as code scanning takes, whatever becomes of it by escaping. */
function cut(text: string): string {
  return text.length > DESCRIBED ? `${text.slice(0, DESCRIBED)}…` : text;
}

/** The score, if it is as bad as what is said: whose word counts was decided before, and readers go by the number alone. */
function scoreOf(level: keyof typeof BANDS, score: number | null): number {
  const [least, most] = BANDS[level];
  return score !== null && score >= least && score <= most ? score : MIDDLE[level];
}

function levelOf({ severity, state, unimportant }: VulnerabilityFinding): Level {
  if (unimportant || severity.level === 'negligible') return 'note';
  if (state === 'undetermined' || severity.level === 'unknown') return 'warning';
  return ({ critical: 'error', high: 'error', medium: 'warning', low: 'note' } as const)[severity.level];
}

function resultOf(scan: Scan, finding: VulnerabilityFinding, place: number, one: Installed, ruleIndex: number): object {
  const { id, state, fixed, subject, undetermined, severity, unimportant, knownExploited, vex, aliases, advisories } = finding;
  const built = subject.name === one.name && subject.version === one.version ? '' : `, built from ${subject.name} ${subject.version}`;
  const layer = layerOf(scan, one.layer);
  const sentences = [
    state === 'affected'
      ? `${one.name} ${one.version}${built}: ${id}, ${severity.level}${unimportant ? ', which its vendor does not act on' : ''}.`
      : `${one.name} ${one.version}${built}: it could not be found out whether ${id}, ${severity.level}, is in it: ${undetermined?.message}.`,
    ...(state === 'undetermined' ? [] : [fixed === null ? 'No fix is known.' : `It is fixed in ${fixed}.`]),
    ...(knownExploited === true ? ['It is known to be exploited.'] : []),
    ...(layer === null ? [] : [`It came with layer ${one.layer}${layer.digest === undefined ? '' : `, ${layer.digest}`}.`]),
  ];
  const ignored = scan.rule?.leftOut.find((left) => left.finding === place);
  const settled = vex !== null && (vex.status === 'not_affected' || vex.status === 'fixed');
  const name = nameOf(scan);
  return {
    ruleId: id,
    ruleIndex,
    level: levelOf(finding),
    message: { text: plain(sentences.join(' ')) },
    locations: [{
      physicalLocation: {
        artifactLocation: { uri: uriOf(name, one.location) },
        // It is not about a line: without one code scanning shows nothing.
        region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 },
      },
      logicalLocations: [{ name: one.name, fullyQualifiedName: one.purl, kind: 'package' }],
      message: { text: plain(`${one.location}: ${one.name} ${one.version}`) },
    }],
    // The same after the image was built anew, until the package has gone or the advisory has.
    partialFingerprints: { primaryLocationLineHash: `${hash([name, id, subject.ecosystem, one.name, one.location])}:1` },
    ...(settled || ignored !== undefined
      ? { suppressions: [{ kind: 'external', status: 'accepted', justification: settled ? vexSays(vex) : ignored!.reason }] }
      : {}),
    properties: {
      finding: place, purl: one.purl, package: one.name, installed: one.version, fixed, subject, state, severity, unimportant, knownExploited,
      aliases, advisories, layer: layer === null ? null : { index: one.layer, digest: layer.digest ?? null }, vex,
      denied: scan.rule === null ? null : scan.rule.denied.includes(place),
    },
  };
}

function vexSays(vex: NonNullable<VulnerabilityFinding['vex']>): string {
  return `${[vex.status, vex.justification, vex.statement].filter((word) => word !== null).join(': ')} (VEX of ${vex.author}, ${vex.document}${vex.signedBy === null ? '' : `, signed by ${vex.signedBy}`})`;
}

/** `null` where nobody says which layer brought it. */
function layerOf({ image }: Scan, layer: number | null): { digest: string | undefined } | null {
  return layer === null ? null : { digest: image?.layers[layer] };
}

function notComplete(): object {
  return {
    id: NOT_COMPLETE,
    name: 'ScanNotComplete',
    shortDescription: { text: 'Not everything in the image could be looked at' },
    fullDescription: { text: 'That nothing is found in what could not be looked at does not say that there is nothing.' },
    help: { text: 'The result says why. That nothing is found in what could not be looked at does not say that there is nothing.' },
    helpUri: `${ABOUT}/blob/main/docs/scanning.md`,
    defaultConfiguration: { level: 'error' },
    properties: { tags: ['security', 'coverage'], precision: 'very-high' },
  };
}

function isUnsigned({ inventory }: Scan): boolean {
  return inventory?.trust === 'linked';
}

function whyNotComplete(scan: Scan, ruleIndex: number): object {
  const name = nameOf(scan);
  // Whoever pushed the image chose what can be found in it.
  const unsigned = isUnsigned(scan) ? ['the list of packages is one that nobody signed'] : [];
  const why = [...unsigned, ...scan.remarks.map(({ message }) => message)].join('; ');
  return {
    ruleId: NOT_COMPLETE,
    ruleIndex,
    level: scan.extent === 'partial' || scan.extent === 'complete' ? 'warning' : 'error',
    message: { text: plain(`The scan of ${name} is ${scan.extent}: ${why}.`) },
    locations: [{
      physicalLocation: { artifactLocation: { uri: uriOf(name, '') }, region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 } },
      message: { text: plain(name) },
    }],
    partialFingerprints: { primaryLocationLineHash: `${hash([name, NOT_COMPLETE])}:1` },
    properties: { extent: scan.extent, remarks: scan.remarks },
  };
}

/** Why it is not everything, and what else there is to say of packages. */
function notificationsOf({ extent, remarks, coverage, rule }: Scan): { descriptors: object[]; notifications: object[] } {
  const level = extent === 'partial' ? 'warning' : 'error';
  const told: [ScanRemark, string][] = [
    ...remarks.map((remark): [ScanRemark, string] => [remark, level]),
    ...(rule?.remarks ?? []).map((remark): [ScanRemark, string] => [remark, rule!.judged === 'open' ? 'warning' : 'note']),
    ...coverage.notes.map((remark): [ScanRemark, string] => [remark, 'note']),
  ];
  const codes = [...new Set(told.map(([{ code }]) => code))];
  return {
    descriptors: codes.map((id) => ({ id })),
    notifications: told.map(([{ code, message }, level]) => ({
      descriptor: { id: code, index: codes.indexOf(code) }, level, message: { text: plain(message) },
    })),
  };
}

/** Everything else that the scan says. */
function propertiesOf({ findings: _, packages: __, schemaVersion, ...rest }: Scan): object {
  return { scan: { schemaVersion, ...rest } };
}

/** The image without tag and digest: it is the same image when it is built anew. */
function nameOf({ image }: Scan): string {
  return image === null ? 'packages' : image.reference.replace(/@.*$/u, '').replace(/:[^/:]*$/u, '');
}

/** Of one commit several images are scanned, for several platforms: each has a category. */
function category(scan: Scan): string {
  return `${nameOf(scan)}/${scan.image?.platform ?? 'unknown'}`.replaceAll(':', '-');
}

/** A relative reference: code scanning takes no other. A port would make its first segment a scheme (RFC 3986 section 4.2). */
function uriOf(name: string, location: string): string {
  const segments = [...name.split('/'), ...location.split('/')].filter((segment) => segment !== '');
  // `.` and `..` are steps, encoded or not.
  return segments.map((segment) => (/^\.+$/u.test(segment) ? '_' : encode(segment))).join('/');
}

function encode(segment: string): string {
  return encodeURIComponent(printable(segment));
}

function linkTo(id: string, advisories: readonly string[]): string {
  return `https://osv.dev/vulnerability/${encode(id.startsWith('CVE-') ? id : advisories.includes(id) ? id : advisories[0] ?? id)}`;
}

/** SARIF 2.1.0 sections 3.11.5 and 3.11.6: neither a placeholder nor a link. */
function plain(text: string): string {
  return printable(text).replaceAll('\\', '\\\\').replaceAll(/[[\]]/gu, '\\$&').replaceAll(/[{}]/gu, '$&$&');
}

/** CommonMark section 2.4: no punctuation means anything. */
function markdown(text: string): string {
  return printable(text).replaceAll(/[\\`*_{}[\]()<>#+\-.!|~&:@"'=$^]/gu, '\\$&');
}

/** FNV-1a of 64 bits. Nothing is trusted because of it: it says which results of two runs are the same. */
function hash(parts: readonly string[]): string {
  let state = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(parts.join('\0'))) state = BigInt.asUintN(64, (state ^ BigInt(byte)) * 0x100000001b3n);
  return state.toString(16).padStart(16, '0');
}
