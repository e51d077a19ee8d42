// A proxy in front of a registry that changes its answers on the way, as caches and compressing front ends do.

import { listen } from './listen.mjs';

/**
 * @param {string} host of the registry
 * @param {(answer: Answer, request: import('node:http').IncomingMessage) => Answer} change
 * @typedef {{ headers: Record<string, string>, body: Buffer, status?: number }} Answer
 */
export function proxy(host, change) {
  return listen(async (request, response) => {
    const { accept = '*/*' } = request.headers;
    const answer = await fetch(`http://${host}${request.url}`, { headers: { accept } });
    const { connection, 'content-length': length, 'transfer-encoding': coding, ...headers } = Object.fromEntries(answer.headers);
    const changed = change({ headers, body: Buffer.from(await answer.arrayBuffer()) }, request);
    response.writeHead(changed.status ?? answer.status, changed.headers);
    response.end(changed.body);
  });
}
