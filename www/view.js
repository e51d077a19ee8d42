// Draws the page's states: asking, running, an answer, no answer. main.js says when.

import { element, mark, prose } from './dom.js';
import { drawDrift } from './drift.js';
import { drawPinned } from './pin.js';
import { checkItem, drawReport, runningItem } from './report.js';
import { KINDS, count, driftHeadline, explainError, isOneWord, pinHeadline, referenceWithin, sentence, size } from './words.js';

const at = (id) => document.getElementById(id);

const form = at('ask');
const box = form.elements.text;
const progress = at('progress');
const steps = at('steps');
const tally = at('tally');
const result = at('result');

form.elements.kind.append(...Object.entries(KINDS).map(([kind, [name]]) => element('option', { value: kind }, name)));

/** What came into the box as a whole: the box itself makes every line end a line feed, and a file has to come back as it was. */
let original = '';

/** The question as the form holds it: an image, or a text with images in it. */
export function question() {
  const { kind, platform, policy } = form.elements;
  const conditions = { platform: platform.value.trim(), policy: policy.value.trim() };
  const signer = Object.fromEntries(SIGNER.map((name) => [name, form.elements[name].value.trim()]));
  signer.firstUse = form.elements.firstUse.checked ? 'yes' : '';
  if (isOneWord(box.value)) return { image: box.value.trim(), ...conditions, ...signer };
  const text = original.replace(/\r\n?/g, '\n') === box.value ? original : box.value;
  return { text, kind: kind.value, ...conditions };
}

export function fillForm({ image, text = image, kind = '', platform, policy, ...signer }) {
  original = text;
  box.value = text;
  form.elements.kind.value = kind;
  form.elements.platform.value = platform;
  form.elements.policy.value = policy;
  form.querySelector('details.policy').open = policy !== '';
  fillSigner(signer);
  form.querySelector('details.signer').open = Object.values(signer).some(Boolean);
  adapt();
}

/** What was there before is not part of it: half of one signer and half of another would be nobody. */
export function fillSigner(signer) {
  for (const name of SIGNER) form.elements[name].value = signer[name] ?? '';
  form.elements.firstUse.checked = Boolean(signer.firstUse);
}

/** The fields of text that say who has to have signed. */
const SIGNER = ['key', 'subject', 'issuer', 'trustedRoot', 'rootKey', 'trustServer'];

/** As tall as its text, within bounds; and what makes no sense for one reference is not there. */
function adapt() {
  const isText = !isOneWord(box.value);
  box.rows = Math.min(box.value.split('\n').length, MAX_ROWS);
  form.querySelector('.primary').textContent = isText ? 'Pin' : 'Check';
  form.querySelector('.kind').hidden = !isText;
  form.querySelector('.signer').hidden = isText;
  at('keys').hidden = box.rows === 1;
  box.enterKeyHint = box.rows === 1 ? 'go' : 'enter';
  if (!isText) form.elements.kind.value = '';
}

const MAX_ROWS = 16;

box.addEventListener('input', adapt);

box.addEventListener('paste', ({ clipboardData }) => {
  if (box.selectionStart > 0 || box.selectionEnd < box.value.length) return; // into what is there already
  original = clipboardData.getData('text/plain');
  form.elements.kind.value = '';
});

/** In bytes: what a policy with it in may have. Of a larger file so much is read that the core can say that it is too large. */
const MAX_TRUSTED_ROOT = 1 << 20;

at('trusted-root-file').addEventListener('change', async ({ target }) => {
  const [file] = target.files;
  if (file) form.elements.trustedRoot.value = await file.slice(0, MAX_TRUSTED_ROOT + 1).text();
});

box.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.isComposing || event.shiftKey) return;
  if (box.rows > 1 && !event.ctrlKey && !event.metaKey) return; // a new line
  event.preventDefault();
  form.requestSubmit();
});

export function showAsking() {
  state('asking');
  document.title = 'pullproof: is this container image what it says it is?';
}

export function showRunning({ image }) {
  state('running');
  document.title = image === undefined ? 'Pinning · pullproof' : `Checking ${image} · pullproof`;
  at('progress-title').replaceChildren(...(image === undefined ? ['Asking for the digests'] : ['Checking ', element('code', {}, image)]));
  steps.replaceChildren();
  tally.hidden = true;
}

