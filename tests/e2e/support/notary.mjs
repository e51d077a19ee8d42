// The real Notary: a trust server that keeps everything in memory, and the command line with which publishers sign. Debian's package
// `notary` has both. Where it is missing, this says so; CI always has it.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { listen } from './listen.mjs';

const run = promisify(execFile);
const SERVER = program('notary-server', process.env.PULLPROOF_NOTARY_SERVER);
const CLIENT = program('notary', process.env.PULLPROOF_NOTARY);

/** A suite that needs it. */
export function describeWithNotary(what, suite, options = { timeout: 300_000 }) {
  if (SERVER !== undefined && CLIENT !== undefined) {
    describe(what, options, suite);
  } else if (process.env.CI) {
    test('notary is there', () => assert.fail('expected notary and notary-server on the PATH: apt-get install --no-install-recommends notary'));
  } else {
    test(what, { skip: 'there is no notary: apt-get install --no-install-recommends notary' }, () => {});
  }
}

/** A trust server on a port of its own. Its keys and its memory end with it. */
export async function startNotary() {
  const folder = await mkdtemp(join(tmpdir(), 'pullproof-notary-'));
  const { host } = await freePort();
  const config = join(folder, 'server.json');
  await writeFile(config, JSON.stringify({
    server: { http_addr: host }, trust_service: { type: 'local' }, logging: { level: 'error' }, storage: { backend: 'memory' },
  }));
  const server = spawn(SERVER, [`-config=${config}`], { stdio: 'ignore' });
  const ended = once(server, 'exit');
  const origin = `http://${host}`;
  for (let tries = 0; !(await answers(origin)); tries += 1) {
    if (tries === 100 || server.exitCode !== null) throw new Error(`expected notary-server to serve on ${host}, found that it does not`);
    await sleep(50);
  }
  return {
    host,
    origin,
    publisher: (name = 'publisher') => new Publisher(origin, join(folder, name)),
    async dispose() {
      server.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Somebody who signs, with keys of their own. */
class Publisher {
  constructor(origin, folder) {
    [this.origin, this.folder] = [origin, folder];
  }

  async notary(...args) {
    const passphrases = Object.fromEntries(['ROOT', 'TARGETS', 'SNAPSHOT', 'DELEGATION'].map((role) => [`NOTARY_${role}_PASSPHRASE`, 'test passphrase']));
    const env = { PATH: process.env.PATH, HOME: this.folder, ...passphrases };
    return (await run(CLIENT, ['-s', this.origin, '-d', this.folder, ...args], { env })).stdout;
  }

  /** A collection with these tags: `{ tag: { digest, length } }`. Its root key's canonical ID is that of its certificate's key. */
  async publish(gun, tags) {
    await this.notary('init', gun);
    await this.sign(gun, tags);
  }

  async sign(gun, tags, ...more) {
    for (const [tag, { digest, length }] of Object.entries(tags)) {
      await this.notary('addhash', gun, tag, String(length), '--sha256', digest.slice('sha256:'.length), ...more);
    }
    await this.notary('publish', gun);
  }
}

function program(name, given) {
  return [given, ...process.env.PATH.split(delimiter).map((folder) => join(folder, name))].find((file) => file && existsSync(file));
}

/** It cannot choose one itself. */
async function freePort() {
  const server = await listen(() => {});
  await server.dispose();
  return server;
}

async function answers(origin) {
  try {
    return (await fetch(`${origin}/_notary_server/health`)).ok;
  } catch {
    return false;
  }
}
