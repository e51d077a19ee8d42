// What a whole check of a signed image takes: requests, bytes, and time of processors. In Node, and at the edge, where the time of
// processors is what is counted.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Miniflare } from 'miniflare';
import { demoRegistry } from '../tests/e2e/support/registries.mjs';
import { miniflareOptions } from '../worker/local.mjs';
import { check } from '../pkg/dist/node.js';
import { readCase } from './support/cases.mjs';
import { run } from './support/run.mjs';
import { median } from './support/statistics.mjs';
import { startWorkerd } from './support/workerd.mjs';

const COLD = fileURLToPath(new URL('support/cold-check.mjs', import.meta.url));
const RUNS = 7;
const WARM = 30;

/** What Cloudflare's free plan gives a request, ms of a processor. */
const FREE_PLAN = 10;

/** @param {{ vectors: string }} where the cases of the virtual Sigstore are */
export async function keyless({ vectors }) {
  const { signed, host, dispose } = await demoRegistry();
  try {
    const named = (name) => signed.find(({ image }) => image.endsWith(`/demo/${name}:1.0`));
    const questions = {
      'the image alone': { image: named('signed-keyless').image },
      'signed with a key': named('signed-key'),
      'signed keyless': named('signed-keyless'),
    };
    const rows = [];
    for (const [name, question] of Object.entries(questions)) {
      rows.push({ name, ...(await asked(question)), ...(await inNode(question)), ...(await atTheEdge(host, question)) });
    }
    return {
      title: 'A whole check, ms of processors',
      columns: {
        requests: 'requests', bytes: 'bytes', warm: 'Node, warm', cold: 'Node, cold', edgeWarm: 'workerd, warm', edgeFirst: 'workerd, first',
      },
      rows,
      notes: [
        'All threads together, kernel included, from the start of the request to its answer; medians. The registry’s own time is not in it.',
        'Cold in Node is a process from before the package is loaded. First at the edge is the first check of an isolate that has answered',
        `another request; its module is compiled then, as it is on Cloudflare, whose free plan gives a request ${FREE_PLAN} ms.`,
        `Of the keyless check at the edge, warm, verifying the bundle takes ${(await verifying(vectors)).toFixed(1)} ms; the rest is ${rows[2].requests} requests.`,
      ],
    };
  } finally {
    await dispose();
  }
}

const optionsOf = ({ policy }) => (policy === undefined ? {} : { policy });

function expect({ verdict }, { policy }) {
  const expected = policy === undefined ? 'inconclusive' : 'accept';
  if (verdict !== expected) throw new Error(`expected the verdict ${expected}, found ${verdict}`);
}

async function asked(question) {
  let [requests, bytes] = [0, 0];
  const counting = async (request) => {
    requests += 1;
    const response = await fetch(request);
    bytes += (await response.clone().arrayBuffer()).byteLength;
    return response;
  };
  expect(await check(question.image, { ...optionsOf(question), fetch: counting }), question);
  return { requests, bytes };
}

async function inNode(question) {
  const once = async () => {
    const before = process.cpuUsage();
    expect(await check(question.image, optionsOf(question)), question);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  for (let time = 0; time < WARM; time += 1) await once();
  const warm = await repeat(WARM, once);
  const cold = await repeat(RUNS, async () => Number((await run([process.execPath, COLD, JSON.stringify(question)])).stdout));
  return { warm, cold };
}

async function atTheEdge(registries, question) {
  const [first, warm] = [[], []];
  for (let time = 0; time < RUNS; time += 1) {
    const before = new Set(processes());
    const miniflare = new Miniflare(miniflareOptions({ registries }));
    try {
      const url = new URL('/v1/check', await miniflare.ready);
      const worker = processes().filter((pid) => !before.has(pid));
      const ask = async () => {
        const start = timeOf(worker);
        const response = await fetch(url, { method: 'POST', body: JSON.stringify({ image: question.image, ...(question.policy && { policy: JSON.parse(question.policy) }) }) });
        expect(await response.json(), question);
        return timeOf(worker) - start;
      };
      // Loads the script, which on Cloudflare is nobody's request.
      await (await fetch(new URL('/v1/check?image=', url))).text();
      first.push(await ask());
      for (let turn = 0; turn < WARM; turn += 1) warm.push(await ask());
    } finally {
      await miniflare.dispose();
    }
  }
  return { edgeFirst: median(first), edgeWarm: median(warm) };
}

/** Milliseconds that one keyless bundle takes inside workerd, when it has been asked often. */
async function verifying(vectors) {
  const before = new Set(processes());
  const workerd = await startWorkerd(new URL('workers/verification.mjs', import.meta.url));
  try {
    const worker = processes().filter((pid) => !before.has(pid));
    const { artifact, ...question } = readCase(vectors, 'message');
    const ask = (times) => workerd.ask(JSON.stringify({ ...question, artifact: [...artifact], times }));
    await ask(WARM);
    const start = timeOf(worker);
    await ask(4 * WARM);
    return (timeOf(worker) - start) / (4 * WARM);
  } finally {
    await workerd.dispose();
  }
}

/** The processes of workerd that this one has started. */
function processes() {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && statusOf(pid) === `workerd ${process.pid}`);
}

function statusOf(pid) {
  try {
    const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return `${name} ${parent}`;
  } catch {
    return ''; // it has ended
  }
}

/** Milliseconds that all threads of these processes have run. */
function timeOf(pids) {
  const nanoseconds = pids.flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0])));
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6;
}

async function repeat(times, measure) {
  const found = [];
  for (let time = 0; time < times; time += 1) found.push(await measure());
  return median(found);
}
