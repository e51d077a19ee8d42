/** Where a scan is written in other formats: files, each replaced as a whole or not at all, or standard output. */

import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { toCycloneDx, toSarif } from '../node.js';
import type { Scan } from '../types.js';
import type { ScanArguments } from './arguments.js';
import { replaceFile } from './atomic.js';
import { type Failed, FileFailure } from './failure.js';
import { printJson } from './output.js';
import { UsageError } from './usage.js';

const FORMATS = { sarif: toSarif, cyclonedx: toCycloneDx } as const;
export const OUTPUTS = ['sarif', 'cyclonedx'] as const satisfies readonly (keyof typeof FORMATS)[];

/** Beforehand, so that nobody waits for a scan that cannot be written. */
export function lookAround(command: Pick<ScanArguments, (typeof OUTPUTS)[number]>): void {
  const files = new Set<string>();
  for (const format of OUTPUTS) {
    const file = command[format];
    if (file === undefined || file === '-') continue;
    const there = statSync(file, { throwIfNoEntry: false });
    if (there?.isDirectory()) throw new UsageError(`expected --${format} to name a file, found the folder '${file}'`);
    // A pipe or a terminal would be read before it is replaced, and may never end.
    if (there?.isFile() === false) throw new UsageError(`expected --${format} to name a file, found '${file}', which is none: - is standard output`);
    if (!statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory()) {
      throw new UsageError(`expected --${format} to name a file in a folder that is there, found '${file}'`);
    }
    if (files.has(resolve(file))) throw new UsageError(`expected --${OUTPUTS.join(' and --')} to name two files, found '${file}' twice`);
    files.add(resolve(file));
  }
}

/** Whether something was printed, and which files could not be written. */
export async function write(scan: Scan, command: ScanArguments): Promise<{ printed: boolean; failed: Failed[] }> {
  let printed = false;
  const failed: Failed[] = [];
  for (const format of OUTPUTS) {
    const file = command[format];
    if (file === undefined) continue;
    const text = `${JSON.stringify(await FORMATS[format](scan), null, 2)}\n`;
    if (file === '-') {
      await printJson(text);
      printed = true;
      continue;
    }
    try {
      replaceFile(file, contentOf(file), text);
    } catch (error) {
      if (!(error instanceof FileFailure)) throw error;
      failed.push({ file, code: error.code, message: error.message });
    }
  }
  return { printed, failed };
}

function contentOf(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new FileFailure('file-not-written', `expected to replace the file, found ${(error as Error).message}; it is as it was`);
  }
}
