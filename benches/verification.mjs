// How long one bundle takes to verify, offline: ours, sigstore-js, and the other verifier for browsers. In Node and in Chromium.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { CASES, readCase } from './support/cases.mjs';
import { run } from './support/run.mjs';
import { median, takeTurns } from './support/statistics.mjs';
import { verifiers } from './support/verifiers.mjs';

const COLD = fileURLToPath(new URL('support/cold.mjs', import.meta.url));
const COLD_RUNS = 7;
const columns = Object.fromEntries(Object.entries(CASES).flatMap(([name, title]) => [[`${name}, warm`, title], [`${name}, cold`, '… cold']]));
const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {{ vectors: string }} where the cases of the virtual Sigstore are */
export async function inNode({ vectors }) {
  const rows = Object.keys(verifiers).map((name) => ({ name }));
  const notes = ['Milliseconds, medians; parsing the bundle and the trusted root is in it. Cold is the first of a process, with loading.'];
  const loaded = [];
  for (const row of rows) loaded.push(await verifiers[row.name]().catch((error) => notes.push(`${row.name} is left out: ${error.message}.`) && undefined));
  for (const name of Object.keys(CASES)) {
    const question = readCase(vectors, name);
    const able = [];
    for (const [place, verify] of loaded.entries()) {
      if (verify === undefined) continue;
      try {
        await verify(question);
        able.push([rows[place], verify]);
      } catch (error) {
        notes.push(`${rows[place].name}, ${CASES[name]}: ${error.message.split('\n')[0]}.`);
      }
    }
    const warm = await takeTurns(able.map(([, verify]) => () => verify(question)), { runs: 60, warmUps: 20 });
    for (const [place, [row]] of able.entries()) {
      row[`${name}, warm`] = warm[place].median;
      const times = [];
      for (let time = 0; time < COLD_RUNS; time += 1) {
        const { stdout } = await run([process.execPath, COLD, row.name, vectors, name]);
        times.push(Number(stdout));
      }
      row[`${name}, cold`] = median(times);
    }
  }
  return { title: 'One bundle in Node, ms', columns, rows, notes };
}

export async function inChromium({ vectors }) {
  const peer = await bundled('peers/sigstore-browser.mjs').catch(() => undefined);
  const server = await serve(peer);
  const browser = await chromium.launch({
    executablePath: process.env.PULLPROOF_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
  });
  try {
    const rows = [];
    const notes = ['The same; cold is the first of a page that has loaded nothing, its downloads from this machine included.'];
    for (const [name, script] of [['pullproof', '/ours'], ...(peer === undefined ? [] : [['sigstore-browser', '/peer']])]) {
      const row = { name };
      rows.push(row);
      for (const of of Object.keys(CASES)) {
        const { artifact, ...question } = readCase(vectors, of);
        const times = [];
        for (let time = 0; time < COLD_RUNS; time += 1) {
          // A context of its own has a cache of its own.
          const page = await (await browser.newContext()).newPage();
          await page.goto(server.origin);
          times.push(await page.evaluate(inPage, { script, question: { ...question, artifact: [...artifact] } }));
          await page.context().close();
        }
        const failed = times.find(({ error }) => error !== undefined);
        if (failed !== undefined) {
          notes.push(`${name}, ${CASES[of]}: ${failed.error}.`);
          continue;
        }
        for (const when of ['warm', 'cold']) row[`${of}, ${when}`] = median(times.map((each) => each[when]));
      }
    }
    return { title: 'One bundle in Chromium, ms', columns, rows, notes };
  } finally {
    await browser.close();
    server.close();
  }
}

/** Runs in the page: the first verification and, of those after it, the median. */
async function inPage({ script, question }) {
  const { artifact, ...others } = question;
  const asked = { ...others, artifact: new Uint8Array(artifact) };
  try {
    const start = performance.now();
    const { verify } = await import(script);
    await verify(asked);
    const cold = performance.now() - start;
    const times = [];
    for (let time = 0; time < 30; time += 1) {
      const start = performance.now();
      await verify(asked);
      times.push(performance.now() - start);
    }
    return { cold, warm: times.toSorted((a, b) => a - b)[15] };
  } catch (error) {
    return { error: String(error.message).split('\n')[0] };
  }
}

/** What a page downloads to verify one bundle. */
export async function verifierSizes() {
  const row = (name, files) => {
    const total = (lengthOf) => files.reduce((sum, bytes) => sum + lengthOf(bytes), 0);
    return {
      name,
      raw: total((bytes) => bytes.length),
      gzip: total((bytes) => gzipSync(bytes, { level: 9 }).length),
      brotli: total((bytes) => brotliCompressSync(bytes).length),
    };
  };
  const ours = (name) => readFileSync(new URL(`../www/pullproof/wasm/${name}`, import.meta.url));
  const rows = [
    row('pullproof: the module that checks', [ours('pullproof_bg.wasm')]),
    row('pullproof: with the arithmetic, for Ed25519', [ours('pullproof_bg.wasm'), ours('pullproof_crypto_bg.wasm')]),
  ];
  const notes = ['Ours fetches, hashes and reads images as well. The peers are bundled and made small by esbuild.'];
  for (const [name, file, platform] of [['sigstore-browser', 'peers/sigstore-browser.mjs', 'browser'], ['@sigstore/verify, for Node', 'peers/sigstore-verify.mjs', 'node']]) {
    try {
      rows.push(row(name, [await bundled(file, platform)]));
    } catch (error) {
      notes.push(`${name} is left out: ${error.message.split('\n')[0]}.`);
    }
  }
  return { title: 'Verifiers, bytes', columns: { raw: 'raw', gzip: 'gzip', brotli: 'brotli' }, rows, notes };
}

async function bundled(file, platform = 'browser') {
  const { outputFiles: [{ contents }] } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true, write: false, minify: true, format: 'esm', target: 'es2022', platform, logLevel: 'silent',
  });
  return contents;
}

/** An origin with the package, and with the peer in one file. */
async function serve(peer) {
  const types = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
  const ours = `import * as pullproof from '/www/pullproof/browser.js';
    import { asking } from '/benches/support/ours.mjs';
    export const verify = asking(pullproof);`;
  const server = createServer((request, response) => {
    const script = { '/ours': ours, '/peer': peer }[request.url];
    const isFile = /^\/(www\/pullproof|benches\/support)\/[\w./-]+$/.test(request.url) && !request.url.includes('..');
    response.setHeader('content-type', script !== undefined ? types['.js'] : types[extname(request.url)] ?? 'text/html');
    response.end(script ?? (isFile ? readFileSync(root + request.url.slice(1)) : '<!doctype html>'));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
