// Measures and prints; it asserts nothing about time. `cargo xtask bench` does the set-up and calls it.
//
//   node main.mjs --registry HOST:PORT --token-registry HOST:PORT --server NAME --image REPOSITORY:TAG --vectors FOLDER [--json FILE]
//
// Both registries serve the same image to anybody, the second only to those who fetch a token. The image has an index. The folder has the
// bundles of the virtual Sigstore.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { digestOf, libraries, programs } from './clients.mjs';
import { contentTrust } from './content-trust.mjs';
import { keyless } from './keyless.mjs';
import { pinning } from './pinning.mjs';
import { requests } from './requests.mjs';
import { scanning } from './scan.mjs';
import { size } from './size.mjs';
import { librariesSpeed, programsSpeed } from './speed.mjs';
import { start } from './start.mjs';
import { load, machine } from './support/machine.mjs';
import { print } from './support/table.mjs';
import { throughput } from './throughput.mjs';
import { inChromium, inNode, verifierSizes } from './verification.mjs';

const text = { type: 'string' };
const { values } = parseArgs({ options: { registry: text, 'token-registry': text, server: text, image: text, vectors: text, json: text } });
const [repository, tag] = values.image.split(':');
const question = { repository, tag };
const { registry, server, vectors, 'token-registry': tokenRegistry } = values;

// Whatever credentials this person has are none of the benchmark's business.
const home = mkdtempSync(join(tmpdir(), 'pullproof-bench-'));
writeFileSync(join(home, 'config.json'), '{}');
process.env.DOCKER_CONFIG = home;
process.env.REGISTRY_AUTH_FILE = join(home, 'config.json');
process.on('exit', () => rmSync(home, { recursive: true }));

const began = performance.now();
const result = { machine: { ...(await machine()), registry: server, loadBefore: load() }, image: await truth(), sections: [] };
const { processor, cores, memory, system, node, workerd, skopeo } = result.machine;
console.log(`\n${cores} cores of ${processor}, ${memory}; ${system}; load ${result.machine.loadBefore}`);
console.log(`Node ${node}, workerd ${workerd}, skopeo ${skopeo}, ${server}`);
console.log(`The image: an index of ${result.image.entries} manifests, one of them for linux/amd64; ${result.image.bytes} bytes in three documents.`);

const peers = await libraries();
const measurements = [
  () => size(),
  () => start(),
  () => requests({ clients: [...peers, ...programs], truth: result.image, registry, tokenRegistry, question }),
  () => librariesSpeed({ libraries: peers, registry, question }),
  () => programsSpeed({ programs, registry, question }),
  () => verifierSizes(),
  () => inNode({ vectors }),
  () => inChromium({ vectors }),
  () => keyless({ vectors }),
  () => contentTrust(),
  () => pinning({ registry, question }),
  () => scanning(),
  () => throughput({ host: registry, image: `${registry}/${repository}:${tag}` }),
];
for (const measure of measurements) {
  for (const section of [await measure()].flat()) {
    result.sections.push(section);
    print(section);
  }
}
result.machine.loadAfter = load();
const seconds = Math.round((performance.now() - began) / 1000);
console.log(`\nMeasured in ${seconds} s; load ${result.machine.loadBefore} before, ${result.machine.loadAfter} after.`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);

/** What a right answer is, found without any of the clients. */
async function truth() {
  const get = async (path) => {
    const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json';
    const response = await fetch(`http://${registry}/v2/${repository}/${path}`, { headers: { accept } });
    if (!response.ok) throw new Error(`expected ${path} from the registry, found ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  };
  const index = await get(`manifests/${tag}`);
  const { manifests } = JSON.parse(index);
  const { digest } = manifests.find(({ platform }) => platform.os === 'linux' && platform.architecture === 'amd64');
  const manifest = await get(`manifests/${digest}`);
  const config = await get(`blobs/${JSON.parse(manifest).config.digest}`);
  return {
    index: digestOf(index),
    manifest: digest,
    architecture: JSON.parse(config).architecture,
    entries: manifests.length,
    bytes: index.length + manifest.length + config.length,
  };
}
