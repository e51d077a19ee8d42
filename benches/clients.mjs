// Who is compared: what runs in a process that is there already, and what is a process of its own.
//
// All are given the same question: which manifest does this tag name on linux/amd64, and what does the image's configuration say?

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const cli = new URL('../pkg/dist/cli.js', import.meta.url).pathname;

/** `ask` answers with `{ manifest, architecture }`, or with `{ index }` if it cannot do more. */
export async function libraries() {
  const ours = { name: 'pullproof', ask: askPullproof };
  const peers = await Promise.all(
    [
      ['@snyk/docker-registry-v2-client', './peers/snyk.mjs'],
      ['docker-registry-client', './peers/docker-registry-client.mjs'],
      ['oci-registry-client', './peers/oci-registry-client.mjs'],
      ['@sigstore/oci', './peers/sigstore.mjs', 'asks for the digest only, and believes the answer'],
    ].map(async ([packageName, adapter, less]) => {
      const name = `${packageName} ${installedVersion(packageName) ?? ''}`.trim();
      try {
        const { ask } = await import(adapter);
        return { name, less, ask };
      } catch (error) {
        return { name, less, missing: `does not load: ${firstLine(error)}` };
      }
    }),
  );
  // Named here, so that nobody takes it for forgotten.
  const absent = { name: '@azure/container-registry', missing: 'not installed: it refuses a registry that is not on https, as this one is not' };
  return [ours, ...peers, absent];
}

/** `commands` run one after the other, and together answer the question. */
export const programs = [
  { name: 'pullproof check', commands: (image) => [['node', cli, 'check', image, '--json']], accepts: [0, 3] },
  { name: 'skopeo inspect', commands: (image) => [skopeo(image)] },
  { name: 'skopeo inspect --no-tags', commands: (image) => [skopeo(image, '--no-tags')] },
  { name: 'skopeo inspect --raw, then --config', commands: (image) => [skopeo(image, '--raw'), skopeo(image, '--config')] },
];

const skopeo = (image, ...options) => ['skopeo', 'inspect', '--tls-verify=false', ...options, `docker://${image}`];

async function askPullproof({ host, repository, tag }) {
  const { check } = await import('../pkg/dist/node.js');
  const { verdict, reasons, manifest, image } = await check(`${host}/${repository}:${tag}`);
  if (verdict === 'reject') throw new Error(reasons[0].message);
  return { manifest: manifest.digest, architecture: image.platform.split('/')[1] };
}

/** Not every package lets its package.json be imported. */
function installedVersion(packageName) {
  const folders = createRequire(new URL('peers/', import.meta.url)).resolve.paths(packageName);
  try {
    return JSON.parse(readFileSync(`${folders[0]}/${packageName}/package.json`, 'utf8')).version;
  } catch {
    return undefined; // not installed: what is imported says so
  }
}

function firstLine(error) {
  return String(error?.message ?? error).split('\n')[0];
}
