// `pullproof pin` as it is run: files, a registry on loopback, an exit code.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { pin, unifiedDiff } from '../dist/node.js';
import { cli, Folder, UNPRINTABLE } from './support/program.mjs';
import { multiPlatformImage, startRegistry } from './support/registry.mjs';

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
ajv.addSchema(JSON.parse(readFileSync(new URL('../pin.schema.json', import.meta.url), 'utf8')));
const isPrinted = ajv.compile({ $ref: 'urn:pullproof:pin:1#/$defs/commandLine' });

const app = multiPlatformImage();
const db = multiPlatformImage({ created: '2025-05-05T05:05:05Z' });
const started = [];
let registry;
let folder;

before(async () => {
  registry = await registryThat({});
});
after(() => started.forEach((one) => one.stop()));
beforeEach(() => {
  folder = new Folder('pinning');
  registry.requests.length = 0;
});
afterEach(() => folder.remove());

async function registryThat(options) {
  const one = await startRegistry({ repositories: { 'team/app': app, 'team/db': db }, ...options });
  started.push(one);
  return one;
}

const compose = (...images) => `services:\n${images.map((image, number) => `  s${number}:\n    image: ${image}\n`).join('')}`;
const image = (name, host = registry.host) => `${host}/team/${name}:1.0`;
const pinned = (name, host) => `${image(name, host)}@${(name === 'app' ? app : db).index.descriptor.digest}`;
const manifestRequests = () => registry.requests.filter(({ url }) => url.includes('/manifests/')).map(({ url }) => url.split('/')[3]);

test('without --write it prints a diff, and writes nothing', async () => {
  folder.put('compose.yaml', compose(image('app'), image('db')));
  const { code, stdout, stderr } = await folder.pullproof(['pin', 'compose.yaml']);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, unifiedDiff(compose(image('app'), image('db')), compose(pinned('app'), pinned('db')), 'compose.yaml'));
  assert.equal(stderr, '1 file: 2 images to pin, 0 left alone, 0 with nothing to do\n');
  assert.equal(folder.read('compose.yaml'), compose(image('app'), image('db')));
  assert.deepEqual(readdirSync(folder.path).sort(), ['.home', 'compose.yaml']);
});

test('what it prints can be applied', async () => {
  folder.put('deploy/compose.yaml', compose(image('app')));
  const { stdout } = await folder.pullproof(['pin', '.']);
  const { code, stderr } = await folder.run('patch', ['--strip=1'], { input: stdout });
  assert.equal(code, 0, stderr);
  assert.equal(folder.read('deploy/compose.yaml'), compose(pinned('app')));
});

test('--write writes the files and the lock, and doing it again changes nothing more', async () => {
  folder.put('compose.yaml', compose(image('app'), image('db')), 0o640);
  const first = await folder.pullproof(['pin', 'compose.yaml', '--write', '--at', '2026-01-31T12:00:00Z']);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(first.stdout, 'compose.yaml: 2 images pinned\n');
  assert.equal(folder.read('compose.yaml'), compose(pinned('app'), pinned('db')));
  assert.equal(statSync(folder.at('compose.yaml')).mode & 0o777, 0o640);

  const lock = folder.read('pullproof.lock');
  const { lockVersion, images } = JSON.parse(lock);
  assert.equal(lockVersion, 1);
  assert.deepEqual(Object.keys(images), [image('app'), image('db')]);
  assert.equal(images[image('app')].digest, app.index.descriptor.digest);
  assert.equal(images[image('app')].resolvedAt, '2026-01-31T12:00:00Z');

  registry.requests.length = 0;
  const again = await folder.pullproof(['pin', 'compose.yaml', '--write']);
  assert.deepEqual([again.code, again.stdout], [0, '']);
  assert.equal(again.stderr, '1 file: 0 images pinned, 0 left alone, 2 with nothing to do\n');
  assert.equal(folder.read('compose.yaml'), compose(pinned('app'), pinned('db')));
  assert.equal(folder.read('pullproof.lock'), lock);
  assert.deepEqual(registry.requests, []);
  assert.deepEqual(readdirSync(folder.path).sort(), ['.home', 'compose.yaml', 'pullproof.lock']);
});

