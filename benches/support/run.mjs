// Runs programs to their end.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** @returns {Promise<{ code: number, stdout: string, stderr: string }>} */
export function run([program, ...parameters]) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
    const printed = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (text) => (printed[stream] += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...printed }));
  });
}

const TIME = '/usr/bin/time';

/** Whether {@link peakMemory} can measure: Node does not tell what a child used. */
export const measuresMemory = existsSync(TIME);

/** The most memory that the program had at once, in KiB, as the kernel counted it. */
export async function peakMemory(command) {
  const { stderr } = await run([TIME, '--quiet', '--format=%M', ...command]);
  return Number(stderr.trimEnd().split('\n').at(-1));
}
