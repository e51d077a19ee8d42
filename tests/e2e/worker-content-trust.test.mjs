// Docker Content Trust at the edge: what the Worker concludes, whom it asks for trust data, what its relay passes on, and what its Durable
// Objects remember. The collections are those of the demo; in between stands a network that can show older files than there are.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Response } from 'miniflare';
import { demoRegistry } from './support/registries.mjs';
import { together } from './support/together.mjs';
import { startWorker } from './support/worker.mjs';

const isReport = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(await readFile(new URL('../../pkg/report.schema.json', import.meta.url))));

let stage;
let demo;
let worker;

before(async () => {
  demo = await demoRegistry();
  stage = await together({ demo: Promise.resolve(demo), worker: startWorker({ registries: [demo.host] }) });
  ({ worker } = stage);
});
after(() => stage?.dispose());

const image = (name) => `${demo.host}/demo/${name}`;
const policyOf = (name) => demo.trust.find((one) => one.image === image(name)).policy;
const contentTrustOf = (name) => JSON.parse(policyOf(name)).rules[0].require[0].contentTrust;

async function ask(question, { url } = worker) {
  const answer = await fetch(`${url}/v1/check`, { method: 'POST', body: JSON.stringify(question) });
  return { status: answer.status, body: await answer.json() };
}

/** The report on an image of the demo, by its own policy. */
async function reportOn(name, at = worker) {
  const { status, body } = await ask({ image: image(name), policy: policyOf(name) }, at);
  assert.equal(status, 200, JSON.stringify(body));
  assert.ok(isReport(body), JSON.stringify(isReport.errors, null, 2));
  return body;
}

describe('a collection', () => {
  const cases = [
    ['trust-signed:1.0', 'accept', 'verified', null],
    ['trust-first-use:1.0', 'accept', 'verified', null],
    ['trust-archived:1.0', 'inconclusive', 'archived', null],
    ['trust-another:1.0', 'reject', 'failed', 'trust-digest-mismatch'],
    ['trust-wrong-root:1.0', 'reject', 'failed', 'trust-anchor-mismatch'],
    ['trust-expired:1.0', 'reject', 'failed', 'trust-data-expired'],
  ];
  for (const [name, verdict, outcome] of cases) {
    test(`${name} is ${verdict}`, async () => {
      const report = await reportOn(name);
      const [one] = report.contentTrust;
      assert.equal(report.verdict, verdict, JSON.stringify(report.reasons));
      assert.equal(one.outcome, outcome, JSON.stringify(one));
      assert.equal(one.gun, image(name.split(':')[0]));
      assert.equal(one.code === null, outcome !== 'failed');
    });
  }

  test('says each step from the root to the tag, with who may sign it', async () => {
    const [{ chain, role, tag, digest, rootKeys, anchor }] = (await reportOn('trust-signed:1.0')).contentTrust;
    assert.deepEqual(chain.map(({ role }) => role), ['root', 'timestamp', 'snapshot', 'targets', 'targets/releases']);
    assert.deepEqual([role, tag, chain.at(-1).keys.length], ['targets/releases', '1.0', 2]);
    assert.deepEqual(rootKeys.map(({ id }) => id), anchor.pinned);
    assert.match(digest, /^sha256:/);
  });

  test('is asked as well where a question names it instead of a policy', async () => {
    const { body } = await ask({ image: image('trust-signed:1.0'), contentTrust: contentTrustOf('trust-signed:1.0') });
    assert.equal(body.verdict, 'accept');
    const stranger = await ask({ image: image('trust-signed:1.0'), contentTrust: { rootKey: '0'.repeat(64) } });
    assert.equal(stranger.body.verdict, 'reject');
  });

  test('whose registry has none is a refusal, not a silence', async () => {
    const { body } = await ask({ image: image('app:1.0'), contentTrust: contentTrustOf('trust-signed:1.0') });
    assert.deepEqual([body.verdict, body.contentTrust[0].code], ['reject', 'trust-data-missing']);
  });

  test('that was seen newer is refused when its server goes back, whoever asks', async () => {
    assert.equal((await reportOn('trust-rolled-back:2.0')).verdict, 'accept');
    for (const round of ['first', 'second']) {
      const report = await reportOn('trust-rolled-back:1.0');
      assert.equal(report.verdict, 'reject', round);
      assert.match(report.contentTrust[0].message, /expected version \d+ or later/);
    }
  });
});

