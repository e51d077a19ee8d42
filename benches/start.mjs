// How long it takes until the wasm can be called.

import { readFileSync } from 'node:fs';
import { timeStart } from './support/module.mjs';
import { startWorkerd } from './support/workerd.mjs';

export async function start() {
  const bytes = readFileSync(new URL('../pkg/dist/wasm/pullproof_bg.wasm', import.meta.url));
  // A copy of the glue that the package does not use: it starts only once.
  const { initSync } = await import('../pkg/dist/wasm/pullproof.js?start');
  const node = timeStart(bytes, (fresh) => new WebAssembly.Module(fresh), initSync);
  const workerd = await startWorkerd(new URL('workers/start.mjs', import.meta.url));
  try {
    return {
      title: 'Start of the wasm, ms',
      columns: { compile: 'compile', instantiate: 'instantiate', samples: 'samples' },
      rows: [{ name: 'Node', ...node }, { name: 'workerd', ...(await workerd.ask(bytes)) }],
      notes: [
        'The median of the samples, each the mean of ten modules; measured inside, from bytes that no cache has seen.',
        'A deployed Worker does not compile: its module is compiled when it is loaded. Here its unsafe-eval binding does.',
      ],
    };
  } finally {
    await workerd.dispose();
  }
}
