// Globs: what they stand for, and what they do not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../dist/cli/usage.js';
import { isGlob, matches, readGlobs } from '../dist/cli/glob.js';

const stands = (glob, path) => readGlobs(glob).some(({ base, pattern }) => {
  const below = base === '.' ? path : path.startsWith(`${base}/`) ? path.slice(base.length + 1) : undefined;
  return below !== undefined && matches(pattern, below.split('/'));
});

for (const [glob, path] of [
  ['*.yaml', 'a.yaml'],
  ['*.yaml', '.hidden.yaml'],
  ['*', 'a'],
  ['?.yaml', 'a.yaml'],
  ['?.yaml', '図.yaml'],
  ['a*b*c', 'abc'],
  ['a*b*c', 'a-b-b-c'],
  ['*a*a*a', 'aaaa'],
  ['deploy/*.yaml', 'deploy/a.yaml'],
  ['**/*.yaml', 'a.yaml'],
  ['**/*.yaml', 'x/y/z/a.yaml'],
  ['**', 'x/y/a'],
  ['x/**/y/*.yaml', 'x/y/a.yaml'],
  ['x/**/y/*.yaml', 'x/1/y/2/y/a.yaml'],
  ['**/y/**', 'x/y/z/a'],
  ['{a,b}.yaml', 'b.yaml'],
  ['{x,y/{1,2}}/*.yaml', 'y/2/a.yaml'],
  ['*.{yml,yaml}', 'a.yml'],
  ['a{,.prod}.yaml', 'a.yaml'],
  ['{deploy,charts}/a.yaml', 'charts/a.yaml'],
  ['a{b}*', 'a{b}c'],
  ['[a]*', '[a]b'],
]) {
  test(`'${glob}' stands for '${path}'`, () => assert.ok(stands(glob, path)));
}

for (const [glob, path] of [
  ['*.yaml', 'x/a.yaml'],
  ['*.yaml', 'a.yaml.bak'],
  ['?.yaml', '.yaml'],
  ['?.yaml', 'ab.yaml'],
  ['?', '/'],
  ['a*b', 'ab/b'],
  ['*/a.yaml', 'a.yaml'],
  ['*/a.yaml', 'x/y/a.yaml'],
  ['x/**/y', 'x/z'],
  ['**/y/*.yaml', 'x/y/z/a.yaml'],
  ['**.yaml', 'x/a.yaml'],
  ['{a,b}.yaml', 'c.yaml'],
  ['{a,b}.yaml', '{a,b}.yaml'],
  ['[ab]*', 'a'],
  ['*.YAML', 'a.yaml'],
  ['a.yaml*', 'axyaml'],
]) {
  test(`'${glob}' does not stand for '${path}'`, () => assert.ok(!stands(glob, path)));
}

test('a search begins in the last directory that is named', () => {
  assert.deepEqual(readGlobs('/etc/deploy/*/a.yaml'), [{ base: '/etc/deploy', pattern: ['*', 'a.yaml'] }]);
  assert.deepEqual(readGlobs('/*.yaml'), [{ base: '/', pattern: ['*.yaml'] }]);
  assert.deepEqual(readGlobs('../**/x'), [{ base: '..', pattern: ['**', 'x'] }]);
});

test('a name without a star or a question mark is no glob', () => {
  assert.ok(!isGlob('a.yaml') && !isGlob('a[1].yaml') && !isGlob('-'));
});

test('alternatives that multiply are refused', () => {
  assert.equal(readGlobs('{a,b}'.repeat(8)).length, 256);
  assert.throws(() => readGlobs('{a,b}'.repeat(9)), /at most 256 alternatives/);
  assert.throws(() => readGlobs('{,}'.repeat(1000)), UsageError);
});

test('stars that could match in many ways take no longer for it', { timeout: 5000 }, () => {
  assert.ok(!matches(['*a'.repeat(50)], ['a'.repeat(5000) + 'b']));
  assert.ok(!matches([...'**a'.repeat(20).matchAll(/\*\*|a/g)].map(([part]) => part), [...'a'.repeat(2000), 'b']));
});
