// An HTTP server on loopback, on a port of its own.

import { once } from 'node:events';
import { createServer } from 'node:http';

/** @param {import('node:http').RequestListener} handler */
export async function listen(handler) {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${server.address().port}`;
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
