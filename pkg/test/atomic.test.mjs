// Files that are replaced as a whole or not at all, and a lock that several runs write at once.

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync, chownSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { replaceFile } from '../dist/cli/atomic.js';
import { FileFailure } from '../dist/cli/failure.js';
import { LockFile } from '../dist/cli/lock.js';
import { pinCore } from '../dist/core.js';
import { CheckError } from '../dist/node.js';

const root = mkdtempSync(join(tmpdir(), 'pullproof-atomic-'));
after(() => rmSync(root, { recursive: true }));
let folder;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'one-'));
});

const put = (name, text, mode = 0o644) => {
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
};
const read = (file) => readFileSync(file, 'utf8');
const modeOf = (file) => statSync(file).mode & 0o7777;
const isRoot = process.getuid?.() === 0;
const failure = (code, message = /./) => (error) => {
  assert.ok(error instanceof FileFailure, `expected a FileFailure, found ${error.stack}`);
  assert.equal(error.code, code);
  assert.match(error.message, message);
  return true;
};

for (const mode of [0o644, 0o600, 0o755, 0o664]) {
  test(`a file is replaced and stays 0${mode.toString(8)}`, () => {
    const file = put('a', 'before', mode);
    replaceFile(file, Buffer.from('before'), 'after');
    assert.equal(read(file), 'after');
    assert.equal(modeOf(file), mode);
    assert.deepEqual(readdirSync(folder), ['a']);
  });
}

test('somebody else stays the owner', { skip: !isRoot }, () => {
  const file = put('a', 'before', 0o4750);
  chownSync(file, 1234, 2345);
  chmodSync(file, 0o4750);
  replaceFile(file, Buffer.from('before'), 'after');
  const { uid, gid } = statSync(file);
  assert.deepEqual([uid, gid, modeOf(file)], [1234, 2345, 0o4750]);
});

test('of a link the file that it leads to is replaced, and the link stays one', () => {
  mkdirSync(join(folder, 'elsewhere'));
  const file = put('elsewhere/a', 'before');
  const link = join(folder, 'link');
  symlinkSync('elsewhere/a', link);
  replaceFile(link, Buffer.from('before'), 'after');
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.equal(read(file), 'after');
  assert.deepEqual(readdirSync(join(folder, 'elsewhere')), ['a']);
});

test('another name of the same file keeps the text that it had', () => {
  const file = put('a', 'before');
  linkSync(file, join(folder, 'b'));
  replaceFile(file, Buffer.from('before'), 'after');
  assert.equal(read(join(folder, 'b')), 'before');
});

for (const [name, meanwhile] of [
  ['has another text of the same length', (file) => writeFileSync(file, 'BEFORE')],
  ['is longer', (file) => writeFileSync(file, 'before and more')],
  ['is empty', (file) => writeFileSync(file, '')],
]) {
  test(`a file that ${name} by now is refused, and so it stays`, () => {
    const file = put('a', 'before', 0o640);
    meanwhile(file);
    const now = read(file);
    assert.throws(() => replaceFile(file, Buffer.from('before'), 'after'), failure('file-changed', /theirs stays/));
    assert.equal(read(file), now);
    assert.equal(modeOf(file), 0o640);
    assert.deepEqual(readdirSync(folder), ['a']);
  });
}

test('a file that is gone by now does not come back', () => {
  assert.throws(() => replaceFile(join(folder, 'a'), Buffer.from('before'), 'after'), failure('file-not-written', /ENOENT/));
  assert.deepEqual(readdirSync(folder), []);
});

test('a file that was not there, and is by now, is refused', () => {
  const file = put('a', 'theirs');
  assert.throws(() => replaceFile(file, null, 'after'), failure('file-changed'));
  assert.equal(read(file), 'theirs');
  assert.deepEqual(readdirSync(folder), ['a']);
});

test('a new file has the mode of new files', () => {
  const old = process.umask(0o027);
  try {
    replaceFile(join(folder, 'a'), null, 'after');
  } finally {
    process.umask(old);
  }
  assert.equal(modeOf(join(folder, 'a')), 0o640);
});

test('a directory is refused', () => {
  mkdirSync(join(folder, 'a'));
  assert.throws(() => replaceFile(join(folder, 'a'), Buffer.from(''), 'after'), failure('file-changed'));
  assert.deepEqual(readdirSync(folder), ['a']);
});

