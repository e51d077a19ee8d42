/** `pullproof.lock`: read strictly, merged under mutual exclusion, replaced as a whole. */

import { closeSync, openSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { PinCore } from '../core.js';
import { CheckError } from '../errors.js';
import { sorted } from '../pin.js';
import { readLock } from '../text.js';
import type { Lock, Resolved } from '../types.js';
import { replaceFile } from './atomic.js';
import { FileFailure } from './failure.js';
import { UsageError } from './usage.js';

/** Another run holds the lock for the time of one write, so whoever waits longer waits for one that was killed. */
const PATIENCE = 10_000;
const PAUSE = 50;

export class LockFile {
  readonly #core: PinCore;
  readonly #file: string;

  /** Refuses at once what could not be merged with later. */
  constructor(core: PinCore, file: string) {
    this.#core = core;
    this.#file = file;
    if (!statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory()) {
      throw new UsageError(`expected --lock to name a file in a directory that is there, found '${file}'`);
    }
    this.#read();
  }

  /** Adds what was resolved, and replaces what is known of the same names. */
  async merge(resolved: Readonly<Record<string, Resolved>>, patience = PATIENCE): Promise<void> {
    if (Object.keys(resolved).length === 0) return;
    for (let waited = 0; !this.#mergeIfFree(resolved); waited += PAUSE) {
      if (waited >= patience) {
        const busy = `${this.#file}.busy`;
        throw new FileFailure('lock-busy', `expected nobody else to write it, found ${busy}: if nobody does, remove that file`);
      }
      await setTimeout(PAUSE);
    }
  }

  /** In one go from reading to writing: no other part of this program, and no signal, comes in between. */
  #mergeIfFree(resolved: Readonly<Record<string, Resolved>>): boolean {
    const busy = `${resolveLinks(this.#file)}.busy`;
    if (!claim(busy)) return false;
    try {
      const { bytes, lock } = this.#read();
      const images = sorted(Object.entries({ ...lock.images, ...resolved }));
      const after = `${JSON.stringify({ lockVersion: 1, images } satisfies Lock, null, 2)}\n`;
      if (bytes?.toString() !== after) replaceFile(this.#file, bytes, after);
      return true;
    } finally {
      rmSync(busy, { force: true });
    }
  }

  #read(): { bytes: Buffer | null; lock: Lock } {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.#file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { bytes: null, lock: { lockVersion: 1, images: {} } };
      throw new UsageError(`expected a lock that can be read, found ${(error as Error).message}`);
    }
    try {
      return { bytes, lock: readLock(this.#core, new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) };
    } catch (error) {
      const found = error instanceof CheckError ? error.message : 'expected a text in UTF-8, found other bytes';
      throw new CheckError('lock-invalid', `${this.#file}: ${found}`);
    }
  }
}

/** Whoever creates it owns the lock until it is removed. */
function claim(busy: string): boolean {
  try {
    closeSync(openSync(busy, 'wx'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new FileFailure('file-not-written', `expected to write beside the lock, found ${(error as Error).message}`);
  }
}

/** Two names of one lock are one lock. */
function resolveLinks(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
