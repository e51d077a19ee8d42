/**
 * A store in a folder, which several processes may share.
 *
 * What is kept under a key is a file, `<key>.<number>`, and the one with the highest number counts. A new one is written beside it and
 * linked under the next number, which only one process can do: the others find the name taken, and are told so. There is no lock that
 * a process could leave behind when it is killed.
 */

import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBeside } from './cli/atomic.js';
import { isSame } from './memory.js';
import type { Store } from './types.js';

/** How many are left, the newest among them: so many that nobody else writes as many between our writing one and looking around. */
const LEFT = 3;

/** How often what was listed may be gone when it is read. */
const ATTEMPTS = 100;

/** `directory` is made when something is first kept in it. */
export function fileStore(directory: string): Store {
  return {
    async load(key) {
      return newest(directory, named(key))?.bytes;
    },
    // In one go, without returning to the event loop: nothing else of this process comes between.
    async swap(key, expected, bytes) {
      const name = named(key);
      const found = newest(directory, name);
      if (!isSame(found?.bytes, expected)) return false;
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      return publish(directory, name, 1 + (found?.number ?? 0), bytes);
    },
  };
}

/** A key that is a file's name wherever there are files. */
function named(key: string): string {
  if (!/^[a-z0-9-]{1,100}$/.test(key)) throw new Error(`expected a key of lower-case letters, digits and -, found ${JSON.stringify(key)}`);
  return key;
}

function numbers(directory: string, name: string): number[] {
  const all = readdirSync(directory).flatMap((file) => file.startsWith(`${name}.`) ? file.slice(name.length + 1) : []);
  return all.filter((number) => /^[1-9]\d{0,14}$/.test(number)).map(Number).sort((a, b) => b - a);
}

function newest(directory: string, name: string): { number: number; bytes: Uint8Array } | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      const [number] = numbers(directory, name);
      if (number === undefined) return undefined;
      return { number, bytes: new Uint8Array(readFileSync(join(directory, `${name}.${number}`))) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      if (!existsSync(directory)) return undefined;
      // Somebody has kept something newer meanwhile, and taken this away.
    }
  }
  throw new Error(`expected ${name} to be read, found others writing all the time`);
}

/** Whether this has become what is kept. */
export function publish(directory: string, name: string, number: number, bytes: Uint8Array): boolean {
  const target = join(directory, `${name}.${number}`);
  const { descriptor, temporary } = createBeside(target, undefined);
  try {
    try {
      writeFileSync(descriptor, bytes);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    linkSync(temporary, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  const all = numbers(directory, name);
  // The name was free because it had been used and taken away: others are further than we thought. Where they are not that far, they have
  // gone on from what was just written.
  if (all[0] !== undefined && all[0] - number >= LEFT) {
    rmSync(target, { force: true });
    return false;
  }
  for (const old of all.filter((each) => each <= number - LEFT)) rmSync(join(directory, `${name}.${old}`), { force: true });
  return true;
}
