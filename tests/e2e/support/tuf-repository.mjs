// A TUF repository on loopback that lists one trusted root, signed with keys of its own. It can rotate its root, publish, go back, lie and
// fall silent. Any page may read it, as those of Sigstore.

import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { listen } from './listen.mjs';

const ROLES = ['root', 'timestamp', 'snapshot', 'targets'];
const DAY = 86_400_000;

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Canonical JSON of what is made here: ASCII, and no numbers but integers. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`;
}

class Signer {
  #key = generateKeyPairSync('ed25519');
  public = {
    keytype: 'ed25519', scheme: 'ed25519', keyval: { public: this.#key.publicKey.export({ type: 'spki', format: 'der' }).subarray(12).toString('hex') },
  };
  id = sha256(canonical(this.public));

  sign(signed) {
    return { keyid: this.id, sig: sign(null, Buffer.from(canonical(signed)), this.#key.privateKey).toString('hex') };
  }
}

/**
 * @param {string | Buffer} content the trusted root that it lists
 * @param {{ now?: number, name?: string }} options `now` is when it is published, in milliseconds: timestamps hold for a week from then,
 *   the rest for a year
 */
export async function startTufRepository(content, { now = Date.now(), name = 'trusted_root.json' } = {}) {
  const signers = Object.fromEntries(ROLES.map((role) => [role, new Signer()]));
  const versions = { root: 0, timestamp: 0, snapshot: 0, targets: 0 };
  let files = new Map();
  const asked = [];
  let silent = false;

  const expires = (days) => new Date(now + days * DAY).toISOString().replace(/\.\d+Z$/, 'Z');
  const document = (role, days, rest) => ({ _type: role, spec_version: '1.0.34', version: versions[role] += 1, expires: expires(days), ...rest });
  const signed = (role, content, by = [signers[role]]) =>
    Buffer.from(JSON.stringify({ signed: content, signatures: by.map((signer) => signer.sign(content)) }));
  const describe = (bytes) => ({ length: bytes.length, hashes: { sha256: sha256(bytes) } });

  const repository = {
    asked,
    /** The next root, signed by whoever signed the last one, too. */
    rotate(role = 'root') {
      const before = signers.root;
      if (versions.root > 0) signers[role] = new Signer();
      const keys = Object.fromEntries(Object.values(signers).map((signer) => [signer.id, signer.public]));
      const roles = Object.fromEntries(ROLES.map((role) => [role, { keyids: [signers[role].id], threshold: 1 }]));
      const root = document('root', 365, { consistent_snapshot: true, keys, roles });
      files.set(`/${root.version}.root.json`, signed('root', root, [...new Set([before, signers.root])]));
    },
    publish(content) {
      const target = Buffer.from(content);
      files.set(`/targets/${sha256(target)}.${name}`, target);
      const targets = signed('targets', document('targets', 365, { targets: { [name]: describe(target) } }));
      files.set(`/${versions.targets}.targets.json`, targets);
      const snapshot = signed('snapshot', document('snapshot', 365, { meta: { 'targets.json': { version: versions.targets, ...describe(targets) } } }));
      files.set(`/${versions.snapshot}.snapshot.json`, snapshot);
      const meta = { 'snapshot.json': { version: versions.snapshot, ...describe(snapshot) } };
      files.set('/timestamp.json', signed('timestamp', document('timestamp', 7, { meta })));
    },
    /** What it would take to go back to what is published now. */
    keep() {
      const before = new Map(files);
      return () => { files = before; };
    },
    lie(path, body) {
      files.set(path, Buffer.from(body));
    },
    /** It breaks connections, or with `hang` leaves them open and says nothing. */
    silence(how = 'break') {
      silent = how;
    },
    /** The first root, as a policy holds it. */
    get root() {
      return JSON.parse(files.get('/1.root.json'));
    },
  };
  repository.rotate();
  repository.publish(content);
  const server = await listen((request, response) => {
    asked.push(request.url);
    if (silent === 'hang') return undefined;
    if (silent) return request.socket.destroy();
    const found = files.get(decodeURIComponent(request.url));
    response.writeHead(found ? 200 : 404, { 'access-control-allow-origin': '*' });
    response.end(found ?? 'no such file');
  });
  return Object.assign(repository, { url: server.origin, dispose: server.dispose });
}
