// The four places where pullproof runs, behind one interface.

import { startChromium } from './runtimes/chromium.mjs';
import { startNative } from './runtimes/native.mjs';
import { startNode } from './runtimes/node.mjs';
import { startWorkerd } from './runtimes/workerd.mjs';

/** The time that every report is made for, unless a question brings its own. */
export const NOW = '2026-01-31T12:00:00Z';
export const NAMES = ['native', 'Node', 'workerd', 'Chromium'];

/**
 * @returns {Promise<Runtimes>}
 *
 * @typedef {import('./runtimes/answer.mjs').Answer} Answer
 * @typedef {Omit<import('./runtimes/answer.mjs').Question, 'now'>} Question
 * @typedef {{ ask: (question: Question) => Promise<Answer>, processes: () => Promise<number[]> }} Runtime
 * @typedef {{ all: (ask: (runtime: Runtime, name: string) => Promise<T>) => Promise<Record<string, T>>, dispose: () => Promise<void> }} Runtimes
 */
export async function startRuntimes() {
  const started = await Promise.all([startNative(), startNode(), startWorkerd(), startChromium()]);
  return {
    ...Object.fromEntries(started.map(({ name, ask, processes }) => [name, { processes, ask: (question) => ask({ now: NOW, ...question }) }])),
    dispose: async () => { await Promise.all(started.map((runtime) => runtime.dispose())); },
  };
}
