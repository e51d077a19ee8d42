// What a scan looked at, and what it did not: above what it found, because findings mean nothing without it.

import { element, mark, prose } from './dom.js';
import { grouped } from './findings.js';
import { LEVELS, count, listed, scanHeadline, sentence, some, when } from './words.js';

const NAMES = 12; // packages named before the rest is counted

/** The scan in one sentence, why it is not everything, and how bad it is. */
export function drawHeadline(scan) {
  const { tone, mark: kind, title } = scanHeadline(scan, grouped(scan));
  return element('header', { class: `verdict scan-verdict ${tone}`, 'data-extent': scan.extent },
    mark(kind),
    element('div', {},
      element('h4', { id: 'scan-verdict', tabindex: '-1' }, title),
      scan.extent === 'complete' ? element('p', { class: 'reason' }, 'Every package that is listed in it was compared with the advisories of its ecosystem. They know what has been published, and no more.') : null,
      ...scan.remarks.map(({ code, message }) => element('p', { class: 'reason', 'data-code': code }, ...prose(sentence(message)))),
      tally(scan)));
}

/** How bad, in numbers, the worst first; what nobody has to act on is counted where it is folded away. */
function tally(scan) {
  const { fixable, unfixed, undetermined } = grouped(scan);
  const counted = [...fixable, ...unfixed, ...undetermined];
  const exploited = counted.filter(({ knownExploited }) => knownExploited === true).length;
  const levels = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'].map((level) => [level, counted.filter(({ severity }) => severity.level === level).length]);
  if (counted.length === 0) return null;
  return element('ul', { class: 'levels', 'aria-label': 'How bad' },
    ...levels.filter(([, number]) => number > 0).map(([level, number]) => element('li', { class: `level ${level}` }, `${number} ${LEVELS[level]}`)),
    exploited > 0 ? element('li', { class: 'tag exploited' }, `${exploited} exploited`) : null,
    element('li', { class: 'fixable' }, fixable.length === counted.length ? 'all have a fix' : fixable.length === 0 ? 'none has a fix' : `${fixable.length} have a fix`));
}

/** `layers` were read, of so many bytes (`size`, in words); `about` is what there is to say of whose advisories they are, or null. */
export function drawCoverage(scan, { layers, size: bytes, about }) {
  const { coverage, distribution, image } = scan;
  const read = image !== null && image.layers.length > 0;
  const rows = [
    ['System', distribution ? system(distribution) : read ? 'the image does not say what it is' : null],
    ['Read', read ? `${count(layers, 'layer')}, ${bytes}: every byte is what the manifest names. ${packages(coverage)}` : 'nothing that could be proven'],
    ['Compared with', coverage.databases.length > 0 ? comparedWith(coverage.databases, about) : null],
    ['Not compared', notCompared(coverage)],
    ['Exploited', read ? exploited(scan) : null],
    ['Notes', coverage.notes.length > 0 ? element('ul', {}, ...coverage.notes.map(({ code, message }) => element('li', { 'data-code': code }, ...prose(sentence(message))))) : null],
  ];
  return element('dl', { class: 'coverage' }, ...rows.filter(([, content]) => content).flatMap(([term, content]) => [element('dt', {}, term), element('dd', {}, content)]));
}

function system({ prettyName, id, versionId, ecosystem }) {
  return `${prettyName ?? [id, versionId].filter(Boolean).join(' ')}${ecosystem && ecosystem !== prettyName ? `, looked up as ${ecosystem}` : ''}`;
}

function packages({ packages: number, ecosystems }) {
  if (number === 0) return 'No package is listed in it.';
  const parts = ecosystems.map((one) => `${one.packages} of ${one.ecosystem}`);
  return `${count(number, 'package')}${parts.length > 0 ? `: ${listed(parts)}` : ''}.`;
}

function comparedWith(databases, about) {
  const attribution = [...new Set(databases.flatMap((one) => one.attribution))];
  return element('div', {},
    element('ul', {}, ...databases.map(database)),
    about ? element('p', { class: 'quiet' }, about) : null,
    attribution.length > 0 ? element('p', { class: 'quiet' }, `With data of ${listed(attribution)}.`) : null);
}

function database({ ecosystem, kind, at, modified, ageDays, advisories, signedBy }) {
  const time = (moment, text) => element('time', { datetime: moment, title: when(moment) }, text);
  const age = ageDays === 0 ? 'today' : `${count(ageDays, 'day')} ago`;
  const parts = kind === 'osv-api'
    ? ['OSV’s server, which was told the names and versions of all packages, ', time(at, age)]
    : [`${advisories === null ? 'advisories' : count(advisories, 'advisory', 'advisories')} about ${ecosystem}, this site’s, made `, time(at, age)];
  return element('li', {}, ...parts,
    ...(modified ? ['; the newest change is of ', time(modified, modified.slice(0, 10))] : []),
    signedBy ? `; signed by ${signedBy}` : null);
}

function notCompared({ withoutAdvisories, ecosystems, undetermined, unread }) {
  const missing = ecosystems.filter(({ hasAdvisories }) => !hasAdvisories).map((one) => `all ${one.packages} of ${one.ecosystem}`);
  const parts = [
    missing.length > 0 ? `No advisories about ${listed(missing)}.` : null,
    withoutAdvisories.length > 0 ? `Without advisories: ${some(withoutAdvisories, NAMES)}.` : null,
    undetermined.length > 0 ? `Versions that have no place in their order: ${some(undetermined.map(({ name, version }) => `${name} ${version}`), NAMES)}.` : null,
    unread.length > 0 ? `Advisories that could not be read: ${some(unread, NAMES)}.` : null,
  ].filter(Boolean);
  return parts.length > 0 ? element('div', {}, ...parts.map((part) => element('p', {}, part))) : null;
}

function exploited({ findings, coverage }) {
  if (findings.length === 0) return null;
  const known = findings.filter(({ knownExploited }) => knownExploited !== null);
  if (known.length === 0) return 'CISA’s catalogue of known exploited vulnerabilities was not at hand.';
  const number = known.filter(({ knownExploited }) => knownExploited).length;
  return `${number === 0 ? 'None of them is' : `${number} of them ${number === 1 ? 'is' : 'are'}`} in CISA’s catalogue of known exploited vulnerabilities${coverage.knownExploited ? ` of ${coverage.knownExploited.at.slice(0, 10)}` : ''}.`;
}
