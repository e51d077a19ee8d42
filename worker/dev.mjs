// Serves the page and the Worker on this machine until it is interrupted. Build first: `node build.mjs`.
//
//   node dev.mjs [--port 8787] [--registry 127.0.0.1:5000]… [--examples FILE.json] [--advisories FOLDER]
//
// Each --registry may be asked beside the public ones; the first is the demonstration's, and --examples is what the page offers of it.
// --advisories has the shards that the page scans with (`cargo xtask shards`).

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Miniflare } from 'miniflare';
import { miniflareOptions, pageWith } from './local.mjs';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8787' },
    registry: { type: 'string', multiple: true, default: [] },
    examples: { type: 'string' },
    advisories: { type: 'string' },
  },
});

const [registry] = values.registry;
const examples = values.examples === undefined ? [] : JSON.parse(readFileSync(values.examples, 'utf8'));
const miniflare = new Miniflare(miniflareOptions({
  port: Number(values.port),
  registries: ['public', ...values.registry].join(),
  page: values.advisories === undefined ? undefined : pageWith(values.advisories),
  demo: registry === undefined ? undefined : { registry, examples },
}));

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await miniflare.dispose();
    process.exit(0);
  });
}

const url = await miniflare.ready;
console.log(`pullproof is ready at ${url.origin}`);
