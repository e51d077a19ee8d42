// Runs programs to their end.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** @returns {Promise<{ code: number, stdout: string, stderr: string }>} */
export function run([program, ...parameters], environment = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
    const printed = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (text) => (printed[stream] += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...printed }));
  });
}

const TIME = '/usr/bin/time';

/** Whether {@link peakMemory} can measure: Node does not tell what a child used. */
export const measuresMemory = existsSync(TIME);

/** Seconds after which a program is ended. */
const PATIENCE = 120;

/**
 * What a program took, from its start to its end. It has to succeed, or to say that it could not look at everything.
 *
 * @returns {Promise<{ stdout: string, wall: number, cpu: number, peak: number }>} seconds and MiB
 */
export async function resources(command, environment) {
  const { code, stdout, stderr } = await run([TIME, '--quiet', '--format=%e %U %S %M', 'timeout', String(PATIENCE), ...command], environment);
  const lines = stderr.trimEnd().split('\n');
  const [wall, user, system, kibibytes] = lines.pop().split(' ').map(Number);
  if (code === 124) throw new Error(`it took more than ${PATIENCE} seconds, and ${(kibibytes / 1024).toFixed(0)} MiB`);
  if (![0, 3].includes(code)) throw new Error(`exit code ${code}: ${lines.at(-1) ?? ''}`);
  return { stdout, wall, cpu: user + system, peak: kibibytes / 1024 };
}

/** The most memory that the program had at once, in KiB, as the kernel counted it. */
export async function peakMemory(command) {
  const { stderr } = await run([TIME, '--quiet', '--format=%M', ...command]);
  return Number(stderr.trimEnd().split('\n').at(-1));
}