test('--write --diff does both', async () => {
  folder.put('compose.yaml', compose(image('app')));
  const { stdout } = await folder.pullproof(['pin', 'compose.yaml', '--write', '--diff']);
  assert.equal(stdout, unifiedDiff(compose(image('app')), compose(pinned('app')), 'compose.yaml'));
  assert.equal(folder.read('compose.yaml'), compose(pinned('app')));
});

test('--lock names the lock, and --no-lock writes none', async () => {
  folder.put('compose.yaml', compose(image('app')));
  await folder.pullproof(['pin', 'compose.yaml', '--write', '--no-lock']);
  assert.ok(!existsSync(folder.at('pullproof.lock')));
  folder.put('compose.yaml', compose(image('app')));
  await folder.pullproof(['pin', 'compose.yaml', '--write', '--lock', 'other.lock']);
  assert.ok(existsSync(folder.at('other.lock')) && !existsSync(folder.at('pullproof.lock')));
});

test('a lock is merged with, not replaced', async () => {
  folder.put('compose.yaml', compose(image('app')));
  folder.put('second.yaml', compose(image('db')));
  await folder.pullproof(['pin', 'compose.yaml', '--write']);
  await folder.pullproof(['pin', 'second.yaml', '--kind', 'compose', '--write']);
  assert.deepEqual(Object.keys(JSON.parse(folder.read('pullproof.lock')).images), [image('app'), image('db')]);
});

for (const [name, text] of [['is no JSON', '<<<<<<< HEAD'], ['is of a later version', '{ "lockVersion": 2, "images": {} }']]) {
  test(`a lock that ${name} is refused before anybody is asked and anything is written`, async () => {
    folder.put('compose.yaml', compose(image('app')));
    folder.put('pullproof.lock', text);
    const { code, stdout, stderr } = await folder.pullproof(['pin', 'compose.yaml', '--write']);
    assert.equal(code, 2);
    assert.match(stderr, /^pullproof: lock-invalid: pullproof\.lock: expected /);
    assert.equal(stdout, '');
    assert.equal(folder.read('compose.yaml'), compose(image('app')));
    assert.equal(folder.read('pullproof.lock'), text);
    assert.deepEqual(registry.requests, []);
  });
}

test('two runs at once write one lock with what both found', async () => {
  folder.put('a/compose.yaml', compose(image('app')));
  folder.put('b/compose.yaml', compose(image('db')));
  const runs = await Promise.all(['a', 'b'].map((one) => folder.pullproof(['pin', one, '--write'])));
  assert.deepEqual(runs.map(({ code }) => code), [0, 0], runs.map(({ stderr }) => stderr).join());
  assert.deepEqual(Object.keys(JSON.parse(folder.read('pullproof.lock')).images), [image('app'), image('db')]);
  assert.deepEqual(readdirSync(folder.path).sort(), ['.home', 'a', 'b', 'pullproof.lock']);
});

test('what could not be resolved is said with its place, the others are pinned, and it ends with 3', async () => {
  folder.put('compose.yaml', compose(image('none'), image('app'), '$NOTHING'));
  const { code, stderr } = await folder.pullproof(['pin', 'compose.yaml', '--write']);
  assert.equal(code, 3);
  assert.match(stderr, new RegExp(`^compose\\.yaml:3:12: .*${image('none')}: not-found: expected `));
  assert.match(stderr, /\ncompose\.yaml:7:12: .*\$NOTHING: variable: /);
  assert.match(stderr, /\n1 file: 1 image pinned, 2 left alone, 0 with nothing to do\n$/);
  assert.equal(folder.read('compose.yaml'), compose(image('none'), pinned('app'), '$NOTHING'));
  assert.deepEqual(Object.keys(JSON.parse(folder.read('pullproof.lock')).images), [image('app')]);
});

test('a registry that cannot be reached ends with 3, and nothing is written', async () => {
  folder.put('compose.yaml', compose('127.0.0.1:1/team/app:1.0'));
  const { code, stdout, stderr } = await folder.pullproof(['pin', 'compose.yaml', '--write']);
  assert.equal(code, 3);
  assert.match(stderr, /: unreachable: 127\.0\.0\.1:1: /);
  assert.equal(stdout, '');
  assert.deepEqual(readdirSync(folder.path).sort(), ['.home', 'compose.yaml']);
});

