// Real images from a real registry: a Debian that mmdebstrap and apt install, the same as a distroless image, one like Alpine's, one that rpm
// installs; on top of each what npm, pip and go install and build. Native code, Node, workerd and Chromium, in a page and in its worker, have
// to write the same text, and what is in it has to be what dpkg, rpm, npm, pip and go say.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { CENSUS, FACTS, factsOfDebian, makeShards, olderOnes, versionsOf } from './support/image-facts.mjs';
import { builtImages, digestOf, push } from './support/images.mjs';
import { describeWith } from './support/cosign.mjs';
import { listen } from './support/listen.mjs';
import { OLAREG, startOlareg } from './support/olareg.mjs';
import { realRegistries } from './support/registries.mjs';
import { RUNTIMES, startRuntimes } from './support/runtimes.mjs';
import { together } from './support/together.mjs';

/** What each image is said to be, and which of the facts about its system it has: the others are about versions that it is behind. */
const SYSTEMS = {
  debian: { ecosystem: 'Debian:12', layers: 5 },
  distroless: { ecosystem: 'Debian:12', layers: 4 },
  // Not CVE-2024-2511: the second layer brings openssl 3.1.4-r6.
  alpine: { ecosystem: 'Alpine:v3.19', layers: 5, found: ['CVE-2026-40200 in musl'] },
  // The last two are in the log of rpm's database only.
  rpm: {
    ecosystem: 'AlmaLinux:9', layers: 5,
    found: ['CVE-2023-4911 in glibc', 'CVE-2023-4911 in glibc-common', 'CVE-2023-38545 in curl', 'CVE-2023-38545 in libcurl'],
  },
};
const OF_APPLICATIONS = [
  'CVE-2021-44906 in minimist', 'CVE-2021-44906 in minimist', 'CVE-2021-23337 in lodash', 'CVE-2022-24999 in qs', 'CVE-2022-25883 in semver', 'CVE-2022-46175 in json5',
  'CVE-2021-33503 in urllib3', 'CVE-2023-32681 in requests', 'CVE-2022-23491 in certifi', 'CVE-2024-3651 in idna',
  'CVE-2022-32149 in golang.org/x/text',
];

let stage;
let built;
let shards;
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pullproof-images-'));
  stage = await together({
    registries: realRegistries(),
    runtimes: startRuntimes(),
    images: builtImages().then((images) => ({ ...images, dispose: async () => {} })),
  });
  built = stage.images;
  shards = await makeShards(built, folder);
}, { timeout: 900_000 });

