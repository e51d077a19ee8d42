// Completes what tsc put into dist: the core beside the JavaScript that loads it, the catalogue and the version as modules, and a program that can be run.
import { chmodSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

const at = (path) => new URL(path, import.meta.url);
const modules = ['pullproof', 'pullproof_crypto', 'pullproof_pin', 'pullproof_scan', 'pullproof_trust'];
for (const file of modules.flatMap((name) => [`${name}.js`, `${name}_bg.wasm`])) {
  if (!existsSync(at(`wasm/${file}`))) {
    throw new Error(`expected pkg/wasm/${file}, found none: run 'cargo xtask build'`);
  }
  cpSync(at(`wasm/${file}`), at(`dist/wasm/${file}`));
}
const catalogue = JSON.parse(readFileSync(at('../data/publishers.json'), 'utf8'));
writeFileSync(at('dist/catalogue.js'), `const catalogue = ${JSON.stringify(catalogue)};\nexport default catalogue;\n`);
const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
writeFileSync(at('dist/version.js'), `export default ${JSON.stringify(version)};\n`);
chmodSync(at('dist/cli.js'), 0o755);
