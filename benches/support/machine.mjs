// What the numbers were measured on.

import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { createRequire } from 'node:module';
import { run } from './run.mjs';

export async function machine() {
  const { version: workerd } = createRequire(createRequire(import.meta.url).resolve('miniflare'))('workerd/package.json');
  const skopeo = (await run(['skopeo', '--version'])).stdout.trim();
  return {
    processor: cpus()[0].model,
    cores: availableParallelism(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()}`,
    node: process.version,
    workerd,
    skopeo: skopeo.replace('skopeo version ', ''),
  };
}

/** How many processes wanted a core during the last minute, on average. */
export function load() {
  return Number(loadavg()[0].toFixed(2));
}
