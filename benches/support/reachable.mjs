import { readFileSync } from 'node:fs';

/** What a script or a page names: imports, `new URL` of what lies beside it, and what a page links to. */
const NAMES = [
  /^(?:import|export)\b(?:[^'";]*\bfrom)?\s*['"](\.[^'"]+)['"]/gm,
  /\bnew URL\(\s*['"]([\w./-]+)['"], import\.meta\.url\)/g,
  /<(?:link|script)\b[^>]*\b(?:href|src)="([\w./-]+)"/g,
];

/** `file`, and all that it needs to run, each once. */
export function reachable(file, found = new Map()) {
  if (!found.has(file.href)) {
    found.set(file.href, file);
    const text = /\.(?:html|m?js)$/.test(file.pathname) ? readFileSync(file, 'utf8') : '';
    for (const pattern of NAMES) {
      for (const [, name] of text.matchAll(pattern)) reachable(new URL(name, file), found);
    }
  }
  return [...found.values()];
}
