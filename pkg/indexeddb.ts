/** A store in a browser: it outlives the page, and is the same in every tab of an origin. Workers have it, too. */

import { isSame } from './memory.js';
import type { Store } from './types.js';

const TABLE = 'kept';

/** `name` is that of the database. */
export function indexedDbStore(name = 'pullproof'): Store {
  return {
    load: (key) => transact(name, 'readonly', (table, settle) => {
      const reading = table.get(key);
      reading.onsuccess = () => settle(bytesOf(reading.result));
    }),
    // Both halves in one transaction: the next one that writes begins when this one has ended, whichever tab it is of.
    swap: (key, expected, bytes) => transact(name, 'readwrite', (table, settle) => {
      const reading = table.get(key);
      reading.onsuccess = () => {
        const fits = isSame(bytesOf(reading.result), expected);
        if (fits) table.put(bytes.slice(), key);
        settle(fits);
      };
    }),
  };
}

/** Opened for each transaction and closed behind it, so that nobody who would delete or upgrade the database waits for us. */
async function transact<Answer>(
  name: string,
  mode: IDBTransactionMode,
  run: (table: IDBObjectStore, settle: (answer: Answer) => void) => void,
): Promise<Answer> {
  const database = await open(name);
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(TABLE, mode, { durability: 'strict' });
      let answer: Answer;
      run(transaction.objectStore(TABLE), (found) => { answer = found; });
      // Not before: what was put may still be refused for want of space.
      transaction.oncomplete = () => resolve(answer);
      transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was aborted'));
    });
  } finally {
    database.close();
  }
}

function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => { opening.result.createObjectStore(TABLE); };
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error ?? new Error('the database cannot be opened'));
    opening.onblocked = () => reject(new Error('the database is being changed by somebody else'));
  });
}

function bytesOf(found: unknown): Uint8Array | undefined {
  if (found === undefined || found instanceof Uint8Array) return found;
  throw new Error('expected bytes in the database, found something else');
}
