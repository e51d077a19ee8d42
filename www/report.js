// Draws a report, from the verdict down to the JSON. It decides nothing: every sentence is the core's or from words.js.

import { copyable, digest, element, mark, prose, section, value } from './dom.js';
import { signatures } from './signatures.js';
import { tree } from './tree.js';
import { contentTrust } from './trust.js';
import { vulnerabilities } from './vulnerabilities.js';
import { CHECKS, OUTCOMES, count, headline, sentence, size, when } from './words.js';

/**
 * `asked` is the question; `earlier` is what the same tag pointed to when this tab asked before, if that was something else; `scanPlace` is
 * where what is known to be vulnerable will be shown, or null.
 */
export function drawReport(report, { asked, earlier, scanPlace, announce }) {
  const rejected = report.verdict === 'reject';
  return [
    drawVerdict(report),
    earlier && moved(report, earlier),
    rejected ? section('Every check', checks(report)) : null,
    isTakenAway(report) && section('Take it away', takeaway(report, announce)),
    report.contentTrust && section('Who vouches', contentTrust(report)),
    report.signatures && section('Signatures', signatures(report)),
    report.vulnerabilities && section('What your policy makes of vulnerabilities', vulnerabilities(report.vulnerabilities)),
    scanPlace && scanSection(scanPlace),
    section('Digests', digests(report)),
    section('What it is', facts(report)),
    section(rejected ? 'What was checked' : 'What was proven', tree(report)),
    section('Not proven', notProven(report)),
    section('Who says so', told(report)),
    rejected ? null : section('Every check', checks(report)),
    section('The report', raw(report, asked, announce)),
  ].filter(Boolean);
}

/** As wide as the page: a table needs the room. */
function scanSection(place) {
  return element('section', { class: 'sheet wide scan' }, element('h3', {}, 'Known vulnerabilities'), place);
}

/** Folded away where all of them passed, since the tree has said the same; open, and first, where one of them failed. */
function checks(report) {
  const tally = ['failed', 'unknown', 'passed', 'skipped'].map((outcome) => [report.checks.filter((check) => check.outcome === outcome).length, outcome]);
  const summary = tally.filter(([number]) => number > 0).map(([number, outcome]) => `${number} ${outcome}`).join(', ');
  const uneventful = report.checks.every(({ outcome }) => outcome === 'passed' || outcome === 'skipped');
  return element('details', { open: !uneventful },
    element('summary', {}, `${count(report.checks.length, 'check')}: ${summary}`),
    element('ol', { class: 'checks' }, ...report.checks.map(checkItem)));
}

/** One line of the list of checks, finished. */
export function checkItem(check) {
  return element('li', { class: `check ${check.outcome}` },
    mark(check.outcome),
    element('p', { class: 'check-title' },
      element('strong', {}, CHECKS[check.name]?.title ?? check.name), ' ', element('span', { class: 'outcome' }, OUTCOMES[check.outcome]), ' ', check.code ? element('code', {}, check.code) : null),
    // What was expected and what was found is easier to compare in two lines than in a sentence.
    check.expected && check.found ? null : element('p', { class: 'sentence' }, ...prose(sentence(check.evidence ?? check.message))),
    check.outcome === 'failed' ? contradiction(check) : null);
}

/** One line of the list of checks, under way. */
export function runningItem(name) {
  return element('li', { class: 'check running' },
    mark('running'),
    element('p', { class: 'check-title' }, element('strong', {}, CHECKS[name]?.running ?? name), ' ', element('span', { class: 'outcome' }, OUTCOMES.running)));
}

function contradiction({ expected, found, section: source }) {
  const rows = [['Expected', expected && value(expected)], ['Found', found && value(found)], ['Required by', source]];
  return definitions(rows, 'contradiction');
}

function drawVerdict(report) {
  const { tone, mark: kind, title } = headline(report);
  return element('header', { class: `verdict ${tone}` },
    mark(kind),
    element('div', {},
      element('h2', { id: 'verdict', tabindex: '-1' }, title),
      element('p', { class: 'subject' }, element('code', {}, report.reference.input)),
      ...report.reasons.map(({ code, message }) => element('p', { class: 'reason', 'data-code': code }, ...prose(sentence(message))))));
}

function moved(report, { digest: before, at }) {
  return element('aside', { class: 'note moved', 'aria-label': 'The tag moved' },
    mark('unknown'),
    element('div', {},
      element('p', {}, element('strong', {}, 'This tag moved while you watched. '), `At ${when(at)} `, element('code', {}, report.reference.familiar), ' was'),
      element('p', {}, digest(before)),
      element('p', {}, 'and now it is'),
      element('p', {}, digest(report.resolution.digest))));
}

function takeaway(report, announce) {
  const pinnedDigest = report.pinned.slice(report.pinned.indexOf('@') + 1);
  return element('div', { class: 'takeaway' },
    copyable('Digest', pinnedDigest, announce),
    copyable('Docker', `docker pull ${report.pinned}`, announce),
    copyable('Kubernetes', `image: ${report.pinned}`, announce));
}

