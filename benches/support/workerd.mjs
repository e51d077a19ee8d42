// workerd with a script of the benchmark in it, next to the package.

import { fileURLToPath } from 'node:url';
import { Miniflare } from 'miniflare';
import { reachable } from './reachable.mjs';

/** @returns {Promise<{ ask: (body: BodyInit) => Promise<any>, dispose: () => Promise<void> }>} `ask` posts to the script, which answers JSON */
export async function startWorkerd(script) {
  const miniflare = new Miniflare({
    host: '127.0.0.1',
    cf: false,
    compatibilityDate: '2026-04-01',
    modulesRoot: fileURLToPath(new URL('../..', import.meta.url)),
    modules: reachable(script).map((file) => ({
      type: file.pathname.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
      path: fileURLToPath(file),
    })),
    // The one way to compile at run time there; a Worker that is deployed has none.
    unsafeEvalBinding: 'UNSAFE_EVAL',
  });
  const url = await miniflare.ready;
  return {
    ask: async (body) => {
      const response = await fetch(url, { method: 'POST', body });
      if (!response.ok) throw new Error(`expected an answer from workerd, found ${response.status}: ${await response.text()}`);
      return response.json();
    },
    dispose: () => miniflare.dispose(),
  };
}
