// Unified diffs: what they say, and that the programs that apply them get the same text.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { shown } from '../dist/cli/patch.js';
import { colours } from '../dist/cli/terminal.js';
import { unifiedDiff } from '../dist/diff.js';

const folder = mkdtempSync(join(tmpdir(), 'pullproof-diff-'));
after(() => rmSync(folder, { recursive: true }));

const numbered = (count, change = (line) => line) =>
  Array.from({ length: count }, (_, number) => `${change(`line ${number + 1}`, number + 1)}\n`).join('');

test('equal texts have no diff', () => {
  assert.equal(unifiedDiff('', '', 'x'), '');
  assert.equal(unifiedDiff('a\r\nb', 'a\r\nb', 'x'), '');
});

test('a changed line stands between three lines of context', () => {
  assert.equal(unifiedDiff(numbered(9), numbered(9, (line, number) => number === 5 ? 'five' : line), 'f.txt'), `\
--- a/f.txt
+++ b/f.txt
@@ -2,7 +2,7 @@
 line 2
 line 3
 line 4
-line 5
+five
 line 6
 line 7
 line 8
`);
});

test('changes share a hunk if they share context, and only then', () => {
  const changed = (...numbers) => unifiedDiff(numbered(30), numbered(30, (line, number) => numbers.includes(number) ? '!' : line), 'f');
  assert.equal(changed(5, 12).match(/^@@/gm).length, 1);
  assert.equal(changed(5, 13).match(/^@@/gm).length, 2);
});

test('neighbouring lines are taken away together and added together', () => {
  assert.match(unifiedDiff('a\nb\nc\n', 'A\nB\nc\n', 'f'), /\n-a\n-b\n\+A\n\+B\n c\n$/);
});

test('a missing end of the last line is said on the side where it is missing', () => {
  const none = '\\ No newline at end of file\n';
  assert.match(unifiedDiff('a', 'b', 'f'), /@@ -1 \+1 @@\n-a\n\\ No newline at end of file\n\+b\n\\ No newline at end of file\n$/);
  assert.ok(unifiedDiff('a\nb', 'A\nb', 'f').endsWith(` b\n${none}`));
  assert.ok(unifiedDiff('a', 'a\n', 'f').endsWith(`-a\n${none}+a\n`));
});

test('CRLF stays what it was', () => {
  assert.ok(unifiedDiff('a\r\nb\r\n', 'a\r\nB\r\n', 'f').endsWith(' a\r\n-b\r\n+B\r\n'));
});

test('nothing becomes something and something becomes nothing', () => {
  assert.equal(unifiedDiff('', 'a\n', 'f'), '--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+a\n');
  assert.equal(unifiedDiff('a\nb\n', '', 'f'), '--- a/f\n+++ b/f\n@@ -1,2 +0,0 @@\n-a\n-b\n');
});

for (const [what, name, first] of [
  ['a path', 'deploy/app.yaml', '--- a/deploy/app.yaml'],
  ['an absolute path', '/etc/app.yaml', '--- a/etc/app.yaml'],
  ['a space', 'my app.yaml', '--- a/my app.yaml\t'],
  ['a line of its own', 'a\n+++ b/passwd', '--- "a/a\\012+++ b/passwd"'],
  ['an escape sequence', '\u001b[2J', '--- "a/\\033[2J"'],
  ['a bidirectional override', '\u202ex', '--- "a/\\342\\200\\256x"'],
  ['a quotation mark and a backslash', 'a"\\', '--- "a/a\\"\\\\"'],
  ['letters of another language', '図.yaml', '--- a/図.yaml'],
]) {
  test(`a name with ${what} is written as Git writes it`, () => {
    assert.equal(unifiedDiff('a\n', 'b\n', name).split('\n')[0], first);
  });
}

const digest = `@sha256:${'a'.repeat(64)}`;
const TEXTS = {
  'a line in the middle': [numbered(20), numbered(20, (line, number) => number === 10 ? line + digest : line)],
  'the first and the last line': [numbered(20), numbered(20, (line, number) => number % 19 === 1 ? line + digest : line)],
  'every line': [numbered(300), numbered(300, (line) => line + digest)],
  'a text without an end': ['FROM a', `FROM a${digest}`],
  'CRLF and no end': ['FROM a\r\nFROM b', `FROM a${digest}\r\nFROM b${digest}`],
  'a line more': [numbered(9), numbered(9).replace('line 5\n', 'line 5\nmore\n')],
  'a line less': [numbered(9), numbered(9).replace('line 5\n', '')],
  'lines that look like a diff': ['--- a\n+++ b\n@@ -1 +1 @@\n-x\n', '--- a\n+++ b\n@@ -1 +1 @@\n-y\n'],
};

for (const [what, [before, after]] of Object.entries(TEXTS)) {
  for (const name of ['plain.yaml', 'deploy/with space.yaml']) {
    test(`git apply and patch make of ${what} in ${name} what it is`, () => {
      for (const [program, ...args] of [['git', 'apply', '--unidiff-zero', '-'], ['patch', '--strip=1', '--binary', '--silent']]) {
        const file = join(folder, name);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, before);
        const env = { PATH: process.env.PATH, HOME: folder, GIT_CEILING_DIRECTORIES: tmpdir() };
        execFileSync(program, args, { cwd: folder, env, input: unifiedDiff(before, after, name), stdio: ['pipe', 'pipe', 'pipe'] });
        assert.equal(readFileSync(file, 'utf8'), after, program);
      }
    });
  }
}

test('a long text is compared in one pass', { timeout: 10_000 }, () => {
  const [before, after] = [numbered(400_000), numbered(400_000, (line, number) => number % 2 === 0 ? line : '!')];
  assert.equal(unifiedDiff(before, after, 'f').match(/^@@/gm).length, 1);
  assert.ok(unifiedDiff(before, `${after}more\n`, 'f').startsWith('--- a/f\n'));
});

const diff = unifiedDiff('same\n-- old\n', 'same\n-- new\n', 'f');

test('a terminal gets colours next to signs that say it too', () => {
  assert.equal(shown(diff, colours(true)), [
    '\u001b[1m--- a/f\u001b[0m', '\u001b[1m+++ b/f\u001b[0m', '\u001b[2m@@ -1,2 +1,2 @@\u001b[0m', ' same',
    '\u001b[31m--- old\u001b[0m', '\u001b[32m+-- new\u001b[0m', '',
  ].join('\n'));
});

test('without colours it is what it is', () => {
  assert.equal(shown(diff, colours(false)), diff);
  assert.equal(shown('+\ta\tb\r\n', colours(false)), '+\ta\tb\r\n', 'tabs and CRLF move nothing that matters');
});

for (const [name, attack] of Object.entries({
  'an escape sequence': '\u001b[2J',
  'a carriage return': 'reject\raccept',
  'a bidirectional override': '\u202e',
  'a C1 control': '\u009b31m',
})) {
  test(`${name} in a text is shown on a terminal, not obeyed`, () => {
    const text = shown(unifiedDiff(`x ${attack} y\n`, `z ${attack} y\n`, 'f'), colours(false));
    assert.ok(!text.includes(attack));
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  });
}
