// Which files are meant, in which order, and what is read of them.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { UsageError } from '../dist/cli/usage.js';
import { FileFailure } from '../dist/cli/failure.js';
import { findFiles } from '../dist/cli/files.js';
import { recognise } from '../dist/cli/recognise.js';
import { readText } from '../dist/cli/text.js';
import { pinCore } from '../dist/core.js';
import '../dist/node.js';

const root = mkdtempSync(join(tmpdir(), 'pullproof-files-'));
after(() => rmSync(root, { recursive: true }));

function put(name, text = '') {
  const file = join(root, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

for (const name of [
  'tree/b.yaml', 'tree/a.yaml', 'tree/Dockerfile', 'tree/.github/workflows/ci.yml', 'tree/z/deep/er/c.yaml', 'tree/.git/config',
  'tree/node_modules/x/compose.yaml', 'tree/z/node_modules/y.yaml', 'tree/z/.git', 'outside/secret.yaml', 'tree/odd\n\u001bname.yaml',
]) put(name);
symlinkSync('../outside', join(root, 'tree/linked-directory'));
symlinkSync('../outside/secret.yaml', join(root, 'tree/linked.yaml'));
symlinkSync('.', join(root, 'tree/circle'));
symlinkSync('nowhere', join(root, 'tree/dangling.yaml'));
symlinkSync('tree', join(root, 'to-tree'));

async function find(...words) {
  const found = [];
  for await (const one of findFiles(words.map((word) => word === '-' ? word : join(root, word)))) found.push(one);
  return found;
}
const names = (found) => found.map(({ file }) => file.slice(root.length + 1));

test('a directory is walked without links, .git and node_modules, each directory before those in it', async () => {
  assert.deepEqual(names(await find('tree')), [
    'tree/Dockerfile', 'tree/a.yaml', 'tree/b.yaml', 'tree/odd\n\u001bname.yaml', 'tree/.github/workflows/ci.yml', 'tree/z/.git',
    'tree/z/deep/er/c.yaml',
  ]);
});

test('a link that is named is followed', async () => {
  assert.deepEqual(names(await find('tree/linked.yaml')), ['tree/linked.yaml']);
  assert.equal((await find('to-tree'))[0].file, join(root, 'to-tree/Dockerfile'));
});

test('a file that is meant twice is found once, under its first name', async () => {
  assert.deepEqual(names(await find('tree/b.yaml', 'tree/*.yaml', 'to-tree/a.yaml', 'tree/b.yaml')), [
    'tree/b.yaml', 'tree/a.yaml', 'tree/odd\n\u001bname.yaml',
  ]);
});

test('a glob finds files as a directory does', async () => {
  assert.deepEqual(names(await find('tree/**/*.{yml,yaml}')), [
    'tree/.github/workflows/ci.yml', 'tree/a.yaml', 'tree/b.yaml', 'tree/odd\n\u001bname.yaml', 'tree/z/deep/er/c.yaml',
  ]);
  assert.deepEqual(names(await find('tree/node_modules/*/compose.yaml')), ['tree/node_modules/x/compose.yaml'], 'what is named is meant');
});

test('it is known how a file was found', async () => {
  const found = await find('tree/a.yaml', 'tree/b*', 'tree/z');
  assert.deepEqual(found.map(({ by }) => by), ['name', 'glob', 'directory', 'directory']);
});

test('a file whose name looks like a glob is that file', async () => {
  put('literal/{a,b}*.yaml');
  put('literal/a1.yaml');
  assert.deepEqual(names(await find('literal/{a,b}*.yaml')), ['literal/{a,b}*.yaml']);
});

test('standard input is a file of its own', async () => {
  assert.deepEqual(await find('-'), [{ file: '-', by: 'name' }]);
});

for (const [name, word, message] of [
  ['a file that is not there', 'none.yaml', /found '.*none\.yaml': ENOENT/],
  ['a link to nowhere', 'tree/dangling.yaml', /ENOENT/],
  ['a glob that stands for nothing', 'tree/*.json', /expected a file that '.*\*\.json' stands for, found none/],
  ['a glob in a directory that is not there', 'none/*.yaml', /stands for, found none/],
  ['a glob that only links match', 'tree/linked*', /stands for, found none/],
  ['a path through a file', 'tree/a.yaml/x', /ENOTDIR/],
  ['a circle of links', 'loop', /ELOOP/],
  ['too many alternatives', '{a,b}'.repeat(9), /at most 256 alternatives/],
]) {
  test(`${name} is refused`, async () => {
    if (name === 'a circle of links') symlinkSync('loop', join(root, 'loop'));
    await assert.rejects(find(word), (error) => error instanceof UsageError && message.test(error.message));
  });
}

test('a device, and a pipe that would never end, are refused', async () => {
  execFileSync('mkfifo', [join(root, 'fifo')]);
  await assert.rejects(find('fifo'), /is neither: - is standard input/);
  await assert.rejects(async () => { for await (const _ of findFiles(['/dev/zero'])); }, /is neither/);
});

test('a directory that cannot be read is said, and the others are read', { skip: process.getuid?.() !== 0 }, () => {
  put('closed/a/x.yaml');
  put('closed/b/y.yaml');
  put('closed/z.yaml');
  chmodSync(root, 0o755);
  chmodSync(join(root, 'closed/a'), 0o000);
  const script = `
    import { findFiles } from ${JSON.stringify(import.meta.resolve('../dist/cli/files.js'))};
    for await (const { file, code } of findFiles([process.argv[1]])) console.log(code ?? 'found', file);`;
  const asNobody = (word) =>
    execFileSync(process.execPath, ['--input-type=module', '--eval', script, word], { uid: 65534, gid: 65534, encoding: 'utf8' });
  const [a, y, z] = ['closed/a', 'closed/b/y.yaml', 'closed/z.yaml'].map((name) => join(root, name));
  assert.equal(asNobody(join(root, 'closed')), `found ${z}\nfile-unreadable ${a}\nfound ${y}\n`);
  assert.equal(asNobody(join(root, 'closed/*.yaml')), `found ${z}\n`, 'a glob goes no deeper than it says');
});

test('a text is read byte for byte', async () => {
  const bytes = Buffer.from('\ufeffa\r\nb\u0000 🐳 no end');
  const { text, bytes: read } = await readText(put('exact', bytes));
  assert.deepEqual(read, bytes);
  assert.deepEqual(Buffer.from(text), bytes);
});

for (const [name, bytes] of [
  ['Latin-1', Buffer.from([0x66, 0xfc, 0x72])],
  ['UTF-16', Buffer.from('\ufeffFROM a', 'utf16le')],
  ['half of a surrogate pair', Buffer.from([0xed, 0xa0, 0x80])],
  ['a longer form than needed', Buffer.from([0xc0, 0x80])],
  ['the beginning of a letter at its end', Buffer.from('ü').subarray(0, 1)],
]) {
  test(`${name} is refused, because it could not be written back`, async () => {
    await assert.rejects(readText(put('bytes', bytes)), (error) => error instanceof FileFailure && error.code === 'text-not-utf8');
  });
}

test('a file that is too long is refused, and not read to its end', async () => {
  const file = put('huge');
  truncateSync(file, 64 * 1024 ** 2);
  await assert.rejects(readText(file), { code: 'text-too-long' });
  truncateSync(file, 8 * 1024 ** 2);
  assert.equal((await readText(file)).text.length, 8 * 1024 ** 2);
});

test('a file that is gone, or a directory, cannot be read', async () => {
  await assert.rejects(readText(join(root, 'none')), { code: 'file-unreadable' });
  await assert.rejects(readText(root), { code: 'file-unreadable' });
});

const core = await pinCore();

for (const [file, text, kind] of [
  ['Dockerfile', '', 'dockerfile'],
  ['app/web.Dockerfile', '', 'dockerfile'],
  ['run.sh', '', 'command'],
  ['deploy/pullproof.lock', '', 'lock'],
  ['.github/workflows/x.yml', '', 'github-actions'],
  ['compose.prod.yaml', '', 'compose'],
  ['from.yaml', 'FROM nginx\n', undefined],
  ['VERSION', '1.27\n', undefined],
  ['version.yaml', 'nginx\n', undefined],
  ['main.py', 'from os import path\n', undefined],
  ['README.md', 'docker run nginx\n', undefined],
  ['notes.txt', 'From the beginning it was wrong.\n', undefined],
]) {
  test(`${file} that was only found is ${kind ?? 'nothing in which images are looked for'}`, () => {
    assert.equal(recognise(core, file, text), kind);
  });
}
