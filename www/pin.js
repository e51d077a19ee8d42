// Draws a text that was pinned: the text with its digests set apart, what was left alone and why, and each image with both of its
// digests.

import { copyButton, copyable, digest, element, mark, prose, section, upTo } from './dom.js';
import { count, fileName, isRefused, kindInWords, pinHeadline, sentence, when } from './words.js';

const SHOWN = 200; // entries drawn of any one list
const SHOWN_PLACES = 10; // of one image
const SHOWN_TEXT = 400_000; // characters; what is longer is there to copy and to download

/** `asked` is the question, `diff` the unified diff from its text to the pinned one. */
export function drawPinned(result, { asked, diff, announce }) {
  const pinned = result.changes.length > 0;
  return [
    drawHeadline(result, asked),
    pinned && section('Pinned text', pinnedText(asked.text, result, announce), unifiedDiff(diff, announce)),
    drawLeftAlone(result.leftAlone),
    pinned && section('Digests', images(result)),
    pinned && section('Who says so', told(Object.values(result.resolved))),
    pinned && section('In your files', command(`pin ${fileName(result.kind)} --write`, asked, announce,
      'The same on the command line. It keeps what each tag named in pullproof.lock, so that npx pullproof drift can tell later which have moved.')),
  ].filter(Boolean);
}

function drawHeadline(result, { policy }) {
  const { tone, mark: kind, title } = pinHeadline(result);
  const meaning = policy
    ? 'Each image that was pinned is one that your policy accepts.'
    : 'Pinning proves bytes, not publishers: from now on each name stands for the very bytes that its registry showed for it here, and nobody has said that they are good.';
  const nothing = 'No place in it names an image. If it is something else, choose under “Read it as” what.';
  return element('header', { class: `verdict ${tone}` },
    mark(kind),
    element('div', {},
      element('h2', { id: 'verdict', tabindex: '-1' }, title),
      element('p', { class: 'subject' }, `Read as ${kindInWords(result.kind)}.`),
      result.changes.length > 0 ? element('p', { class: 'reason' }, meaning) : null,
      result.changes.length + result.leftAlone.length === 0 ? element('p', { class: 'reason' }, nothing) : null));
}

function pinnedText(before, result, announce) {
  const name = fileName(result.kind);
  const tooLong = element('p', { class: 'aside' }, `It has ${result.text.length} characters, too many to be shown here.`);
  const shown = result.text.length > SHOWN_TEXT ? tooLong : scrolling('Pinned text', ...setApart(before, result));
  const download = element('button', { type: 'button', 'aria-label': 'Download the pinned text' }, 'Download');
  download.addEventListener('click', () => save(name, result.text));
  return element('div', { class: 'text' },
    element('div', { class: 'text-head' }, element('span', { class: 'for' }, name), copyButton('the pinned text', result.text, shown, announce), download),
    shown);
}

/** The pinned text as nodes, whatever was inserted in `ins`. Pinning only ever inserts, so what is left over has to be the text before. */
function setApart(before, { text, changes }) {
  const kept = [];
  const nodes = [];
  let end = 0; // in the pinned text, of what was inserted last
  let shift = 0;
  for (const { at, digest: inserted } of placed(before, changes)) {
    const start = at + shift;
    kept.push(text.slice(end, start));
    end = text.indexOf(inserted, start) + inserted.length;
    shift += end - start;
    nodes.push(kept.at(-1), element('ins', {}, text.slice(start, end)));
  }
  kept.push(text.slice(end));
  return kept.join('') === before ? [...nodes, kept.at(-1)] : [text];
}

