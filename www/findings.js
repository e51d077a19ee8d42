// The findings of a scan: a table that can be sorted and filtered, and, folded away below it, what there is nothing to do about yet.

import { element } from './dom.js';
import { short } from './layers.js';
import { LEVELS, VEX, count, sentence } from './words.js';

const SHOWN = 25; // rows drawn before somebody asks for all of them
const PACKAGES = 6; // packages drawn of one finding

const RANKS = Object.keys(LEVELS);

/** Where each finding stands. The first that fits is it. */
const GROUPS = [
  { name: 'settled', fits: ({ vex }) => ['not_affected', 'fixed'].includes(vex?.status), title: (number) => `${number} that VEX settles`, why: 'A VEX document that you gave says that there is nothing to act on. The findings stay findings.' },
  { name: 'unimportant', fits: ({ unimportant, severity }) => unimportant || severity.level === 'negligible', title: (number) => `${number} that ${number === 1 ? 'its vendor counts' : 'their vendors count'} as none to act on`, why: 'Debian calls them unimportant, Ubuntu negligible: no update is to be expected.' },
  { name: 'undetermined', fits: ({ state }) => state === 'undetermined', title: (number) => `${number} of which it cannot be said`, why: 'Whether these apply hangs on a version that has no place in its order.' },
  { name: 'unfixed', fits: ({ fixed, knownExploited }) => fixed === null && knownExploited !== true, title: (number) => `${number} without a fix yet`, why: 'No version is known that is not affected.' },
];

/** The findings of a scan, by group; those that fit none are `fixable`. */
export function grouped({ findings }) {
  const groups = Object.fromEntries(['fixable', ...GROUPS.map(({ name }) => name)].map((name) => [name, []]));
  for (const finding of findings) groups[GROUPS.find(({ fits }) => fits(finding))?.name ?? 'fixable'].push(finding);
  return groups;
}

export function drawFindings(scan, { announce }) {
  const groups = grouped(scan);
  const draw = (findings, title) => table(findings, title, scan, announce);
  const apart = GROUPS.toReversed().filter(({ name }) => groups[name].length > 0).map(({ name, title, why }) => element('details', { class: 'apart', 'data-group': name },
    element('summary', {}, title(groups[name].length), worst(groups[name])),
    element('p', { class: 'aside' }, why),
    draw(groups[name], title(groups[name].length)).node));
  const unfixed = apart.find(({ dataset }) => dataset.group === 'unfixed');
  const first = draw(groups.fixable, 'Findings');
  const nothing = element('p', { class: 'aside', hidden: groups.fixable.length > 0 }, 'None of them has a fix that could be installed.');
  const showFixable = (only) => {
    if (unfixed) unfixed.hidden = !only;
    const shown = only ? groups.fixable : scan.findings.filter((finding) => groups.fixable.includes(finding) || groups.unfixed.includes(finding));
    nothing.hidden = shown.length > 0;
    first.show(shown);
    return shown.length;
  };
  return element('div', { class: 'findings' },
    groups.fixable.length + groups.unfixed.length > 0 ? filters({ hasUnfixed: Boolean(unfixed), first, showFixable, announce }) : null,
    unfixed ? nothing : null,
    first.node,
    ...apart);
}

function worst(findings) {
  const level = RANKS.find((one) => findings.some(({ severity }) => severity.level === one));
  return ['critical', 'high', 'medium', 'low'].includes(level) ? `, the worst ${level}` : '';
}

function filters({ hasUnfixed, first, showFixable, announce }) {
  const box = element('input', { type: 'search', id: 'scan-filter', placeholder: 'package or CVE', autocapitalize: 'none', autocorrect: 'off', spellcheck: 'false' });
  box.addEventListener('input', () => announce(`${first.filter(box.value.trim().toLowerCase())} shown.`));
  const only = element('input', { type: 'checkbox', id: 'scan-fixable', checked: true });
  only.addEventListener('change', () => {
    showFixable(only.checked);
    announce(`${first.filter(box.value.trim().toLowerCase())} shown.`);
  });
  return element('div', { class: 'filters' },
    element('div', { class: 'filter' }, element('label', { for: 'scan-filter' }, 'Filter'), box),
    hasUnfixed ? element('label', { class: 'choice' }, only, ' Only what has a fix') : null);
}

const COLUMNS = [
  { key: 'severity', title: 'Severity', value: badness, descends: true },
  { key: 'id', title: 'Vulnerability', value: ({ id }) => id },
  { key: 'package', title: 'Package', value: ({ packages, subject }) => packages[0]?.name ?? subject.name },
  { key: 'fixed', title: 'Fixed in', value: ({ fixed }) => (fixed === null ? 1 : 0) },
  { key: 'layer', title: 'Layer', value: ({ packages }) => packages[0]?.layer ?? -1 },
];

/** Smaller is worse: the level, then what is known to be exploited, then the score. */
function badness({ severity: { level, score }, knownExploited }) {
  return 1000 * RANKS.indexOf(level) - (knownExploited === true ? 500 : 0) - 10 * (score ?? 0);
}

