#!/usr/bin/env node
// The npm package behind the command line that theupdateframework/tuf-conformance speaks (CLIENT-CLI.md there).
// Exit code 0: all of it was verified; 1: anything was not; 2: the command line is wrong. All but 0 come with one sentence.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseTime } from '../../pkg/dist/cli/time.js';
import { fileStore, refreshTarget } from '../../pkg/dist/node.js';

const USAGE = `--metadata-dir DIR init ROOT
--metadata-dir DIR --metadata-url URL [--at TIME] refresh
--metadata-dir DIR --metadata-url URL --target-name PATH --target-base-url URL --target-dir DIR [--at TIME] download`;
const OPTIONS = ['metadata-dir', 'metadata-url', 'target-name', 'target-base-url', 'target-dir', 'at'];

class UsageError extends Error {}

function parse(words) {
  try {
    return parseArgs({ args: words, options: Object.fromEntries(OPTIONS.map((name) => [name, { type: 'string' }])), allowPositionals: true });
  } catch (error) {
    throw new UsageError(error.message.split('. ')[0]);
  }
}

/** Where the root that the client was given stays: what the suite reads beside it is for the suite alone. */
const ours = (directory, name = '') => join(directory, '.pullproof', name);

function init(directory, file) {
  const root = readFileSync(file);
  mkdirSync(ours(directory), { recursive: true });
  writeFileSync(ours(directory, 'initial'), root);
  writeFileSync(join(directory, 'root.json'), root);
}

/** Refreshes, and leaves in the directory whatever was believed on the way, however it ended. */
async function refresh(directory, { metadata, targets, path, now }) {
  const root = readFileSync(ours(directory, 'initial'));
  const answers = [];
  const store = watched(fileStore(ours(directory)));
  const fetch = async (request) => {
    const response = await globalThis.fetch(request);
    if (response.ok) answers.push({ name: fileName(request.url), bytes: new Uint8Array(await response.clone().arrayBuffer()) });
    return response;
  };
  try {
    const found = await refreshTarget({ root, metadata, ...(targets && { targets }), ...(path && { path }) }, { store, fetch, now });
    if (found.refresh !== null) throw Object.assign(new Error(found.refresh.message), { code: found.refresh.code });
    return found.content;
  } finally {
    show(directory, store.state, answers);
  }
}

/** A store that tells what it holds. */
function watched(store) {
  const watching = {
    state: undefined,
    async load(key) {
      return watching.state = await store.load(key);
    },
    async swap(key, expected, bytes) {
      const done = await store.swap(key, expected, bytes);
      if (done) watching.state = bytes;
      return done;
    },
  };
  return watching;
}

const fileName = (url) => decodeURIComponent(new URL(url).pathname.split('/').at(-1));

/** Of each role the newest metadata that was verified: that which has left a digest in what was stored. */
function show(directory, state, answers) {
  if (state === undefined) return;
  const { roots, floors: { timestamp, snapshot, targets } } = JSON.parse(new TextDecoder().decode(state));
  if (roots.length > 0) writeFileSync(join(directory, 'root.json'), Buffer.from(roots.at(-1), 'base64'));
  for (const [role, seen] of Object.entries({ ...targets, timestamp, snapshot })) {
    if (!seen?.digest) continue;
    const names = [`${role}.json`, `${seen.version}.${role}.json`];
    const found = answers.find(({ name, bytes }) => names.includes(name) && versionOf(bytes) === seen.version);
    if (found !== undefined) writeFileSync(join(directory, `${encodeURIComponent(role)}.json`), found.bytes);
  }
}

function versionOf(bytes) {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)).signed.version;
  } catch {
    return undefined;
  }
}

async function main(words) {
  const { values, positionals: [command, file, ...rest] } = parse(words);
  const { 'metadata-dir': directory, 'metadata-url': metadata, 'target-name': path, 'target-base-url': targets, 'target-dir': folder, at } = values;
  const now = at === undefined ? new Date() : parseTime(at);
  if (now === undefined) throw new UsageError(`expected --at to be a time such as 2026-01-31T12:00:00Z, found ${at}`);
  const given = [directory, command === 'init' ? file : metadata, ...(command === 'download' ? [path, targets, folder] : [])];
  if (!['init', 'refresh', 'download'].includes(command) || given.includes(undefined) || rest.length > 0) throw new UsageError(USAGE);
  if (command === 'init') return init(directory, file);
  if (command === 'refresh') return void await refresh(directory, { metadata, now });
  const content = await refresh(directory, { metadata, targets, path, now });
  const artifact = join(folder, encodeURIComponent(path));
  // What is there already is not written again: the suite orders what was downloaded by time.
  if (!existsSync(artifact) || !readFileSync(artifact).equals(content)) writeFileSync(artifact, content);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UsageError ? error.message : `${error.code ?? 'refused'}: ${error.message}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