describe('first use', () => {
  test('is remembered in the collection’s own object, and whoever comes second with another root is refused', async () => {
    const first = (await reportOn('trust-first-use:1.0')).contentTrust[0];
    const again = (await reportOn('trust-first-use:1.0')).contentTrust[0];
    assert.notEqual(first.firstSeen, null);
    assert.equal(again.firstSeen, first.firstSeen);
    const key = keyOf(`http://${demo.host}`, image('trust-first-use'), 'first use');
    assert.ok(await worker.state(collectionOf(key)).load(key), 'under its own name');
    assert.equal(await worker.state('trust').load(key), undefined, 'and not among the trusted roots');
  });

  test('is refused where nothing remembers it: an isolate has no memory', async () => {
    const forgetful = await startWorker({ registries: [demo.host], remembers: false });
    try {
      const report = await reportOn('trust-first-use:1.0', forgetful);
      assert.notEqual(report.verdict, 'accept');
      assert.equal(report.contentTrust[0].code, 'first-use-needs-store');
      const pinned = await reportOn('trust-signed:1.0', forgetful);
      assert.deepEqual([pinned.verdict, pinned.contentTrust[0].firstSeen], ['accept', null], 'a pin needs no memory');
    } finally {
      await forgetful.dispose();
    }
  });
});

describe('a trust server', () => {
  const elsewhere = (server) => ({ image: image('trust-signed:1.0'), contentTrust: { ...contentTrustOf('trust-signed:1.0'), server } });

  for (const [of, server] of [
    ['that nobody listed', 'https://notary.evil.test'],
    ['on another port of a listed host', 'http://127.0.0.1:1'],
    ['at the metadata service of a cloud', 'http://169.254.169.254'],
    ['whose user is a listed host', () => `https://${demo.host}@evil.test`],
    ['below a listed host’s name', 'https://notary.docker.io.evil.test'],
    ['below a path of a registry, where anybody’s files may be', 'https://codeberg.org/somebody/files/raw/branch/main'],
  ]) {
    test(`${of} is not asked`, async () => {
      const { status, body } = await ask(elsewhere(typeof server === 'string' ? server : server()));
      assert.deepEqual([status, body.error.code], [403, 'trust-server-not-allowed'], JSON.stringify(body));
    });
  }

  test('that only an alternative of a policy names is not asked either', async () => {
    const alternative = { contentTrust: { ...contentTrustOf('trust-signed:1.0'), server: 'https://notary.evil.test' } };
    const policy = { rules: [{ images: image('trust-signed'), require: [{ anyOf: [{ digest: `sha256:${'0'.repeat(64)}` }, alternative] }] }] };
    for (const form of [policy, JSON.stringify(policy)]) {
      const { status, body } = await ask({ image: image('trust-signed:1.0'), policy: form });
      assert.deepEqual([status, body.error.code], [403, 'trust-server-not-allowed']);
    }
  });

  test('that is listed is asked, and is no registry for that', async () => {
    const asked = [];
    const notary = (request) => {
      asked.push(request.url);
      return new Response('{}', { status: 404 });
    };
    const other = await startWorker({
      registries: [demo.host],
      trustServers: ['notary.example.test'],
      outbound: { [demo.host]: `http://${demo.host}`, 'notary.example.test': notary },
    });
    try {
      const { body } = await ask(elsewhere('https://notary.example.test/notary'), other);
      assert.equal(body.contentTrust?.[0].code, 'trust-data-missing', JSON.stringify(body));
      assert.ok(asked.every((url) => url.startsWith(`https://notary.example.test/notary/v2/`)), asked.join());
      const refused = await ask({ image: 'notary.example.test/team/app:1.0' }, other);
      assert.deepEqual([refused.status, refused.body.error.code], [403, 'registry-not-allowed']);
      const data = await fetch(`${other.url}/relay/notary.example.test/notary/v2/docker.io/example/app/_trust/tuf/root.json`);
      assert.equal(data.status, 404, 'what the server says');
      for (const path of ['/v2/team/app/manifests/1.0', '/v2/team/app/_trust/manifests/1.0', '/v2/team/app/_trust/tuf/manifests/1.0']) {
        const { status } = await fetch(`${other.url}/relay/notary.example.test${path}`);
        assert.ok([400, 403].includes(status), `${path}: ${status}`);
      }
    } finally {
      await other.dispose();
    }
  });
});

