// A page that scans, and what its module takes of memory.

import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { listen } from './listen.mjs';
import { startBrowser } from './page.mjs';
import { ROOT } from './program.mjs';

const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** `scan` scans an image of Debian 12 with this shard, in a page that has scanned before. */
export async function startChromium() {
  const server = await listen(async ({ url }, response) => {
    const isFile = /^\/(wasm\/)?[\w.]+$/.test(url);
    const body = isFile ? await readFile(join(ROOT, 'www/pullproof', url)).catch(() => undefined) : '<!doctype html>';
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': TYPES[extname(url)] ?? 'text/html' }).end(body);
  });
  const browser = await startBrowser();
  const page = await browser.newPage();
  await page.goto(server.origin);
  const processes = await browser.newBrowserCDPSession();
  return {
    /** Seconds of processors that the browser has taken, all of its processes together. */
    async processors() {
      const { processInfo } = await processes.send('SystemInfo.getProcessInfo');
      return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
    },
    scan: (image, shard) => page.evaluate(inPage, { image, shard }),
    async dispose() {
      await browser.close();
      await server.dispose();
    },
  };
}

async function inPage({ image, shard }) {
  const { scan } = await import('/browser.js');
  const { default: init } = await import('/wasm/pullproof_scan.js');
  const began = performance.now();
  const found = await scan(image, { shards: async (ecosystem) => (ecosystem === 'Debian:12' ? new TextEncoder().encode(shard) : null) });
  const seconds = (performance.now() - began) / 1000;
  return { scan: found, seconds, bytes: (await init()).memory.buffer.byteLength };
}
