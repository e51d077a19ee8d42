// What Syft lists of real images is scanned as what is read from the layers is: the same findings of the same packages. Where it lists something
// else than the tools that installed it, this says what and why.
//
// `cargo xtask peers syft` brings it; CI does. Where it is missing, this says so. Trivy is not run: two cores did not build
// it within three quarters of an hour. The forms of its lists are in `tests/scan/sbom.rs`.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { describeWith } from './support/cosign.mjs';
import { makeShards } from './support/image-facts.mjs';
import { builtImages, IMAGES, push } from './support/images.mjs';
import { ROOT } from './support/program.mjs';
import { realRegistries } from './support/registries.mjs';
import { startNative } from './support/runtimes/native.mjs';
import { NOW } from './support/runtimes.mjs';
import { together } from './support/together.mjs';

const program = (name) => process.env[`PULLPROOF_${name.toUpperCase()}`] ?? `${ROOT}target/peers/${name}/program`;

const PEERS = {
  syft: (image, format, file) => [['scan', `registry:${image}`, '--quiet', '--output', `${{ spdx: 'spdx-json', cyclonedx: 'cyclonedx-json' }[format]}=${file}`],
    { SYFT_REGISTRY_INSECURE_USE_HTTP: 'true', SYFT_CHECK_FOR_APP_UPDATE: 'false' }],
};

/** What they list beside what is there, and what they do not list. */
const DIFFERENCES = {
  syft: {
    // A Python package that dpkg installed: Debian's fixes come without a new version on PyPI, so that what is said of that one does not hold.
    debian: { more: ['CVE-2024-3651 in PyPI idna 3.3: idna 3.3', 'census in PyPI idna 3.3: idna 3.3'], less: [] },
    // The log of rpm's database is not read.
    rpm: {
      more: [],
      less: ['curl', 'libcurl'].flatMap((name) => ['CVE-2023-38545', 'census'].map((id) => `${id} in AlmaLinux:9 ${name} 7.76.1-23.el9_2.2: ${name} 7.76.1-23.el9_2.2`)),
    },
  },
};

for (const peer of Object.keys(PEERS)) {
  describeWith(peer, program(peer), `what ${peer} lists of real images`, () => suite(peer));
}

function suite(peer) {
  let stage;
  let shards;
  let folder;
  const layers = new Map();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pullproof-peers-'));
    stage = await together({
      registries: realRegistries(), native: startNative(), images: builtImages().then((images) => ({ ...images, dispose: async () => {} })),
    });
    shards = await makeShards(stage.images, folder);
    for (const name of IMAGES) {
      await push(stage.images.images[name], imageOf(name));
      layers.set(name, findings(await scan(name)));
    }
  }, { timeout: 600_000 });
  after(async () => {
    await stage?.dispose();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const imageOf = (name) => `${stage.registries.open}/images/${name}:1.0`;

  async function scan(name, options = {}) {
    const { report, code, message } = await stage.native.ask({ image: imageOf(name), shards, now: NOW, ...options });
    assert.ok(report, `expected a scan, found ${code}: ${message}`);
    return JSON.parse(report);
  }

  for (const name of IMAGES) {
    describe(name, () => {
      for (const format of ['spdx', 'cyclonedx']) {
        test(`as ${format}, has the findings of its layers`, { timeout: 300_000 }, async () => {
          const file = join(folder, `${name}.${format}.json`);
          const [args, env] = PEERS[peer](imageOf(name), format, file);
          await promisify(execFile)(program(peer), args, { env: { ...process.env, ...env }, maxBuffer: 16 << 20 });
          const found = await scan(name, { sbom: await readFile(file, 'utf8') });
          assert.deepEqual([found.inventory.from, found.inventory.trust], ['sbom', 'given']);
          const [theirs, ours] = [findings(found), layers.get(name)];
          const { more = [], less = [] } = DIFFERENCES[peer][name] ?? {};
          assert.deepEqual({ more: theirs.filter((one) => !ours.includes(one)), less: ours.filter((one) => !theirs.includes(one)) }, { more, less: [...less].sort() });
        });
      }
    });
  }
}

/** What is found in what, and as what it is installed. */
function findings({ findings }) {
  return findings.flatMap(({ id, subject, packages }) => packages.map(({ name, version }) =>
    `${id.startsWith('CENSUS-') ? 'census' : id} in ${subject.ecosystem} ${subject.name} ${subject.version}: ${name} ${version}`)).sort();
}
