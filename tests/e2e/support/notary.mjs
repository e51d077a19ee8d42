// The real notary: its servers, which xtask starts, its client as a publisher and as a visitor, and a relay in front of a server that shows
// what it showed before: a rollback to whoever has seen more, a freeze to whoever has not.
//
//   const servers = await trustServers();
//   const publisher = await startPublisher(servers.http);
//   await publisher.init(gun);
//   await publisher.delegate(gun, 'targets/releases', ['alice', 'bob']);
//   await publisher.sign(gun, '1.0', { digest, size }, 'targets/releases');
//   const relay = await startTrustRelay(servers.http);
//   const then = await relay.take(gun);
//   await publisher.sign(gun, '1.0', another, 'targets/releases');
//   relay.show(gun, then);   // relay.show(gun, null) shows again what there is

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as plain } from 'node:http';
import { request as encrypted } from 'node:https';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { listen } from './listen.mjs';
import { serve } from './program.mjs';

const NOTARY = process.env.PATH.split(delimiter).map((folder) => join(folder, 'notary')).find(existsSync);
const run = promisify(execFile);
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const PASSPHRASES = Object.fromEntries(['ROOT', 'TARGETS', 'SNAPSHOT', 'DELEGATION'].map((role) => [`NOTARY_${role}_PASSPHRASE`, 'of the tests']));

/** A suite that needs notary. Where it is missing, this says so; CI always has it. */
export function describeWithNotary(what, suite, options = { timeout: 600_000 }) {
  if (NOTARY) {
    describe(what, options, suite);
  } else if (process.env.CI) {
    test('notary is there', () => assert.fail('expected the program notary: cargo xtask test tools'));
  } else {
    test(what, { skip: 'there is no notary: cargo xtask test tools installs it' }, () => {});
  }
}

/**
 * The real servers: one by http that has Ed25519 keys of its own, one by https whose ECDSA keys a signer has. xtask starts them for all
 * tests and says where; a test that is run by hand starts its own. They know every collection that any test made: use a name of your own.
 *
 * @returns {Promise<{ http: Server, https: Server, dispose: () => Promise<void> }>}
 * @typedef {{ origin: string, ca?: string }} Server with the file that its certificate is in
 */
export async function trustServers() {
  const environment = { ...process.env };
  const found = () => {
    const { PULLPROOF_NOTARY: http, PULLPROOF_NOTARY_TLS: https, PULLPROOF_NOTARY_CA: ca } = environment;
    return http && https && ca && { http: { origin: http }, https: { origin: https, ca } };
  };
  const given = found();
  if (given) return { ...given, dispose: async () => {} };
  const servers = await serve('registries', (line) => {
    const [, name, value] = /^export (\w+)=(\S+)$/.exec(line) ?? [];
    if (name !== undefined) environment[name] = value;
    return Boolean(found());
  });
  return { ...found(), ...servers };
}

/**
 * Somebody with notary, in a folder of their own: a publisher, or a visitor, who keeps what was seen.
 *
 * @param {Server} server
 */
