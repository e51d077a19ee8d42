// What it takes to know what a tag stands for in Docker Content Trust: requests, bytes, and time of processors, beside Notary's own client,
// on the same real server.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fileStore, inspectTrust } from '../pkg/dist/node.js';
import { startPublisher, trustServers } from '../tests/e2e/support/notary.mjs';
import { startProxy } from './support/counting-proxy.mjs';
import { median } from './support/statistics.mjs';

const CLI = fileURLToPath(new URL('../pkg/dist/cli.js', import.meta.url));
const RUNS = 7;
const WARM = 30;
const GUN = 'docker.io/bench/app';
const MANIFEST = { digest: `sha256:${'ab'.repeat(32)}`, size: 1234 };
const run = promisify(execFile);

export async function contentTrust() {
  const folder = mkdtempSync(join(tmpdir(), 'pullproof-bench-trust-'));
  const servers = await trustServers();
  const publisher = await startPublisher(servers.http);
  let bytes = 0;
  const proxy = await startProxy(new URL(servers.http.origin).host, (_, body) => {
    bytes += body.length;
    return body;
  });
  try {
    await publisher.init(GUN);
    await publisher.delegate(GUN, 'targets/releases', ['alice']);
    await publisher.sign(GUN, '1.0', MANIFEST, 'targets/releases');
    const { keys: [rootKey] } = await publisher.pins(GUN);
    const server = `http://${proxy.host}`;

    let number = 0;
    const fresh = () => join(folder, String(number += 1));
    const programs = {
      'notary lookup': (store) => ['notary', '-s', server, '-d', store, 'lookup', GUN, '1.0'],
      'pullproof trust inspect': (store) => [process.execPath, CLI, 'trust', 'inspect', `${GUN}:1.0`, '--server', server, '--root-key', rootKey, '--store', store],
    };
    const rows = [];
    for (const [name, command] of Object.entries(programs)) {
      const once = (store) => timed(command(store));
      const kept = fresh();
      rows.push({
        name,
        ...(await counted('first', () => once(kept))),
        ...(await counted('again', () => once(kept))),
        cold: await repeat(RUNS, () => once(fresh())),
        warm: await repeat(RUNS, () => once(kept)),
      });
    }

    const library = async (store) => {
      const before = process.cpuUsage();
      const { outcome, tag } = await inspectTrust(`${GUN}:1.0`, { server, rootKey }, { store });
      if (outcome !== 'verified' || tag.digest !== MANIFEST.digest) throw new Error(`expected the signed tag, found ${outcome}`);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    const kept = fileStore(fresh());
    rows.push({
      name: 'inspectTrust, in Node',
      ...(await counted('first', () => library(kept))),
      ...(await counted('again', () => library(kept))),
      cold: await repeat(WARM, () => library(fileStore(fresh()))),
      warm: await repeat(WARM, () => library(kept)),
    });
    return {
      title: 'A tag in Docker Content Trust',
      columns: {
        firstRequests: 'requests, first', firstBytes: 'bytes', againRequests: 'requests, again', againBytes: 'bytes', cold: 'ms, first', warm: 'ms, again',
      },
      rows,
      notes: [
        'Milliseconds of processors, kernel included, medians; programs with their start. First is from nothing, again with what was kept.',
        'The library’s have this process’s server in front of the real one in them, which counts.',
        'notary looks for the one tag; inspect reads every role, and verifies whose root it is. Notary believes whoever answers first.',
      ],
    };

    async function counted(name, look) {
      proxy.asked.length = bytes = 0;
      await look();
      return { [`${name}Requests`]: proxy.asked.length, [`${name}Bytes`]: bytes };
    }
  } finally {
    proxy.close();
    await publisher.dispose();
    await servers.dispose();
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds of processors that a program used. */
async function timed([program, ...parameters]) {
  const { stderr } = await run('bash', ['-c', 'TIMEFORMAT="times %U %S"; time "$0" "$@" >&2', program, ...parameters], { env: { ...process.env, HOME: tmpdir() } });
  const [, user, system] = /times ([\d.]+) ([\d.]+)/.exec(stderr);
  return 1000 * (Number(user) + Number(system));
}

async function repeat(times, measure) {
  const found = [];
  for (let time = 0; time < times; time += 1) found.push(await measure());
  return median(found);
}
