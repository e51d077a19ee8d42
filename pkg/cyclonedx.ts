/**
 * A scan as a bill of materials: CycloneDX 1.6, with components by their package URLs and findings as vulnerabilities.
 *
 * What the format has no place for is in properties that begin with `pullproof:`. What could not be looked at is there as well, and no composition is
 * called complete that is not.
 */

import { printable } from './printable.js';
import type { CycloneDxBom, Scan, VulnerabilityFinding } from './types.js';
import version from './version.js';

interface Property {
  readonly name: string;
  readonly value: string;
}

/** What a component is made of: a package that was listed, or one that something was found about. */
interface Part {
  readonly purl: string;
  readonly name: string;
  readonly version: string;
  readonly location: string;
  readonly layer: number | null;
  readonly source?: { readonly name: string; readonly version: string } | null;
  readonly architecture?: string | null;
  readonly ecosystem?: string | null;
}

/** Of OpenVEX to those of CycloneDX that mean the same. `vulnerable_code_cannot_be_controlled_by_adversary` has none. */
const JUSTIFICATIONS: Readonly<Record<string, string>> = {
  component_not_present: 'code_not_present',
  vulnerable_code_not_present: 'code_not_present',
  vulnerable_code_not_in_execute_path: 'code_not_reachable',
  inline_mitigations_already_exist: 'protected_by_mitigating_control',
};
const STATES = { not_affected: 'not_affected', affected: 'exploitable', fixed: 'resolved', under_investigation: 'in_triage' } as const;
const SEVERITIES = { critical: 'critical', high: 'high', medium: 'medium', low: 'low', negligible: 'info', unknown: 'unknown' } as const;
/** What the image is called in the document. */
const IMAGE = 'image';
const DISTRIBUTION = 'distribution';

export function cycloneDxOf(scan: Scan): CycloneDxBom {
  const parts = scan.packages ?? scan.findings.flatMap(({ packages }) => packages);
  const components = componentsOf(scan, parts);
  const references = components.map((component) => component['bom-ref']);
  const distribution = distributionOf(scan);
  const vulnerabilities = scan.findings.map((finding, place) => vulnerabilityOf(scan, finding, place));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: scan.scannedAt,
      tools: { components: [{ type: 'application', name: 'pullproof', version }] },
      component: imageOf(scan),
      properties: propertiesOf(scan),
    },
    components: [...distribution, ...components],
    dependencies: [{ ref: IMAGE, dependsOn: [...distribution.map(() => DISTRIBUTION), ...references] }],
    compositions: [
      // What no package manager wrote down is in no list: that there is nothing else is never known.
      { aggregate: scan.packages !== null && scan.extent === 'complete' ? 'unknown' : 'incomplete', assemblies: [IMAGE] },
      ...(vulnerabilities.length === 0
        ? []
        : [{ aggregate: scan.extent === 'complete' ? 'complete' : 'incomplete', vulnerabilities: vulnerabilities.map((one) => one['bom-ref']) }]),
    ],
    vulnerabilities,
  };
}

function imageOf({ image }: Scan): object {
  if (image === null) return { 'bom-ref': IMAGE, type: 'container', name: 'packages' };
  const name = image.reference.replace(/@.*$/u, '').replace(/:[^/:]*$/u, '');
  const { digest, manifest } = image;
  return {
    'bom-ref': IMAGE,
    type: 'container',
    name,
    ...(digest === null ? {} : { version: digest, purl: `pkg:oci/${encodeURIComponent(name.split('/').at(-1)!)}@${encodeURIComponent(digest)}?repository_url=${encodeURIComponent(name)}` }),
    properties: [
      property('reference', image.reference),
      ...optional('manifest', manifest),
      ...optional('platform', image.platform),
      ...image.layers.map((layer) => property('layer', layer)),
    ],
  };
}

function distributionOf({ distribution }: Scan): object[] {
  if (distribution === null) return [];
  const { id, versionId, prettyName, ecosystem } = distribution;
  return [{
    'bom-ref': DISTRIBUTION,
    type: 'operating-system',
    name: id,
    ...(versionId === null ? {} : { version: versionId }),
    ...(prettyName === null ? {} : { description: prettyName }),
    properties: optional('ecosystem', ecosystem),
  }];
}

/** One for every package URL; where it is installed more than once, the places are its occurrences. */
function componentsOf({ image }: Scan, parts: readonly Part[]) {
  const byUrl = new Map<string, Part[]>();
  for (const part of parts) {
    const same = byUrl.get(part.purl);
    if (same === undefined) byUrl.set(part.purl, [part]);
    else if (!same.some(({ location, layer }) => location === part.location && layer === part.layer)) same.push(part);
  }
  return [...byUrl].map(([purl, same]) => {
    const [{ name, version, source, architecture, ecosystem }] = same as [Part];
    const [scope, own] = purl.startsWith('pkg:npm/') && name.startsWith('@') && name.includes('/') ? name.split('/', 2) as [string, string] : [undefined, name];
    return {
      'bom-ref': purl,
      type: 'library',
      ...(scope === undefined ? {} : { group: scope }),
      name: own,
      version,
      purl,
      properties: [
        ...(source == null ? [] : [property('source:name', source.name), property('source:version', source.version)]),
        ...optional('architecture', architecture ?? null),
        ...optional('ecosystem', ecosystem ?? null),
      ],
      evidence: {
        occurrences: same.map(({ location, layer }) => ({
          location,
          ...(layer === null ? {} : { additionalContext: `layer ${layer}${image?.layers[layer] === undefined ? '' : `, ${image.layers[layer]}`}` }),
        })),
      },
    };
  });
}

