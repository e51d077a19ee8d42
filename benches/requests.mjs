// How often one question makes a client ask the registry, and whether it notices that an answer was changed on the way.

import { startProxy } from './support/counting-proxy.mjs';

/** Changes of one character: the document stays what it was, and as long, but is about something else. */
const CHANGES = {
  manifest: [/\/manifests\/sha256:/, (text) => text.replace(/(?<="layers":.*sha256:)[0-9a-f]/s, (digit) => (digit === '0' ? '1' : '0'))],
  config: [/\/blobs\/sha256:/, (text) => text.replace('"linux"', '"linuX"')],
};

/** @param {{ name: string, missing?: string, less?: string, ask?: Function }[]} clients */
export async function requests({ clients, truth, registry, tokenRegistry, question }) {
  const rows = [];
  const notes = [
    'Three documents hold the answer. Where the registry wants a token, being told so and fetching it are two requests more.',
  ];
  for (const { name, ask, missing, less } of clients) {
    const row = { name };
    rows.push(row);
    if (missing ?? less) notes.push(`${name} ${missing ?? less}.`);
    if (missing !== undefined) continue;
    for (const [column, host] of [['open', registry], ['tokens', tokenRegistry]]) {
      try {
        row[column] = await count(ask, host, question, truth);
      } catch (error) {
        const when = column === 'tokens' ? ' where tokens are needed' : '';
        notes.push(`${name} failed${when}: ${error.message.split('\n')[0]}.`);
      }
    }
    for (const [column, change] of Object.entries(CHANGES)) row[column] = await reaction(ask, registry, question, change);
  }
  const columns = { open: 'open', tokens: 'with tokens', manifest: 'changed manifest', config: 'changed config' };
  return { title: 'Requests for one check', columns, rows, notes };
}

async function count(ask, registry, question, truth) {
  const proxy = await startProxy(registry);
  try {
    const answer = await ask({ ...question, host: proxy.host });
    for (const [what, found] of Object.entries(answer)) {
      if (found !== truth[what]) throw new Error(`expected the ${what} ${truth[what]}, found ${found}`);
    }
    return proxy.asked.length;
  } finally {
    proxy.close();
  }
}

async function reaction(ask, registry, question, [path, change]) {
  let changed = false;
  const proxy = await startProxy(registry, (asked, body) => {
    const answer = path.test(asked) ? change(body) : body;
    changed ||= answer !== body;
    return answer;
  });
  try {
    await ask({ ...question, host: proxy.host });
    return changed ? 'believed' : 'not read';
  } catch {
    return changed ? 'noticed' : undefined;
  } finally {
    proxy.close();
  }
}