/** `{ node, show, filter }`: the table; which findings are in it; and by which word, which tells how many are left. */
function table(findings, caption, scan, announce) {
  const state = { findings, word: '', column: COLUMNS[0], backwards: false, limit: SHOWN };
  const body = element('tbody', {});
  const heads = COLUMNS.map((column) => head(column, () => sortBy(column)));
  const more = element('button', { type: 'button', class: 'more' });
  const node = element('div', { class: 'table', hidden: findings.length === 0 },
    element('table', { role: 'table' },
      element('caption', { class: 'visually-hidden' }, `${caption}; each column’s heading sorts by it`),
      element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...heads.map(({ cell }) => cell))),
      body),
    more);
  body.setAttribute('role', 'rowgroup');
  more.addEventListener('click', () => {
    state.limit = Infinity;
    fill();
    announce('All are shown.');
  });

  function sortBy(column) {
    state.backwards = state.column === column && !state.backwards;
    state.column = column;
    fill();
    const way = column.descends ? (state.backwards ? 'the mildest first' : 'the worst first') : (state.backwards ? 'descending' : 'ascending');
    announce(`Sorted by ${column.title.toLowerCase()}, ${way}.`);
  }

  function fill() {
    const matching = state.findings.filter((finding) => state.word === '' || names(finding).some((name) => name.toLowerCase().includes(state.word)));
    const sorted = matching.map((finding, place) => ({ finding, place, value: state.column.value(finding) }))
      .sort((a, b) => (state.backwards ? -1 : 1) * compared(a.value, b.value) || a.place - b.place);
    body.replaceChildren(...sorted.slice(0, state.limit).map(({ finding }) => row(finding, scan)));
    if (sorted.length === 0) body.append(element('tr', { role: 'row' }, element('td', { role: 'cell', colspan: String(COLUMNS.length), class: 'none' }, 'None of them is called that.')));
    for (const { cell, column } of heads) {
      const descends = Boolean(column.descends) !== state.backwards;
      if (column === state.column) cell.setAttribute('aria-sort', descends ? 'descending' : 'ascending');
      else cell.removeAttribute('aria-sort');
    }
    more.hidden = sorted.length <= state.limit;
    more.textContent = `Show all ${sorted.length}`;
    node.hidden = state.findings.length === 0;
    return matching.length;
  }

  fill();
  return {
    node,
    show(shown) {
      state.findings = shown;
      fill();
    },
    filter(word) {
      state.word = word;
      return fill();
    },
  };
}

function names({ id, aliases, advisories, subject, packages }) {
  return [id, ...aliases, ...advisories, subject.name, ...packages.map(({ name }) => name)];
}

function compared(a, b) {
  return typeof a === 'number' ? a - b : a.localeCompare(b, 'en', { numeric: true });
}

function head(column, onClick) {
  const button = element('button', { type: 'button' }, column.title);
  button.addEventListener('click', onClick);
  return { cell: element('th', { scope: 'col', role: 'columnheader', class: column.key }, button), column };
}

function row(finding, scan) {
  const { id, fixed, severity, packages, subject, state, undetermined } = finding;
  const cell = (key, ...content) => element('td', { role: 'cell', class: key, 'data-title': COLUMNS.find((column) => column.key === key).title }, ...content);
  return element('tr', { role: 'row', 'data-id': id },
    cell('severity', badge(severity)),
    cell('id', link(id), ...marks(finding), also(finding)),
    cell('package', installed(packages, subject)),
    cell('fixed', state === 'undetermined' ? element('span', { class: 'quiet' }, sentence(undetermined?.message ?? 'not known'))
      : fixed === null ? element('span', { class: 'quiet' }, 'no fix yet') : element('code', {}, fixed)),
    cell('layer', layer(packages, scan)));
}

function badge({ level, score }) {
  return element('span', { class: `level ${level}` }, LEVELS[level], score === null ? null : element('span', { class: 'score' }, ` ${score.toFixed(1)}`));
}

function link(id) {
  return element('a', { href: `https://osv.dev/vulnerability/${encodeURIComponent(id)}`, target: '_blank', rel: 'noopener noreferrer' }, id);
}

function marks({ knownExploited, vex }) {
  return [
    ...(knownExploited === true ? [' ', element('span', { class: 'tag exploited', title: 'In CISA’s catalogue of known exploited vulnerabilities' }, 'exploited')] : []),
    ...(vex ? [' ', element('span', { class: 'tag', title: vex.statement ?? vex.justification ?? '' }, `VEX: ${VEX[vex.status]}`)] : []),
  ];
}

function also({ id, aliases }) {
  const [other] = aliases.filter((alias) => alias !== id && /^(GHSA|PYSEC|GO|RUSTSEC)-/.test(alias));
  return other ? element('span', { class: 'also' }, other) : null;
}

function installed(packages, subject) {
  const rows = packages.length > 0 ? packages : [subject];
  return element('ul', {}, ...rows.slice(0, PACKAGES).map(({ name, version, location }) => element('li', { title: location ?? null },
    element('code', { class: 'name' }, name), ' ', element('code', { class: 'version' }, version))),
  rows.length > PACKAGES ? element('li', { class: 'rest' }, `and ${count(rows.length - PACKAGES, 'package')} more`) : null);
}

/** Counted from 1, as everywhere on this page. */
function layer(packages, { image }) {
  const places = [...new Set(packages.map((one) => one.layer))].sort((a, b) => a - b);
  const named = places.map((place) => (image?.layers[place] ? `${place + 1}: ${short(image.layers[place])}` : `${place + 1}`)).join('\n');
  return element('span', { title: named }, places.map((place) => place + 1).join(', '));
}