function digests(report) {
  const { indexes, manifest, resolution } = report;
  const [index] = indexes;
  const chosen = indexes.at(-1)?.manifests.find((entry) => entry.chosen);
  const platform = report.image?.platform ?? chosen?.platform ?? 'one platform';
  const cards = [
    index && digestCard('Index digest', 'all platforms', index.digest, report, 'Names the list of platforms. cosign signs and checks this one.'),
    manifest && digestCard(index ? 'Platform digest' : 'Manifest digest', platform, manifest.digest, report, 'Names what a machine of that platform runs.'),
    !index && !manifest && digestCard('Digest of the bytes', 'computed here', resolution.digest, report, 'What the bytes that came hash to. They could not be used further.'),
  ].filter(Boolean);
  return element('div', {},
    element('div', { class: 'cards' }, ...cards),
    index && manifest && isTakenAway(report)
      ? element('p', { class: 'aside' }, `The index digest is the one pinned: it stays right on every platform, and on ${platform} it can only ever lead to the platform digest beside it.`)
      : null,
    !index && manifest ? element('p', { class: 'aside' }, 'The reference names a single image, so there is no index and one digest is all there is.') : null);
}

function digestCard(title, of, named, report, use) {
  const pinned = isTakenAway(report) && report.pinned.endsWith(`@${named}`);
  return element('div', { class: `card${pinned ? ' pinned' : ''}` },
    element('p', { class: 'card-title' }, element('strong', {}, title), ' ', element('span', {}, of), ' ', pinned ? element('span', { class: 'badge' }, 'pinned') : null),
    element('p', {}, digest(named)),
    element('p', { class: 'aside' }, use));
}

/** Of a rejected image nothing is offered to run, even where its bytes are what they should be. */
function isTakenAway({ verdict, pinned }) {
  return verdict !== 'reject' && pinned !== null;
}

function facts(report) {
  const { reference, image, manifest, indexes } = report;
  const name = `${reference.registry}/${reference.repository}`;
  const rows = [
    ['Full name', element('code', {}, reference.digest ? `${name}${reference.tag ? `:${reference.tag}` : ''}@${reference.digest}` : `${name}:${reference.tag}`)],
    ['Platform', image && element('code', {}, image.platform)],
    ['Created', image && (image.created ? `${when(image.created)}, by its own account` : 'it does not say')],
    ['Download', manifest && `${size(manifest.layersSize)} in ${count(manifest.layers.length, 'layer')}`],
    ['Offered for', indexes.length > 0 ? platforms(indexes) : null],
    ['Artifact type', manifest?.artifactType ? element('code', {}, manifest.artifactType) : null],
  ];
  return definitions(rows, 'facts');
}

function platforms(indexes) {
  const images = indexes.flatMap(({ manifests }) => manifests).filter(({ role }) => role === 'image');
  const names = [...new Set(images.map(({ platform }) => platform).filter(Boolean))];
  if (names.length === 0) return null;
  const rest = names.length - 12;
  return names.slice(0, 12).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function notProven({ notProven: sentences }) {
  return element('ul', { class: 'not-proven' }, ...sentences.map(({ code, message }) => element('li', { 'data-code': code }, ...prose(sentence(message)))));
}

function told({ resolution, contentTrust: collections }) {
  const vouched = (collections ?? []).some(({ outcome }) => outcome === 'verified');
  const way = resolution.via === 'direct'
    ? 'Your browser asked the registry directly.'
    : `The registry does not let browsers read it, so the answers came through the relay ${new URL(resolution.relay, location.href).host}. Bytes it changed would not match their digests; a tag’s answer it could replay from the past.`;
  return element('div', {},
    element('p', {}, resolution.tag === null
      ? `You asked by digest, so nobody had to be believed: whatever ${resolution.toldBy} sent had to hash to it.`
      : `${resolution.toldBy} said at ${when(resolution.at)} that the tag ${resolution.tag} is this digest. ${vouched ? 'Its publisher signed the same: see who vouches.' : 'That is its word at that moment; a tag may point elsewhere the next.'}`),
    element('p', { 'data-via': resolution.via }, way));
}

function raw(report, { platform }, announce) {
  const json = JSON.stringify(report, null, 2);
  const command = `npx pullproof check ${report.reference.input}${platform && ` --platform ${platform}`} --attachments --json`;
  return element('div', {},
    element('p', {}, `Checked at ${when(report.checkedAt)}. The same check on the command line:`),
    copyable('Command', command, announce),
    element('details', { class: 'json' }, element('summary', {}, 'As JSON'), copyable('JSON', json, announce)));
}

/** Rows without a value are left out. */
function definitions(rows, name) {
  return element('dl', { class: name }, ...rows.filter(([, content]) => content).flatMap(([term, content]) => [element('dt', {}, term), element('dd', {}, content)]));
}
