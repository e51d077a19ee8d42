// Bundles the Worker into dist/: index.js, and beside it the five .wasm of the package.

import { build } from 'esbuild';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const { outputFiles } = await build({
  absWorkingDir: fileURLToPath(new URL('.', import.meta.url)),
  entryPoints: ['index.ts'],
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  conditions: ['workerd'],
  external: ['cloudflare:workers'],
  // workerd compiles a .wasm ahead of time: it has to stay a module of its own, imported by name.
  loader: { '.wasm': 'copy' },
  assetNames: '[name]',
  logLevel: 'warning',
  write: false,
});

// `wrangler deploy` builds, too. What is the same is not written again, so that a Worker starting meanwhile reads no half of a file.
mkdirSync(new URL('dist', import.meta.url), { recursive: true });
for (const { path, contents } of outputFiles) {
  if (!isContent(path, contents)) writeFileSync(path, contents);
}

function isContent(path, contents) {
  try {
    return readFileSync(path).equals(contents);
  } catch {
    return false; // not there yet
  }
}
