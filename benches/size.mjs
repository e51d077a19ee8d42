// What a page downloads before it can check an image, and before it can pin a text.

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { reachable } from './support/reachable.mjs';

/** The aim for the module that checks, signatures included, in bytes of brotli. */
const AIM = 160_000;

export function size() {
  const browser = reachable(new URL('../www/pullproof/browser.js', import.meta.url));
  // Named there, and loaded only when somebody pins or scans, has a signature that WebCrypto cannot verify, or a policy that names Docker Content Trust.
  const check = browser.filter(({ href }) => !/\/pullproof_(pin|crypto|scan|trust)/.test(href));
  const module = (name) => [`${name}_bg.wasm`, `${name}.js`].map((file) => new URL(`../www/pullproof/wasm/${file}`, import.meta.url));
  const page = reachable(new URL('../www/index.html', import.meta.url)).filter(({ href }) => !href.includes('/www/pullproof/'));
  const named = (name) => check.filter(({ href }) => href.endsWith(name));
  const generated = [...named('/pullproof_bg.wasm'), ...named('/wasm/pullproof.js')];

  const rows = [
    row('pullproof_bg.wasm', named('/pullproof_bg.wasm')),
    row('pullproof.js, its glue', named('/wasm/pullproof.js')),
    row('browser.js and its imports', check.filter((file) => !generated.includes(file))),
    row('all that a check takes', check),
    row('what a signature takes that WebCrypto cannot verify', module('pullproof_crypto')),
    row('what Docker Content Trust takes besides', module('pullproof_trust')),
    row('what pinning takes besides', module('pullproof_pin')),
    row('what scanning takes besides', module('pullproof_scan')),
    row('the page around it', page),
  ];
  const [{ brotli }] = rows;
  return {
    title: 'Download, bytes',
    columns: { files: 'files', raw: 'raw', gzip: 'gzip', brotli: 'brotli' },
    rows,
    aim: AIM,
    notes: [
      `The module that checks has ${brotli} bytes of brotli, ${((100 * brotli) / AIM).toFixed(1)} % of the aim of ${AIM}: ${brotli <= AIM ? 'met' : 'missed'}.`,
      'Each file is compressed by itself, as it is served, at the highest level.',
    ],
  };
}

function row(name, files) {
  const contents = files.map((file) => readFileSync(file));
  const total = (lengthOf) => contents.reduce((sum, bytes) => sum + lengthOf(bytes), 0);
  return {
    name,
    files: files.length,
    raw: total((bytes) => bytes.length),
    gzip: total((bytes) => gzipSync(bytes, { level: 9 }).length),
    brotli: total((bytes) => brotliCompressSync(bytes).length), // level 11
    list: files.map(({ pathname }) => basename(pathname)),
  };
}
