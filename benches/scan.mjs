// What it takes to know which packages are in an image: to hash, inflate and read a layer of sixty megabytes, and one of three million files. Ours in
// Node, in Chromium and natively, beside programs that list packages too, from the same registry; and what Node's own zlib and hash function take
// for the same bytes, without looking into them.

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { scan } from '../pkg/dist/node.js';
import { initSync } from '../pkg/dist/wasm/pullproof_scan.js';
import { debianLayer, fetchOf, imageOf, manyEntries, packed, serveImages, shardOf } from '../tests/e2e/support/one-layer.mjs';
import { startChromium } from '../tests/e2e/support/scanning-page.mjs';
import { measuresMemory, resources } from './support/run.mjs';
import { median } from './support/statistics.mjs';

const RUNS = 3;
const OURS = { node: 'pullproof scan, a program of Node', native: 'pullproof, a native program' };
const MEBIBYTE = 2 ** 20;
const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const NOW = '2026-11-26T00:00:00Z';

/** Two sections: the real layer, and the one of many files. */
export async function scanning() {
  const images = { 'real/debian': await imageOf(await debianLayer()), 'many/files': await packed(manyEntries(3_000_000)) };
  const folder = mkdtempSync(join(tmpdir(), 'pullproof-bench-scan-'));
  writeFileSync(join(folder, 'Debian-12.shard'), shardOf('Debian:12'));
  const registry = await serveImages(images);
  const page = await startChromium();
  try {
    const sections = [];
    for (const [name, title] of [['real/debian', 'A layer of Debian'], ['many/files', 'A layer of 3,000,000 files']]) {
      sections.push(await measure({ name, title, images, folder, page, host: registry.host }));
    }
    return sections;
  } finally {
    await page.dispose();
    await registry.dispose();
    rmSync(folder, { recursive: true });
  }
}

async function measure({ name, title, images, folder, page, host }) {
  const { size, unpacked } = images[name].layer;
  const notes = [];
  const rows = [];
  const add = async (row, once) => {
    try {
      const times = [];
      for (let time = 0; time < RUNS; time += 1) times.push(await once());
      const middle = (key) => (times[0][key] === undefined ? undefined : median(times.map((each) => each[key])));
      const [wall, cpu, heap, peak] = ['wall', 'cpu', 'heap', 'peak'].map(middle);
      rows.push({ name: row, wall, cpu, in: size / 1e6 / wall, out: unpacked / 1e6 / wall, heap, peak });
    } catch (error) {
      notes.push(`${row} is left out: ${String(error.message).split('\n')[0]}.`);
    }
  };

  const fetch = fetchOf(images);
  await add('pullproof in Node', () => inProcess(async () => {
    judge(name, await scan(`registry.example/${name}:1`, { fetch, shards: shardOf }));
    return { heap: initSync().memory.buffer.byteLength / MEBIBYTE };
  }));
  await add('pullproof in Chromium', async () => {
    const before = await page.processors();
    const { scan, seconds, bytes } = await page.scan(`${host}/${name}:1`, shardOf('Debian:12').toString());
    judge(name, scan);
    return { wall: seconds, cpu: (await page.processors()) - before, heap: bytes / MEBIBYTE };
  });
  await add('Node’s zlib and crypto alone', () => inProcess(() => floor([...images[name].blobs.values()].at(-1))));

  const image = `${host}/${name}:1`;
  const programs = [
    [OURS.node, [process.execPath, file('../pkg/dist/cli.js'), 'scan', image, '--shards', folder, '--json']],
    [OURS.native, [file('../target/release/examples/scan'), image, NOW, folder]],
    [`syft ${version('syft')}`, [peer('syft'), 'scan', `registry:${image}`, '--output', 'syft-json', '--quiet'], { SYFT_CHECK_FOR_APP_UPDATE: 'false', SYFT_REGISTRY_INSECURE_USE_HTTP: 'true' }],
    [`trivy ${version('trivy')}`, [peer('trivy'), 'image', '--quiet', '--image-src', 'remote', '--insecure', '--cache-dir', folder, '--cache-backend', 'memory', '--format', 'cyclonedx', image]],
  ];
  if (!measuresMemory) notes.push('Programs are left out: expected /usr/bin/time of the package `time`, found none.');
  for (const [row, command, environment] of measuresMemory ? programs : []) {
    if (!existsSync(command[0])) {
      notes.push(`${row} is left out: expected ${command[0]}, found none.`);
      continue;
    }
    await add(row, async () => {
      const { stdout, ...taken } = await resources(command, environment);
      // Ours tell what they found in the packages, and not all of them.
      const found = Object.values(OURS).includes(row) ? /"extent": ?"complete"/ : /util-linux/;
      if (name === 'real/debian' && !found.test(stdout)) throw new Error('expected packages, found none');
      return taken;
    });
  }
  const first = rows[0];
  for (const row of rows) row.ratio = row.wall / first.wall;
  return {
    title: `${title}: ${(size / 1e6).toFixed(0)} MB, ${(unpacked / 1e6).toFixed(0)} MB unpacked`,
    columns: { wall: 's', cpu: 's of processors', ratio: 'to the first', in: 'MB/s in', out: 'MB/s out', heap: 'wasm MiB', peak: 'peak MiB' },
    rows,
    notes: [
      ...notes,
      `Medians of ${RUNS} runs. The first three in processes that run already; programs from their start to their end, from a registry on the same machine.`,
      'Memory of wasm is what the module has in the end: it only grows.',
    ],
  };
}

/** A scan is right if it has found what is there. */
function judge(name, { extent, coverage: { packages }, remarks }) {
  const isRight = name === 'real/debian' ? extent === 'complete' && packages > 90 : extent === 'unsupported' && packages === 0;
  if (!isRight) throw new Error(`expected the packages of ${name}, found ${extent}, ${packages} and ${remarks.map(({ message }) => message).join('; ')}`);
}

async function inProcess(work) {
  const before = process.cpuUsage();
  const began = performance.now();
  const found = await work();
  const wall = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { ...found, wall, cpu: (user + system) / 1e6 };
}

async function floor(layer) {
  const [blob, archive] = [createHash('sha256'), createHash('sha256')];
  const gunzip = createGunzip();
  blob.update(layer);
  gunzip.end(layer);
  for await (const chunk of gunzip) archive.update(chunk);
  return { digests: [blob, archive].map((hash) => hash.digest('hex')) };
}

function peer(name) {
  return file(`../target/peers/${name}/program`);
}

function version(name) {
  const stamp = file(`../target/peers/${name}/version`);
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : '(`cargo xtask peers` brings it)';
}
