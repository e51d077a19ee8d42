// A page in Chromium that imports the package and asks registries of other origins directly.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { chromium } from 'playwright-core';
import { ROOT } from '../program.mjs';
import { listen } from '../listen.mjs';

const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

export async function startChromium() {
  const browser = await chromium.launch({
    executablePath: process.env.PULLPROOF_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu',
      // Beyond this machine nothing exists, so no test depends on a network or reaches one.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.*',
    ],
  });
  const files = await listen(async (request, response) => {
    const ours = ['/answer.mjs', '/answer-worker.mjs'].includes(request.url);
    const file = ours ? new URL(request.url.slice(1), import.meta.url) : `${ROOT}pkg/dist${request.url}`;
    const found = request.url !== '/' && existsSync(file);
    response.writeHead(200, { 'content-type': found ? TYPES[extname(request.url)] : 'text/html' });
    response.end(found ? await readFile(file) : '<!doctype html><title>pullproof</title>');
  });
  const page = await (await browser.newContext()).newPage();
  await page.goto(files.origin);
  const debugging = await browser.newBrowserCDPSession();
  return {
    page,
    ask: (question) => page.evaluate(async (question) => {
      const [{ answer }, pullproof] = await Promise.all([import('/answer.mjs'), import('/browser.js')]);
      return answer(pullproof, question);
    }, question),
    /** Off the main thread: a worker of the page's own, for each question another. */
    askInWorker: (question) => page.evaluate((question) => new Promise((resolve) => {
      const worker = new Worker('/answer-worker.mjs', { type: 'module' });
      const end = (answer) => {
        worker.terminate();
        resolve(answer);
      };
      worker.onmessage = ({ data }) => end(data);
      worker.onerror = ({ message }) => end({ code: 'defect', message });
      worker.postMessage(question);
    }), question),
    processes: async () => (await debugging.send('SystemInfo.getProcessInfo')).processInfo.map(({ id }) => id),
    async dispose() {
      await browser.close();
      await files.dispose();
    },
  };
}
