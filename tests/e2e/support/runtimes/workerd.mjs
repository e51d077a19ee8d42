// workerd: the package's own files, behind a Worker that does nothing but ask. The real Worker reads a clock; here the time is given.

import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Miniflare } from 'miniflare';
import { childrenNamed } from '../memory.mjs';
import { ROOT } from '../program.mjs';

const DIST = `${ROOT}pkg/dist/`;
const CORES = ['pullproof', 'pullproof_crypto', 'pullproof_pin', 'pullproof_scan', 'pullproof_trust'];
const WORKER = `
  import { answer } from './answer.mjs';
  import * as pullproof from './workerd.js';
  export default { fetch: async (request) => Response.json(await answer(pullproof, await request.json())) };`;

export async function startWorkerd() {
  const others = ['browser.js', 'cli.js', 'node.js'];
  const files = readdirSync(DIST).filter((name) => name.endsWith('.js') && !others.includes(name));
  const miniflare = new Miniflare({
    modulesRoot: DIST,
    // Listed, not discovered: a list is understood by this Miniflare and by the next major version.
    modules: [
      { type: 'ESModule', path: `${DIST}worker.mjs`, contents: WORKER },
      { type: 'ESModule', path: `${DIST}answer.mjs`, contents: await readFile(new URL('answer.mjs', import.meta.url)) },
      ...[...files, ...CORES.map((name) => `wasm/${name}.js`)].map((name) => ({ type: 'ESModule', path: DIST + name })),
      ...CORES.map((name) => ({ type: 'CompiledWasm', path: `${DIST}wasm/${name}_bg.wasm` })),
    ],
    compatibilityDate: '2026-04-01',
    cf: false,
  });
  try {
    await miniflare.ready;
  } catch (error) {
    // It would keep the process from its end.
    await miniflare.dispose().catch(() => {});
    throw error;
  }
  return {
    async ask(question) {
      const response = await miniflare.dispatchFetch('http://worker.test/', { method: 'POST', body: JSON.stringify(question) });
      return response.json();
    },
    processes: () => childrenNamed('workerd'),
    dispose: () => miniflare.dispose(),
  };
}
