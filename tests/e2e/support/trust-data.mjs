// A trust server on loopback that shows what it is told to: files of collections, by path. No page may read it, as no stock server's.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listen } from './listen.mjs';
import { ROOT } from './program.mjs';

/** Collections that others made. */
export const VECTORS = `${ROOT}../shared/vectors/content-trust`;

/**
 * The files of a folder by the names that they have on a server: `targets/releases.json`, and the same with its hash.
 *
 * @param {string[]} folders later ones stand before earlier ones
 */
export function filesOf(...folders) {
  const files = new Map();
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.json'))) {
      const bytes = readFileSync(join(folder, name));
      files.set(name, bytes);
      files.set(name.replace(/\.json$/, `.${createHash('sha256').update(bytes).digest('hex')}.json`), bytes);
    }
  }
  return files;
}

/** One state of the collection that `notary` made, as its server showed it then. */
export function stateOf(name) {
  const state = join(VECTORS, 'ecdsa-signer/history', name);
  const files = filesOf(state);
  const { version } = JSON.parse(files.get('root.json')).signed;
  for (let number = 1; number <= version; number += 1) {
    files.set(`${number}.root.json`, readFileSync(join(VECTORS, `ecdsa-signer/published/${number}.root.json`)));
  }
  return files;
}

export const hasVectors = () => existsSync(VECTORS);

export async function startTrustData() {
  const collections = new Map();
  const asked = [];
  const server = await listen((request, response) => {
    const [, gun, name] = /^\/v2\/(.+)\/_trust\/tuf\/(.+)$/.exec(request.url) ?? [];
    asked.push(name ?? request.url);
    const file = collections.get(gun)?.get(name);
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'public, max-age=300' });
    response.end(file ?? '{"errors":[{"code":"METADATA_NOT_FOUND"}]}');
  });
  return {
    ...server,
    /** What was asked for since, without the hashes. */
    asked: () => asked.splice(0).map((name) => name.replace(/\.[0-9a-f]{64}\.json$/, '.#').replace(/\.json$/, '')),
    show: (gun, files) => collections.set(gun, files),
  };
}
