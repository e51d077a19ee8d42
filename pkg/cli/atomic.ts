/**
 * Replaces a file as a whole or not at all.
 *
 * The new text is written beside the old one, and is on the disk before it takes its name: whoever reads sees one or the other, even
 * after the power failed. All of it happens in one go, without returning to the event loop: a signal is handled before or after, never in
 * between.
 */

import {
  accessSync, closeSync, constants, fchmodSync, fchownSync, fsyncSync, openSync, readFileSync, realpathSync, renameSync, rmSync, statSync,
  type Stats, writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { FileFailure } from './failure.js';

/** Leftovers of that many runs with the same process number in one directory are somebody's to clean up. */
const NAMES = 100;

/**
 * Makes `file` hold `after`, if it still holds `before`; `null` is no file. Of a link the file that it leads to is replaced. What it may
 * be used for stays as it was.
 */
export function replaceFile(file: string, before: Buffer | null, after: string): void {
  try {
    replace(before === null ? file : realpathSync(file), before, after);
  } catch (error) {
    if (error instanceof FileFailure) throw error;
    throw new FileFailure('file-not-written', `expected to replace the file, found ${(error as Error).message}; it is as it was`);
  }
}

function replace(target: string, before: Buffer | null, after: string): void {
  const old = before === null ? undefined : statSync(target);
  // Renaming asks only whether the directory may be written to.
  if (old !== undefined) accessSync(target, constants.W_OK);
  const { descriptor, temporary } = createBeside(target, old);
  try {
    try {
      writeFileSync(descriptor, after);
      if (old !== undefined) keep(old, descriptor);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (!holds(target, before)) {
      throw new FileFailure('file-changed', 'expected the text that was read, found another: somebody changes it, and theirs stays');
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** A new file in the folder of `target`. Never opens what is there already, nor what a link of that name leads to. */
export function createBeside(target: string, old: Stats | undefined): { descriptor: number; temporary: string } {
  for (let number = 1; ; number += 1) {
    const temporary = join(dirname(target), `.pullproof-${process.pid}-${number}`);
    try {
      // What replaces a secret is nobody else's to read, not even for a moment.
      return { descriptor: openSync(temporary, 'wx', old === undefined ? 0o666 : 0o600), temporary };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number === NAMES) throw error;
    }
  }
}

function keep({ uid, gid, mode }: Stats, descriptor: number): void {
  try {
    fchownSync(descriptor, uid, gid);
  } catch {
    // Only root gives files away. Whoever else may write to the directory becomes the owner, as with every editor.
  }
  // Afterwards: changing the owner takes bits away.
  fchmodSync(descriptor, mode & 0o7777);
}

function holds(target: string, before: Buffer | null): boolean {
  const now = statSync(target, { throwIfNoEntry: false });
  if (before === null || now === undefined) return before === null && now === undefined;
  return now.isFile() && now.size === before.length && readFileSync(target).equals(before);
}
