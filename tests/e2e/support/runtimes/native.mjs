// Native code: examples/check.rs, one process for each question.

import { execFile } from 'node:child_process';
import { cargo, ROOT } from '../program.mjs';

/** Of address space, in KiB: what is not allowed to grow need not be measured. Threads reserve far more than they use. */
const LIMIT = 512 << 10;

export async function startNative() {
  let program = process.env.PULLPROOF_NATIVE;
  if (program === undefined) {
    await cargo('build', '--features', 'native', '--example', 'check');
    program = `${ROOT}target/debug/examples/check`;
  }
  return {
    ask: ({ image, now, platform, attachments }) => new Promise((resolve) => {
      const args = [image, now, ...(platform ? [platform] : []), ...(attachments ? ['attachments'] : [])];
      execFile('sh', ['-c', 'ulimit -v "$0"; exec "$@"', String(LIMIT), program, ...args], (_, stdout, stderr) => {
        const [, code = 'defect', message = stderr] = /^([a-z-]+): (.*)\n$/s.exec(stderr) ?? [];
        resolve(stdout === '' ? { code, message } : { report: stdout.replace(/\n$/, '') });
      });
    }),
    processes: async () => [],
    dispose: async () => {},
  };
}
