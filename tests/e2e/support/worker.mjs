// Starts the Worker on workerd, with a network of the test's choosing.

import { Miniflare, Response } from 'miniflare';
import { miniflareOptions, pageWith } from '../../../worker/local.mjs';

/**
 * @param {object} options
 * @param {string[]} [options.registries] what may be asked, as in the variable REGISTRIES
 * @param {string[]} [options.repositories] likewise, as in the variable REPOSITORIES
 * @param {string[]} [options.trustServers] likewise, as in the variable TRUST_SERVERS
 * @param {boolean} [options.remembers] false leaves out the Durable Objects
 * @param {{ registry: string, examples: unknown[] }} [options.demo]
 * @param {string} [options.advisories] a folder of shards that the page is served with
 * @param {number} [options.timeoutSeconds]
 * @param {number} [options.relayBytes]
 * @param {Record<string, string | number>} [options.scans] the variables SCAN and SCAN_…
 * @param {Record<string, Uint8Array>} [options.bucket] what is in the bucket ADVISORIES; without it, none is bound
 * @param {number} [options.requestsPerMinute]
 * @param {number} [options.scansPerMinute]
 * @param {Record<string, string | ((request: import('miniflare').Request) => Response | Promise<Response>)>} [options.outbound]
 *   The whole network: for a host, the `http://127.0.0.1:PORT` that plays it, or a function that does. Without it the Worker
 *   reaches the machine's own network.
 * @returns {Promise<{ url: string, asked: import('miniflare').Request[], dispose: () => Promise<void> }>}
 *   `asked` has every request that the Worker sent while `outbound` was its network, to hosts that exist and to those that do not.
 */
export async function startWorker({
  registries, repositories, trustServers, remembers, demo, advisories, timeoutSeconds, relayBytes, scans, bucket, requestsPerMinute, scansPerMinute, outbound,
} = {}) {
  const asked = [];
  const network = async (request) => {
    asked.push(request.clone());
    const { host, pathname, search } = new URL(request.url);
    const player = outbound[host];
    if (typeof player === 'function') return player(request);
    if (player === undefined) return new Response(`there is no ${host} in this test`, { status: 502 });
    const { body, headers, status } = await fetch(player + pathname + search, {
      method: request.method,
      headers: [...request.headers],
      redirect: 'manual',
    });
    return new Response(body, { headers: [...headers], status });
  };

  const lists = { registries: registries?.join(), repositories: repositories?.join(), trustServers: trustServers?.join() };
  const miniflare = new Miniflare(
    miniflareOptions({
      ...lists, remembers, demo, page: advisories && pageWith(advisories), timeoutSeconds, relayBytes, scans, bucket: bucket !== undefined, requestsPerMinute, scansPerMinute,
      outboundService: outbound && network,
    }),
  );
  const { origin } = await miniflare.ready;
  if (bucket !== undefined) {
    const shards = await miniflare.getR2Bucket('ADVISORIES');
    // Of its own: it is handed on as it is, and a Buffer is a part of one.
    for (const [name, bytes] of Object.entries(bucket)) await shards.put(name, new Uint8Array(bytes).buffer);
  }
  /** A Durable Object of the Worker, by its name. */
  const state = (name) => {
    const object = async () => {
      const namespace = await miniflare.getDurableObjectNamespace('TRUST');
      return namespace.get(namespace.idFromName(name));
    };
    return {
      load: async (key) => (await object()).load(key),
      swap: async (key, expected, bytes) => (await object()).swap(key, expected, bytes),
    };
  };
  return { url: origin, asked, state, dispose: () => miniflare.dispose() };
}
