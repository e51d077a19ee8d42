// TLS in front of a server on loopback: Docker's client asks trust servers by https only. Each part of the path and every byte of the answers
// stay what they are.
//
//   node tls-front.mjs <http origin> <folder>
//
// Makes a certificate for 127.0.0.1 in the folder (`ca.crt`, with openssl), prints `https://127.0.0.1:<port>`, and runs until its standard
// input closes.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';

const [origin, folder] = process.argv.slice(2);
const [key, certificate] = [`${folder}/tls.key`, `${folder}/ca.crt`];
execFileSync('openssl', [
  'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-subj', '/CN=127.0.0.1',
  '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate,
], { stdio: ['ignore', 'ignore', 'inherit'] });

const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (incoming, outgoing) => {
  const { method, url, headers } = incoming;
  // A connection of its own for each: one that is kept may be closed on the other side when it is wanted again.
  const onward = request(origin + url, { method, agent: false, headers: { ...headers, connection: 'close' } }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
});
server.listen(0, '127.0.0.1', () => console.log(`https://127.0.0.1:${server.address().port}`));
process.stdin.on('end', () => process.exit()).resume();