test('a registry that states another digest than its bytes have gets nothing pinned', async () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const lying = await registryThat({ lie: ({ headers }) => ({ headers: { ...headers, 'docker-content-digest': digest } }) });
  folder.put('compose.yaml', compose(image('app', lying.host)));
  const { code, stderr } = await folder.pullproof(['pin', 'compose.yaml', '--write']);
  assert.equal(code, 3);
  assert.match(stderr, /: header-mismatch: /);
  assert.equal(folder.read('compose.yaml'), compose(image('app', lying.host)));
});

const policyFor = (digest) => ({ rules: [{ images: `${registry.host}/team/app`, require: [{ digest }] }] });

test('what the policy accepts is pinned, and what it rejects is not and ends with 1', async () => {
  folder.put('policy.json', policyFor(app.index.descriptor.digest));
  folder.put('compose.yaml', compose(image('app'), image('db')));
  const { code, stderr } = await folder.pullproof(['pin', 'compose.yaml', '--write', '--policy', 'policy.json']);
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`${image('db')}: policy-rejected: `));
  assert.equal(folder.read('compose.yaml'), compose(pinned('app'), image('db')));
});

for (const [name, args, message] of [
  ['a policy that is no JSON', ['--policy', 'broken.json'], /^pullproof: policy-invalid: /],
  ['a policy that is not there', ['--policy', 'none.json'], /expected --policy to name a file that can be read, found ENOENT/],
  ['a platform that is none', ['--platform', '///'], /^pullproof: platform-invalid: /],
  ['a relay that is no address', ['--relay', 'edge.example'], /^pullproof: options-invalid: .*"relay"/],
  ['a lock in a directory that is not there', ['--lock', 'none/pullproof.lock'], /a directory that is there/],
  ['a file that is not there', ['none.yaml'], /found 'none\.yaml': ENOENT/],
  ['a glob that stands for nothing', ['*.json5'], /expected a file that '\*\.json5' stands for, found none/],
  ['a file that names no images', ['notes.txt'], /expected 'notes\.txt' to name images, found nothing that says how: say it with --kind/],
  ['a kind for a directory', ['.', '--kind', 'compose'], /expected --kind with files or a glob, found '.*' in a directory/],
]) {
  test(`${name} ends with 2, and nothing is printed or written`, async () => {
    folder.put('compose.yaml', compose(image('app')));
    folder.put('broken.json', '{');
    folder.put('notes.txt', 'Nothing in here, and nothing to see.\n');
    const { code, stdout, stderr } = await folder.pullproof(['pin', 'compose.yaml', '--write', ...args]);
    assert.equal(code, 2);
    assert.match(stderr, message);
    assert.equal(stdout, '');
    assert.equal(folder.read('compose.yaml'), compose(image('app')));
    assert.ok(!existsSync(folder.at('pullproof.lock')));
  });
}

test('--platform pins the manifest of that platform, and the lock says so', async () => {
  folder.put('compose.yaml', compose(image('app')));
  const { code } = await folder.pullproof(['pin', 'compose.yaml', '--write', '--platform', 'linux/arm64']);
  const { digest } = app.images[1].manifest.descriptor;
  assert.equal(code, 0);
  assert.equal(folder.read('compose.yaml'), compose(`${image('app')}@${digest}`));
  const entry = JSON.parse(folder.read('pullproof.lock')).images[image('app')];
  assert.deepEqual([entry.digest, entry.platform, entry.indexDigest], [digest, 'linux/arm64', app.index.descriptor.digest]);
});

test('--check asks nobody, says where there is something to do, and ends with 1', async () => {
  folder.put('compose.yaml', compose(image('app'), pinned('db'), '$NOTHING'));
  const { code, stdout, stderr } = await folder.pullproof(['pin', 'compose.yaml', '--check']);
  assert.equal(code, 1);
  assert.match(stdout, new RegExp(`^compose\\.yaml:3:12: .*${image('app')}: unpinned: .*\ncompose\\.yaml:7:12: .*: variable: .*\n$`));
  assert.equal(stderr, '1 file: 2 to do, 1 with nothing to do\n');
  assert.deepEqual(registry.requests, []);
});

