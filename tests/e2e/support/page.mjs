// What the page's tests stand on: the page behind its Worker, registries to ask, and a browser that has no other network.
//
// PULLPROOF_PAGE=http://127.0.0.1:8787 tests a page that runs already. Its relay cannot know the registries started here, so the
// tests of the relay are then left out, and say so.

import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { startRegistry } from './page-registry.mjs';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-quic',
];

/** Where nothing listens (RFC 863's port, which nobody has used for decades); the relay may ask it. */
export const SILENT = '127.0.0.1:9';

/** @returns {Promise<{ url: string, direct: string, relayed: string | null, unlisted: string, asked: string[], browser: import('playwright-core').Browser, dispose: () => Promise<void> }>} */
export async function startPage() {
  const direct = await startRegistry({ cors: true });
  const relayed = await startRegistry({ cors: false });
  const unlisted = await startRegistry({ cors: false });
  const worker = await page({
    registries: [direct.host, relayed.host, SILENT],
    demo: { registry: direct.host, examples: [{ image: `${direct.host}/team/good:1.0`, title: 'an image for two platforms' }] },
  });
  const browser = await startBrowser();
  return {
    url: worker.url,
    direct: direct.host,
    relayed: worker.ours ? relayed.host : null,
    unlisted: unlisted.host,
    asked: direct.asked,
    browser,
    dispose: async () => {
      await browser.close();
      await Promise.all([worker, direct, relayed, unlisted].map((part) => part.dispose()));
    },
  };
}

/**
 * A browser that has no network but this machine: whatever a page asks for beyond it does not exist, so no test depends on a network or
 * reaches one. `hosts` are on it, too: `{ 'api.example': '127.0.0.1:PORT' }`.
 */
export function startBrowser(hosts = {}) {
  const rules = [...Object.entries(hosts).map(([host, address]) => `MAP ${host} ${address}`), 'MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1'];
  const args = [...ARGUMENTS, `--host-resolver-rules=${rules.join(', ')}`];
  return chromium.launch({ executablePath: process.env.PULLPROOF_CHROMIUM ?? '/usr/bin/chromium', args });
}

async function page(options) {
  const running = process.env.PULLPROOF_PAGE;
  if (running) return { url: new URL(running).origin, ours: false, dispose: async () => {} };
  const { startWorker } = await import('./worker.mjs');
  return { ...await startWorker(options), ours: true };
}

/**
 * A fresh tab that keeps a record of what must not happen.
 *
 * @returns {Promise<import('playwright-core').Page & { record: { requests: string[], complaints: string[] } }>}
 */
export async function openTab(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, ...options });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  context.setDefaultTimeout(15_000);
  const tab = await context.newPage();
  tab.record = { requests: [], complaints: [] };
  tab.on('request', (request) => tab.record.requests.push(request.url()));
  tab.on('pageerror', (error) => tab.record.complaints.push(error.message));
  tab.on('console', (message) => {
    // A page is told of every response with 404 and every answer without CORS; both are how registries are.
    const expected = /^Failed to load resource|has been blocked by CORS policy/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !expected) tab.record.complaints.push(message.text());
  });
  await tab.addInitScript(() => {
    globalThis.violations = [];
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => globalThis.violations.push(`${violatedDirective} ${blockedURI}`));
  });
  return tab;
}

/** What axe-core finds wrong, one line each. */
export async function accessibilityViolations(tab) {
  await tab.evaluate(`${AXE};0`); // by the debugger's door, which the page's policy on scripts does not concern
  const { violations } = await tab.evaluate(() => globalThis.axe.run(document));
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target}`));
}
