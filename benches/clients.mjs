// Who is compared. All are asked the same: which manifest does this tag name for linux/amd64, and what does the image's
// configuration say? `ask` answers with as much of `{ index, manifest, architecture }` as the client tells, and throws when the
// client refuses. Each question is a new one: nothing is kept from the last, but connections.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './support/run.mjs';

/** What runs in a process that is there already. */
export async function libraries() {
  const peers = [
    ['@snyk/docker-registry-v2-client', './peers/snyk.mjs'],
    ['docker-registry-client', './peers/docker-registry-client.mjs'],
    ['oci-registry-client', './peers/oci-registry-client.mjs'],
    ['@sigstore/oci', './peers/sigstore.mjs', 'does less: it asks for the digest of the tag only, and believes the answer'],
  ];
  return [
    { name: 'pullproof', ask: askPullproof },
    ...(await Promise.all(peers.map((peer) => load(...peer)))),
    // Named, so that nobody takes it for forgotten.
    { name: '@azure/container-registry', missing: 'left out: it refuses registries that are not on https, as the one here is not' },
  ];
}

/** What is a process of its own. */
export const programs = [
  program('pullproof check', {
    commands: (image) => [[process.execPath, fileURLToPath(new URL('../pkg/dist/cli.js', import.meta.url)), 'check', image, '--json']],
    exits: [0, 3], // 3: no policy accepts it
    answer: ([report]) => fromReport(JSON.parse(report)),
  }),
  program('skopeo inspect', {
    commands: (image) => [skopeo(image)],
    answer: fromInspect,
  }),
  program('skopeo inspect --no-tags', {
    commands: (image) => [skopeo(image, '--no-tags')],
    answer: fromInspect,
  }),
  program('skopeo inspect --raw, and --config', {
    commands: (image) => [skopeo(image, '--raw'), skopeo(image, '--config')],
    answer: ([index, config]) => ({ index: digestOf(index), architecture: JSON.parse(config).architecture }),
  }),
];

async function askPullproof({ host, repository, tag }) {
  const { check } = await import('../pkg/dist/node.js');
  const report = await check(`${host}/${repository}:${tag}`);
  if (report.verdict === 'reject') throw new Error(report.reasons[0].message);
  return fromReport(report);
}

function fromReport({ indexes, manifest, image }) {
  return { index: indexes[0].digest, manifest: manifest.digest, architecture: image.platform.split('/')[1] };
}

function skopeo(image, ...options) {
  return ['skopeo', 'inspect', '--tls-verify=false', ...options, `docker://${image}`];
}

function fromInspect([printed]) {
  const { Digest: index, Architecture: architecture } = JSON.parse(printed);
  return { index, architecture };
}

/** `commands` run one after the other; `answer` reads what they printed. */
function program(name, { commands, answer, exits = [0] }) {
  const ask = async ({ host, repository, tag }) => {
    const printed = [];
    for (const command of commands(`${host}/${repository}:${tag}`)) {
      const { code, stdout, stderr } = await run(command);
      if (!exits.includes(code)) throw new Error(`exit code ${code}: ${stderr}`);
      printed.push(stdout);
    }
    return answer(printed);
  };
  return { name, commands, ask };
}

/** A peer that is not there, or not for this Node, is told as such and does not end the run. */
async function load(packageName, adapter, less) {
  const manifest = new URL(`peers/node_modules/${packageName}/package.json`, import.meta.url);
  if (!existsSync(manifest)) return { name: packageName, missing: 'not installed: `npm ci` in benches/peers installs it' };
  const name = `${packageName} ${JSON.parse(readFileSync(manifest, 'utf8')).version}`;
  try {
    const { ask } = await import(adapter);
    return { name, ask, less };
  } catch (error) {
    return { name, missing: `does not load here: ${error.message}` };
  }
}

export function digestOf(bytes) {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
