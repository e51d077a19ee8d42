// The page's story: a question is asked by the form, a link or the address bar. It has an image, which is checked, or a text, whose
// images are pinned; both in the background. What happens is shown step by step, then the answer, or why there is none.

import { ask } from './ask.js';
import { cancelScan, isScannable, offerScan } from './scan.js';
import { offerSuggestions } from './suggestions.js';
import * as view from './view.js';

const RELAY = new URL('/relay/', location.href).href;

/** What the Worker behind the page says of itself; null where there is none. */
const health = fetch('/v1/healthz').then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);

let current = null; // the AbortController of the check under way

async function run(question) {
  current?.abort();
  cancelScan();
  const controller = current = new AbortController();
  view.showRunning(question);
  try {
    const { report, pinned, diff, drift } = await ask(question, options(question), { signal: controller.signal, onStep: view.showStep });
    if (report) showReport(report, question);
    else if (pinned) view.showPinned(pinned, { question, diff });
    else view.showDrift(drift, { question });
  } catch (error) {
    if (current !== controller) return; // another question took over
    if (error.code === 'aborted') view.showCancelled();
    else view.showError(error, question);
  } finally {
    if (current === controller) current = null;
  }
}

function showReport(report, question) {
  const scanPlace = isScannable(report) ? document.createElement('div') : null;
  view.showReport(report, { question, earlier: whenItMoved(report), scanPlace });
  const { platform, relay } = options(question);
  if (scanPlace) offerScan(scanPlace, report, { platform, relay }, health.then((said) => Boolean(said?.demo)));
}

/** A platform that was not asked for is left to the core: linux/amd64 of several, and whichever it is of a single image. */
function options({ text, kind, platform, policy, ...signer }) {
  const conditions = { platform: platform || undefined, policy: policy || undefined, relay: RELAY };
  return text === undefined ? { ...conditions, ...wanted(signer), attachments: true } : { ...conditions, kind: kind || undefined };
}

function wanted({ key, subject, issuer, trustedRoot, ...collection }) {
  const half = (expected, found) => ({ code: 'options-invalid', message: `expected ${expected} under “Signed by”, found ${found} alone` });
  if (subject && !issuer) throw half('who vouches for the identity', 'the identity');
  if (issuer && !subject) throw half('an identity', 'who vouches for one');
  const identity = subject ? { subject, issuer } : undefined;
  return { key: key || undefined, identity, contentTrust: collectionOf(collection, half), trustedRoot: trustedRoot || undefined };
}

/** IDs of keys are a list, a key in PEM has lines. */
function collectionOf({ rootKey, firstUse, trustServer }, half) {
  if (!rootKey && !firstUse) {
    if (trustServer) throw half('a root key, or first use', 'a trust server');
    return undefined;
  }
  const keys = rootKey?.startsWith('-----') ? [rootKey] : rootKey?.split(/[\s,]+/);
  return { ...(rootKey && { rootKey: keys }), ...(firstUse && { firstUse: true }), ...(trustServer && { server: trustServer }) };
}

/** What this tag pointed to when this tab asked before, if that was something else. */
function whenItMoved({ reference, resolution }) {
  if (resolution.tag === null) return null;
  const key = `seen ${reference.registry}/${reference.repository}:${resolution.tag}`;
  try {
    const before = JSON.parse(sessionStorage.getItem(key));
    sessionStorage.setItem(key, JSON.stringify({ digest: resolution.digest, at: resolution.at }));
    return before && before.digest !== resolution.digest ? before : null;
  } catch {
    return null; // storage is switched off or full: the page remembers nothing, and nothing else depends on it
  }
}

// The address bar: `?image=…&platform=…`. A policy is too long for an address, and a text nobody else's business: histories, servers
// and whoever looks over a shoulder see addresses. Both stay in the history entry, which only this browser has.

/** In bytes of a browser's own memory, entry by entry: a larger text is not there any more when one comes back. */
const KEPT_TEXT = 500_000;

function addressed() {
  const query = new URLSearchParams(location.search);
  const { text, kind = '', platform = '', policy = '', ...signer } = history.state ?? {};
  if (!query.has('image') && text) return { text, kind, platform, policy };
  return { image: query.get('image')?.trim() ?? '', platform: query.get('platform')?.trim() ?? '', policy, ...signer };
}

function address({ image, platform }) {
  if (image === undefined) return location.pathname;
  const query = new URLSearchParams({ image });
  if (platform) query.set('platform', platform);
  return `?${query}`;
}

function state({ text, image, kind, platform, policy, ...signer }) {
  if (text === undefined) return { policy, ...signer };
  return { text: text.length > KEPT_TEXT ? undefined : text, kind, platform, policy };
}

function go(question) {
  const url = new URL(address(question), location.href);
  const again = url.href === location.href && question.text === history.state?.text;
  history[again ? 'replaceState' : 'pushState'](state(question), '', url);
  run(question);
}

function arrive() {
  const question = addressed();
  view.fillForm(question);
  offerSuggestions();
  if (question.image || question.text) return run(question);
  current?.abort();
  current = null;
  cancelScan();
  view.showAsking();
}

document.getElementById('ask').addEventListener('submit', (event) => {
  event.preventDefault();
  go(view.question());
});

document.getElementById('cancel').addEventListener('click', () => current?.abort());

addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  if (current) current.abort();
  else cancelScan();
});

addEventListener('click', (event) => {
  const link = event.target.closest('a[data-example], a[data-part], a[data-home]');
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  // One image of a text is looked at under the conditions of the whole.
  history.pushState({ policy: 'part' in link.dataset ? view.question().policy : link.dataset.policy ?? '' }, '', link.href);
  arrive();
});

addEventListener('popstate', arrive);

arrive();

const { demo } = await health ?? {};
if (demo?.examples?.length > 0) view.showDemo(demo.examples);
