// A Sigstore by its own authors: the certificate authority, logs and timestamp authority of @sigstore/mock, and bundles that
// @sigstore/sign makes with them. Nothing of it is ours, and all of it is served on loopback.

import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  fulcioHandler, initializeCA, initializeCTLog, initializeTLog, initializeTSA, rekorHandler, rekorV2Handler, tsaHandler,
} from '@sigstore/mock';
import { DSSEBundleBuilder, FulcioSigner, MessageSignatureBundleBuilder, RekorWitness, TSAWitness } from '@sigstore/sign';
import { bundleToJSON } from '@sigstore/bundle';
import { listen } from './listen.mjs';

export const ISSUER = 'https://issuer.test';
const HOSTS = { log: 'https://log.test', newLog: 'https://new-log.test' };

/**
 * @returns {Promise<{ fulcio: string, rekor: string, timestamps: string, trustedRoot: object, token: (subject: string) => string,
 *   sign: (how: How) => Promise<object>, dispose: () => Promise<void> }>} `sign` makes a bundle
 *
 * @typedef {object} How
 * @property {Uint8Array} [message] signed as it is
 * @property {object} [statement] signed in an envelope
 * @property {string} subject who signs
 * @property {1 | 2} [log] the version of the log that it is put into; none without
 * @property {'dsse' | 'intoto'} [entry] what the entry of an envelope is
 * @property {boolean} [stamped] whether there is a timestamp
 */
export async function startSigstore() {
  const pair = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const ctLog = await initializeCTLog(pair());
  const authority = await initializeCA(pair(), ctLog);
  const [log, newLog] = [await initializeTLog(HOSTS.log, pair()), await initializeTLog(HOSTS.newLog, pair())];
  const timestamps = await initializeTSA(pair());
  const handlers = new Map([fulcioHandler(authority), rekorHandler(log), rekorV2Handler(newLog), tsaHandler(timestamps)].map(({ path, fn }) => [path, fn]));

  const server = await listen(async (request, response) => {
    const handler = handlers.get(request.url);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { statusCode, response: body, contentType } = handler === undefined ? { statusCode: 404, response: '' } : await handler(Buffer.concat(chunks).toString());
    response.writeHead(statusCode, { 'content-type': contentType ?? 'text/plain' });
    response.end(body);
  });

  const base64 = (bytes) => Buffer.from(bytes.buffer ?? bytes, bytes.byteOffset, bytes.byteLength).toString('base64');
  const validFor = { start: new Date(Date.now() - 60_000).toISOString() };
  const listed = (baseUrl, spki) => ({
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: base64(spki), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
    logId: { keyId: createHash('sha256').update(spki).digest('base64') },
  });
  const issued = (uri, ...certificates) => ({
    uri,
    subject: { organization: 'sigstore.mock', commonName: 'sigstore' },
    certChain: { certificates: certificates.map((der) => ({ rawBytes: base64(der) })) },
    validFor,
  });
  const trustedRoot = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: [issued('https://authority.test', authority.rootCertificate)],
    ctlogs: [listed('https://ct.test', ctLog.publicKey)],
    tlogs: [listed(HOSTS.log, log.publicKey), listed(HOSTS.newLog, newLog.publicKey)],
    timestampAuthorities: [issued('https://time.test', timestamps.intCertificate, timestamps.rootCertificate)],
  };

  // What an issuer would sign; the authority of the mock does not look.
  const token = (subject) => {
    const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
    return [{ alg: 'RS256' }, { iss: ISSUER, sub: subject, aud: 'sigstore', exp: Math.floor(Date.now() / 1000) + 600 }, 'none'].map(part).join('.');
  };

  async function sign({ message, statement, subject, log: version, entry, stamped = false }) {
    const signer = new FulcioSigner({ fulcioBaseURL: server.origin, identityProvider: { getToken: async () => token(subject) } });
    const witnesses = [];
    if (version !== undefined) witnesses.push(new RekorWitness({ rekorBaseURL: server.origin, majorApiVersion: version, ...(entry && { entryType: entry }) }));
    if (stamped) witnesses.push(new TSAWitness({ tsaBaseURL: server.origin }));
    const builder = statement === undefined
      ? new MessageSignatureBundleBuilder({ signer, witnesses })
      : new DSSEBundleBuilder({ signer, witnesses });
    const artifact = statement === undefined
      ? { data: Buffer.from(message) }
      : { data: Buffer.from(JSON.stringify(statement)), type: 'application/vnd.in-toto+json' };
    return bundleToJSON(await builder.create(artifact));
  }

  return { fulcio: server.origin, rekor: server.origin, timestamps: server.origin, trustedRoot, token, sign, dispose: () => server.dispose() };
}