/** A step as it happens: the running line of a check is replaced by its outcome, the images of a text are counted. */
export function showStep(step) {
  if (step.type === 'progress') {
    showTally(step);
  } else if (step.type === 'started') {
    const item = runningItem(step.name);
    item.dataset.check = step.name;
    steps.append(item);
  } else if (step.type === 'layer' || step.type === 'advisories') {
    showArrival(step);
  } else {
    const running = steps.querySelector(`[data-check="${CSS.escape(step.check.name)}"]`);
    const item = checkItem(step.check);
    if (running) running.replaceWith(item);
    else steps.append(item);
  }
}

/** Behind the running line, since it may take minutes. */
function showArrival(step) {
  const outcome = steps.querySelector('[data-check="known-vulnerabilities"] .outcome');
  if (outcome === null) return;
  outcome.textContent = step.type === 'advisories'
    ? `advisories: ${step.done} of ${step.total}`
    : `layer ${step.index + 1} of ${step.layers}: ${size(step.bytes)} of ${size(step.size)}`;
}

function showTally({ done, total }) {
  const [bar, words] = tally.children;
  [bar.value, bar.max] = [done, total];
  words.textContent = `${done} of ${count(total, 'image')}`;
  tally.hidden = false;
  // Not every one: whoever listens has to come after.
  if (performance.now() - announced > ANNOUNCED_EVERY) announce(words.textContent);
}

/** Milliseconds. */
const ANNOUNCED_EVERY = 3000;

/** `scanPlace` is where a scan will be shown, or null. */
export function showReport(report, { question: asked, earlier, scanPlace }) {
  const verdict = { accept: 'Accepted', reject: 'Rejected', inconclusive: 'Checked' }[report.verdict];
  showAnswer(`${verdict}: ${report.reference.familiar}`, drawReport(report, { asked, earlier, scanPlace, announce }));
}

export function showPinned(pinned, { question: asked, diff }) {
  showAnswer(pinHeadline(pinned).title, drawPinned(pinned, { asked, diff, announce }));
}

export function showDrift(drift, { question: asked }) {
  showAnswer(driftHeadline(drift).title, drawDrift(drift, { asked, announce }));
}

function showAnswer(title, parts) {
  document.title = `${title} · pullproof`;
  result.replaceChildren(...parts);
  state('answer');
  focusResult();
}

export function showError({ code = 'internal', message }, { image, policy }) {
  const { title, advice } = explainError(code, policy);
  document.title = `${title} · pullproof`;
  const within = code === 'reference-invalid' && image ? referenceWithin(image) : null;
  result.replaceChildren(element('header', { class: 'verdict error' },
    mark('unknown'),
    element('div', {},
      element('h2', { id: 'verdict', tabindex: '-1' }, title),
      image ? element('p', { class: 'subject' }, element('code', {}, image)) : null,
      element('p', { class: 'reason' }, ...prose(sentence(message))),
      element('p', {}, advice),
      within && element('p', {}, 'Did you mean ', element('a', { href: `?${new URLSearchParams({ image: within })}`, 'data-example': true }, element('code', {}, within)), '?'),
      element('p', { class: 'code' }, 'Code: ', element('code', {}, code)))));
  state('error');
  focusResult();
}

export function showCancelled() {
  showAsking();
  announce('Cancelled. Nothing was concluded.');
  box.focus();
}

/** The demo's own images come first, where this site has a demo. */
export function showDemo(examples) {
  at('demo-examples').replaceChildren(...examples.map(({ image, title, policy }) => {
    const link = element('a', { href: `?${new URLSearchParams({ image })}`, 'data-example': true }, element('code', {}, image));
    // From the site itself; a link of somebody else brings no policy.
    if (policy) link.dataset.policy = JSON.stringify(JSON.parse(policy), null, 2);
    return element('li', {}, link, ' ', element('span', {}, title));
  }));
  at('demo').hidden = false;
  at('public-title').hidden = false;
}

let announced = -Infinity;

export function announce(sentence) {
  announced = performance.now();
  at('announcement').textContent = sentence;
}

function state(name) {
  document.body.dataset.state = name;
  progress.hidden = name !== 'running';
  result.hidden = name !== 'answer' && name !== 'error';
}

function focusResult() {
  at('verdict').focus({ preventScroll: true });
  at('verdict').scrollIntoView({ block: 'nearest' });
  result.scrollIntoView({ block: 'start' });
}
