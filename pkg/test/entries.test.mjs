// A layer of three million entries, through the module: what it takes in memory does not grow with them.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

// The memory of every module that is loaded from here on.
const memories = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...given) => {
  const made = await instantiate(...given);
  const { exports } = made.instance ?? made;
  if (exports.memory !== undefined) memories.push(exports.memory);
  return made;
};
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...given) {
    super(...given);
    if (this.exports.memory !== undefined) memories.push(this.exports.memory);
  }
};
const { scan } = await import('../dist/node.js');
const { layeredImage, shards } = await import('./support/layered.mjs');
const { blob, startRegistry } = await import('./support/registry.mjs');

const [NAMES, TIMES] = [30_000, 100];
const BLOCK = 512;

/** The headers of `count` empty files, one behind the other. */
function headers(count) {
  const bytes = Buffer.alloc(count * BLOCK);
  for (let number = 0; number < count; number += 1) {
    const header = bytes.subarray(number * BLOCK, (number + 1) * BLOCK);
    header.write(`srv/${number % 100}/file-${number}`, 0);
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write('00000000000\0', 124);
    header.write('14544600000\0', 136);
    header.write('        0', 148);
    header.write('ustar\x0000', 257);
    let sum = 0;
    for (const byte of header) sum += byte;
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  }
  return bytes;
}

/** An image whose second layer has three million entries: thirty thousand, a hundred times. Each time is a member of gzip. */
function enormous() {
  const { images: [small] } = layeredImage({
    'etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
    'var/lib/dpkg/status': 'Package: tar\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.34+dfsg-1.2\n',
  });
  const one = headers(NAMES);
  const end = Buffer.alloc(2 * BLOCK);
  const diffId = createHash('sha256');
  for (let time = 0; time < TIMES; time += 1) diffId.update(one);
  const member = gzipSync(one, { level: 1 });
  const packed = Buffer.concat([...Array(TIMES).fill(member), gzipSync(end)]);
  const type = small.layer.descriptor.mediaType;
  const layer = blob(type, packed);
  const before = JSON.parse(small.config.bytes);
  const diffIds = [...before.rootfs.diff_ids, `sha256:${diffId.update(end).digest('hex')}`];
  const config = blob(small.config.descriptor.mediaType, { ...before, rootfs: { type: 'layers', diff_ids: diffIds } });
  const manifest = blob(small.manifest.descriptor.mediaType, {
    ...JSON.parse(small.manifest.bytes), config: config.descriptor, layers: [small.layer.descriptor, layer.descriptor],
  });
  // The registry's shelf has a layer an image: the other is that of one that nobody asks for.
  return { index: manifest, images: [{ layer, config, manifest }, small] };
}

test('three million entries take no more than eight mebibytes of a module', { timeout: 600_000 }, async () => {
  const registry = await startRegistry({ content: enormous() });
  try {
    const now = new Date('2026-02-01T00:00:00Z');
    const { extent, remarks, coverage, image } = await scan(registry.image, { now, shards: (ecosystem) => shards().get(ecosystem) });
    assert.equal(extent, 'complete', JSON.stringify(remarks));
    assert.deepEqual([coverage.packages, image.layers.length], [1, 2]);
    assert.ok(memories.length > 0, 'no module was seen');
    for (const { buffer } of memories) assert.ok(buffer.byteLength <= 8 << 20, `${buffer.byteLength} bytes`);
  } finally {
    registry.stop();
  }
});
