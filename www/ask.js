// Asks the background Worker to look at an image or at a text. This thread only sends, listens and draws.

const worker = new Worker(new URL('background.js', import.meta.url), { type: 'module', name: 'pullproof' });
const waiting = new Map();
let last = 0;

worker.addEventListener('message', ({ data: { id, step, answer, error } }) => {
  const question = waiting.get(id);
  if (question === undefined) return; // cancelled meanwhile
  if (step) return question.onStep(step);
  waiting.delete(id);
  if (error) question.reject(error);
  else question.resolve(answer);
});

worker.addEventListener('error', () => {
  for (const { reject } of waiting.values()) {
    reject({ code: 'page-broken', message: 'expected to run background.js in a Worker, found that it does not start' });
  }
  waiting.clear();
});

/**
 * `question` has one of `image`, `text`, `toScan` and `toSuggestFor`. Resolves to `{ report }`, `{ pinned, diff }`, `{ drift }`, `{ scan }` or
 * `{ suggestions }`;
 * rejects with `{ code, message }` when there is no answer, and at once when `signal` aborts.
 */
export function ask(question, options, { signal, onStep }) {
  const id = last += 1;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject, onStep });
    signal.addEventListener('abort', () => {
      waiting.delete(id);
      worker.postMessage({ id, cancel: true });
      reject({ code: 'aborted', message: 'the check was cancelled' });
    });
    worker.postMessage({ id, question, options });
  });
}