test('--check of what is pinned ends with 0 and prints nothing', async () => {
  folder.put('compose.yaml', compose(pinned('app'), pinned('db')));
  const { code, stdout } = await folder.pullproof(['pin', '.', '--check']);
  assert.deepEqual([code, stdout], [0, '']);
});

test('--check of a file that cannot be read ends with 3, unless there is something to do elsewhere', async () => {
  folder.put('compose.yaml', Buffer.from([0xff]));
  assert.equal((await folder.pullproof(['pin', 'compose.yaml', '--check'])).code, 3);
  folder.put('other/compose.yaml', compose(image('app')));
  assert.equal((await folder.pullproof(['pin', '.', '--check'])).code, 1);
});

test('--json prints what the library returns, with a diff in place of the text, as the schema says', async () => {
  const [before, second] = [compose(image('app'), '$NOTHING'), compose(image('db'), image('app'))];
  folder.put('a/compose.yaml', before);
  folder.put('b/compose.yaml', second);
  folder.put('c/compose.yaml', Buffer.from([0xff]));
  const { code, stdout, stderr } = await folder.pullproof(['pin', '.', '--json', '--at', '2026-01-31T12:00:00Z']);
  assert.equal(code, 3);
  assert.equal(stderr, '');
  const now = new Date('2026-01-31T12:00:00Z');
  const results = [await pin(before, { now, file: 'a/compose.yaml' }), await pin(second, { now, file: 'b/compose.yaml' })];
  const [a, b] = results.map(({ kind, text, changes, leftAlone }, number) => {
    const file = ['a/compose.yaml', 'b/compose.yaml'][number];
    return { file, kind, changes, leftAlone, diff: unifiedDiff([before, second][number], text, file) };
  });
  const c = { file: 'c/compose.yaml', code: 'text-not-utf8', message: JSON.parse(stdout).files[2].message };
  assert.equal(stdout, `${JSON.stringify({ schemaVersion: 1, files: [a, b, c], resolved: results[1].resolved }, null, 2)}\n`);
  assert.ok(isPrinted(JSON.parse(stdout)), JSON.stringify(isPrinted.errors));
});

test('--json of --check, and of nothing at all, is as the schema says', async () => {
  folder.put('compose.yaml', compose(image('app')));
  const { code, stdout } = await folder.pullproof(['pin', '.', '--check', '--json']);
  assert.equal(code, 1);
  assert.ok(isPrinted(JSON.parse(stdout)), JSON.stringify(isPrinted.errors));
  assert.equal(JSON.parse(stdout).files[0].leftAlone[0].code, 'unpinned');

  folder.put('empty/notes.txt', '');
  const nothing = await folder.pullproof(['pin', 'empty', '--json']);
  assert.deepEqual([nothing.code, nothing.stdout], [0, '{\n  "schemaVersion": 1,\n  "files": [],\n  "resolved": {}\n}\n']);
});

test('standard input is pinned to standard output with --write, byte for byte', async () => {
  const text = `\ufeff${compose(image('app'))}# no end \u001b[2J`.replaceAll('\n', '\r\n');
  const { code, stdout, stderr } = await folder.pullproof(['pin', '-', '--write', '--kind', 'compose'], { input: text });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, text.replace(image('app'), pinned('app')));
  assert.ok(existsSync(folder.at('pullproof.lock')));
});

test('standard input without --write is a diff', async () => {
  const { stdout } = await folder.pullproof(['pin', '-', '--kind', 'compose'], { input: compose(image('app')) });
  assert.equal(stdout, unifiedDiff(compose(image('app')), compose(pinned('app')), '-'));
});

for (const [name, args, input, code, message] of [
  ['of no kind', [], 'Nothing to see in here.\n', 2, /expected '-' to name images, found nothing that says how: say it with --kind/],
  ['that is empty', [], '', 2, /say it with --kind/],
  ['that is not UTF-8', ['--kind', 'compose'], Buffer.from([0xff]), 3, /^-: text-not-utf8: /],
  ['that is too long', ['--kind', 'compose'], Buffer.alloc(9 * 1024 ** 2, ' '), 3, /^-: text-too-long: /],
]) {
  test(`standard input ${name} ends with ${code}, and nothing is printed`, async () => {
    const answer = await folder.pullproof(['pin', '-', '--write', ...args], { input });
    assert.equal(answer.code, code);
    assert.match(answer.stderr, message);
    assert.equal(answer.stdout, '');
  });
}

