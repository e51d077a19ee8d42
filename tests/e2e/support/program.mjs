// Programs that the tests run beside themselves: the tools of this repository, and servers that end when their test does.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CARGO = process.env.CARGO ?? 'cargo';
// Set where xtask runs these tests: it is the very program that runs already.
const XTASK = process.env.PULLPROOF_XTASK ? [process.env.PULLPROOF_XTASK] : [CARGO, 'run', '--quiet', '--package', 'xtask', '--'];

/** Runs cargo, which builds first whatever has changed. */
export function cargo(command, ...args) {
  return promisify(execFile)(CARGO, [command, '--quiet', ...args], { cwd: ROOT, maxBuffer: 16 << 20 });
}

/** Runs a command of xtask to its end. */
export function xtask(...args) {
  const [program, ...before] = XTASK;
  return promisify(execFile)(program, [...before, ...args], { cwd: ROOT, maxBuffer: 16 << 20 });
}

/**
 * Starts a command of xtask that serves until its standard input closes: it ends with this process, however that ends.
 *
 * @param {string} command
 * @param {(line: string) => boolean} understand is called with each line that it prints, until it answers true
 */
export async function serve(command, understand) {
  const [program, ...args] = [...XTASK, command];
  const child = spawn(program, args, { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const ready = async () => {
    for await (const line of createInterface(child.stdout)) if (understand(line)) return;
    throw new Error(`expected xtask ${command} to say where it serves, found that it ended with exit code ${(await ended)[0]}`);
  };
  await ready();
  return {
    async dispose() {
      child.stdin.end();
      await ended;
    },
  };
}