/** The changes with their places as offsets, in the order of the text. Columns count characters, and no byte order mark. */
function placed(text, changes) {
  const starts = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  const offset = ({ line, column }) => {
    let at = starts[line - 1];
    while (text[at] === '\ufeff') at += 1;
    for (let before = column - 1; before > 0; before -= 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
    return at;
  };
  return changes.map((change) => ({ ...change, at: offset(change) })).sort((a, b) => a.at - b.at);
}

function unifiedDiff(diff, announce) {
  const classes = { '+': 'added', '-': 'removed', '@': 'hunk' };
  const drawn = (line, number) => element('span', { class: number < 2 ? 'hunk' : classes[line[0]] ?? null }, `${line}\n`);
  const tooLong = diff.length > SHOWN_TEXT;
  const lines = tooLong ? [`It has ${diff.length} characters, too many to be shown here.`] : diff.replace(/\n$/, '').split('\n').map(drawn);
  const shown = scrolling('Unified diff', ...lines);
  return element('details', { class: 'diff' },
    element('summary', {}, 'As a unified diff'),
    element('div', { class: 'text' },
      element('div', { class: 'text-head' }, element('span', { class: 'for' }, 'for patch, or git apply'), copyButton('the diff', diff, shown, announce)),
      shown));
}

/** Lines stay lines, however long: the box scrolls, by keyboard too. */
function scrolling(label, ...content) {
  return element('pre', { tabindex: '0', role: 'region', 'aria-label': label }, ...content);
}

function save(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  element('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** What is left to do comes first; where nothing is, that is said in one line. */
export function drawLeftAlone(leftAlone) {
  if (leftAlone.length === 0) return null;
  const open = leftAlone.filter(({ settled }) => !settled);
  const settled = leftAlone.filter((one) => one.settled);
  return section('Left alone',
    open.length > 0 ? element('ul', { class: 'left-alone' }, ...upTo(SHOWN, open, leftAloneItem)) : null,
    settled.length > 0
      ? element('details', { class: 'settled' },
        element('summary', {}, `${count(settled.length, open.length > 0 ? 'more place' : 'place')} with nothing left to do`),
        element('ul', { class: 'left-alone' }, ...upTo(SHOWN, settled, leftAloneItem)))
      : null);
}

function leftAloneItem(one) {
  const kind = one.settled ? 'skipped' : isRefused(one) ? 'failed' : 'unknown';
  return element('li', { class: `check ${kind}` },
    mark(kind),
    element('p', { class: 'check-title' },
      one.text === '' ? null : element('code', { class: 'name' }, excerpt(one.text)), ' ',
      element('span', { class: 'place' }, where(one)), ' ',
      element('code', {}, one.code)),
    element('p', { class: 'sentence' }, ...prose(sentence(one.message))));
}

function excerpt(text) {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** One entry for each image, with all of its places. */
function images({ changes, resolved }) {
  const byReference = Map.groupBy(changes, ({ reference }) => reference);
  return element('ul', { class: 'images' }, ...upTo(SHOWN, [...byReference], ([reference, places]) => image(places, resolved[reference])));
}

function image(places, { digest: pinned, indexDigest, platformDigest, platform }) {
  const [{ image: name, pinned: reference }] = places;
  // By what the tag named, not by what is pinned: of one platform's manifest no policy knows that it belongs to an index it accepts.
  const named = indexDigest ? reference.replace(pinned, indexDigest) : reference;
  const overruled = [...new Set(places.flatMap(({ overrules }) => overrules))];
  return element('li', { class: 'image' },
    imageTitle(name, places, 'Check', { image: named, ...(platform && { platform }) }),
    element('div', { class: 'cards' },
      indexDigest && digestCard('Index digest', 'all platforms', indexDigest, pinned),
      platformDigest && digestCard(indexDigest ? 'Platform digest' : 'Manifest digest', indexDigest ? platform ?? DEFAULT_PLATFORM : 'a single image', platformDigest, pinned)),
    overruled.length > 0
      ? element('p', { class: 'aside' }, `The digest decides now, whatever ${overruled.join(', ')} ${overruled.length === 1 ? 'is' : 'are'} set to.`)
      : null);
}

/** What is meant everywhere as long as nobody says otherwise. */
const DEFAULT_PLATFORM = 'linux/amd64';

/** An image's name, the places that name it, and a link to its own check. */
export function imageTitle(name, places, check, question) {
  const rest = places.length - SHOWN_PLACES;
  return element('p', { class: 'image-title' },
    element('code', { class: 'name' }, name), ' ',
    element('span', { class: 'place' }, places.slice(0, SHOWN_PLACES).map(where).join('; ') + (rest > 0 ? ` and ${rest} more` : '')), ' ',
    element('a', { href: `?${new URLSearchParams(question)}`, 'data-part': true, 'aria-label': `${check} ${name}` }, check));
}

export function digestCard(title, of, named, pinned) {
  const isPinned = named === pinned;
  return element('div', { class: `card${isPinned ? ' pinned' : ''}` },
    element('p', { class: 'card-title' }, element('strong', {}, title), ' ', of && element('span', {}, of), ' ', isPinned ? element('span', { class: 'badge' }, 'pinned') : null),
    element('p', {}, digest(named)));
}

function where({ place, line }) {
  return `${excerpt(place)}, line ${line}`;
}

function told(answers) {
  const hosts = [...new Set(answers.map(({ toldBy }) => toldBy))].sort();
  const relays = [...new Set(answers.map(({ relay }) => relay).filter(Boolean))];
  const through = relays.map((relay) => new URL(relay, location.href).host).join(', ');
  return element('div', {},
    element('p', {}, `${hosts.join(', ')} showed at ${when(answers[0].resolvedAt)} what each tag names, and the digests were computed here, from those bytes. It is ${hosts.length === 1 ? 'its' : 'their'} word at that moment; a tag may point elsewhere the next.`),
    relays.length > 0
      ? element('p', { 'data-via': 'relay' }, `Where a registry does not let browsers read it, the answers came through the relay ${through}, and what a tag names is the relay’s word, too.`)
      : element('p', { 'data-via': 'direct' }, 'Your browser asked directly.'));
}

export function command(line, { platform }, announce, explanation) {
  return element('div', {},
    element('p', {}, explanation),
    copyable('Command', `npx pullproof ${line}${platform && ` --platform ${platform}`}`, announce));
}