test('a file that is not UTF-8 is left as it is, and the others are pinned', async () => {
  const bytes = Buffer.concat([Buffer.from(compose(image('app'))), Buffer.from([0xe9])]);
  const latin = folder.put('a/compose.yaml', bytes);
  folder.put('b/compose.yaml', compose(image('app')));
  const { code, stderr } = await folder.pullproof(['pin', '.', '--write']);
  assert.equal(code, 3);
  assert.match(stderr, /^a\/compose\.yaml: text-not-utf8: expected a text in UTF-8/m);
  assert.match(stderr, /, 1 file not read or written\n$/);
  assert.deepEqual(readFileSync(latin), bytes);
  assert.equal(folder.read('b/compose.yaml'), compose(pinned('app')));
});

test('a file that somebody changes meanwhile is refused and stays theirs, and the others are pinned', async () => {
  const theirs = `${compose(image('db'))}# theirs\n`;
  const slow = await registryThat({ lie: () => { writeFileSync(folder.at('a/compose.yaml'), theirs); } });
  folder.put('a/compose.yaml', compose(image('db', slow.host)));
  folder.put('b/compose.yaml', compose(image('app', slow.host)));
  const { code, stderr } = await folder.pullproof(['pin', 'a', 'b', '--write']);
  assert.equal(code, 3);
  assert.match(stderr, /^a\/compose\.yaml: file-changed: expected the text that was read before, found another: run it again/m);
  assert.equal(folder.read('a/compose.yaml'), theirs);
  assert.equal(folder.read('b/compose.yaml'), compose(pinned('app', slow.host)));
  const { images } = JSON.parse(folder.read('pullproof.lock'));
  assert.deepEqual(Object.keys(images), [image('app', slow.host)], 'the lock tells of what was pinned, and of nothing else');
});

test('a file that is gone meanwhile is said', async () => {
  const slow = await registryThat({ lie: () => { if (existsSync(folder.at('a'))) folder.run('rm', ['-r', 'a']); } });
  folder.put('a/compose.yaml', compose(image('app', slow.host)));
  const { code, stderr } = await folder.pullproof(['pin', 'a', '--write']);
  assert.equal(code, 3);
  assert.match(stderr, /^a\/compose\.yaml: file-unreadable: .*ENOENT/m);
});

test('of a link the file that it leads to is written', async () => {
  folder.put('real/compose.yaml', compose(image('app')));
  symlinkSync('real/compose.yaml', folder.at('compose.yaml'));
  await folder.pullproof(['pin', 'compose.yaml', '--write']);
  assert.ok(lstatSync(folder.at('compose.yaml')).isSymbolicLink());
  assert.equal(folder.read('real/compose.yaml'), compose(pinned('app')));
});

test('many files that name the same images ask for each once, and come out in their order', async () => {
  const files = Array.from({ length: 40 }, (_, number) => `${String(number).padStart(2, '0')}/compose.yaml`);
  for (const file of files) folder.put(file, compose(image('app'), image('db'), image('app')));
  const { code, stdout } = await folder.pullproof(['pin', '.']);
  assert.equal(code, 0);
  assert.deepEqual(manifestRequests().sort(), ['app', 'db']);
  assert.deepEqual([...stdout.matchAll(/^\+\+\+ b\/(.+)$/gm)].map(([, file]) => file), files);
});

test('a thousand files with 3,000 references to 300 images take 300 requests', { timeout: 120_000 }, async () => {
  const names = Array.from({ length: 300 }, (_, number) => `x${number}`);
  const many = await registryThat({ repositories: Object.fromEntries(names.map((name) => [`team/${name}`, app])) });
  for (let number = 0; number < 1000; number += 1) {
    const three = [0, 1, 2].map((more) => image(names[(3 * number + more) % 300], many.host));
    folder.put(`${number % 30}/${number}/compose.yaml`, compose(...three));
  }
  const { code, stderr } = await folder.pullproof(['pin', '.']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^1000 files: 3000 images to pin, 0 left alone/);
  assert.equal(many.requests.length, 300);
});

