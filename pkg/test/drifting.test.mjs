// `pullproof drift` as it is run: a lock or files, a registry whose tags move, an exit code.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, beforeEach, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { drift } from '../dist/node.js';
import { Folder, UNPRINTABLE } from './support/program.mjs';
import { multiPlatformImage, startRegistry } from './support/registry.mjs';

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
ajv.addSchema(JSON.parse(readFileSync(new URL('../drift.schema.json', import.meta.url), 'utf8')));
const isPrinted = ajv.compile({ $ref: 'urn:pullproof:drift:1#/$defs/commandLine' });

const app = multiPlatformImage();
const newer = multiPlatformImage({ created: '2026-06-06T06:06:06Z' });
const digestOf = ({ index }) => index.descriptor.digest;
const started = [];
let registry;
let folder;

async function registryThat(options) {
  const one = await startRegistry({ repositories: { 'team/app': app, 'team/db': app }, ...options });
  started.push(one);
  return one;
}

after(() => started.forEach((one) => one.stop()));
beforeEach(async () => {
  folder = new Folder('drifting');
  registry = await registryThat({});
});
afterEach(() => folder.remove());

const compose = (...images) => `services:\n${images.map((image, number) => `  s${number}:\n    image: ${image}\n`).join('')}`;
const image = (name) => `${registry.host}/team/${name}:1.0`;
const pinned = (name, content = app) => `${image(name)}@${digestOf(content)}`;

/** Pins both images, and leaves a file and a lock behind. */
async function pinBoth(...args) {
  folder.put('compose.yaml', compose(image('app'), image('db')));
  const { code, stderr } = await folder.pullproof(['pin', 'compose.yaml', '--write', ...args]);
  assert.equal(code, 0, stderr);
  registry.requests.length = 0;
}

test('without a file it reads the lock, and when no tag has moved it ends with 0', async () => {
  await pinBoth();
  const { code, stdout, stderr } = await folder.pullproof(['drift']);
  assert.equal(code, 0);
  assert.equal(stdout, `pullproof.lock\n  ✓ current  ${image('app')}\n  ✓ current  ${image('db')}\n`);
  assert.equal(stderr, '2 images: 0 moved, 0 unknown, 2 current\n');
});

test('a tag that moved ends with 1, with both digests, and whether the old one is still there', async () => {
  await pinBoth();
  registry.move('team/app', newer);
  registry.move('team/db', newer, { keep: false });
  const { code, stdout } = await folder.pullproof(['drift']);
  assert.equal(code, 1);
  assert.equal(stdout, `pullproof.lock
  ✗ moved    ${image('app')}
             pinned  ${digestOf(app)}, which is still there
             now     ${digestOf(newer)}
  ✗ moved    ${image('db')}
             pinned  ${digestOf(app)}, which is gone
             now     ${digestOf(newer)}
`);
});

test('a file says where it pins what moved, and what in it is not pinned', async () => {
  await pinBoth();
  registry.move('team/db', newer);
  folder.put('compose.yaml', compose(pinned('app'), pinned('db'), image('app'), pinned('db')));
  const { code, stdout, stderr } = await folder.pullproof(['drift', 'compose.yaml']);
  assert.equal(code, 1);
  assert.match(stdout, /^compose\.yaml\n {2}✓ current {2}.*app:1\.0 \(3:12\)\n {2}✗ moved {4}.*db:1\.0 \(5:12, 9:12\)\n/);
  assert.match(stderr, /^compose\.yaml:7:12: .*: unpinned: /);
});

test('a registry that cannot be reached ends with 3', async () => {
  await pinBoth();
  registry.stop();
  const { code, stdout } = await folder.pullproof(['drift']);
  assert.equal(code, 3);
  assert.match(stdout, /\n {2}\? unknown {2}.*app:1\.0\n {13}pinned {2}sha256:\w+, which may or may not be there\n {13}unreachable: /);
});

test('a tag that is gone is unknown, although what it named is there', async () => {
  await pinBoth();
  folder.put('pullproof.lock', folder.read('pullproof.lock').replaceAll(':1.0"', ':2.0"'));
  const { code, stdout } = await folder.pullproof(['drift']);
  assert.equal(code, 3);
  assert.match(stdout, /\? unknown {2}.*app:2\.0\n {13}pinned .*, which is still there\n {13}not-found: /);
});

test('what moved weighs more than what is unknown', async () => {
  await pinBoth();
  registry.move('team/app', newer);
  folder.put('compose.yaml', compose(pinned('app'), `127.0.0.1:1/team/app:1.0@${digestOf(app)}`));
  assert.equal((await folder.pullproof(['drift', 'compose.yaml'])).code, 1);
});

test('a platform that was pinned is current as long as the index has it, and moved when it has not', async () => {
  await pinBoth('--platform', 'linux/arm64');
  assert.equal((await folder.pullproof(['drift'])).code, 0);
  assert.equal((await folder.pullproof(['drift', 'compose.yaml'])).code, 0);
  registry.move('team/db', newer);
  assert.equal((await folder.pullproof(['drift'])).code, 1);
});

