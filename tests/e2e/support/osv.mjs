// OSV's server for pages, on loopback: its three calls over records in a folder, over TLS, with the CORS headers of the gateway in front
// of the real one (google/osv.dev, deployment/terraform: ESPv2 with `--cors_preset=basic`).

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HOST = 'api.osv.dev';
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET,POST,OPTIONS',
  'access-control-allow-headers': 'DNT,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization',
  'access-control-expose-headers': 'Content-Length,Content-Range',
};

/**
 * @param {string} folder of records, one a file
 * @param {object} [options]
 * @param {boolean} [options.cors] false sends none of its headers
 * @returns {Promise<{ host: string, address: string, asked: { method: string, path: string, origin: string | undefined, wants: string | undefined, body: string }[], dispose: () => Promise<void> }>}
 */
export async function startOsv(folder, { cors = true } = {}) {
  const records = readdirSync(folder).filter((file) => file.endsWith('.json')).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
  const asked = [];
  const server = createServer(certificate(), async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    asked.push({ method: request.method, path: request.url, origin: request.headers.origin, wants: request.headers['access-control-request-headers'], body });
    const [status, answer] = request.method === 'OPTIONS' ? [204, undefined] : answerTo(request, body, records);
    response.writeHead(status, { ...(cors && CORS), ...(answer && { 'content-type': 'application/json' }) });
    response.end(answer && JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: HOST,
    address: `127.0.0.1:${server.address().port}`,
    asked,
    async dispose() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function answerTo({ method, url }, body, records) {
  const [, id] = /^\/v1\/vulns\/([\w.-]+)$/.exec(url) ?? [];
  if (method === 'GET' && id) {
    const found = records.find((record) => record.id === id);
    return found ? [200, found] : [404, { code: 5, message: 'Bug not found.' }];
  }
  if (method !== 'POST' || url !== '/v1/querybatch') return [404, { code: 5, message: 'Not Found' }];
  const { queries } = JSON.parse(body);
  if (queries.length > 1000) return [400, { code: 3, message: 'Too many queries.' }];
  return [200, { results: queries.map((query) => resultOf(query, records)) }];
}

/** Whatever is on record of the package: the real one narrows it down, and nobody here relies on that. */
function resultOf({ package: { ecosystem, name } }, records) {
  const about = records.filter(({ affected }) => affected.some((one) => one.package.ecosystem === ecosystem && one.package.name === name));
  return about.length > 0 ? { vulns: about.map(({ id, modified }) => ({ id, modified })) } : {};
}

/** Of nobody whom a browser trusts: the tests tell it not to mind. */
function certificate() {
  const folder = mkdtempSync(join(tmpdir(), 'pullproof-osv-'));
  try {
    const [key, cert] = ['key.pem', 'cert.pem'].map((file) => join(folder, file));
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`];
    execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
