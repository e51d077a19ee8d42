// Pinning from end to end: the command line, the library, the Worker and the page pin the same texts against a real registry, to the
// same digests that the registry's own client reports, and all of them notice when a tag has moved. Then a thousand files at once.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import * as library from '../../pkg/dist/node.js';
import { commandLine } from './support/command-line.mjs';
import { makeLayout, skopeo } from './support/layout.mjs';
import { listen } from './support/listen.mjs';
import { FILES, IMAGES, images, manyFiles, REFERENCES, writeManyFiles } from './support/many-files.mjs';
import { openTab } from './support/page.mjs';
import { ROOT } from './support/program.mjs';
import { realRegistries } from './support/registries.mjs';
import { together } from './support/together.mjs';
import { startWorker } from './support/worker.mjs';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const sha256 = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

let folder;
before(async () => { folder = await mkdtemp(join(tmpdir(), 'pullproof-pin-')); });
after(() => rm(folder, { recursive: true, force: true }));

describe('against a real registry', { timeout: 300_000 }, () => {
  let stage;
  let layout;
  let host;
  let tab;

  before(async () => {
    const registries = await realRegistries();
    host = registries.open;
    const browser = chromium.launch({
      executablePath: process.env.PULLPROOF_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.*'],
    });
    stage = await together({
      layout: makeLayout(),
      registries: Promise.resolve(registries),
      worker: startWorker({ registries: [host, registries.token] }),
      browser: browser.then((browser) => ({ browser, dispose: () => browser.close() })),
    });
    layout = stage.layout;
    tab = await openTab(stage.browser.browser);
    await tab.goto(stage.worker.url);
  }, { timeout: 300_000 });
  after(() => stage?.dispose());
  afterEach(() => assert.deepEqual(tab.record.complaints, []));

  /** The texts, each with the name of a file that holds such a text. */
  const texts = () => ({
    Dockerfile: `ARG BASE=${host}/pin/multi:1.0\nFROM \${BASE} AS build\n# FROM ${host}/pin/comment:1.0\nFROM --platform=linux/arm64 ${host}/pin/single:1.0 AS other\n`
      + `COPY --from=build /a /a\nCOPY --from=${host}/pin/pretty:1.0 /b /b\nFROM scratch\n`,
    'compose.yaml': `services:\r\n  web: { image: "${host}/pin/multi:1.0" } # é 漢字\r\n  worker:\r\n    image: \${WORKER:-${host}/pin/single:1.0}\r\n  built:\r\n    build: .\r\n    image: ours\r\n`
      + `  unknown:\r\n    image: \${IMAGE}\r\n  absent:\r\n    image: ${host}/pin/absent:1.0`,
    'pods.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata:\n  note: |\n    image: ${host}/pin/comment:1.0\n---\napiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n`
      + `  initContainers:\n    - name: first\n      image: '${host}/pin/pretty:1.0'   # kept\n  containers:\n    - image: ${host}/pin/multi:1.0\n      name: a\n    - { name: b, image: ${host}/pin/multi:1.0 }\n`,
    'run.sh': `docker run --rm -v "$PWD:/work" -e A=b \\\n  ${host}/pin/multi:1.0 sh -c 'docker run nothing'\npodman pull -q ${host}/pin/single:1.0\n`,
  });
  const KINDS = { Dockerfile: 'dockerfile', 'compose.yaml': 'compose', 'pods.yaml': 'kubernetes', 'run.sh': 'command' };
  const IMAGES_OF = { Dockerfile: ['multi', 'single', 'pretty'], 'compose.yaml': ['multi', 'single'], 'pods.yaml': ['multi', 'pretty'], 'run.sh': ['multi', 'single'] };

  /** Everybody who pins, each by `(text, kind, options)`. */
  const PINNERS = {
    'the command line': async (text, kind, options = {}) => {
      const file = await fileOf(text);
      const { code, stdout, stderr } = await commandLine(['pin', file, '--kind', kind, '--write', '--no-lock', '--json', ...await flags(options)]);
      assert.ok([0, 1, 3].includes(code), `${code}: ${stderr}`);
      const { schemaVersion, files: [{ changes, leftAlone, ...rest }], resolved } = JSON.parse(stdout);
      return { schemaVersion, kind: rest.kind, text: await readFile(file, 'utf8'), changes, leftAlone, resolved };
    },
    'the library in Node': (text, kind, options) => library.pin(text, { kind, ...options }),
    'the library in Chromium': (text, kind, options) => inPage('pin', text, { kind, ...options }),
    'the Worker': (text, kind, options) => ask('/v1/pin', { text, kind, ...options }),
  };

  /** Everybody who says what has moved, the same way. */
  const WATCHERS = {
    'the command line': async (text, kind, options = {}) => {
      const { code, stdout, stderr } = await commandLine(['drift', await fileOf(text), '--kind', kind, '--json', ...await flags(options)]);
      assert.ok([0, 1, 3].includes(code), `${code}: ${stderr}`);
      const { file, ...result } = JSON.parse(stdout).files[0];
      assert.equal(code, result.moved ? 1 : 0);
      return { schemaVersion: 1, ...result };
    },
    'the library in Node': (text, kind, options) => library.drift(text, { kind, ...options }),
    'the library in Chromium': (text, kind, options) => inPage('drift', text, { kind, ...options }),
    'the Worker': (text, kind, options) => ask('/v1/drift', { text, kind, ...options }),
  };

  let number = 0;
  async function fileOf(text) {
    const file = join(folder, `text-${number += 1}`);
    await writeFile(file, text);
    return file;
  }

  async function flags({ platform, policy }) {
    return [...(platform ? ['--platform', platform] : []), ...(policy ? ['--policy', await fileOf(JSON.stringify(policy))] : [])];
  }

  function inPage(what, text, options) {
    return tab.evaluate(async ([what, text, options]) => {
      const library = await import('/pullproof/browser.js');
      return library[what](text, options);
    }, [what, text, options]);
  }

  async function ask(path, body) {
    const answer = await fetch(stage.worker.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer.json();
  }

  /** The page itself, as a person uses it: the text goes in, the pinned text comes out by the button that copies. */
  async function byHand(text, { kind, platform = '' } = {}) {
    // Not loaded anew but left and come to, or the page would answer the last question again, and whose answer is seen would be chance.
    await tab.goto('about:blank');
    await tab.goto(stage.worker.url);
    // By the clipboard, because what is typed into a box has no CRLF.
    await tab.evaluate((text) => navigator.clipboard.writeText(text), text);
    await tab.locator('#image').press('Control+A');
    await tab.locator('#image').press('Control+V');
    if (kind) await tab.locator('#kind').selectOption(kind);
    await tab.locator('#platform').fill(platform);
    await tab.locator('#ask .primary').click();
    await tab.locator('#verdict').waitFor();
    await tab.getByRole('button', { name: 'Copy the pinned text' }).click();
    return tab.evaluate(() => navigator.clipboard.readText());
  }

  async function publish() {
    for (const [name, image] of [['multi-platform', 'multi'], ['single', 'single'], ['pretty', 'pretty']]) await layout.copy(name, `${host}/pin/${image}:1.0`);
  }

  /** What the registry's own client says a tag names. */
  async function digestBySkopeo(image) {
    const raw = await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${host}/pin/${image}`);
    const file = await fileOf(raw);
    const digest = (await skopeo('manifest-digest', file)).toString().trim();
    assert.equal(digest, sha256(raw));
    return digest;
  }

  /** And which manifest it takes for a platform. */
  async function platformBySkopeo(image, architecture) {
    const there = await mkdtemp(join(folder, 'copied-'));
    await skopeo('--override-os', 'linux', '--override-arch', architecture, 'copy', '--quiet', '--src-tls-verify=false', `docker://${host}/pin/${image}`, `dir:${there}`);
    return (await skopeo('manifest-digest', join(there, 'manifest.json'))).toString().trim();
  }

  /** Without what differs by nature: when it was asked. */
  function timeless({ resolved, ...result }) {
    for (const { resolvedAt } of Object.values(resolved)) assert.ok(Math.abs(Date.now() - Date.parse(resolvedAt)) < 60_000, resolvedAt);
    return { ...result, resolved: Object.fromEntries(Object.entries(resolved).map(([reference, { resolvedAt, ...rest }]) => [reference, rest])) };
  }

  for (const [file, kind] of Object.entries(KINDS)) {
    test(`${file}: everybody pins it to the same text, with the digests that skopeo reports`, async () => {
      await publish();
      const text = texts()[file];
      const results = {};
      for (const [who, pin] of Object.entries(PINNERS)) results[who] = timeless(await pin(text, kind));
      const first = results['the library in Node'];
      for (const [who, result] of Object.entries(results)) assert.deepEqual(result, first, who);
      assert.equal(await byHand(text), first.text);

      const digests = Object.fromEntries(await Promise.all(IMAGES_OF[file].map(async (image) => [`${host}/pin/${image}:1.0`, await digestBySkopeo(`${image}:1.0`)])));
      assert.deepEqual(Object.fromEntries(Object.entries(first.resolved).map(([reference, { digest }]) => [reference, digest])), digests);
      let expected = text;
      for (const [name, digest] of Object.entries(digests)) expected = expected.replaceAll(name, `${name}@${digest}`);
      assert.equal(first.text, expected);
      for (const { pinned, image, digest } of first.changes) assert.equal(pinned, `${image}@${digest}`);
    });
  }

  test('what is left alone is said by everybody in the same words', async () => {
    const { 'compose.yaml': compose, Dockerfile } = texts();
    const left = async (text, kind) => (await library.pin(text, { kind })).leftAlone.map(({ code, settled }) => `${code} ${settled}`);
    assert.deepEqual(await left(compose, 'compose'), ['built true', 'variable false', 'not-found false']);
    assert.deepEqual(await left(Dockerfile, 'dockerfile'), ['stage true', 'scratch true']);
  });

  test('for a platform everybody pins the manifest that skopeo takes for it, and keeps the index beside it', async () => {
    await publish();
    const text = `FROM ${host}/pin/multi:1.0\n`;
    const [platform, index] = [await platformBySkopeo('multi:1.0', 'arm64'), await digestBySkopeo('multi:1.0')];
    assert.notEqual(platform, index);
    for (const [who, pin] of Object.entries(PINNERS)) {
      const { text: pinned, resolved } = await pin(text, 'dockerfile', { platform: 'linux/arm64' });
      const { digest, indexDigest, platformDigest } = resolved[`${host}/pin/multi:1.0`];
      assert.deepEqual([who, pinned, digest, indexDigest, platformDigest], [who, `FROM ${host}/pin/multi:1.0@${platform}\n`, platform, index, platform]);
    }
    assert.equal(await byHand(text, { platform: 'linux/arm64' }), `FROM ${host}/pin/multi:1.0@${platform}\n`);
  });

  test('with a policy everybody pins what it accepts, and nothing else', async () => {
    await publish();
    const text = `FROM ${host}/pin/multi:1.0\nCOPY --from=${host}/pin/single:1.0 /a /a\n`;
    const digest = await digestBySkopeo('multi:1.0');
    const policy = { rules: [{ images: `${host}/pin/multi`, require: [{ anyOf: [{ digest }] }] }], default: 'reject' };
    for (const [who, pin] of Object.entries(PINNERS)) {
      const { text: pinned, leftAlone } = await pin(text, 'dockerfile', { policy });
      assert.equal(pinned, text.replace('multi:1.0', `multi:1.0@${digest}`), who);
      assert.deepEqual(leftAlone.map(({ code, settled }) => [code, settled]), [['policy-rejected', false]], who);
    }
  });

  for (const [file, kind] of Object.entries(KINDS)) {
    test(`${file}: everybody notices that a tag has moved, and then that the old image is gone`, async () => {
      await publish();
      const tag = `${host}/pin/multi:1.0`;
      const old = await digestBySkopeo('multi:1.0');
      // Without the service that has no image: that nobody can say what it is would be another story.
      const { text } = await library.pin(texts()[file].replace(/\r\n  absent:[^]*$/, ''), { kind });
      const everybody = async (options) => {
        const answers = {};
        for (const [who, drift] of Object.entries(WATCHERS)) answers[who] = await drift(text, kind, options);
        for (const [who, answer] of Object.entries(answers)) assert.deepEqual(answer, answers['the library in Node'], who);
        return answers['the library in Node'];
      };
      const of = ({ images }) => images.find(({ reference }) => reference === tag);

      const before = await everybody();
      assert.equal(before.moved, false);
      assert.deepEqual([...new Set(before.images.map(({ status, old }) => `${status} ${old}`))], ['current exists']);

      await layout.copy('newline', tag);
      const current = await digestBySkopeo('multi:1.0');
      assert.notEqual(current, old);
      const moved = await everybody();
      assert.equal(moved.moved, true);
      assert.deepEqual(moved.images.filter(({ status }) => status === 'moved'), [of(moved)]);
      assert.deepEqual({ ...of(moved), places: null, currentPlatformDigest: null }, {
        reference: tag, pinned: old, status: 'moved', current, currentPlatformDigest: null, pinnedAs: null, policy: null, old: 'exists', code: null, message: null, places: null,
      });
      assert.ok(of(moved).places.every(({ line, column }) => line >= 1 && column >= 1) && of(moved).places.length > 0);

      const policy = (digest) => ({ rules: [{ images: `${host}/pin/*`, require: [{ anyOf: [{ digest }] }] }], default: 'reject' });
      assert.equal(of(await everybody({ policy: policy(current) })).policy, 'accept');
      assert.equal(of(await everybody({ policy: policy(old) })).policy, 'reject');

      const gone = await fetch(`http://${host}/v2/pin/multi/manifests/${old}`, { method: 'DELETE' });
      assert.equal(gone.status, 202, await gone.text());
      assert.deepEqual([of(await everybody()).status, of(await everybody()).old], ['moved', 'gone']);
    });
  }

  test('the page says of a text in which everything is pinned which tag has moved', async () => {
    await publish();
    const { text } = await library.pin(texts().Dockerfile, { kind: 'dockerfile' });
    await layout.copy('newline', `${host}/pin/multi:1.0`);
    await tab.goto(stage.worker.url);
    await tab.locator('#image').fill(text);
    await tab.locator('#ask .primary').click();
    await tab.locator('#verdict').waitFor();
    const shown = await tab.locator('#result').innerText();
    assert.match(shown, /moved/);
    for (const digest of [await digestBySkopeo('multi:1.0'), layout.digest('multi-platform')]) assert.ok(shown.replaceAll(/\s/g, '').includes(digest.slice(7, 40)), `${digest} in ${shown}`);
  });

  test('a lock that was written with the digests tells later which tag has moved', async () => {
    await publish();
    const file = join(folder, 'Dockerfile');
    const lock = join(folder, 'pullproof.lock');
    await writeFile(file, texts().Dockerfile);
    const written = await commandLine(['pin', file, '--write', '--lock', lock]);
    assert.equal(written.code, 0, written.stderr);
    const { images } = JSON.parse(await readFile(lock, 'utf8'));
    assert.deepEqual(Object.fromEntries(Object.entries(images).map(([reference, { digest }]) => [reference, digest])), {
      [`${host}/pin/multi:1.0`]: layout.digest('multi-platform'), [`${host}/pin/pretty:1.0`]: layout.digest('pretty'), [`${host}/pin/single:1.0`]: layout.digest('single'),
    });
    assert.equal((await commandLine(['drift', lock])).code, 0);
    assert.equal((await commandLine(['drift', file])).code, 0);
    await layout.copy('newline', `${host}/pin/pretty:1.0`);
    for (const pinned of [lock, file]) {
      const { code, stdout } = await commandLine(['drift', pinned, '--json']);
      assert.equal(code, 1);
      assert.deepEqual(JSON.parse(stdout).files[0].images.filter(({ status }) => status === 'moved').map(({ reference }) => reference), [`${host}/pin/pretty:1.0`]);
    }
  });

  // A page cannot ask the registry behind the token server itself: its preflight is refused.
  test('through the relay, too, the old image is gone when it is gone', async () => {
    const image = `${stage.registries.token}/public/gone:1.0`;
    await layout.copy('multi-platform', `${host}/public/gone:1.0`);
    const text = `FROM ${image}@${layout.digest('multi-platform')}\n`;
    const options = { kind: 'dockerfile', relay: `${stage.worker.url}/relay/` };
    const before = await inPage('drift', text, options);
    assert.deepEqual(before.images.map(({ status, old }) => [status, old]), [['current', 'exists']]);
    await layout.copy('newline', `${host}/public/gone:1.0`);
    assert.deepEqual((await inPage('drift', text, options)).images.map(({ status, old }) => [status, old]), [['moved', 'exists']]);
    assert.equal((await fetch(`http://${host}/v2/public/gone/manifests/${layout.digest('multi-platform')}`, { method: 'DELETE' })).status, 202);
    assert.deepEqual((await inPage('drift', text, options)).images.map(({ status, old }) => [status, old]), [['moved', 'gone']]);
  });

  test('a registry that lies about the digest is not believed: the bytes decide', async () => {
    await publish();
    const liar = await listen(async ({ url, headers: { accept = '*/*' } }, response) => {
      const answer = await fetch(`http://${host}${url}`, { headers: { accept } });
      const headers = { 'content-type': answer.headers.get('content-type'), 'docker-content-digest': sha256('something else') };
      response.writeHead(answer.status, headers).end(Buffer.from(await answer.arrayBuffer()));
    });
    try {
      const { changes, leftAlone } = await library.pin(`FROM ${liar.host}/pin/multi:1.0\n`, { kind: 'dockerfile' });
      assert.deepEqual(changes, []);
      assert.deepEqual(leftAlone.map(({ code, settled }) => [code, settled]), [['header-mismatch', false]]);
    } finally {
      await liar.dispose();
    }
  });
});

describe(`${FILES} files with ${REFERENCES} references to ${IMAGES} images`, { timeout: 300_000 }, () => {
  let registry;
  before(async () => { registry = await manyImages(); });
  after(() => registry?.dispose());
  afterEach(() => registry.forget());

  async function write(padding) {
    const there = await mkdtemp(join(folder, 'many-'));
    const files = () => manyFiles(registry.host, ({ repository, tag }) => sha256(registry.document(repository, tag)), padding);
    await writeManyFiles(there, files());
    return { there, files };
  }

  async function assertPinned({ there, files }) {
    for (const { name, pinned } of files()) assert.equal(await readFile(join(there, name), 'utf8'), pinned, name);
  }

  test('one call asks for each image once, a few at a time, and pins every reference and nothing else', async (context) => {
    const many = await write();
    const lock = join(many.there, 'pullproof.lock');
    const { code, stderr } = await commandLine(['pin', many.there, '--write', '--lock', lock]);
    assert.equal(code, 0, stderr);
    context.diagnostic(`${registry.asked.length} requests, at most ${registry.mostAtOnce()} at once`);
    assert.deepEqual(registry.asked.toSorted(), images().map(({ repository, tag }) => `GET /v2/${repository}/manifests/${tag}`).sort());
    assert.ok(registry.mostAtOnce() > 1 && registry.mostAtOnce() <= 8, `expected at most 8 requests at once, found ${registry.mostAtOnce()}`);
    await assertPinned(many);
    assert.equal(Object.keys(JSON.parse(await readFile(lock, 'utf8')).images).length, IMAGES);

    registry.forget();
    assert.equal((await commandLine(['pin', many.there, '--check'])).code, 0);
    assert.equal((await commandLine(['pin', many.there, '--write', '--no-lock'])).code, 0);
    assert.deepEqual(registry.asked, [], 'pinning twice asks nobody');
    await assertPinned(many);
  });

  test('before they are pinned, --check names every reference and asks nobody', async () => {
    const { there } = await write();
    const { code, stdout, stderr } = await commandLine(['pin', there, '--check']);
    assert.equal(code, 1);
    assert.equal(`${stdout}${stderr}`.match(/^\S+:\d+:\d+/gm)?.length, REFERENCES);
    assert.deepEqual(registry.asked, []);
  });

  // All of them are 100 MB; what is kept of each must not be its text.
  test('the memory does not grow with the files', async (context) => {
    const many = await write(100_000);
    const { code, stderr, mebibytes } = await measured(['pin', many.there, '--write', '--no-lock'], ['--max-old-space-size=64']);
    assert.equal(code, 0, stderr);
    context.diagnostic(`at most ${mebibytes} MiB`);
    assert.ok(mebibytes < 256, `expected less than 256 MiB at the most, found ${mebibytes}`);
    await assertPinned(many);
  });

  test('a terminal is shown how far it is, and a pipe is not', async () => {
    const { there } = await write();
    registry.slow(60);
    const piped = await commandLine(['pin', there, '--no-lock']);
    assert.equal(piped.code, 0, piped.stderr);
    assert.doesNotMatch(piped.stderr, /\r|\d+\/300/);
    const shown = await onTerminal(['pin', there, '--write', '--no-lock']);
    const counts = [...shown.matchAll(/\r\[#*\.*\] (\d+)\/300 references/g)].map(([, count]) => Number(count));
    assert.ok(counts.length > 10, shown.slice(0, 2000));
    assert.deepEqual(counts, counts.toSorted((a, b) => a - b));
    assert.equal(counts.at(-1), IMAGES);
  });

  test('one image that is not there keeps nobody from pinning the others', async () => {
    const many = await write();
    registry.without('many/3', '1.7');
    const { code, stderr } = await commandLine(['pin', many.there, '--write', '--no-lock']);
    assert.equal(code, 3);
    assert.match(stderr, /not-found/);
    assert.equal(registry.asked.length, IMAGES);
    const name = `${registry.host}/many/3:1.7`;
    for (const { name: file, pinned } of many.files()) {
      const expected = pinned.replaceAll(new RegExp(`(${name.replaceAll('.', '\\.')})@sha256:[0-9a-f]{64}`, 'g'), '$1');
      assert.equal(await readFile(join(many.there, file), 'utf8'), expected, file);
    }
  });
});

/** A registry that has any image, each with bytes of its own, and counts. */
async function manyImages() {
  let [asked, now, most, delay] = [[], 0, 0, 0];
  const absent = new Set();
  const entry = { mediaType: MANIFEST, digest: sha256('a manifest'), size: 300, platform: { os: 'linux', architecture: 'amd64' } };
  const document = (repository, tag) => JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [entry], annotations: { of: `${repository}:${tag}` } });
  const server = await listen(async ({ method, url }, response) => {
    asked.push(`${method} ${url}`);
    now += 1;
    most = Math.max(most, now);
    await sleep(delay);
    now -= 1;
    const [, repository, tag] = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(url) ?? [];
    if (repository === undefined || absent.has(`${repository}:${tag}`)) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
      return;
    }
    const bytes = document(repository, tag);
    response.writeHead(200, { 'content-type': INDEX, 'docker-content-digest': sha256(bytes) }).end(method === 'HEAD' ? undefined : bytes);
  });
  return {
    ...server,
    document,
    get asked() { return asked; },
    mostAtOnce: () => most,
    slow(milliseconds) { delay = milliseconds; },
    without(repository, tag) { absent.add(`${repository}:${tag}`); },
    forget() {
      [asked, now, most, delay] = [[], 0, 0, 0];
      absent.clear();
    },
  };
}

/** Runs the command line, and has it say at its end how much memory it had at most. */
function measured(args, options) {
  const say = "process.on('exit', () => process.stderr.write(`\\n${process.resourceUsage().maxRSS}`))";
  const imported = `--import=data:text/javascript,${encodeURIComponent(say)}`;
  return new Promise((resolve) => {
    execFile(process.execPath, [...options, imported, `${ROOT}pkg/dist/cli.js`, ...args], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? error?.signal ?? 0, stdout, stderr, mebibytes: Math.round(Number(stderr.split('\n').at(-1)) / 1024) });
    });
  });
}

/** What a person in front of a terminal sees. */
function onTerminal(args) {
  const quoted = [process.execPath, `${ROOT}pkg/dist/cli.js`, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return new Promise((resolve, reject) => {
    const child = execFile('script', ['--quiet', '--return', '--command', quoted, '/dev/null'], (error, stdout) => (error ? reject(error) : resolve(stdout)));
    child.stdin.end();
  });
}
