// The advisories that this site serves: shards, made by `cargo xtask shards`, in the folder advisories/ beside the page. Which there are
// stands in its index, because a file that is not there can look like anything there.

const FOLDER = new URL('advisories/', import.meta.url);

/** Characters, as many as the core reads bytes of one that is signed. */
const MAX_INDEX = 2 << 20;

/** The ecosystems that there are shards of, each with the size of its; null where there are none that can be read. */
export async function served() {
  try {
    const answer = await fetch(new URL('index.json', FOLDER));
    if (!answer.ok) return null;
    const text = await answer.text();
    return text.length > MAX_INDEX ? null : read(JSON.parse(text));
  } catch {
    return null; // no index, or a page where one was expected
  }
}

function read({ index, shards: listed }) {
  const isShard = ({ ecosystem, size }) => typeof ecosystem === 'string' && Number.isInteger(size);
  if (index !== 1 || listed.length === 0 || !listed.every(isShard)) return null;
  return new Map(listed.map(({ ecosystem, size }) => [ecosystem, size]));
}

/** Gives shards as a scan asks for them. One that the index has and that cannot be had is an error, and not the same as none. */
export async function shards(signal) {
  const ecosystems = await served() ?? new Map();
  return async (ecosystem) => {
    if (!ecosystems.has(ecosystem)) return undefined;
    // As `cargo xtask shards` names them.
    const answer = await fetch(new URL(`${ecosystem.replace(/[^A-Za-z0-9.]/g, '-')}.shard`, FOLDER), { signal });
    if (!answer.ok) throw new Error(`expected the shard of ${ecosystem}, found status ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  };
}
