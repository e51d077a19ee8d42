// A scan to take along: as JSON, the same bytes as every other runtime writes, and as a table for spreadsheets.

import { element } from './dom.js';

export function drawExports(scan, { name, announce }) {
  const files = [
    ['JSON', 'json', 'application/json', () => `${JSON.stringify(scan, null, 2)}\n`],
    ['CSV', 'csv', 'text/csv', () => csv(scan)],
  ];
  return element('p', { class: 'exports' }, 'Save it as ', ...files.flatMap(([title, ending, type, write], place) => {
    const button = element('button', { type: 'button' }, title);
    button.addEventListener('click', () => {
      save(`${name}.scan.${ending}`, type, write());
      announce(`Saved as ${title}.`);
    });
    return place > 0 ? [' ', button] : [button];
  }));
}

function save(file, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = element('a', { href: url, download: file });
  link.click();
  URL.revokeObjectURL(url);
}

const COLUMNS = ['severity', 'score', 'id', 'package', 'version', 'fixed', 'layer', 'layer digest', 'ecosystem', 'known exploited', 'vex', 'state', 'unimportant'];

/** One line for each package of each finding (RFC 4180). Layers are counted from 0, as in the JSON. */
export function csv({ findings, image, extent, remarks }) {
  const rows = findings.flatMap(({ id, fixed, severity, packages, subject, state, unimportant, knownExploited, vex }) => packages.map(({ name, version, layer }) => [
    severity.level, severity.score, id, name, version, fixed, layer, image?.layers[layer], subject.ecosystem, knownExploited, vex?.status, state, unimportant,
  ]));
  // A table without lines must not look like an answer where there was none.
  const reasons = extent === 'complete' ? [] : [{ code: extent, message: 'not everything was looked at' }, ...remarks].map(({ code, message }) => [`# ${code}: ${message}`]);
  return [COLUMNS, ...rows, ...reasons].map((cells) => `${cells.map(field).join(',')}\r\n`).join('');
}

/** Spreadsheets take what begins like this for a formula, and packages can have any name. */
const FORMULA = /^[=+\-@\t\r]/;

function field(value) {
  const text = String(value ?? '');
  const inert = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