async function somebody({ origin, ca }) {
  const folder = await mkdtemp(join(tmpdir(), 'pullproof-notary-'));
  const config = join(folder, 'config.json');
  await writeFile(config, JSON.stringify({ remote_server: { url: origin, ...(ca && { root_ca: ca }) } }));
  return {
    folder,
    /** Its output; what it complains of is thrown. */
    async notary(...args) {
      const running = run(NOTARY, ['-s', origin, '-d', folder, '-c', config, ...args], { env: { HOME: folder, ...PASSPHRASES } });
      // To the question whether a new root key is really wanted. A program that has ended asks none.
      running.child.stdin.on('error', () => {}).end('yes\n');
      try {
        return (await running).stdout;
      } catch ({ stdout, stderr }) {
        // It complains on either.
        throw new Error(`notary ${args.join(' ')}: ${stdout}${stderr}`.trim());
      }
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Whoever publishes collections on a server. Every call publishes at once. */
export async function startPublisher(server) {
  const one = await somebody(server);
  const { folder, notary } = one;
  const keys = new Map();
  const roles = (names) => names.flatMap((name) => ['-r', name]);

  /** A delegation's key by its name: made and imported once. The file with its public half. */
  async function key(gun, name) {
    const file = join(folder, `${name}.pub.pem`);
    if (!keys.has(name)) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const secret = join(folder, `${name}.pem`);
      await writeFile(secret, privateKey.export({ type: 'pkcs8', format: 'pem' }));
      await writeFile(file, publicKey.export({ type: 'spki', format: 'pem' }));
      await notary('key', 'import', secret, '--role', name, '--gun', gun);
      keys.set(name, file);
    }
    return file;
  }

  return {
    ...one,
    key,
    /** A new collection, with a root key of its own. */
    init: (gun) => notary('init', '-p', gun),
    /** Says what a tag stands for, in the roles (`targets` if there is none). */
    sign: (gun, tag, { digest, size }, ...names) => notary('addhash', '-p', gun, tag, String(size), '--sha256', digest.replace('sha256:', ''), ...roles(names)),
    /** Takes it back. */
    unsign: (gun, tag, ...names) => notary('remove', '-p', gun, tag, ...roles(names)),
    /** Lets the holders of these keys sign for a role, for tags that begin with one of the paths. Any one of them is enough. */
    async delegate(gun, role, names, paths = ['']) {
      const files = [];
      for (const name of names) files.push(await key(gun, name));
      const for_ = paths.includes('') ? ['--all-paths'] : paths.flatMap((path) => ['--paths', path]);
      await notary('delegation', 'add', '-p', gun, role, ...files, ...for_);
    },
    undelegate: (gun, role) => notary('delegation', 'remove', '-p', gun, role, '--yes'),
    /** Puts a new key in the place of a role's: `root` or `targets`, here; `snapshot` or `timestamp`, on the server. */
    rotate: (gun, role) => notary('key', 'rotate', gun, role, ...(['snapshot', 'timestamp'].includes(role) ? ['-r'] : [])),
    /**
     * What there is to be pinned of the newest root: the IDs of its certificates, and those of the keys in them.
     *
     * @returns {Promise<{ certificates: string[], keys: string[], pem: string[] }>}
     */
    async pins(gun) {
      const { signed } = JSON.parse((await get(server, tuf(gun, 'root.json'))).body);
      const certificates = signed.roles.root.keyids;
      const pem = certificates.map((id) => String(Buffer.from(signed.keys[id].keyval.public, 'base64')));
      return { certificates, keys: pem.map(canonicalId), pem };
    },
  };
}

/** The ID of the bare key in a certificate. */
function canonicalId(pem) {
  const { publicKey } = new X509Certificate(pem);
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  return sha256(`{"keytype":"${publicKey.asymmetricKeyType === 'ec' ? 'ecdsa' : 'rsa'}","keyval":{"private":null,"public":"${spki}"}}`);
}

/** Whoever looks collections up with notary, in Docker's order, and remembers what was seen. */
export async function startVisitor(server) {
  const one = await somebody(server);
  return {
    ...one,
    /** @returns {Promise<{ digest: string, role: string } | null>} null if nobody signed the tag; why nothing is believed is thrown */
    async look(gun, tag) {
      const rows = (await one.notary('list', gun, '-r', 'targets/releases', '-r', 'targets')).split('\n').map((row) => row.split(/\s+/));
      const found = rows.find(([name]) => name === tag);
      return found ? { digest: `sha256:${found[1]}`, role: found[3] } : null;
    },
  };
}

const tuf = (gun, name) => `/v2/${gun}/_trust/tuf/${name}`;

/** One request to a server, each over a connection of its own. */
async function get({ origin, ca }, path, { method = 'GET', headers = {}, body } = {}) {
  const authority = ca && await readFile(ca);
  return new Promise((resolve, reject) => {
    const { host, ...others } = headers;
    const options = { method, headers: { ...others, connection: 'close' }, agent: false, ...(authority && { ca: authority }) };
    const request = (origin.startsWith('https:') ? encrypted : plain)(origin + path, options, async (answer) => {
      try {
        resolve({ status: answer.statusCode, headers: answer.headers, body: await buffer(answer) });
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', reject).end(body);
  });
}

/**
 * A server in front of a trust server, by http. As long as nothing else is said, it passes on everything, publications included.
 *
 * @param {Server} server
 */
export async function startTrustRelay(server) {
  const shown = new Map();
  const replaced = new Map();
  const requests = [];

  /** What is shown instead of what there is. */
  function instead(path) {
    if (replaced.has(path)) return replaced.get(path);
    const [, gun, name] = /^\/v2\/(.*)\/_trust\/tuf\/(.*)$/.exec(path) ?? [];
    const taken = shown.get(gun);
    if (taken === undefined) return undefined;
    const body = taken.get(name);
    if (body) return { status: 200, body };
    // Of roots there are none yet that came later. What is asked for by its hash is the same at any time.
    const [, version] = /^(\d+)\.root\.json$/.exec(name) ?? [];
    return Number(version) > JSON.parse(taken.get('root.json')).signed.version ? { status: 404, body: '{}' } : undefined;
  }

  const relay = await listen(async (request, response) => {
    const { method, url, headers } = request;
    requests.push(`${method} ${url}`);
    try {
      const answer = (method === 'GET' && instead(url)) || await get(server, url, { method, headers, body: await buffer(request) });
      const { 'transfer-encoding': coding, connection, ...rest } = answer.headers ?? {};
      response.writeHead(answer.status, rest).end(answer.body);
    } catch {
      response.destroy();
    }
  });

  return {
    ...relay,
    /** Every request, as `GET /v2/…`. */
    requests,
    /** The files of a collection as they are now, by the names that stay while the files change. */
    async take(gun, roles = ['targets/releases']) {
      const taken = new Map();
      for (const role of ['root', 'timestamp', 'snapshot', 'targets', ...roles]) {
        const { status, body } = await get(server, tuf(gun, `${role}.json`));
        if (status === 200) taken.set(`${role}.json`, body);
      }
      return taken;
    },
    /** Shows a collection as it was when it was taken; null shows what there is. */
    show(gun, taken) {
      if (taken) shown.set(gun, taken);
      else shown.delete(gun);
    },
    /** Answers a request for one file with something else: `{ status, body }`; null ends that. */
    replace(gun, name, answer) {
      if (answer) replaced.set(tuf(gun, name), answer);
      else replaced.delete(tuf(gun, name));
    },
  };
}
