// However large a layer is, and whatever it does, reading it takes the same memory of wasm, in Node and in a page: a real Debian, three million
// files, and what is made to keep a scanner busy. Memory of wasm only grows, so what it is in the end is the most that it was.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { scan } from '../../pkg/dist/node.js';
import { initSync } from '../../pkg/dist/wasm/pullproof_scan.js';
import { debianLayer, fetchOf, header, imageOf, manyEntries, packed, serveImages, shardOf } from './support/one-layer.mjs';
import { startChromium } from './support/scanning-page.mjs';

const MEBIBYTE = 2 ** 20;
const LIMIT = 8 * MEBIBYTE;

/** What is made of one block over and over, and what it ends in. */
const HOSTILE = {
  // A thousand times its size, and that twice: DEFLATE cannot do more.
  'zeros-in-zeros': ['layer-archive-invalid', () => imageOf(gzipSync(gzipSync(Buffer.alloc(300 * MEBIBYTE), { level: 9 })))],
  zeros: ['layer-expands-too-much', () => packed(function* () { for (let time = 0; time < 300; time += 1) yield Buffer.alloc(MEBIBYTE); }())],
  traversal: ['layer-path-invalid', () => packed([header('usr/../../etc/shadow', '0'), Buffer.alloc(1024)])],
  whiteouts: ['layer-too-many-names', () => packed(whiteouts())],
  sparse: ['layer-archive-invalid', () => packed([sparse(), Buffer.alloc(1024)])],
};

/** Ten gigabytes in GNU's old format, of which nothing is there and whose map has nothing in it. */
function sparse() {
  return header('var/lib/dpkg/status', 'S', 512, { 257: 'ustar  \0', 483: '\x80\0\0\0\0\0\0\x02\x54\x0b\xe4\0' });
}

function* whiteouts() {
  for (let number = 0; number < 200_000; number += 1) yield header(`opt/.wh.${number}`, '0');
  yield Buffer.alloc(1024);
}

const images = {};

before(async () => {
  images['real/debian'] = await imageOf(await debianLayer());
  images['many/files'] = await packed(manyEntries(3_000_000));
  for (const [name, [, make]] of Object.entries(HOSTILE)) images[`hostile/${name}`] = await make();
});

const CASES = [
  ['real/debian', 'complete'],
  ['many/files', 'inventory-empty'],
  ...Object.entries(HOSTILE).map(([name, [code]]) => [`hostile/${name}`, code]),
];

describe('in Node', () => {
  for (const [name, expected] of CASES) {
    test(`${name} ends in ${expected} within the memory of any other`, async () => {
      const found = await scan(`registry.example/${name}:1`, { fetch: fetchOf(images), shards: shardOf });
      judge(expected, summary(found), initSync().memory.buffer.byteLength);
    });
  }
});

describe('in a page', () => {
  let page;
  let registry;
  before(async () => {
    registry = await serveImages(images);
    page = await startChromium();
  });
  after(async () => {
    await page?.dispose();
    await registry?.dispose();
  });

  for (const [name, expected] of CASES) {
    test(`${name} ends in ${expected} within the memory of any other`, async () => {
      const { scan, bytes } = await page.scan(`${registry.host}/${name}:1`, shardOf('Debian:12').toString());
      judge(expected, summary(scan), bytes);
    });
  }
});

const summary = ({ extent, remarks, coverage }) => ({ extent, remarks, packages: coverage.packages });

function judge(expected, { extent, remarks, packages }, bytes) {
  if (expected === 'complete') {
    assert.equal(extent, 'complete', JSON.stringify(remarks));
    assert.ok(packages > 90, `${packages} packages`);
  } else {
    assert.equal(remarks[0]?.code, expected, JSON.stringify(remarks));
  }
  assert.ok(bytes < LIMIT, `${bytes} bytes`);
}
