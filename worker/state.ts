/**
 * What outlives a request at the edge: a Durable Object, of which there is one for all of the world, and one for each collection of Docker
 * Content Trust. It is asked once for a check whose policy needs a trusted root, or a collection. Never KV, which would let one place put back what another has left behind.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Store } from 'pullproof';

/** What a Durable Object can keep under one key: its database takes no larger value. */
const MAX_BYTES = 2_000_000;

/**
 * How much is kept that strangers' policies name. One repository has as many keys as there are roots for it and ways to write its address,
 * so that whoever likes could fill the object, and then nobody's trusted roots would be kept any more.
 */
const MAX_NAMED = 1000;

/**
 * Collections that have an object. Whoever has a registry with a trust server can make as many as they like; of one too many nothing is
 * kept, so that a pin holds without a history and first use does not.
 */
const MAX_COLLECTIONS = 10_000;

/** The key of what a policy names; that of a built-in instance is its name. */
const NAMED = /^(?:tuf-[0-9a-f]{64}|content-trust-[0-9a-f]{64}-[0-9a-f]{20})$/;

/** Of a collection of Docker Content Trust: each has an object of its own, in which each anchor has its history. */
const COLLECTION = /^content-trust-[0-9a-f]{64}/;

/** How many anchors of one collection have a history. */
const MAX_ANCHORS = 64;

export class TrustState extends DurableObject {
  readonly #sql: SqlStorage;

  constructor(context: DurableObjectState, environment: unknown) {
    super(context, environment as never);
    this.#sql = context.storage.sql;
  }

  /** Of the object that is there once: whether a collection may have an object of its own. What was admitted stays so. */
  admit(key: string): void {
    this.#sql.exec('CREATE TABLE IF NOT EXISTS collections (key TEXT PRIMARY KEY) WITHOUT ROWID');
    const [known] = this.#sql.exec('SELECT 1 FROM collections WHERE key = ?', key);
    if (known !== undefined) return;
    const { admitted } = this.#sql.exec<{ admitted: number }>('SELECT count(*) AS admitted FROM collections').one();
    if (admitted >= MAX_COLLECTIONS) throw new Error(`expected at most ${MAX_COLLECTIONS} collections, found another`);
    this.#sql.exec('INSERT INTO collections (key) VALUES (?)', key);
  }

  load(key: string): Uint8Array | undefined {
    // A table would keep an object alive in which there is nothing: whoever likes can ask for any number of them.
    const [table] = this.#sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'kept'");
    if (table === undefined) return undefined;
    const [found] = this.#sql.exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM kept WHERE key = ?', key);
    return found === undefined ? undefined : new Uint8Array(found.bytes);
  }

  /** Nothing is waited for in here, so that no other request comes between the two halves. */
  swap(key: string, expected: Uint8Array | undefined, bytes: Uint8Array): boolean {
    if (bytes.byteLength > MAX_BYTES) throw new Error(`expected at most ${MAX_BYTES} bytes, found ${bytes.byteLength}`);
    const found = this.load(key);
    if (found === undefined || expected === undefined ? found !== expected : !isSame(found, expected)) return false;
    this.#sql.exec('CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID');
    if (found === undefined && NAMED.test(key)) {
      const { kept } = this.#sql.exec<{ kept: number }>('SELECT count(*) AS kept FROM kept').one();
      const most = COLLECTION.test(key) ? MAX_ANCHORS : MAX_NAMED;
      if (kept >= most) throw new Error(`expected at most ${most} entries, found another`);
    }
    this.#sql.exec('INSERT OR REPLACE INTO kept (key, bytes) VALUES (?, ?)', key, bytes);
    return true;
  }
}

/** The object behind a binding, as the package wants it. */
export function durableObjectStore(namespace: DurableObjectNamespace<TrustState>): Store {
  // Another one each time: a stub is of no use any more after its connection has failed.
  const named = (name: string) => namespace.get(namespace.idFromName(name));
  const collection = (key: string) => COLLECTION.exec(key)?.[0];
  const object = (key: string) => named(collection(key) ?? 'trust');
  return {
    load: async (key) => await object(key).load(key),
    swap: async (key, expected, bytes) => {
      const its = collection(key);
      if (expected === undefined && its !== undefined) await named('trust').admit(its);
      return await object(key).swap(key, expected, bytes);
    },
  };
}

function isSame(found: Uint8Array, expected: Uint8Array): boolean {
  return found.byteLength === expected.byteLength && found.every((byte, place) => byte === expected[place]);
}
