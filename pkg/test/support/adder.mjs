// A process that adds its letter to what is kept in a folder, so many times: `node adder.mjs FOLDER LETTER TIMES`.
import { fileStore } from '../../dist/node.js';
import { load, swap } from './stores.mjs';

const [, , folder, letter, times] = process.argv;
const store = fileStore(folder);
for (let done = 0; done < Number(times);) {
  const before = await load(store, 'a');
  if (await swap(store, 'a', before, (before ?? '') + letter)) done += 1;
}