test('eight are asked at a time, and what comes of it does not depend on who answers first', async () => {
  const names = Array.from({ length: 20 }, (_, number) => `x${number}`);
  let [open, most] = [0, 0];
  const slow = await registryThat({
    repositories: Object.fromEntries(names.map((name) => [`team/${name}`, app])),
    lie: async ({ request }) => {
      most = Math.max(most, open += 1);
      await new Promise((resolve) => setTimeout(resolve, 50 + 100 * (Number(/x(\d+)/.exec(request.url)[1]) % 3)));
      open -= 1;
      return {};
    },
  });
  names.forEach((name) => folder.put(`${name}/compose.yaml`, compose(image(name, slow.host))));
  const outputs = [await folder.pullproof(['pin', '.', '--json', '--at', '2026-01-31T12:00:00Z'])];
  outputs.push(await folder.pullproof(['pin', '.', '--json', '--at', '2026-01-31T12:00:00Z']));
  assert.equal(most, 8);
  assert.equal(outputs[0].code, 0);
  assert.equal(outputs[0].stdout, outputs[1].stdout);
});

test('memory does not grow with the number of files', { timeout: 120_000 }, async () => {
  const filling = `# ${'filling '.repeat(12)}\n`.repeat(20_000);
  for (let number = 0; number < 20; number += 1) folder.put(`${number}/compose.yaml`, `${compose(image('app'))}${filling}`);
  const { code, stderr } = await folder.pullproof(['pin', '.', '--write'], { env: { NODE_OPTIONS: '--max-old-space-size=24' } });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^20 files: 20 images pinned/m);
});

test('a directory is searched for what can be pinned, and nothing else is touched', async () => {
  folder.put('compose.yaml', compose(image('app')));
  for (const name of ['node_modules/x/compose.yaml', '.git/compose.yaml', 'notes.md', 'main.py']) folder.put(name, compose(image('app')));
  folder.put('outside.txt', compose(image('app')));
  symlinkSync('outside.txt', folder.at('linked.yaml'));
  const { stdout } = await folder.pullproof(['pin', '.', '--write']);
  assert.equal(stdout, 'compose.yaml: 1 image pinned\n');
  assert.equal(folder.read('outside.txt'), compose(image('app')));
});

test('a glob in quotes is searched for, and --kind says what all of it is', async () => {
  for (const name of ['a.txt', 'x/b.txt', 'c.md']) folder.put(name, compose(image('app')));
  const { stdout } = await folder.pullproof(['pin', '**/{a,b}.txt', '--kind', 'compose', '--write']);
  assert.equal(stdout, 'a.txt: 1 image pinned\nx/b.txt: 1 image pinned\n');
});

test('the credentials of docker login are asked for once a registry', async () => {
  const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;
  const closed = await registryThat({ authorization });
  const helper = `#!/bin/sh\ncat >> '${folder.at('asked')}'; echo >> '${folder.at('asked')}'; echo '{"Username":"me","Secret":"secret"}'\n`;
  folder.put('bin/docker-credential-test', helper, 0o755);
  folder.put('.home/config.json', { credsStore: 'test' });
  folder.put('a/compose.yaml', compose(image('app', closed.host), image('db', closed.host)));
  folder.put('b/compose.yaml', compose(image('db', closed.host)));
  const { code, stderr } = await folder.pullproof(['pin', '.'], { env: { PATH: `${folder.at('bin')}:${process.env.PATH}` } });
  assert.equal(code, 0, stderr);
  assert.equal(folder.read('asked'), `${closed.host}\n`);
});

const ATTACK = '\u001b]0;pinned\u0007\u001b[2J\u009b31m\u202e';

test('what a text, a name or a registry says is shown on standard error, not obeyed', async () => {
  const body = JSON.stringify({ errors: [{ code: 'UNKNOWN', message: ATTACK }] });
  const rude = await registryThat({ lie: () => ({ status: 500, headers: { 'content-type': 'application/json' }, body }) });
  folder.put(`${ATTACK}\n/compose.yaml`, compose(image('app', rude.host), `"$X${ATTACK.slice(-1)}"`));
  for (const args of [['pin', '.'], ['pin', '.', '--check']]) {
    const { stdout, stderr } = await folder.pullproof(args);
    assert.doesNotMatch(`${stdout}${stderr}`.replaceAll('\n', ''), UNPRINTABLE);
    assert.doesNotMatch(`${stdout}${stderr}`, /^\/compose/m, 'a name has no lines of its own');
  }
});

