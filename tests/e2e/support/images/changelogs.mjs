// What Debian's changelogs say was fixed, and in which version.

import { ECOSYSTEM } from './debian.mjs';

/** @typedef {{ id: string, cve: string, ecosystem: string, name: string, fixed: string | null, introduced?: string, unimportant?: boolean }} Fact */

/**
 * Of every source each CVE once, in its oldest entry; and the version before the newest of them.
 *
 * @returns {{ facts: Fact[], before: Map<string, string> }}
 */
export function debianFacts(changelogs) {
  const facts = new Map();
  const before = new Map();
  const seen = new Set();
  for (const text of changelogs) {
    const entries = text.split(/^(?=[a-z0-9][a-z0-9+.-]* \([^)]+\) .*;)/m).map((entry) => /^(\S+) \(([^)]+)\)[^\n]*\n([^]*)$/.exec(entry)).filter(Boolean);
    const source = entries[0]?.[1];
    if (source === undefined || seen.has(source)) continue;
    seen.add(source);
    entries.slice(0, -1).forEach(([, , fixed, body], place) => {
      const cves = body.match(/\bCVE-\d{4}-\d{4,}\b/g) ?? [];
      if (cves.length === 0) return;
      if (!before.has(source)) before.set(source, entries[place + 1][2]);
      for (const cve of cves) facts.set(`${cve} ${source}`, { id: `DEBIAN-${cve}`, cve, ecosystem: ECOSYSTEM, name: source, fixed });
    });
  }
  return { facts: [...facts.values()], before };
}
