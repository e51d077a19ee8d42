// How much memory processes take at their worst, as Linux counts it; elsewhere nothing can be said.

import { readdir, readFile, writeFile } from 'node:fs/promises';

/**
 * Starts to watch.
 *
 * @param {() => Promise<number[]>} processes
 * @returns {Promise<() => Promise<number | null>>} ends watching: by how many bytes all of them together grew meanwhile, at most
 */
export async function watchMemory(processes) {
  const before = new Map();
  for (const pid of await processes()) {
    before.set(pid, await field(pid, 'VmRSS'));
    // proc(5): 5 resets the peak to what is resident now.
    await writeFile(`/proc/${pid}/clear_refs`, '5').catch(() => {});
  }
  return async () => {
    if (before.size === 0) return null;
    let growth = 0;
    for (const pid of await processes()) growth += Math.max(0, await field(pid, 'VmHWM') - (before.get(pid) ?? 0));
    return growth;
  };
}

/** Processes that this one started, whatever starts them for it: Miniflare keeps its own to itself. */
export async function childrenNamed(wanted) {
  const found = [];
  for (const pid of (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')) ?? [];
    if (name === wanted && Number(parent) === process.pid) found.push(Number(pid));
  }
  return found;
}

/** In bytes; none of a process that has ended meanwhile. */
async function field(pid, name) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
}
