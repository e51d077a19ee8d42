// Node: a process of its own, so that the memory of the tests is not taken for the library's.

import { fork } from 'node:child_process';
import { once } from 'node:events';

export async function startNode() {
  const child = fork(new URL('node-child.mjs', import.meta.url), { execArgv: ['--max-old-space-size=128'] });
  const ended = once(child, 'exit');
  const waiting = new Map();
  child.on('message', ({ number, answer }) => {
    waiting.get(number)(answer);
    waiting.delete(number);
  });
  // A process that ends with questions open has been ended by one of them.
  ended.then(([code]) => waiting.forEach((resolve) => resolve({ code: 'defect', message: `the process ended with exit code ${code}` })));
  let asked = 0;
  return {
    ask: (question) => new Promise((resolve) => {
      waiting.set(++asked, resolve);
      child.send({ number: asked, question });
    }),
    processes: async () => [child.pid],
    async dispose() {
      child.kill();
      await ended;
    },
  };
}
