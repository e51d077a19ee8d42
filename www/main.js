// The page's story: a question is asked by the form, a link or the address bar; it is checked in the background;
// what happens is shown step by step, then the report, or why there is none.

import { ask } from './ask.js';
import * as view from './view.js';

const RELAY = new URL('/relay/', location.href).href;

let current = null; // the AbortController of the check under way

async function run(question) {
  current?.abort();
  const controller = current = new AbortController();
  view.showRunning(question);
  try {
    const report = await ask(question.image, options(question), { signal: controller.signal, onStep: view.showStep });
    view.showReport(report, { question, earlier: whenItMoved(report) });
  } catch (error) {
    if (current !== controller) return; // another question took over
    if (error.code === 'aborted') view.showCancelled();
    else view.showError(error, question);
  } finally {
    if (current === controller) current = null;
  }
}

/** A platform that was not asked for is left to the core: linux/amd64 of several, and whichever it is of a single image. */
function options({ platform, policy }) {
  return { platform: platform || undefined, policy: policy || undefined, relay: RELAY, attachments: true };
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

// The address bar: `?image=…&platform=…`. A policy is too long for an address, so it stays in the history entry.

function addressed() {
  const query = new URLSearchParams(location.search);
  return { image: query.get('image')?.trim() ?? '', platform: query.get('platform')?.trim() ?? '', policy: history.state?.policy ?? '' };
}

function address({ image, platform }) {
  const query = new URLSearchParams({ image });
  if (platform) query.set('platform', platform);
  return `?${query}`;
}

function go(question) {
  const url = address(question);
  const state = { policy: question.policy };
  if (url === location.search) history.replaceState(state, '', url);
  else history.pushState(state, '', url);
  run(question);
}

function arrive() {
  const question = addressed();
  view.fillForm(question);
  if (question.image) return run(question);
  current?.abort();
  current = null;
  view.showAsking();
}

document.getElementById('ask').addEventListener('submit', (event) => {
  event.preventDefault();
  go(view.question());
});

document.getElementById('cancel').addEventListener('click', () => current?.abort());

addEventListener('keydown', (event) => {
  if (event.key === 'Escape') current?.abort();
});

addEventListener('click', (event) => {
  const link = event.target.closest('a[data-example], a[data-home]');
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  history.pushState({ policy: '' }, '', link.href);
  arrive();
});

addEventListener('popstate', arrive);

arrive();

const health = await fetch('/v1/healthz').then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
if (health?.demo?.examples?.length > 0) view.showDemo(health.demo.examples);
