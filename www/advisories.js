// The advisories that this site serves: shards, made by `cargo xtask shards`, in the folder advisories/ beside the page. Which there are
// stands in its index, because a file that is not there can look like anything there.

const FOLDER = new URL('advisories/', import.meta.url);

/** Bytes: an index names some hundred files. */
const MAX_INDEX = 1 << 20;

/**
 * `{ about, ecosystems }`: what the site says of them, or null; and each ecosystem's `{ file, advisories }`. Null where there are none that
 * can be read.
 */
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

function read({ index, about = null, ecosystems }) {
  const files = Object.entries(ecosystems);
  const isFile = ([, { file, advisories }]) => /^[\w.-]+\.shard$/.test(file) && Number.isInteger(advisories);
  if (index !== 1 || files.length === 0 || !files.every(isFile) || (about !== null && typeof about !== 'string')) return null;
  return { about, ecosystems: new Map(files) };
}

/** Gives shards as a scan asks for them. One that the index has and that cannot be had is an error, and not the same as none. */
export async function shards(signal) {
  const { ecosystems } = await served() ?? { ecosystems: new Map() };
  return async (ecosystem) => {
    const found = ecosystems.get(ecosystem);
    if (found === undefined) return undefined;
    const answer = await fetch(new URL(found.file, FOLDER), { signal });
    if (!answer.ok) throw new Error(`expected the shard of ${ecosystem}, found status ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  };
}