test('the policy judges what the tag names now', async () => {
  await pinBoth();
  registry.move('team/app', newer);
  const rules = [{ images: `${registry.host}/team/*`, require: [{ digest: digestOf(app) }] }];
  folder.put('policy.json', { rules });
  const { code, stdout } = await folder.pullproof(['drift', '--policy', 'policy.json']);
  assert.equal(code, 1);
  assert.match(stdout, new RegExp(`now {5}${digestOf(newer)}, on which the policy says reject\n`));
  assert.match(stdout, /✓ current {2}.*db:1\.0\n$/);
});

for (const [name, args, message] of [
  ['no lock', [], /found 'pullproof\.lock': ENOENT/],
  ['a policy that is no JSON', ['compose.yaml', '--policy', 'broken.json'], /^pullproof: policy-invalid: /],
  ['a platform that is none', ['compose.yaml', '--platform', '///'], /^pullproof: platform-invalid: /],
  ['a file that names no images', ['notes.txt'], /say it with --kind/],
  ['an option of pin', ['compose.yaml', '--write'], /expected an option of drift, found '--write'/],
]) {
  test(`${name} ends with 2, and nothing on standard output`, async () => {
    folder.put('compose.yaml', compose(pinned('app')));
    folder.put('broken.json', '{');
    folder.put('notes.txt', 'Nothing to see in here.\n');
    const { code, stdout, stderr } = await folder.pullproof(['drift', ...args]);
    assert.equal(code, 2);
    assert.match(stderr, message);
    assert.equal(stdout, '');
  });
}

for (const [name, text] of [['is no JSON', '{'], ['is of a later version', '{ "lockVersion": 2, "images": {} }']]) {
  test(`a lock that ${name} ends with 3, and nobody is asked`, async () => {
    folder.put('pullproof.lock', text);
    const { code, stdout, stderr } = await folder.pullproof(['drift']);
    assert.equal(code, 3);
    assert.match(stderr, /^pullproof\.lock: lock-invalid: expected /);
    assert.equal(stdout, '');
  });
}

test('a directory is searched for files and for locks, and each image is asked for once', async () => {
  await pinBoth();
  folder.put('sub/compose.yaml', compose(pinned('app')));
  const { code, stdout } = await folder.pullproof(['drift', '.']);
  assert.equal(code, 0);
  assert.deepEqual([...stdout.matchAll(/^\S.*$/gm)].map(([line]) => line), ['compose.yaml', 'pullproof.lock', 'sub/compose.yaml']);
  assert.equal(registry.requests.filter(({ url }) => url.includes('/team/app/manifests/')).length, 1);
});

test('standard input may be a lock', async () => {
  await pinBoth();
  const { code, stdout } = await folder.pullproof(['drift', '-'], { input: folder.read('pullproof.lock') });
  assert.equal(code, 0);
  assert.match(stdout, /^-\n {2}✓ current /);
});

test('--json prints what the library returns, as the schema says', async () => {
  await pinBoth();
  registry.move('team/app', newer);
  folder.put('bad/compose.yaml', Buffer.from([0xff]));
  const { code, stdout } = await folder.pullproof(['drift', 'compose.yaml', 'pullproof.lock', 'bad', '--json']);
  assert.equal(code, 1);
  const printed = JSON.parse(stdout);
  assert.ok(isPrinted(printed), JSON.stringify(isPrinted.errors));
  const results = [await drift(folder.read('compose.yaml'), { file: 'compose.yaml' }), await drift(folder.read('pullproof.lock'))];
  const files = results.map(({ schemaVersion: _, ...result }, number) => ({ file: ['compose.yaml', 'pullproof.lock'][number], ...result }));
  assert.equal(stdout, `${JSON.stringify({ schemaVersion: 1, moved: true, files: [...files, printed.files[2]] }, null, 2)}\n`);
  assert.deepEqual(results.map(({ moved }) => moved), [true, true]);
});

test('what a registry says is shown, not obeyed', async () => {
  const body = JSON.stringify({ errors: [{ code: 'UNKNOWN', message: '\u001b[2J\u202e' }] });
  await pinBoth();
  registry.stop();
  const rude = await registryThat({ lie: () => ({ status: 500, headers: { 'content-type': 'application/json' }, body }) });
  folder.put('compose.yaml', compose(`${rude.host}/team/app:1.0@${digestOf(app)}`));
  const { code, stdout, stderr } = await folder.pullproof(['drift', 'compose.yaml']);
  assert.equal(code, 3);
  assert.doesNotMatch(`${stdout}${stderr}`.replaceAll('\n', ''), UNPRINTABLE);
});

test('a terminal gets colours, and a pipe gets none', { skip: process.platform !== 'linux' }, async () => {
  await pinBoth();
  assert.ok((await folder.onTerminal('drift')).text.includes('\u001b[32m✓ current\u001b[0m'));
  assert.ok(!(await folder.onTerminal('drift --no-color')).text.includes('\u001b['));
  assert.ok(!(await folder.pullproof(['drift'], { env: { FORCE_COLOR: '1' } })).stdout.includes('\u001b'));
});
