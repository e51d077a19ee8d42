// Draws what became of the tags behind a text, or a lock, in which everything is pinned: which have moved, and whether what they were
// pinned to is still there.

import { element, mark, prose, section, upTo } from './dom.js';
import { command, digestCard, drawLeftAlone, imageTitle } from './pin.js';
import { count, driftHeadline, fileName, kindInWords, sentence } from './words.js';

const SHOWN = 200; // entries drawn of any one list

/** `asked` is the question. */
export function drawDrift(result, { asked, announce }) {
  const of = (status) => result.images.filter((image) => image.status === status);
  return [
    drawHeadline(result),
    of('moved').length > 0 && section('Moved', list(of('moved'), asked)),
    of('unknown').length > 0 && section('Not known', list(of('unknown'), asked)),
    of('current').length > 0 && section('Not moved', current(of('current'), asked)),
    drawLeftAlone(result.leftAlone),
    section('In your files', command(`drift ${fileName(result.kind)}`, asked, announce, 'The same on the command line, which ends with exit code 1 when a tag has moved.')),
  ].filter(Boolean);
}

function drawHeadline(result) {
  const { tone, mark: kind, title } = driftHeadline(result);
  return element('header', { class: `verdict ${tone}` },
    mark(kind),
    element('div', {},
      element('h2', { id: 'verdict', tabindex: '-1' }, title),
      element('p', { class: 'subject' }, `Read as ${kindInWords(result.kind)}. ${result.kind === 'lock' ? 'Each tag in it was looked up.' : 'Every image in it that can be pinned is, so their tags were looked up.'}`),
      result.moved
        ? element('p', { class: 'reason' }, 'What runs has not changed: it is what was pinned. To go to what a tag names now, take the digest out and pin again.')
        : null));
}

function current(images, asked) {
  return element('details', { open: images.length <= 3 },
    element('summary', {}, `${count(images.length, 'tag')} still ${images.length === 1 ? 'names' : 'name'} what was pinned`),
    list(images, asked));
}

function list(images, asked) {
  return element('ul', { class: 'images' }, ...upTo(SHOWN, images, (image) => drawImage(image, asked)));
}

/** The drawing and the word of each. */
const STATUS = {
  moved: { mark: 'unknown', word: 'moved' },
  unknown: { mark: 'skipped', word: 'not known' },
  current: { mark: 'passed', word: 'not moved' },
};

const OLD = { exists: 'still there', gone: 'no longer there', unknown: 'not known whether still there' };

const POLICY = {
  accept: 'Your policy accepts what the tag names now.',
  reject: 'Your policy rejects what the tag names now.',
  inconclusive: 'Your policy does not decide about what the tag names now.',
};

function drawImage(image, { platform }) {
  const status = STATUS[image.status];
  const question = { image: image.reference, ...(platform && { platform }) };
  const title = imageTitle(image.reference, image.places, 'Check the tag', question);
  title.prepend(element('span', { class: `outcome ${status.mark}` }, mark(status.mark), ' ', status.word), ' ');
  const hasMoved = image.status === 'moved';
  const isIndex = image.currentPlatformDigest !== null && image.currentPlatformDigest !== image.current;
  return element('li', { class: 'image' },
    title,
    element('div', { class: 'cards' },
      digestCard('Pinned', image.status === 'unknown' && image.old === 'gone' ? 'not there, or not shown' : OLD[image.old], image.pinned),
      hasMoved ? digestCard('The tag now', isIndex ? 'all platforms' : null, image.current) : null,
      hasMoved && platform && isIndex ? digestCard('The tag now', platform, image.currentPlatformDigest) : null),
    image.pinnedAs === 'platform'
      ? element('p', { class: 'aside' }, 'What is pinned is the image for one platform, which machines of another cannot run. The tag itself would be right on each of them.')
      : null,
    hasMoved && image.old === 'gone' ? element('p', { class: 'aside' }, 'The registry no longer has what was pinned: machines that do not hold it yet cannot get it.') : null,
    image.policy ? element('p', { class: 'aside' }, POLICY[image.policy]) : null,
    image.message ? element('p', { class: 'sentence' }, ...prose(sentence(image.message)), ' ', element('code', {}, image.code)) : null);
}
