// What every store has to do, whatever it is made of.

import assert from 'node:assert/strict';

const bytes = (text) => new TextEncoder().encode(text);
const text = (found) => found === undefined ? undefined : new TextDecoder().decode(found);

/** Puts `value` where `expected` is; both are texts. */
export const swap = (store, key, expected, value) => store.swap(key, expected === undefined ? undefined : bytes(expected), bytes(value));
export const load = async (store, key) => text(await store.load(key));

/** @param {() => Promise<import('pullproof').Store>} open an empty store, each time; @param {Function} test of node:test */
export function behavesAsStore(test, name, open) {
  test(`${name}: what somebody else wrote meanwhile is not written over`, async () => {
    const store = await open();
    assert.equal(await load(store, 'a'), undefined);
    assert.equal(await swap(store, 'a', 'nothing was there', '1'), false);
    assert.equal(await swap(store, 'a', undefined, '1'), true);
    assert.equal(await swap(store, 'a', undefined, '2'), false);
    assert.equal(await swap(store, 'a', '0', '2'), false);
    assert.equal(await load(store, 'a'), '1');
    assert.equal(await swap(store, 'a', '1', '2'), true);
    assert.equal(await load(store, 'a'), '2');
    assert.equal(await load(store, 'b'), undefined, 'another key holds nothing');
  });

  test(`${name}: of two who swap at once one is told that it came too late`, async () => {
    const store = await open();
    await swap(store, 'a', undefined, 'before');
    const done = await Promise.all(['one', 'two', 'three'].map((value) => swap(store, 'a', 'before', value)));
    assert.deepEqual(done.toSorted(), [false, false, true]);
    assert.equal(await load(store, 'a'), ['one', 'two', 'three'][done.indexOf(true)]);
  });

  test(`${name}: nothing is lost of what many add at once`, async () => {
    const store = await open();
    const add = async (letter) => {
      for (;;) {
        const before = await load(store, 'a');
        if (await swap(store, 'a', before, (before ?? '') + letter)) return;
      }
    };
    await Promise.all([...'abcdefghij'].map(add));
    assert.equal([...await load(store, 'a')].sort().join(''), 'abcdefghij');
  });

  test(`${name}: what was handed over is kept as it was then`, async () => {
    const store = await open();
    const given = bytes('kept');
    await store.swap('a', undefined, given);
    given.fill(0);
    const found = await store.load('a');
    found.fill(0);
    assert.equal(await load(store, 'a'), 'kept');
  });

  test(`${name}: nothing, an empty text and a large one are three things`, async () => {
    const store = await open();
    assert.equal(await store.swap('a', undefined, new Uint8Array()), true);
    assert.equal((await store.load('a')).length, 0);
    assert.equal(await store.swap('a', undefined, bytes('x')), false);
    const large = new Uint8Array(1_500_000).fill(7);
    assert.equal(await store.swap('a', new Uint8Array(), large), true);
    assert.deepEqual(await store.load('a'), large);
  });
}