describe('the relay', () => {
  const relay = (path, options, host = demo.host) => fetch(`${worker.url}/relay/${host}${path}`, options);
  const file = (name) => `/v2/${image('trust-signed')}/_trust/tuf/${name}`;

  test('passes trust data on byte for byte, and keeps none', async () => {
    for (const name of ['root.json', '1.root.json', 'timestamp.json', 'targets/releases.json']) {
      const [relayed, direct] = [await relay(file(name)), await fetch(`http://${demo.host}${file(name)}`)];
      assert.equal(relayed.status, 200, name);
      assert.equal(relayed.headers.get('cache-control'), 'no-store');
      assert.equal(relayed.headers.get('content-security-policy'), 'sandbox; default-src \'none\'');
      assert.deepEqual(await relayed.arrayBuffer(), await direct.arrayBuffer(), name);
    }
  });

  for (const name of [
    'timestamp.key', 'snapshot.key', '', 'root', 'root.json?x=1', 'nobody.json', 'targets.json/', 'targets//a.json', 'targets/..%2froot.json',
    'root.deadbeef.json', 'targets/UPPER.json', '../changefeed', '%2e%2e/changefeed', '-1.root.json',
  ]) {
    test(`does not ask for ${name === '' ? 'the folder itself' : name}`, async () => {
      const answer = await relay(file(name));
      assert.ok([400, 404].includes(answer.status), `${answer.status}`);
      assert.ok(answer.headers.has('pullproof-relay-error') || (await answer.json()).error !== undefined);
    });
  }

  test('does not ask for what is no file of a collection', async () => {
    for (const path of ['/v2/_trust/changefeed', `/v2/${image('trust-signed')}/_trust/changefeed`, '/_notary_server/health', '/metrics', '/v2/_trust/tuf/root.json']) {
      assert.ok([400, 404].includes((await relay(path)).status), path);
    }
  });

  test('only reads', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) assert.equal((await relay(file('root.json'), { method })).status, 405);
  });

  test('asks no host that is not listed', async () => {
    for (const host of ['notary.evil.test', '127.0.0.1:1', '169.254.169.254', 'notary.docker.io.evil.test']) {
      assert.equal((await relay(file('root.json'), {}, host)).status, 403, host);
    }
  });

  test('is not embedded by another page', async () => {
    assert.equal((await relay(file('root.json'), { headers: { 'sec-fetch-dest': 'script' } })).status, 403);
  });
});

