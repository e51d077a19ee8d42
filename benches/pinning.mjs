// A thousand files pinned in one call, beside other programs that pin: the time, the requests, the memory, and what they passed over.

import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DECOY, FILES, IMAGES, images, manyFiles, REFERENCES, writeManyFiles } from '../tests/e2e/support/many-files.mjs';
import { digestOf } from './clients.mjs';
import { startProxy } from './support/counting-proxy.mjs';
import { measuresMemory, peakMemory, run } from './support/run.mjs';
import { median, takeTurns } from './support/statistics.mjs';

const RUNS = 5;
const CLI = fileURLToPath(new URL('../pkg/dist/cli.js', import.meta.url));

/** `command` pins everything in a folder, in place. */
const PINNERS = [
  { name: 'pullproof pin', command: (folder) => [process.execPath, CLI, 'pin', folder, '--write', '--lock', join(folder, 'pullproof.lock')] },
  peer('frizbee', (program, folder) => [program, 'image', folder]),
  peer('pindock', (program, folder) => [program, 'run', '--dir', folder]),
];

/**
 * @param {object} options
 * @param {string} options.registry that everybody may read and write
 * @param {{ repository: string, tag: string }} options.question an image that is there already
 */
export async function pinning({ registry, question }) {
  const digests = await publish(registry, question);
  const there = PINNERS.filter(({ missing }) => missing === undefined);
  const home = await mkdtemp(join(tmpdir(), 'pullproof-pinning-'));
  try {
    const work = await workplace(home, registry, digests);
    const pin = ({ command }) => run(command(work.folder));
    const times = [];
    for (const [index, time] of (await takeTurns(there.flatMap((pinner) => [work.renew, () => pin(pinner)]), { runs: RUNS, warmUps: 1 })).entries()) {
      if (index % 2 === 1) times.push(time);
    }
    const rows = [];
    for (const [index, pinner] of there.entries()) {
      rows.push({
        name: pinner.name,
        ...times[index],
        ratio: times[index].median / times[0].median,
        mebibytes: await memory(work, pinner),
        ...await requests(home, registry, digests, pinner),
        ...await outcome(work, pinner),
      });
    }
    return {
      title: 'Pinning 1,000 files, ms',
      columns: {
        median: 'median', fastest: 'fastest', ratio: 'to pullproof’s', mebibytes: 'peak MiB', manifests: 'manifest requests', others: 'other requests',
        pinned: 'pinned', missed: 'missed', decoys: 'pinned by mistake', altered: 'files changed otherwise',
      },
      rows: [...rows, ...PINNERS.filter(({ missing }) => missing !== undefined).map(({ name }) => ({ name }))],
      notes: [
        `${FILES} files (Dockerfiles, Compose, Kubernetes) with ${REFERENCES} references to ${IMAGES} images, from the start of the process to its end, median of ${RUNS}.`,
        'pullproof fetches every document and hashes it; a program that sends HEAD believes what it is told.',
        'Changed otherwise: more than digests behind the names, such as comments, line ends, names.',
        ...PINNERS.flatMap(({ name, missing }) => (missing === undefined ? [] : [`${name} ${missing}.`])),
        ...there.filter(({ name }, index) => index > 0 && name.startsWith('pindock')).map(({ name }) => `${name} reads Dockerfiles and Compose files only.`),
      ],
    };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

function peer(name, command) {
  const file = (part) => fileURLToPath(new URL(`../target/peers/${name}/${part}`, import.meta.url));
  if (!existsSync(file('version'))) return { name, missing: 'is left out: it is not there, and `cargo xtask peers` brings it' };
  return { name: `${name} ${readFileSync(file('version'), 'utf8')}`, command: (folder) => command(file('program'), folder) };
}

/** A folder with the files as they were, however often. */
async function workplace(home, host, digests) {
  const [template, folder] = [await mkdtemp(join(home, 'template-')), join(await mkdtemp(join(home, 'work-')), 'files')];
  const files = [...manyFiles(host, ({ repository, tag }) => digests.get(`${repository}:${tag}`))];
  await writeManyFiles(template, files);
  return {
    folder,
    files,
    async renew() {
      await rm(folder, { recursive: true, force: true });
      await cp(template, folder, { recursive: true });
    },
  };
}

async function memory({ folder, renew }, { command }) {
  if (!measuresMemory) return undefined;
  await renew();
  return await peakMemory(command(folder)) / 1024;
}

/** Through a proxy, which counts: the files name it as their registry. */
async function requests(home, registry, digests, { command }) {
  const proxy = await startProxy(registry);
  try {
    const { folder, renew } = await workplace(home, proxy.host, digests);
    await renew();
    await run(command(folder));
    const manifests = proxy.asked.filter((line) => line.includes('/manifests/')).length;
    return { manifests, others: proxy.asked.length - manifests };
  } finally {
    proxy.close();
  }
}

/** What the files say afterwards. */
async function outcome({ folder, files, renew }, { command, name }) {
  await renew();
  const { code, stderr } = await run(command(folder));
  if (code !== 0) console.error(`${name} ended with ${code}: ${stderr.slice(0, 500)}`);
  const counts = { pinned: 0, missed: 0, decoys: 0, altered: 0 };
  for (const { name, text, digests } of files) {
    const after = await readFile(join(folder, name), 'utf8');
    const inserted = after.match(/(?<=@)sha256:[0-9a-f]{64}/g) ?? [];
    const right = digests.filter((digest) => inserted.includes(digest)).length;
    counts.pinned += right;
    counts.missed += digests.length - right;
    counts.decoys += inserted.length - right;
    counts.altered += after.replaceAll(/@sha256:[0-9a-f]{64}/g, '') === text ? 0 : 1;
  }
  return counts;
}

/** Pushes the images: for each an index of its own, over the manifests of one that is there. @returns their digests by name and tag */
async function publish(registry, question) {
  const url = (repository, rest) => `http://${registry}/v2/${repository}/${rest}`;
  const fetched = async (reference) => {
    const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json';
    const answer = await expectOk(fetch(url(question.repository, `manifests/${reference}`), { headers: { accept } }));
    return { type: answer.headers.get('content-type'), text: await answer.text() };
  };
  const { type, text } = await fetched(question.tag);
  const index = JSON.parse(text);
  const children = await Promise.all(index.manifests.map(({ digest }) => fetched(digest)));
  const put = (repository, reference, { type, text }) => expectOk(fetch(url(repository, `manifests/${reference}`), { method: 'PUT', headers: { 'content-type': type }, body: text }));

  const all = [...images(), DECOY];
  for (const repository of new Set(all.map((image) => image.repository))) {
    for (const child of children) {
      const { config, layers } = JSON.parse(child.text);
      for (const { digest } of [config, ...layers]) {
        await expectOk(fetch(url(repository, `blobs/uploads/?mount=${digest}&from=${question.repository}`), { method: 'POST' }));
      }
      await put(repository, digestOf(child.text), child);
    }
  }
  const digests = new Map();
  for (const { repository, tag } of all) {
    const text = JSON.stringify({ ...index, annotations: { 'org.opencontainers.image.ref.name': `${repository}:${tag}` } });
    await put(repository, tag, { type, text });
    digests.set(`${repository}:${tag}`, digestOf(text));
  }
  return digests;
}

async function expectOk(answer) {
  const { ok, status, url } = (answer = await answer);
  if (!ok) throw new Error(`expected the registry to take what belongs to ${url}, found ${status}: ${await answer.text()}`);
  return answer;
}
