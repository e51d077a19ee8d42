/** What is known to be vulnerable in an image that was checked, for people: in short, as the report has it. */

import type { VulnerabilityLevel, VulnerabilitySummary } from '../types.js';
import { plural } from './output.js';
import type { Colours } from './terminal.js';

/** Findings that are named; the rest is in the JSON. */
const NAMED = 20;
const LEVELS: readonly (VulnerabilityLevel | 'unknown')[] = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'];

export function knownVulnerabilities(summary: VulnerabilitySummary | null, colours: Colours): string[] {
  if (summary === null) return [];
  const { judged, extent, databases, packages, counts, denied, deniedInAll, leftOut, leftOutInAll, idle, remarks } = summary;
  const marks = { met: colours.good('✓ met   '), open: colours.unsure('? open  '), denied: colours.bad('✗ denied') };
  const found = LEVELS.filter((level) => counts[level].findings > 0).map((level) => {
    const { findings, fixable } = counts[level];
    return `${findings} ${level}${level === 'unknown' ? ' severity' : ''} (${fixable} with a fix)`;
  });
  // "None" is said only where everything was looked at.
  const none = extent === 'complete' ? 'none' : 'nothing can be said of what was not looked at';
  const named = denied.slice(0, NAMED);
  return [
    'Known vulnerabilities',
    `  ${marks[judged]}  ${plural(packages, 'package')}: ${found.length === 0 ? none : found.join(', ')}`,
    ...named.map(({ id, severity, package: name, version, fixed, knownExploited }) =>
      `    ${colours.bad('✗')} ${severity.padEnd(10)} ${id}  ${name} ${version}, ${fixed === null ? 'no fix is known' : `fixed in ${fixed}`}${
        knownExploited === true ? ', known to be exploited' : ''}`),
    ...more(deniedInAll - named.length),
    ...leftOut.slice(0, NAMED).map(({ id, package: name, reason }) => `    - left out   ${id}  ${name}: ${reason}`),
    ...more(leftOutInAll - Math.min(leftOut.length, NAMED)),
    ...idle.map((id) => `    - idle       ${id} is ignored, and was not found or is not ignored any more`),
    ...(extent === 'complete' ? [] : [colours.unsure(`    ? ${extent}`), ...remarks.slice(0, NAMED).map(({ code, message }) => `      ${code}: ${message}`)]),
    ...databases.map(({ ecosystem, kind, at, ageDays }) => (kind === 'osv-api'
      ? `    by api.osv.dev, asked ${at}`
      : `    by the shard of ${ecosystem}, made ${at} (${plural(ageDays, 'day')} ago)`)),
  ];
}

function more(count: number): string[] {
  return count > 0 ? [`      and ${count} more with --json`] : [];
}
