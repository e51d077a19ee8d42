// olareg: a registry that has the referrers API of OCI 1.1, which Debian's docker-registry does not. `cargo xtask peers olareg` brings it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from './listen.mjs';
import { ROOT } from './program.mjs';

export const OLAREG = process.env.PULLPROOF_OLAREG ?? `${ROOT}target/peers/olareg/program`;

/** Keeps everything in memory, and ends with whoever started it. */
export async function startOlareg() {
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const server = spawn(OLAREG, ['serve', '--addr', '127.0.0.1', '--port', String(port), '--store-type', 'mem'], { stdio: 'ignore' });
  const ended = once(server, 'exit');
  for (let tries = 0; !(await answers(host)); tries += 1) {
    if (tries === 100 || server.exitCode !== null) throw new Error(`expected olareg to serve on ${host}, found that it does not`);
    await sleep(50);
  }
  return {
    host,
    async dispose() {
      server.kill();
      await ended;
    },
  };
}

/** It cannot choose one itself. */
async function freePort() {
  const server = await listen(() => {});
  await server.dispose();
  return new URL(server.origin).port;
}

async function answers(host) {
  try {
    return (await fetch(`http://${host}/v2/`)).ok;
  } catch {
    return false;
  }
}