for (const [name, words, env, coloured] of [
  ['a terminal gets a coloured diff', '', {}, true],
  ['--no-color takes the colours away', '--no-color', {}, false],
  ['NO_COLOR takes the colours away', '', { NO_COLOR: '1' }, false],
]) {
  test(name, { skip: process.platform !== 'linux' }, async () => {
    folder.put('compose.yaml', `${compose(image('app'))}# ${ATTACK}\n`);
    const { code, text } = await folder.onTerminal(`pin compose.yaml ${words}`, env);
    assert.equal(code, 0, text);
    assert.ok(text.includes(`+    image: ${pinned('app')}`));
    assert.equal(text.includes('\u001b[32m'), coloured);
    assert.doesNotMatch(text.replace(/\u001b\[\d+m/g, '').replaceAll('\n', ''), UNPRINTABLE, 'the text itself moves nothing either');
  });
}

test('a terminal is shown how far it is after a second', { skip: process.platform !== 'linux' }, async () => {
  let first = true;
  const slow = await registryThat({
    lie: async () => {
      if (!first) await new Promise((resolve) => setTimeout(resolve, 1300));
      first = false;
      return {};
    },
  });
  folder.put('compose.yaml', compose(image('app', slow.host), image('db', slow.host)));
  const { text } = await folder.onTerminal('pin compose.yaml --write');
  assert.match(text, /\r\[#\.\] 1\/2 references …/);
});

for (const [signal, expected] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
  test(`${signal} while a registry is asked ends it at once, with ${expected} and every file as it was`, { timeout: 20_000 }, async () => {
    const hanging = await registryThat({});
    const asked = new Promise((resolve) => hanging.hang(resolve));
    folder.put('compose.yaml', compose(image('app', hanging.host)));
    const child = spawn(process.execPath, [cli, 'pin', 'compose.yaml', '--write'], { cwd: folder.path, env: folder.environment() });
    const ended = new Promise((resolve) => child.on('exit', (...how) => resolve(how)));
    await asked;
    child.kill(signal);
    assert.deepEqual(await ended, [expected, null]);
    assert.equal(folder.read('compose.yaml'), compose(image('app', hanging.host)));
    assert.deepEqual(readdirSync(folder.path).sort(), ['.home', 'compose.yaml']);
  });
}

for (const [name, pipe] of [['standard output', '| true'], ['both outputs', '2>&1 | true']]) {
  test(`a reader of ${name} that goes away changes neither what is written nor the exit code`, async () => {
    const files = Array.from({ length: 30 }, (_, number) => `${number}/compose.yaml`);
    for (const file of files) folder.put(file, compose(image('app'), '$NOTHING'));
    const script = `'${process.execPath}' '${cli}' pin . --write --diff ${pipe}; exit \${PIPESTATUS[0]}`;
    const { code } = await folder.run('bash', ['-c', script]);
    assert.equal(code, 3);
    for (const file of files) assert.equal(folder.read(file), compose(pinned('app'), '$NOTHING'));
    assert.ok(existsSync(folder.at('pullproof.lock')));
  });
}

test('a relay is never shown the credentials of docker login', async () => {
  const relay = await registryThat({ prefix: '/relay/127.0.0.1:1' });
  folder.put('.home/config.json', { auths: { '127.0.0.1:1': { auth: Buffer.from('me:secret').toString('base64') } } });
  folder.put('compose.yaml', compose('127.0.0.1:1/team/app:1.0'));
  const { code, stderr } = await folder.pullproof(['pin', 'compose.yaml', '--write', '--relay', `http://${relay.host}/relay/`]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(relay.requests.filter(({ headers }) => headers.authorization !== undefined), []);
  assert.equal(JSON.parse(folder.read('pullproof.lock')).images['127.0.0.1:1/team/app:1.0'].via, 'relay');
});
