/** Which files are meant: files, directories with everything in them, and globs. */

import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failed } from './failure.js';
import { type Glob, isGlob, matches, readGlobs } from './glob.js';
import { UsageError } from './usage.js';

export interface FoundFile {
  readonly file: string;
  /** What somebody named has to be what they took it for; what is only found may be anything. */
  readonly by: 'name' | 'glob' | 'directory';
}

/** What nobody who names the directory around it means. */
const SKIPPED: readonly string[] = ['.git', 'node_modules'];

/** In the order of the words, each file once; what is in a directory sorted by name, so that two runs say the same. */
export async function* findFiles(words: readonly string[]): AsyncGenerator<FoundFile | Failed> {
  const seen = new Set<string>();
  for (const word of words) {
    for await (const found of findOne(word)) {
      const path = 'code' in found || found.file === '-' ? found.file : await realpath(found.file).catch(() => found.file);
      if (!seen.has(path)) yield found;
      seen.add(path);
    }
  }
}

async function* findOne(word: string): AsyncGenerator<FoundFile | Failed> {
  if (word === '-') {
    yield { file: word, by: 'name' };
    return;
  }
  const known = await stat(word).catch((error: NodeJS.ErrnoException) => error);
  if (known instanceof Error && isGlob(word)) {
    yield* findGlob(word);
  } else if (known instanceof Error) {
    throw new UsageError(`expected a file, a directory or a glob, found '${word}': ${known.message}`);
  } else if (known.isDirectory()) {
    for await (const found of walk(word, Infinity)) yield 'code' in found ? found : { file: found.file, by: 'directory' };
  } else if (known.isFile()) {
    yield { file: word, by: 'name' };
  } else {
    throw new UsageError(`expected a file, a directory or a glob, found that '${word}' is neither: - is standard input`);
  }
}

async function* findGlob(word: string): AsyncGenerator<FoundFile | Failed> {
  let any = false;
  for (const { base, pattern } of readGlobs(word)) {
    for await (const found of matching(base, pattern)) {
      any = true;
      yield found;
    }
  }
  if (!any) {
    throw new UsageError(`expected a file that '${word}' stands for, found none`);
  }
}

async function* matching(base: string, pattern: Glob['pattern']): AsyncGenerator<FoundFile | Failed> {
  if (!await stat(base).then((known) => known.isDirectory(), () => false)) return;
  const depth = pattern.includes('**') ? Infinity : pattern.length;
  for await (const found of walk(base, depth)) {
    if ('code' in found) yield found;
    else if (matches(pattern, found.names)) yield { file: found.file, by: 'glob' };
  }
}

/** Every file in a directory, with the names on the way to it. Links are not followed: they may lead out of it, or in a circle. */
async function* walk(directory: string, depth: number): AsyncGenerator<{ file: string; names: readonly string[] } | Failed> {
  const open: (readonly string[])[] = [[]];
  for (let names = open.pop(); names !== undefined; names = open.pop()) {
    const path = join(directory, ...names);
    const entries = await readdir(path, { withFileTypes: true }).catch((error: Error) => error);
    if (entries instanceof Error) {
      yield { file: path, code: 'file-unreadable', message: `expected a directory that can be read, found ${entries.message}` };
      continue;
    }
    entries.sort((a, b) => a.name < b.name ? -1 : 1);
    for (const entry of entries) {
      if (entry.isFile()) yield { file: join(path, entry.name), names: [...names, entry.name] };
    }
    if (names.length + 1 >= depth) continue;
    const directories = entries.filter((entry) => entry.isDirectory() && !SKIPPED.includes(entry.name));
    open.push(...directories.reverse().map(({ name }) => [...names, name]));
  }
}