test('what others left under the name of the temporary file is not touched, nor what a link of that name leads to', () => {
  const [file, theirs] = [put('a', 'before'), put('theirs', 'theirs')];
  symlinkSync(theirs, join(folder, `.pullproof-${process.pid}-1`));
  writeFileSync(join(folder, `.pullproof-${process.pid}-2`), 'left behind');
  replaceFile(file, Buffer.from('before'), 'after');
  assert.equal(read(file), 'after');
  assert.equal(read(theirs), 'theirs');
  assert.equal(read(join(folder, `.pullproof-${process.pid}-2`)), 'left behind');
});

/** Runs a module as somebody who may not do everything. */
function asNobody(code) {
  const script = `import { replaceFile } from ${JSON.stringify(import.meta.resolve('../dist/cli/atomic.js'))};\n${code}`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], { uid: 65534, gid: 65534, encoding: 'utf8' });
}
const replaceAndSay = (file) => `
  try { replaceFile(${JSON.stringify(file)}, Buffer.from('before'), 'after'); console.log('replaced'); }
  catch (error) { console.log(error.code, error.message); }`;

test('a file that may not be written to is refused, although its directory would let it be replaced', { skip: !isRoot }, () => {
  for (const part of [root, folder]) chmodSync(part, 0o777);
  const file = put('a', 'before', 0o444);
  assert.match(asNobody(replaceAndSay(file)), /^file-not-written .*EACCES.*it is as it was/);
  assert.equal(read(file), 'before');
  assert.deepEqual(readdirSync(folder), ['a']);
});

test('a directory in which nothing may be created leaves the file as it was', { skip: !isRoot }, () => {
  chmodSync(root, 0o777);
  const file = put('a', 'before', 0o666);
  chmodSync(folder, 0o555);
  assert.match(asNobody(replaceAndSay(file)), /^file-not-written .*EACCES/);
  chmodSync(folder, 0o755);
  assert.equal(read(file), 'before');
  assert.deepEqual(readdirSync(folder), ['a']);
});

test('a disk that is full leaves the file as it was, and no temporary one', () => {
  const file = put('a', 'before');
  const code = `
    import { replaceFile } from ${JSON.stringify(import.meta.resolve('../dist/cli/atomic.js'))};
    process.on('SIGXFSZ', () => {});
    try { replaceFile(process.argv[1], Buffer.from('before'), 'x'.repeat(1e6)); console.log('replaced'); }
    catch (error) { console.log(error.code, error.message); }`;
  // A file may not grow beyond 64 KiB: the system says so in the middle of writing, as it does when there is no more room.
  const script = `ulimit -f 64; exec '${process.execPath}' --input-type=module --eval '${code.replaceAll("'", "'\\''")}' '${file}'`;
  assert.match(execFileSync('bash', ['-c', script], { encoding: 'utf8' }), /^file-not-written .*EFBIG/);
  assert.equal(read(file), 'before');
  assert.deepEqual(readdirSync(folder), ['a']);
});

const core = await pinCore();
const digest = (letter) => `sha256:${letter.repeat(64)}`;
const entry = (letter) => ({
  digest: digest(letter), mediaType: 'application/vnd.oci.image.index.v1+json', size: 1, platform: null, indexDigest: digest(letter),
  platformDigest: null, toldBy: 'registry.example', via: 'direct', relay: null, resolvedAt: '2026-01-31T12:00:00Z', signers: [],
});
const lockText = (images) => `${JSON.stringify({ lockVersion: 1, images }, null, 2)}\n`;
const [A, B] = ['docker.io/library/a:1', 'docker.io/library/b:1'];

test('a lock is made where there is none: two spaces, sorted names, a final newline', async () => {
  const file = join(folder, 'pullproof.lock');
  await new LockFile(core, file).merge({ [B]: entry('b'), [A]: entry('a') });
  assert.equal(read(file), lockText({ [A]: entry('a'), [B]: entry('b') }));
  assert.deepEqual(readdirSync(folder), ['pullproof.lock']);
});

