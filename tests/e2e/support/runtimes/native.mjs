// Native code: examples/check.rs, one process for each question.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cargo, ROOT } from '../program.mjs';

/** Of address space, in KiB: what is not allowed to grow need not be measured. Threads reserve far more than they use. */
const LIMIT = 512 << 10;

export async function startNative() {
  let program = process.env.PULLPROOF_NATIVE;
  if (program === undefined) {
    await cargo('build', '--features', 'native', '--example', 'check');
    program = `${ROOT}target/debug/examples/check`;
  }
  const folder = await mkdtemp(join(tmpdir(), 'pullproof-native-'));
  let number = 0;
  return {
    ask: async ({ image, now, platform, attachments, policy }) => {
      const file = join(folder, `policy-${number += 1}.json`);
      if (policy) await writeFile(file, policy);
      const args = [image, now, ...(platform ? [platform] : []), ...(attachments ? ['attachments'] : []), ...(policy ? [`policy=${file}`] : [])];
      return run(program, args);
    },
    processes: async () => [],
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

function run(program, args) {
  return new Promise((resolve) => {
    execFile('sh', ['-c', 'ulimit -v "$0"; exec "$@"', String(LIMIT), program, ...args], (_, stdout, stderr) => {
      const [, code = 'defect', message = stderr] = /^([a-z-]+): (.*)\n$/s.exec(stderr) ?? [];
      resolve(stdout === '' ? { code, message } : { report: stdout.replace(/\n$/, '') });
    });
  });
}