// The trap of edges: many isolates, each of which may be shown something else, and one floor. Both begin before anything is kept, and one
// has to write after the other has.
describe('two at once, one of whom is shown older data', () => {
  const ROUNDS = 60;

  test('cannot lower what was seen, whoever of them is the last to write', async () => {
    const [older, newest] = [await recorded('1.0'), await recorded('2.0')];
    const gun = image('trust-rolled-back');
    const [low, high] = [older, newest].map((files) => JSON.parse(files.get('timestamp.json')).signed.version);
    assert.ok(low < high);
    /** What the next looks are shown, and then all others; whose files are held back, and until when. */
    let shown = { first: [], then: newest, held: null, until: null };
    const edge = await startWorker({ registries: [demo.host], trustServers: [demo.host], outbound: { [demo.host]: answer } });
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const server = `http://${demo.host}/${round}`; // another collection each time, whose floor nobody has raised yet
        const wanted = { ...contentTrustOf('trust-rolled-back:1.0'), server };
        const key = keyOf(server, gun, `keys ${wanted.rootKey}`);
        const look = async () => (await ask({ image: `${gun}:1.0`, contentTrust: wanted }, edge)).body;
        const floor = async () => timestampFloor(await edge.state(collectionOf(key)).load(key));
        const isOlderLast = round % 2 === 1;
        const one = promised();
        shown = {
          first: round % 4 < 2 ? [older, newest] : [newest, older],
          then: isOlderLast ? older : newest,
          held: isOlderLast ? older : newest,
          until: one.promise,
        };
        const both = await Promise.all([look(), look()].map((report) => report.finally(one.resolve)));
        assert.ok(both.some(({ verdict }) => verdict === 'accept'), `round ${round}: whoever is shown the newest accepts it`);
        assert.equal(await floor(), high, `round ${round}`);
        shown = { first: [], then: older, held: null, until: null };
        assert.equal((await look()).verdict, 'reject', `round ${round}: nobody goes back any more`);
        assert.equal(await floor(), high, `round ${round}`);
      }
    } finally {
      await edge.dispose();
    }

    async function answer(request) {
      const { pathname } = new URL(request.url);
      const [, name] = pathname.split('/_trust/tuf/');
      if (name === undefined) {
        const { status, headers, body } = await fetch(`http://${demo.host}${pathname}`, { headers: [...request.headers] });
        return new Response(body, { status, headers: [...headers] });
      }
      const files = name === 'timestamp.json' ? shown.first.shift() ?? shown.then : [older, newest].find((files) => files.has(name)) ?? newest;
      if (name.startsWith('snapshot.') && files === shown.held) await shown.until;
      const bytes = files.get(name);
      return bytes === undefined ? new Response('{}', { status: 404 }) : new Response(bytes);
    }
  });

  /** Every file that the server shows after this tag was asked for, by its name, with and without its hash. */
  async function recorded(tag) {
    await fetch(`http://${demo.host}/v2/demo/trust-rolled-back/manifests/${tag}`);
    const files = new Map();
    for (const role of ['root', '1.root', 'timestamp', 'snapshot', 'targets', 'targets/releases', 'targets/alice', 'targets/bob']) {
      const answer = await fetch(`http://${demo.host}/v2/${image('trust-rolled-back')}/_trust/tuf/${role}.json`);
      const bytes = Buffer.from(await answer.arrayBuffer());
      files.set(`${role}.json`, bytes);
      files.set(`${role}.${createHash('sha256').update(bytes).digest('hex')}.json`, bytes);
    }
    return files;
  }
});

function promised() {
  let resolve;
  const promise = new Promise((resolved) => { resolve = resolved; });
  return { promise, resolve };
}

/** As src/collection.rs names what is kept: of a collection, and of one anchor. */
function keyOf(server, gun, anchor) {
  const hash = (text) => createHash('sha256').update(text).digest('hex');
  return `content-trust-${hash(`${server}\n${gun}`)}-${hash(anchor).slice(0, 20)}`;
}

/** The object in which that is. */
const collectionOf = (key) => key.slice(0, -21);

/** The version of the timestamp below which nobody goes any more. */
function timestampFloor(bytes) {
  const state = JSON.parse(Buffer.from(bytes).toString());
  const { version } = state.floors?.timestamp ?? assert.fail(`no floor in ${JSON.stringify(state).slice(0, 400)}`);
  return version;
}