function vulnerabilityOf(scan: Scan, finding: VulnerabilityFinding, place: number) {
  const { id, aliases, advisories, subject, packages, state, undetermined, fixed, unimportant, knownExploited, vex } = finding;
  const ignored = scan.rule?.leftOut.find((left) => left.finding === place);
  const versions = new Map(packages.map((one) => [one.purl, one.version]));
  return {
    // A vulnerability of two sources is two findings.
    'bom-ref': `vulnerability-${place}`,
    id,
    source: sourceOf(id),
    references: [...new Set([...aliases, ...advisories])].filter((name) => name !== id).map((name) => ({ id: name, source: sourceOf(name) })),
    ratings: ratingsOf(finding),
    ...(fixed === null ? {} : { recommendation: `Upgrade ${subject.name} to ${fixed} or later.` }),
    ...(vex === null ? {} : { analysis: analysisOf(vex) }),
    affects: [...versions].map(([ref, version]) => ({ ref, versions: [{ version, status: state === 'affected' ? 'affected' : 'unknown' }] })),
    properties: [
      property('subject', `${subject.ecosystem} ${subject.name} ${subject.version}`),
      property('state', state),
      ...(undetermined === null ? [] : [property('undetermined', `${undetermined.code}: ${undetermined.message}`)]),
      ...optional('fixed', fixed),
      property('unimportant', String(unimportant)),
      ...optional('known-exploited', knownExploited === null ? null : String(knownExploited)),
      ...(vex === null ? [] : [property('vex', `${vex.document} by ${vex.author}${vex.signedBy === null ? '' : `, signed by ${vex.signedBy}`}`)]),
      ...(scan.rule === null ? [] : [property('denied', String(scan.rule.denied.includes(place)))]),
      ...optional('ignored', ignored?.reason ?? null),
    ],
  };
}

/** What is said first, and the vector beside it where that was the vendor. */
function ratingsOf({ severity: { level, by, score, vector }, subject }: VulnerabilityFinding): object[] {
  const numbers = score === null || vector === null ? {} : { score, method: methodOf(vector), vector };
  if (by !== 'vendor') return [{ severity: SEVERITIES[level], ...numbers }];
  const vendor = { source: { name: subject.ecosystem }, severity: SEVERITIES[level], method: 'other' };
  return score === null ? [vendor] : [vendor, numbers];
}

function methodOf(vector: string): string {
  const methods = { 'CVSS:4': 'CVSSv4', 'CVSS:3.1': 'CVSSv31', 'CVSS:3.0': 'CVSSv3' };
  return Object.entries(methods).find(([start]) => vector.startsWith(start))?.[1] ?? 'CVSSv2';
}

function analysisOf({ status, justification, statement, at }: NonNullable<VulnerabilityFinding['vex']>): object {
  const same = justification === null ? undefined : JUSTIFICATIONS[justification];
  const detail = [...(justification !== null && same === undefined ? [justification] : []), ...(statement === null ? [] : [statement])].join(': ');
  return {
    state: STATES[status],
    ...(same === undefined ? {} : { justification: same }),
    ...(detail === '' ? {} : { detail }),
    ...(at === null ? {} : { lastUpdated: at }),
  };
}

function sourceOf(id: string): object {
  return { name: 'OSV', url: `https://osv.dev/vulnerability/${encodeURIComponent(printable(id))}` };
}

/** How much could be looked at, by what, and why not more. */
function propertiesOf({ extent, remarks, inventory, coverage, packages, rule }: Scan): Property[] {
  return [
    property('extent', extent),
    property('components', packages === null ? 'those that something was found about' : 'all that were listed'),
    // Where the list is from, and how far it can be trusted.
    ...(inventory === null ? [] : [property('inventory', `${inventory.from}, ${inventory.trust}`)]),
    ...(inventory?.documents ?? []).map(({ format, digest, by }) => property('inventory:document', `${format} ${digest}${by === null ? '' : `, signed by ${by}`}`)),
    ...remarks.map(({ code, message }) => property('remark', `${code}: ${message}`)),
    ...coverage.databases.map(({ kind, ecosystem, at, modified }) =>
      property('database', `${kind}${ecosystem === null ? '' : ` ${ecosystem}`} ${at}${modified === null ? '' : `, modified ${modified}`}`)),
    ...[...new Set(coverage.databases.flatMap(({ attribution }) => attribution))].map((name) => property('attribution', name)),
    ...coverage.ecosystems.map(({ ecosystem, packages, hasAdvisories }) =>
      property('ecosystem', `${ecosystem}: ${packages} packages, ${hasAdvisories ? 'compared with advisories' : 'no advisories'}`)),
    ...coverage.withoutAdvisories.map((name) => property('without-advisories', name)),
    ...coverage.undetermined.map(({ ecosystem, name, version }) => property('undetermined', `${ecosystem} ${name} ${version}`)),
    ...coverage.unread.map((id) => property('unread', id)),
    ...coverage.notes.map(({ code, message }) => property('note', `${code}: ${message}`)),
    ...(rule === null ? [] : [property('rule', rule.judged), ...rule.remarks.map(({ code, message }) => property('rule:remark', `${code}: ${message}`))]),
  ];
}

function property(name: string, value: string): Property {
  return { name: `pullproof:${name}`, value };
}

function optional(name: string, value: string | null): Property[] {
  return value === null ? [] : [property(name, value)];
}