test('a lock keeps what it knows, and what is known anew replaces what was known of it', async () => {
  const file = put('lock', lockText({ [A]: entry('a'), [B]: entry('b') }));
  await new LockFile(core, file).merge({ [B]: entry('c') });
  assert.equal(read(file), lockText({ [A]: entry('a'), [B]: entry('c') }));
});

test('nothing to add makes no lock, and the same again writes none', async () => {
  const file = join(folder, 'lock');
  await new LockFile(core, file).merge({});
  assert.ok(!existsSync(file));
  put('lock', lockText({ [A]: entry('a') }));
  const before = statSync(file).ino;
  await new LockFile(core, file).merge({ [A]: entry('a') });
  assert.equal(statSync(file).ino, before);
});

for (const [name, text] of [
  ['that is no JSON', '{'],
  ['of another version', lockText({}).replace('1', '2')],
  ['with a name twice', lockText({ [A]: entry('a') }).replace('{\n', '{\n  "lockVersion": 1,\n')],
  ['with a digest that is none', lockText({ [A]: { ...entry('a'), digest: 'sha256:00' } })],
  ['with a name that is not normalised', lockText({ 'a:1': entry('a') })],
  ['with a member that nobody knows', lockText({ [A]: { ...entry('a'), more: 1 } })],
  ['that is empty', ''],
  ['that is not UTF-8', Buffer.from([0xff, 0xfe])],
]) {
  test(`a lock ${name} is refused before anything is done with it, and says which file it is`, () => {
    const file = put('lock', text);
    assert.throws(() => new LockFile(core, file), (error) => {
      assert.ok(error instanceof CheckError, error.stack);
      assert.equal(error.code, 'lock-invalid');
      assert.ok(error.message.startsWith(`${file}: expected `), error.message);
      return true;
    });
  });
}

test('a lock that became invalid meanwhile is refused and stays', async () => {
  const file = put('lock', lockText({}));
  const lock = new LockFile(core, file);
  writeFileSync(file, '{');
  await assert.rejects(lock.merge({ [A]: entry('a') }), { code: 'lock-invalid' });
  assert.equal(read(file), '{');
  assert.deepEqual(readdirSync(folder), ['lock']);
});

test('a lock that is a directory, or in one that is not there, is refused', () => {
  assert.throws(() => new LockFile(core, folder), /EISDIR/);
  assert.throws(() => new LockFile(core, join(folder, 'none/lock')), /a directory that is there/);
});

test('a lock that somebody else is writing is waited for', async () => {
  const file = join(folder, 'lock');
  writeFileSync(`${file}.busy`, '');
  setTimeout(() => rmSync(`${file}.busy`), 120);
  await new LockFile(core, file).merge({ [A]: entry('a') });
  assert.equal(read(file), lockText({ [A]: entry('a') }));
});

test('a lock that somebody is writing for too long is refused, with what to do', async () => {
  const file = put('lock', lockText({}));
  writeFileSync(`${file}.busy`, '');
  await assert.rejects(new LockFile(core, file).merge({ [A]: entry('a') }, 100), failure('lock-busy', /lock\.busy: .*remove that file/));
  assert.equal(read(file), lockText({}));
  assert.ok(existsSync(`${file}.busy`), 'what others hold is not taken from them');
});

test('many runs at once lose nothing of what each of them adds', async () => {
  const file = join(folder, 'lock');
  const code = (number) => `
    import { pinCore } from ${JSON.stringify(import.meta.resolve('../dist/core.js'))};
    import ${JSON.stringify(import.meta.resolve('../dist/node.js'))};
    import { LockFile } from ${JSON.stringify(import.meta.resolve('../dist/cli/lock.js'))};
    const lock = new LockFile(await pinCore(), ${JSON.stringify(file)});
    for (let part = 0; part < 5; part += 1) {
      await lock.merge({ ['docker.io/library/x-${number}-' + part + ':1']: ${JSON.stringify(entry('a'))} });
    }`;
  await Promise.all(Array.from({ length: 4 }, (_, number) => new Promise((resolve, reject) => {
    const args = ['--input-type=module', '--eval', code(number)];
    execFile(process.execPath, args, { cwd: fileURLToPath(new URL('.', import.meta.url)) }, (error) => error ? reject(error) : resolve());
  })));
  assert.equal(Object.keys(JSON.parse(read(file)).images).length, 20);
  assert.deepEqual(readdirSync(folder), ['lock']);
});
