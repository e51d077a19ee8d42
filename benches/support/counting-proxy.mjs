// A registry in front of a registry: counts what it is asked, and can change what it answers.

import { createServer, request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';

/**
 * @param {string} registry `host:port`
 * @param {(path: string, body: string) => string} [change] made to every answer with 200; it keeps the length
 * @returns {Promise<{ host: string, asked: string[], close: () => void }>} `asked` has one line for each request
 */
export async function startProxy(registry, change = (_, body) => body) {
  const asked = [];
  let tokenServer;
  const server = createServer(async (incoming, outgoing) => {
    const path = incoming.url;
    const upstream = path.startsWith('/token?') ? tokenServer : `http://${registry}`;
    const { statusCode, headers, body } = await forward(incoming, new URL(path, upstream));
    asked.push(`${incoming.method} ${path} ${statusCode}`);
    // Tokens are asked for through this proxy, too: they are requests like any other.
    const challenge = headers['www-authenticate'];
    if (challenge !== undefined) {
      tokenServer = /realm="([^"]*)"/.exec(challenge)[1];
      headers['www-authenticate'] = challenge.replace(tokenServer, `http://${host}/token`);
    }
    outgoing.writeHead(statusCode, headers);
    outgoing.end(statusCode === 200 ? change(path, body.toString('latin1')) : body, 'latin1');
  });
  // A client that tries https first is closed the door, as by any registry on plain http.
  server.on('clientError', (_, socket) => socket.destroy());
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${server.address().port}`;
  return {
    host,
    asked,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function forward(incoming, url) {
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method: incoming.method, headers: { ...incoming.headers, host: url.host } }, async (response) => {
      const { statusCode, headers } = response;
      resolve({ statusCode, headers, body: await buffer(response) });
    });
    outgoing.on('error', reject);
    incoming.pipe(outgoing);
  });
}
