// A token server for the tests, as the distribution project specifies one: the registry sends a client here, and believes what
// is signed with the key of the certificate that is written at start.
//
//   node token-server.mjs <certificate.pem> <service>
//
// Prints one line of JSON with the realm and the issuer, and runs until it is ended. Anybody may pull what is
// under `public/`; lab (password labpass) may do everything, and so may the holder of lab's identity token.

import { createHash, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [certificateFile, service] = process.argv.slice(2);
const issuer = 'pullproof-tests';
const basic = `Basic ${Buffer.from('lab:labpass').toString('base64')}`;
const identityToken = 'lab-identity-token';
const lifetime = 300;

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const certificate = selfSigned();
const pem = certificate.toString('base64').replace(/.{64}/g, '$&\n');
writeFileSync(certificateFile, `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`);

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://127.0.0.1');
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json', 'access-control-allow-origin': '*' });
    response.end(JSON.stringify(body));
  };
  if (url.pathname !== '/token') return answer(404, {});
  if (request.method === 'GET') {
    const { authorization } = request.headers;
    if (authorization !== undefined && authorization !== basic) return answer(401, { details: 'wrong user name or password' });
    const token = sign(url.searchParams.getAll('scope'), authorization === basic);
    return answer(200, { token, expires_in: lifetime, issued_at: new Date().toISOString() });
  }
  if (request.method === 'POST') {
    let form = '';
    for await (const chunk of request) form += chunk;
    const fields = new URLSearchParams(form);
    if (fields.get('refresh_token') !== identityToken) return answer(401, { details: 'wrong identity token' });
    const access_token = sign([fields.get('scope') ?? ''], true);
    return answer(200, { access_token, expires_in: lifetime, scope: fields.get('scope') });
  }
  answer(405, {});
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ realm: `http://127.0.0.1:${server.address().port}/token`, issuer }));
});

// A scope is "repository:name:action,action"; several are separated by spaces, or given one by one.
function sign(scopes, mayDoAll) {
  const access = scopes.join(' ').split(' ').filter(Boolean).map((scope) => {
    const [, type, name, actions] = /^([^:]*):(.*):([^:]*)$/.exec(scope) ?? [];
    const granted = mayDoAll ? actions?.split(',') : name?.startsWith('public/') ? ['pull'] : [];
    return { type, name, actions: granted };
  });
  const now = Math.floor(Date.now() / 1000);
  const subject = mayDoAll ? 'lab' : '';
  const claims = { iss: issuer, sub: subject, aud: service, exp: now + lifetime, nbf: now - 10, iat: now, jti: randomUUID(), access };
  const header = { typ: 'JWT', alg: 'ES256', x5c: [certificate.toString('base64')] };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = createSign('sha256').update(signed).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

// RFC 5280 in its smallest form: Node makes keys but no certificates, and the registry wants to be told its key as one.
function selfSigned() {
  const der = (tag, ...parts) => {
    const content = Buffer.concat(parts);
    const { length: n } = content;
    const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 0xff];
    return Buffer.concat([Buffer.from([tag, ...length]), content]);
  };
  const sequence = (...parts) => der(0x30, ...parts);
  const time = (text) => der(0x17, Buffer.from(text));
  const ecdsaWithSha256 = sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
  const commonName = sequence(der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from(issuer)));
  const name = sequence(der(0x31, commonName));
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const serial = der(0x02, Buffer.concat([Buffer.from([1]), createHash('sha256').update(key).digest().subarray(0, 8)]));
  const validity = sequence(time('200101000000Z'), time('491231235959Z'));
  const body = sequence(serial, ecdsaWithSha256, name, validity, name, key);
  const signature = createSign('sha256').update(body).sign(privateKey);
  return sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
}
