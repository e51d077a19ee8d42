// Draws what collections of Docker Content Trust say of an image: how trust begins, and from the root down to the tag who signed what.

import { digest, element, mark, prose } from './dom.js';
import { count, sentence, when } from './words.js';

export function contentTrust({ contentTrust: collections, checkedAt }) {
  return element('ul', { class: 'collections' }, ...collections.map((one) => collection(one, checkedAt)));
}

const OUTCOMES = { verified: ['passed', 'verified'], archived: ['unknown', 'archived'], failed: ['failed', 'refused'], unknown: ['unknown', 'not known'] };

function collection(one, now) {
  const { outcome, code, message, gun, server, via } = one;
  const [kind, word] = OUTCOMES[outcome];
  return element('li', { class: `check ${kind} collection`, 'data-outcome': outcome },
    mark(kind),
    element('div', {},
      element('p', { class: 'check-title' },
        element('strong', {}, 'Docker Content Trust'), ' ', element('span', { class: `outcome ${kind}` }, word), ' ', code ? element('code', {}, code) : null),
      message ? element('p', { class: 'sentence' }, ...prose(sentence(message))) : null,
      outcome === 'archived' ? archived(one) : null,
      element('dl', { class: 'facts' },
        ...row('Collection', element('code', {}, gun)),
        ...row('Trust server', element('code', {}, server), via === 'relay' ? ', through this site’s relay' : ''),
        ...row('Trust begins', ...beginning(one)),
        // Of what is not believed the report does not say when it was first there.
        ...(['verified', 'archived'].includes(outcome) ? row('Memory', seen(one)) : [])),
      one.kept ? element('p', { class: 'aside' }, 'What was seen now could not be kept: ', element('code', {}, one.kept.code), ' ', ...prose(sentence(one.kept.message))) : null,
      one.chain.length > 0 ? chain(one, now) : null));
}

function row(term, ...content) {
  return [element('dt', {}, term), element('dd', {}, ...content)];
}

function archived({ verifiedAt }) {
  return element('p', { class: 'archived' },
    element('strong', {}, 'This is the past. '),
    `All of it was looked at as if it were ${when(verifiedAt)}, because the policy says so. It proves nothing of today, and never makes an image accepted.`);
}

/** Whose word the root is. */
function beginning({ anchor: { kind, pinned }, firstSeen, outcome }) {
  const pins = pinned.flatMap((pin, place) => [place > 0 ? ' or ' : '', kind === 'authority' ? element('code', {}, pin) : key(pin)]);
  if (kind === 'keys') return ['pinned: the root key ', ...pins];
  if (kind === 'certificates') return ['pinned: the root certificate ', ...pins];
  if (kind === 'authority') return ['with whoever has a certificate of ', ...pins];
  if (outcome !== 'verified') return ['with whoever answered first'];
  return [element('strong', {}, `first seen ${day(firstSeen)}, nobody vouches for it`)];
}

function seen({ firstSeen, outcome }) {
  if (firstSeen !== null) return `first at ${when(firstSeen)}; whatever is older than what was seen since is refused`;
  if (outcome === 'archived') return 'nothing is kept of an archive';
  return 'nothing is kept, so that nothing protects from being led back';
}

/** From the root to the digest, each vouching for the next. */
function chain({ chain: links, rootKeys, role, tag, digest: named, length, passedOver, anchor }, now) {
  return element('div', {},
    element('ol', { class: 'trust-chain', 'aria-label': 'From the root to the tag' },
      ...links.map((link) => linkItem(link, link.role === 'root' ? rootKeys : [], now)),
      tag && element('li', {},
        element('p', { class: 'link-title' }, element('strong', {}, 'tag'), ' ', element('code', {}, tag)),
        element('p', {}, digest(named)),
        element('p', { class: 'aside' }, `${count(length, 'byte')}, which the image has; signed by ${role}.`))),
    ...passedOver.map(({ role: name, why }) => element('p', { class: 'aside' },
      `${name} would have been asked first, and was passed over because it ${why === 'expired' ? 'has expired' : 'has too few signatures'}: the policy allows that.`)),
    anchor.kind === 'first-use' ? element('p', { class: 'aside' }, 'Whoever answered first could have been anybody: every step below the root rests on that.') : null);
}

const ROLES = {
  root: 'whose keys sign what',
  timestamp: 'which snapshot is the newest',
  snapshot: 'which files belong together',
  targets: 'what tags stand for, and who else may say so',
};

function linkItem({ role, version, expires, threshold, keys }, rootKeys, now) {
  const isPast = expires <= now; // both in UTC and as long: only an archive is looked at for what has expired
  return element('li', { 'data-role': role },
    element('p', { class: 'link-title' },
      element('strong', {}, role), ' ', element('span', {}, ROLES[role] ?? 'what tags stand for')),
    element('p', { class: 'link-facts' }, `version ${version}, `,
      element('span', { class: isPast ? 'past' : '' }, isPast ? 'expired ' : 'until ', element('time', { datetime: expires, title: when(expires) }, day(expires)))),
    element('div', { class: 'link-keys' },
      element('span', {}, threshold === keys.length ? `signed by ${keys.length === 1 ? '' : 'all of '}` : `signed by at least ${threshold} of `),
      ...keys.map(key)),
    ...rootKeys.map(({ subject, from, to }) => element('p', { class: 'aside' }, 'Its certificate names ', element('code', {}, subject), `, valid from ${day(from)}${to ? ` until ${day(to)}` : ''}.`)));
}

/** Eight digits of a key’s ID; all of them for whoever asks. */
function key(id) {
  if (!/^[0-9a-f]{64}$/.test(id)) return element('code', {}, id);
  return element('details', { class: 'key' },
    element('summary', {}, element('span', { class: 'visually-hidden' }, 'the key '), element('code', {}, id.slice(0, 8)), '…'),
    element('code', { class: 'key-id' }, id));
}

function day(time) {
  return time.slice(0, 10);
}
