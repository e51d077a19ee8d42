// What a policy makes of known vulnerabilities, as the report of a check has it: in short. It decides nothing.

import { element, prose } from './dom.js';
import { count, sentence, when } from './words.js';

const LEVELS = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'];
const JUDGED = {
  met: 'Everything was looked at, and nothing is denied.',
  open: 'Nothing that is known is denied, and not everything is known.',
  denied: 'The policy denies what is known of it.',
};

export function vulnerabilities({ judged, extent, packages, counts, databases, denied, deniedInAll, leftOut, leftOutInAll, idle, remarks }) {
  const found = LEVELS.filter((level) => counts[level].findings > 0)
    .map((level) => `${counts[level].findings} ${level === 'unknown' ? 'unrated' : level} (${counts[level].fixable} with a fix)`);
  // "None" is said only where everything was looked at.
  const none = extent === 'complete' ? 'none' : 'nothing can be said of what was not looked at';
  return element('div', { 'data-judged': judged },
    element('p', {}, `${JUDGED[judged]} In ${count(packages, 'package')}: ${found.length > 0 ? found.join(', ') : none}.`),
    list(denied.map(({ id, severity, package: name, version, fixed, knownExploited }) => [
      element('code', {}, id), ` ${severity}, ${name} ${version}, ${fixed === null ? 'no fix is known' : `fixed in ${fixed}`}${knownExploited ? ', known to be exploited' : ''}`,
    ]), deniedInAll),
    list(leftOut.map(({ id, package: name, reason }) => [element('code', {}, id), ` ${name}, left out: ${reason}`]), leftOutInAll),
    list(idle.map((id) => [element('code', {}, id), ' is ignored, and was not found or is not ignored any more']), idle.length),
    list(remarks.map(({ message }) => prose(sentence(message))), remarks.length),
    element('p', { class: 'aside' }, databases.map(({ ecosystem, kind, at }) =>
      (kind === 'osv-api' ? `api.osv.dev, asked ${when(at)}` : `${ecosystem}, made ${when(at)}`)).join('; ')));
}

function list(items, inAll) {
  if (items.length === 0) return null;
  const rest = inAll - items.length;
  return element('ul', {}, ...items.map((parts) => element('li', {}, ...parts)), rest > 0 ? element('li', {}, `and ${rest} more`) : null);
}
