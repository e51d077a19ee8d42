// A trust server whose timestamp key is in our hands, which is what a thief of it has: timestamps of any version, and of any time. The real
// notary publishes to it as to any other.
//
//   const server = await startTrustServer();
//   const publisher = await startPublisher(server);        // support/notary.mjs
//   await publisher.init(gun);
//   server.stamp(gun, { version: 2147483647 });            // a fast-forward
//   server.stamp(gun, { expires: '2020-01-01T00:00:00Z' }); // an old one
//   await publisher.rotate(gun, 'timestamp');              // the way out: a new key, counted from 1 again

import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { listen } from './listen.mjs';

const TWO_WEEKS = 14 * 86_400_000;
const digest = (algorithm, bytes, encoding) => createHash(algorithm).update(bytes).digest(encoding);

/** As Notary signs: names sorted, no white space. Only what stands in a timestamp is needed: ASCII, and integers. */
function canonical(value) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${members.join(',')}}`;
}

class Collection {
  /** By name; those that have a hash or a version in it stay. */
  files = new Map();
  version = 0;

  newKey() {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    // The last 32 of the 44 octets of its SPKI.
    const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
    this.public = { keytype: 'ed25519', keyval: { public: raw, private: null } };
    this.key = { privateKey, id: digest('sha256', canonical(this.public), 'hex') };
    this.version = 0;
  }

  put(role, bytes) {
    this.files.set(`${role}.json`, bytes);
    this.files.set(`${role}.${digest('sha256', bytes, 'hex')}.json`, bytes);
    if (role === 'root') this.files.set(`${JSON.parse(bytes).signed.version}.root.json`, bytes);
  }

  stamp({ version = this.version + 1, expires = new Date(Date.now() + TWO_WEEKS).toISOString() } = {}) {
    const snapshot = this.files.get('snapshot.json');
    const hashes = { sha256: digest('sha256', snapshot, 'base64'), sha512: digest('sha512', snapshot, 'base64') };
    const signed = { _type: 'Timestamp', expires, meta: { snapshot: { hashes, length: snapshot.length } }, version };
    const sig = sign(null, canonical(signed), this.key.privateKey).toString('base64');
    this.files.set('timestamp.json', Buffer.from(JSON.stringify({ signed, signatures: [{ keyid: this.key.id, method: 'eddsa', sig }] })));
    this.version = version;
  }
}

/** Snapshot keys stay with the publisher, as notary has it unless it is told otherwise. */
export async function startTrustServer() {
  const collections = new Map();
  const collection = (gun) => {
    if (!collections.has(gun)) collections.set(gun, new Collection());
    return collections.get(gun);
  };
  const server = await listen(async (request, response) => {
    const answer = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    const [, gun, name] = /^\/v2\/(.*)\/_trust\/tuf\/(.*)$/.exec(request.url) ?? [];
    if (gun === undefined) return answer(200, '{}');
    const one = collection(gun);
    if (name === 'timestamp.key') {
      if (one.key === undefined || request.method === 'POST') one.newKey();
      return answer(200, JSON.stringify(one.public));
    }
    if (request.method === 'POST') {
      const form = await new Response(await buffer(request), { headers: { 'content-type': request.headers['content-type'] } }).formData();
      for (const file of form.getAll('files')) one.put(file.name, Buffer.from(await file.arrayBuffer()));
      one.stamp();
      return answer(200, '');
    }
    const file = one.files.get(name);
    return file ? answer(200, file) : answer(404, '{"errors":[{"code":"METADATA_NOT_FOUND","message":"not here","detail":{}}]}');
  });
  return {
    ...server,
    /** Signs a timestamp for what was published last; of the next version and for two weeks, unless something else is wanted. */
    stamp: (gun, options) => collection(gun).stamp(options),
    /** The files of a collection, by the names under which they are asked for: to read, and to change. */
    files: (gun) => collection(gun).files,
  };
}
