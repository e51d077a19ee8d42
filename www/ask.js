// Asks the background Worker to check an image. This thread only sends, listens and draws.

const worker = new Worker(new URL('background.js', import.meta.url), { type: 'module', name: 'pullproof' });
const waiting = new Map();
let last = 0;

worker.addEventListener('message', ({ data: { id, step, report, error } }) => {
  const question = waiting.get(id);
  if (question === undefined) return; // cancelled meanwhile
  if (step) return question.onStep(step);
  waiting.delete(id);
  if (error) question.reject(error);
  else question.resolve(report);
});

worker.addEventListener('error', () => {
  for (const { reject } of waiting.values()) {
    reject({ code: 'page-broken', message: 'expected to run background.js in a Worker, found that it does not start' });
  }
  waiting.clear();
});

/** Resolves to the report; rejects with `{ code, message }` when there is none, and at once when `signal` aborts. */
export function ask(image, options, { signal, onStep }) {
  const id = last += 1;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject, onStep });
    signal.addEventListener('abort', () => {
      waiting.delete(id);
      worker.postMessage({ id, cancel: true });
      reject({ code: 'aborted', message: 'the check was cancelled' });
    });
    worker.postMessage({ id, image, options });
  });
}
