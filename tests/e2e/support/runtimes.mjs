// The four places where pullproof runs, behind one interface.

import { startChromium } from './runtimes/chromium.mjs';
import { startNative } from './runtimes/native.mjs';
import { startNode } from './runtimes/node.mjs';
import { startWorkerd } from './runtimes/workerd.mjs';
import { together } from './together.mjs';

export const RUNTIMES = ['native', 'Node', 'workerd', 'Chromium'];

/** The time that every report is made for. */
export const NOW = '2026-01-31T12:00:00Z';

/**
 * @returns {Promise<Record<string, Runtime> & { dispose: () => Promise<void> }>} by the names in {@link RUNTIMES}
 *
 * @typedef {import('./runtimes/answer.mjs').Answer} Answer
 * @typedef {Omit<import('./runtimes/answer.mjs').Question, 'now'>} Question
 * @typedef {object} Runtime
 * @property {(question: Question) => Promise<Answer>} ask
 * @property {(question: Question) => Promise<Answer>} [askInWorker] the same in a module worker of the page
 * @property {() => Promise<number[]>} processes whose memory is the runtime's; none where it cannot grow
 */
export async function startRuntimes() {
  const { dispose, ...started } = await together({
    native: startNative(), Node: startNode(), workerd: startWorkerd(), Chromium: startChromium(),
  });
  const atThatTime = ({ ask, askInWorker, ...runtime }) => ({
    ...runtime,
    ask: (question) => ask({ now: NOW, ...question }),
    ...(askInWorker && { askInWorker: (question) => askInWorker({ now: NOW, ...question }) }),
  });
  return { ...Object.fromEntries(RUNTIMES.map((name) => [name, atThatTime(started[name])])), dispose };
}

/** The code that an answer ends in: of the error, or of the first check that failed; null where nothing is wrong. */
export function codeOf(answer) {
  if (answer.report === undefined) return answer.code;
  return JSON.parse(answer.report).checks.find(({ outcome }) => outcome === 'failed')?.code ?? null;
}
