// Draws the page's states: asking, running, a report, no report. main.js says when.

import { element, mark, prose } from './dom.js';
import { checkItem, drawReport, runningItem } from './report.js';
import { explainError, referenceWithin, sentence } from './words.js';

const at = (id) => document.getElementById(id);

const form = at('ask');
const progress = at('progress');
const steps = at('steps');
const result = at('result');

/** The question as the form holds it. */
export function question() {
  const { image, platform, policy } = form.elements;
  return { image: image.value.trim(), platform: platform.value.trim(), policy: policy.value.trim() };
}

export function fillForm({ image, platform, policy }) {
  form.elements.image.value = image;
  form.elements.platform.value = platform;
  form.elements.policy.value = policy;
  form.querySelector('details').open = policy !== '';
}

export function showAsking() {
  state('asking');
  document.title = 'pullproof: is this container image what it says it is?';
}

export function showRunning({ image }) {
  state('running');
  document.title = `Checking ${image} · pullproof`;
  at('progress-title').replaceChildren('Checking ', element('code', {}, image));
  steps.replaceChildren();
}

/** A step as it happens: the running line of a check is replaced by its outcome. */
export function showStep(step) {
  if (step.type === 'started') {
    const item = runningItem(step.name);
    item.dataset.check = step.name;
    steps.append(item);
  } else {
    const running = steps.querySelector(`[data-check="${CSS.escape(step.check.name)}"]`);
    const item = checkItem(step.check);
    if (running) running.replaceWith(item);
    else steps.append(item);
  }
}

export function showReport(report, { question: asked, earlier }) {
  document.title = `${{ accept: 'Accepted', reject: 'Rejected', inconclusive: 'Checked' }[report.verdict]}: ${report.reference.familiar} · pullproof`;
  result.replaceChildren(...drawReport(report, { asked, earlier, announce }));
  state('report');
  focusResult();
}

export function showError({ code = 'internal', message }, { image }) {
  const { title, advice } = explainError(code);
  document.title = `${title} · pullproof`;
  const within = code === 'reference-invalid' ? referenceWithin(image) : null;
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
  form.elements.image.focus();
}

/** The demo's own images come first, where this site has a demo. */
export function showDemo(examples) {
  at('demo-examples').replaceChildren(...examples.map(({ image, title }) => element('li', {},
    element('a', { href: `?${new URLSearchParams({ image })}`, 'data-example': true }, element('code', {}, image)), ' ', element('span', {}, title))));
  at('demo').hidden = false;
  at('public-title').hidden = false;
}

export function announce(sentence) {
  at('announcement').textContent = sentence;
}

function state(name) {
  document.body.dataset.state = name;
  progress.hidden = name !== 'running';
  result.hidden = name !== 'report' && name !== 'error';
}

function focusResult() {
  at('verdict').focus({ preventScroll: true });
  at('verdict').scrollIntoView({ block: 'nearest' });
  result.scrollIntoView({ block: 'start' });
}
