// The client of the TUF conformance suite, run as that runs it, against a repository on loopback. The suite itself is not here.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import { ROOT } from './support/program.mjs';
import { startTufRepository } from './support/tuf-repository.mjs';

const client = `${ROOT}tests/conformance/tuf.mjs`;
const folder = mkdtempSync(join(tmpdir(), 'pullproof-tuf-'));
const start = Date.now();
const at = (days) => new Date(start + days * 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z');
let number = 0;
let repository;
let metadata;
let artifacts;

after(() => rmSync(folder, { recursive: true }));
afterEach(() => repository.dispose());
beforeEach(async () => {
  repository = await startTufRepository('the first', { now: start, name: 'a file.txt' });
  const place = join(folder, String(number += 1));
  [metadata, artifacts] = [join(place, 'metadata'), join(place, 'targets')];
  for (const each of [metadata, artifacts]) mkdirSync(each, { recursive: true });
  writeFileSync(join(place, 'root'), JSON.stringify(repository.root));
  assert.equal((await run('--metadata-dir', metadata, 'init', join(place, 'root'))).code, 0);
  assert.deepEqual(repository.asked, []);
});

function run(...args) {
  return new Promise((resolve) => {
    execFile(client, args, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
  });
}

const refresh = (...more) => run('--metadata-dir', metadata, '--metadata-url', `${repository.url}/`, ...more, 'refresh');
const download = (name, ...more) => run(
  '--metadata-dir', metadata, '--metadata-url', repository.url, '--target-name', name, '--target-base-url', `${repository.url}/targets`,
  '--target-dir', artifacts, ...more, 'download',
);
const trusted = () => Object.fromEntries(readdirSync(metadata).filter((name) => name.endsWith('.json'))
  .map((name) => [name, JSON.parse(readFileSync(join(metadata, name))).signed.version]));

test('a refresh asks for what it needs and leaves what it believes', async () => {
  assert.equal((await refresh()).code, 0);
  assert.deepEqual(repository.asked, ['/2.root.json', '/timestamp.json', '/1.snapshot.json', '/1.targets.json']);
  assert.deepEqual(trusted(), { 'root.json': 1, 'timestamp.json': 1, 'snapshot.json': 1, 'targets.json': 1 });
  repository.rotate();
  repository.publish('the second');
  assert.equal((await refresh()).code, 0);
  assert.deepEqual(trusted(), { 'root.json': 2, 'timestamp.json': 2, 'snapshot.json': 2, 'targets.json': 2 });
});

test('a target is downloaded once, as long as it is the same', async () => {
  assert.equal((await download('a file.txt')).code, 0);
  assert.equal((await download('a file.txt')).code, 0);
  const [name, ...others] = readdirSync(artifacts);
  assert.deepEqual([readFileSync(join(artifacts, name), 'utf8'), others], ['the first', []]);
  assert.equal(repository.asked.filter((path) => path.startsWith('/targets/')).length, 1);
  repository.publish('the second');
  assert.equal((await download('a file.txt')).code, 0);
  assert.deepEqual(readdirSync(artifacts).map((name) => readFileSync(join(artifacts, name), 'utf8')), ['the second']);
});

test('a target that nobody lists is none, and the metadata is renewed all the same', async () => {
  const { code, stderr } = await download('another.txt');
  assert.deepEqual([code, stderr.split(':')[0], readdirSync(artifacts)], [1, 'target-unknown', []]);
  assert.deepEqual(trusted(), { 'root.json': 1, 'timestamp.json': 1, 'snapshot.json': 1, 'targets.json': 1 });
});

test('a rollback is refused, and what was believed stays', async () => {
  const old = repository.keep();
  repository.publish('the second');
  await refresh();
  old();
  const { code, stderr } = await refresh();
  assert.deepEqual([code, stderr.split(':')[0]], [1, 'metadata-rollback']);
  assert.deepEqual(trusted(), { 'root.json': 1, 'timestamp.json': 2, 'snapshot.json': 2, 'targets.json': 2 });
});

test('what was believed before it went wrong is left, and nothing else', async () => {
  repository.lie('/1.snapshot.json', '{}');
  assert.equal((await refresh()).code, 1);
  assert.deepEqual(trusted(), { 'root.json': 1, 'timestamp.json': 1 });
});

test('a repository that is silent is a failure, whatever is stored', async () => {
  await refresh();
  repository.silence();
  assert.equal((await refresh()).stderr.split(':')[0], 'repository-unreachable');
});

test('what has expired at the given time is refused', async () => {
  assert.equal((await refresh('--at', at(6))).code, 0);
  const { code, stderr } = await refresh('--at', at(8));
  assert.deepEqual([code, stderr.split(':')[0]], [1, 'metadata-expired']);
});

test('a root that its own keys did not sign is refused before anybody is asked', async () => {
  const root = repository.root;
  root.signatures[0].sig = root.signatures[0].sig.replace(/^../, '00');
  writeFileSync(join(metadata, '..', 'root'), JSON.stringify(root));
  await run('--metadata-dir', metadata, 'init', join(metadata, '..', 'root'));
  assert.equal((await refresh()).code, 1);
  assert.deepEqual(repository.asked, []);
});

test('a command line that cannot be understood is refused', async () => {
  for (const args of [[], ['refresh'], ['--metadata-dir', metadata, 'update'], ['--metadata-dir', metadata, 'init'], ['--metadata-dir', metadata, '--metadata-url', 'x', 'download'], ['--at', 'now', 'refresh'], ['--quiet']]) {
    assert.equal((await run(...args)).code, 2, args.join(' '));
  }
});