after(async () => {
  await stage?.dispose();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const question = (image) => ({ image, shards });

async function scanOf(runtime, image, how = 'ask') {
  const { report, code, message } = await stage.runtimes[runtime][how](question(image));
  assert.ok(report, `expected a scan of ${runtime}, found ${code}: ${message}`);
  return report;
}

for (const [name, system] of Object.entries(SYSTEMS)) {
  describe(name, { timeout: 300_000 }, () => {
    const imageOf = () => `${stage.registries.open}/images/${name}:1.0`;
    let manifest;
    let text;
    let scan;

    before(async () => {
      manifest = await push(built.images[name], imageOf());
      text = await scanOf('native', imageOf());
      scan = JSON.parse(text);
    }, { timeout: 300_000 });

    for (const runtime of RUNTIMES.filter((runtime) => runtime !== 'native')) {
      test(`the scan of ${runtime} is that of native code, byte for byte`, async () => assert.equal(await scanOf(runtime, imageOf()), text));
    }
    test('so is that of a worker of a page', async () => assert.equal(await scanOf('Chromium', imageOf(), 'askInWorker'), text));

    test('all of it was looked at, and its layers are those that were pushed', () => {
      assert.deepEqual([scan.extent, scan.remarks], ['complete', []]);
      const { layers } = built.images[name];
      assert.equal(layers.length, system.layers);
      assert.deepEqual([scan.image.digest, scan.image.layers], [manifest, layers.map(({ digest }) => digest)]);
      assert.equal(scan.distribution.ecosystem, system.ecosystem);
    });

    test('its packages, their versions, what they were built from, and the layers that brought them are what the tools say', () => {
      const { packages } = built.images[name];
      const line = ({ ecosystem, subject, subjectVersion, name, version, layer }) => `${ecosystem}: ${subject} ${subjectVersion}: ${name} ${version} in layer ${layer}`;
      const found = scan.findings.filter(({ id }) => id.startsWith(CENSUS)).flatMap(({ subject, packages }) => packages.map((one) => line({
        ecosystem: subject.ecosystem, subject: subject.name, subjectVersion: subject.version, ...one,
      })));
      assert.deepEqual(found.sort(), packages.map(line).sort());
      assert.equal(scan.coverage.packages, packages.length);
      const counts = {};
      for (const { ecosystem } of packages) counts[ecosystem] = (counts[ecosystem] ?? 0) + 1;
      assert.deepEqual(Object.fromEntries(scan.coverage.ecosystems.map(({ ecosystem, packages }) => [ecosystem, packages])), counts);
    });

    test('what is known to be vulnerable is found, and nothing of which it has the fix', async () => {
      const found = scan.findings.filter(({ id }) => !id.startsWith(CENSUS)).map(({ id, subject }) => `${id} in ${subject.name}`);
      assert.deepEqual(found.sort(), [...OF_APPLICATIONS, ...system.found ?? await ofDebian(built.images[name])].sort());
    });
  });
}

/** What dpkg makes of the facts. */
async function ofDebian(image) {
  const versions = versionsOf(image);
  const about = [...FACTS, ...await factsOfDebian(built)].filter(({ ecosystem, name }) => ecosystem === 'Debian:12' && versions.has(name));
  const [fixed, open] = [about.filter(({ fixed }) => fixed !== null), about.filter(({ fixed }) => fixed === null)];
  return [...open, ...await olderOnes(fixed, versions)].map(({ cve, name }) => `${cve} in ${name}`);
}

/** The image that is scanned quickest, as it should not be: how, and what is said of it everywhere. */
const HOSTILE = {
  'a layer that ends in its middle': {
    image: (alpine) => withLayer(alpine, async (bytes) => bytes.subarray(0, bytes.length / 2)), code: 'layer-truncated',
  },
  // In the checksum at its end (RFC 1952): elsewhere it depends on the bit what becomes of it.
  'a layer with a bit that somebody flipped, under the digest that it has so': {
    image: (alpine) => withLayer(alpine, async (bytes) => flipped(bytes, bytes.length - 8)), code: 'layer-compression-invalid',
  },
  'a layer that is not what the configuration says': {
    image: (alpine) => ({ ...alpine, layers: alpine.layers.map((layer, place) => (place === 2 ? { ...layer, diffId: alpine.layers[0].diffId } : layer)) }),
    code: 'diff-id-mismatch',
  },
  'a gzip bomb': { image: (alpine) => withLayer(alpine, gzipBomb), code: 'layer-expands-too-much' },
  'a zstd bomb': { image: (alpine) => withLayer({ ...alpine, schema: 'oci' }, zstdBomb, 'zstd'), code: 'layer-expands-too-much' },
};
/** What a registry, or somebody on the way to it, can do to a blob that is asked for. */
const ON_THE_WAY = {
  'a bit is flipped': { answer: (response, bytes) => response.writeHead(200, HEADERS).end(flipped(bytes)), code: 'digest-mismatch' },
  'the end is missing': { answer: (response, bytes) => response.writeHead(200, HEADERS).end(bytes.subarray(0, bytes.length / 2)), code: 'size-mismatch' },
  'there is more behind its end': { answer: (response, bytes) => response.writeHead(200, HEADERS).end(Buffer.concat([bytes, bytes])), code: 'size-mismatch' },
  'the connection breaks': {
    answer: (response, bytes) => {
      response.writeHead(200, { ...HEADERS, 'content-length': bytes.length });
      response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
    },
    code: 'unreachable',
  },
  'it is that of another layer': { answer: (response, bytes, other) => response.writeHead(200, HEADERS).end(other), code: 'size-mismatch' },
};
const HEADERS = { 'content-type': 'application/octet-stream', 'access-control-allow-origin': '*' };

describe('of an image that is not what it should be, every runtime says the same, and never what is vulnerable in it:', { timeout: 300_000 }, () => {
  let number = 0;

  async function assertUnknown(image, code) {
    const text = await scanOf('native', image);
    const { extent, remarks, findings, coverage } = JSON.parse(text);
    assert.deepEqual([extent, remarks.map(({ code }) => code), findings, coverage.packages], ['unknown', [code], [], 0]);
    for (const runtime of RUNTIMES) assert.equal(await scanOf(runtime, image), text, runtime);
    assert.equal(await scanOf('Chromium', image, 'askInWorker'), text);
  }

  for (const [what, { image, code }] of Object.entries(HOSTILE)) {
    test(what, async () => {
      const reference = `${stage.registries.open}/images/hostile:${number += 1}`;
      await push(await image(built.images.alpine), reference);
      await assertUnknown(reference, code);
    });
  }

  describe('on the way from the registry', () => {
    for (const [what, { answer, code }] of Object.entries(ON_THE_WAY)) {
      test(what, async () => {
        const { layers } = built.images.alpine;
        const [bytes, other] = await Promise.all([layers[2], layers[0]].map(({ file }) => readFile(file)));
        await push(built.images.alpine, `${stage.registries.open}/images/alpine:1.0`);
        const between = await listen(async (request, response) => {
          if (request.url.endsWith(`/blobs/${layers[2].digest}`)) {
            answer(response, bytes, other);
            return;
          }
          const passed = await fetch(`http://${stage.registries.open}${request.url}`, { headers: { accept: request.headers.accept ?? '*/*' } });
          const { connection, 'content-length': length, 'transfer-encoding': coding, ...headers } = Object.fromEntries(passed.headers);
          response.writeHead(passed.status, headers).end(Buffer.from(await passed.arrayBuffer()));
        });
        try {
          await assertUnknown(`${between.host}/images/alpine:1.0`, code);
        } finally {
          await between.dispose();
        }
      });
    }
  });
});

/** The node application's layer, made into something else; the configuration goes on saying what it was. */
async function withLayer(image, change, compression = 'gzip') {
  const layers = await Promise.all(image.layers.map(async (layer, place) => {
    if (place !== 2) return layer;
    const bytes = await change(await readFile(layer.file));
    return { ...layer, bytes, digest: digestOf(bytes), size: bytes.length, compression };
  }));
  return { ...image, layers };
}

function flipped(bytes, at = bytes.length >> 1) {
  const copy = Buffer.from(bytes);
  copy[at] ^= 1;
  return copy;
}

const MEBIBYTE = 1 << 20;

/** 1 GiB of one file, in members of a gzip stream that are all the same. */
function gzipBomb() {
  const member = gzipSync(Buffer.alloc(32 * MEBIBYTE), { level: 9 });
  return Buffer.concat([gzipSync(header(1024)), ...Array.from({ length: 32 }, () => member)]);
}

/** The same, of which zstd makes a 32,000th. */
async function zstdBomb() {
  const file = join(folder, 'bomb.tar');
  await writeFile(file, header(1024));
  await truncate(file, 512 + 1024 * MEBIBYTE);
  await promisify(execFile)('zstd', ['--quiet', '--force', file, '-o', `${file}.zst`]);
  return readFile(`${file}.zst`);
}

/** Of an archive with one file of so many MiB. */
function header(mebibytes) {
  const block = Buffer.alloc(512);
  block.write('opt/data');
  block.write('0000644\0', 100);
  block.write(`${(mebibytes * MEBIBYTE).toString(8).padStart(11, '0')}\0`, 124);
  block.write('14544600000\0', 136);
  block.write('        0', 148);
  block.write('ustar\x0000', 257);
  block.write(`${block.reduce((total, byte) => total + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

describeWith('olareg', OLAREG, 'an image in another registry', () => {
  let olareg;
  before(async () => { olareg = await startOlareg(); });
  after(() => olareg?.dispose());

  test('its scan is the same, but for where it is', async () => {
    const [here, there] = [stage.registries.open, olareg.host].map((host) => `${host}/images/alpine:1.0`);
    for (const image of [here, there]) await push(built.images.alpine, image);
    const placeless = (text, host) => text.replaceAll(host, 'registry.test');
    const expected = placeless(await scanOf('native', here), stage.registries.open);
    for (const runtime of ['native', 'Node', 'workerd']) assert.equal(placeless(await scanOf(runtime, there), olareg.host), expected);
  });
});
