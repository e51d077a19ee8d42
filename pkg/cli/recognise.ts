/**
 * What a file is that nobody named, but that was found in a directory or by a glob.
 *
 * By what stands in it almost anything could be taken for a Dockerfile or a command: `from os import path`, a sentence about docker. So
 * a name has to say that; what is in a file only tells kinds of YAML apart.
 */

import { basename } from 'node:path';
import type { PinCore } from '../core.js';
import { LOCK_NAME } from '../text.js';
import type { PinKind } from '../types.js';

const YAML: readonly (PinKind | undefined)[] = ['compose', 'kubernetes', 'kustomization', 'helm-values', 'github-actions'];

/** Whether it is worth reading. */
export function mayNameImages(core: PinCore, file: string): boolean {
  return kindOfName(core, file) !== undefined || /\.ya?ml$/i.test(file);
}

export function recognise(core: PinCore, file: string, text: string): PinKind | 'lock' | undefined {
  const byName = kindOfName(core, file);
  if (byName !== undefined) return byName;
  const kind = core.detectKind(text, file);
  return YAML.includes(kind) ? kind : undefined;
}

function kindOfName(core: PinCore, file: string): PinKind | 'lock' | undefined {
  return basename(file) === LOCK_NAME ? 'lock' : core.detectKind('', file);
}
