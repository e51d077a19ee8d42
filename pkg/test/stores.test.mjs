// What outlives a check: in memory, and in a folder that several processes share. IndexedDB and Durable Objects are in tests/e2e.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fileStore, memoryStore } from '../dist/node.js';
import { behavesAsStore, load, swap } from './support/stores.mjs';

const folder = mkdtempSync(join(tmpdir(), 'pullproof-stores-'));
after(() => rmSync(folder, { recursive: true }));
let last = 0;
const fresh = () => join(folder, String(last += 1));

behavesAsStore(test, 'memoryStore', async () => memoryStore());
behavesAsStore(test, 'fileStore', async () => fileStore(fresh()));

test('two processes that write to one folder at once lose nothing', { timeout: 60_000 }, async () => {
  const place = fresh();
  const adder = fileURLToPath(new URL('support/adder.mjs', import.meta.url));
  const run = promisify(execFile);
  await Promise.all([...'abc'].map((letter) => run(process.execPath, [adder, place, letter, '100'])));
  const kept = [...await load(fileStore(place), 'a')];
  assert.deepEqual([...'abc'].map((letter) => kept.filter((one) => one === letter).length), [100, 100, 100]);
  assert.equal(readdirSync(place).length, 3, 'and only the last few are left');
});

test('what a process that was killed has left behind is in nobody’s way', async () => {
  const place = fresh();
  const store = fileStore(place);
  await swap(store, 'a', undefined, '1');
  // Killed before it was linked, and after it was linked and before the old one was taken away.
  writeFileSync(join(place, '.pullproof-1-1'), 'half of someth');
  writeFileSync(join(place, 'a.2'), '2');
  assert.equal(await load(store, 'a'), '2');
  assert.equal(await swap(store, 'a', '1', '3'), false);
  assert.equal(await swap(store, 'a', '2', '3'), true);
  assert.equal(await swap(store, 'a', '3', '4'), true);
  assert.deepEqual(readdirSync(place).filter((name) => name.startsWith('a.')).sort(), ['a.2', 'a.3', 'a.4']);
});

/** Other processes published more and took the first away while this one still thought of it. */
test('a number that was used and taken away is not used again', async () => {
  const place = fresh();
  await swap(fileStore(place), 'a', undefined, '1');
  writeFileSync(join(place, 'a.5'), '5');
  const { publish } = await import('../dist/filestore.js');
  assert.equal(publish(place, 'a', 2, new TextEncoder().encode('late')), false);
  assert.equal(await load(fileStore(place), 'a'), '5');
});

/** Another process went on from what this one wrote, before this one looked around. */
test('what somebody has gone on from was kept', async () => {
  const place = fresh();
  await swap(fileStore(place), 'a', undefined, '1');
  writeFileSync(join(place, 'a.3'), '3');
  const { publish } = await import('../dist/filestore.js');
  assert.equal(publish(place, 'a', 2, new TextEncoder().encode('2')), true);
  assert.equal(await load(fileStore(place), 'a'), '3');
});

test('files of other names are passed over', async () => {
  const place = fresh();
  const store = fileStore(place);
  await swap(store, 'a', undefined, '1');
  for (const name of ['a.02', 'a.x', 'a', 'ab.9', 'a.1.2', 'a.-1', 'a.1e9']) writeFileSync(join(place, name), 'other');
  assert.equal(await load(store, 'a'), '1');
});

test('a key that would leave the folder is refused', async () => {
  for (const key of ['../a', 'a/b', '', 'A', 'a.b', 'a'.repeat(101)]) {
    await assert.rejects(fileStore(fresh()).load(key), /expected a key/, key);
    await assert.rejects(swap(fileStore(fresh()), key, undefined, '1'), /expected a key/, key);
  }
});

test('a folder that cannot be made or written to is an error, not an empty store', { skip: process.getuid?.() === 0 && 'root may write anywhere' }, async () => {
  const place = fresh();
  await swap(fileStore(place), 'a', undefined, '1');
  chmodSync(place, 0o500);
  await assert.rejects(swap(fileStore(place), 'a', '1', '2'), { code: 'EACCES' });
  assert.equal(await load(fileStore(place), 'a'), '1');
  chmodSync(place, 0o700);
});

test('a file in the place of the folder is an error, not an empty store', async () => {
  const place = fresh();
  writeFileSync(place, 'a file');
  await assert.rejects(fileStore(place).load('a'), { code: 'ENOTDIR' });
  await assert.rejects(swap(fileStore(place), 'a', undefined, '1'));
});
