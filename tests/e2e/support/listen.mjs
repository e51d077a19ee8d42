// An HTTP server on loopback, on a port of its own.

import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * @param {import('node:http').RequestListener} handler
 * @param {string} address another loopback address than 127.0.0.1 is a private one, to a registry there
 */
export async function listen(handler, address = '127.0.0.1') {
  const server = createServer(handler).listen(0, address);
  await once(server, 'listening');
  const host = `${address}:${server.address().port}`;
  return {
    host,
    origin: `http://${host}`,
    async dispose() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
