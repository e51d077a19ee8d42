// The Worker on this machine's workerd, as dev.mjs and the tests run it: the same bundle, page and headers as on Cloudflare,
// nothing kept when it ends.

import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const settings = readFileSync(here('wrangler.jsonc'), 'utf8');

/**
 * A copy of the page with these shards of advisories, in a folder that is gone when this program ends: what is in `www` may be deployed,
 * and a demonstration's or a test's advisories must never be.
 */
export function pageWith(advisories) {
  const page = mkdtempSync(join(tmpdir(), 'pullproof-page-'));
  process.once('exit', () => rmSync(page, { recursive: true, force: true }));
  cpSync(here('../www'), page, { recursive: true });
  cpSync(advisories, join(page, 'advisories'), { recursive: true });
  return page;
}

/**
 * What Miniflare is started with.
 *
 * @param {object} options
 * @param {number} [options.port] 0 takes a free one
 * @param {string} [options.registries] the variable REGISTRIES; without it, the public registries
 * @param {string} [options.repositories] the variable REPOSITORIES; without it, policies may name none
 * @param {string} [options.trustServers] the variable TRUST_SERVERS; without it, those of the registries, and Docker's
 * @param {boolean} [options.remembers] false leaves out the Durable Objects, as a deployment may
 * @param {{ registry: string, examples: unknown[] }} [options.demo] what the page shows as examples
 * @param {string} [options.page] the folder of the page, if not ../www
 * @param {number} [options.timeoutSeconds] the variable TIMEOUT_SECONDS
 * @param {number} [options.relayBytes] the variable RELAY_BYTES
 * @param {Record<string, string | number>} [options.scans] the variables SCAN and SCAN_…; without them, nothing is scanned
 * @param {boolean} [options.bucket] whether a bucket ADVISORIES is bound, in which there is nothing
 * @param {number} [options.requestsPerMinute] from one address; without it, any number
 * @param {number} [options.scansPerMinute] as many of them
 * @param {(request: import('miniflare').Request) => Promise<import('miniflare').Response>} [options.outboundService]
 *   answers every request that the Worker sends; without it, the network does
 */
export function miniflareOptions({
  port = 0, registries, repositories, trustServers, remembers = true, demo, page = here('../www'), timeoutSeconds, relayBytes, scans, bucket = false,
  requestsPerMinute, scansPerMinute, outboundService,
} = {}) {
  return {
    host: '127.0.0.1',
    port,
    // workerd's description of the client, which would be fetched from Cloudflare.
    cf: false,
    // Listed, not discovered: a list is understood by this Miniflare and by the next major version.
    modulesRoot: here('dist'),
    modules: [
      { type: 'ESModule', path: here('dist/index.js') },
      ...['pullproof', 'pullproof_crypto', 'pullproof_pin', 'pullproof_scan', 'pullproof_trust'].map((name) => ({ type: 'CompiledWasm', path: here(`dist/${name}_bg.wasm`) })),
    ],
    compatibilityDate: settings.match(/"compatibility_date": "([\d-]+)"/)[1],
    assets: {
      directory: page,
      routerConfig: { has_user_worker: true, static_routing: { user_worker: ['/v1/*', '/relay/*'] } },
    },
    ...(remembers && { durableObjects: { TRUST: { className: 'TrustState', useSQLite: true } } }),
    ...(bucket && { r2Buckets: ['ADVISORIES'] }),
    bindings: {
      ...scans,
      ...(repositories !== undefined && { REPOSITORIES: repositories }),
      ...(trustServers !== undefined && { TRUST_SERVERS: trustServers }),
      ...(registries !== undefined && { REGISTRIES: registries }),
      ...(timeoutSeconds !== undefined && { TIMEOUT_SECONDS: timeoutSeconds }),
      ...(relayBytes !== undefined && { RELAY_BYTES: relayBytes }),
      ...(demo !== undefined && { DEMO_REGISTRY: demo.registry, DEMO_EXAMPLES: JSON.stringify(demo.examples) }),
    },
    ratelimits: {
      ...(requestsPerMinute !== undefined && { LIMITER: { simple: { limit: requestsPerMinute, period: 60 } } }),
      ...(scansPerMinute !== undefined && { SCAN_LIMITER: { simple: { limit: scansPerMinute, period: 60 } } }),
    },
    ...(outboundService !== undefined && { outboundService }),
  };
}
