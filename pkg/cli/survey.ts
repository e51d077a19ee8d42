/**
 * Reads every file that is meant twice: first to learn what has to be asked, then to say what came of it.
 *
 * In between nothing is kept of a text but its fingerprint, so that a thousand files take no more memory than the largest of them; and
 * what is asked is known before the first question, so that each is asked once.
 */

import type { PinCore } from '../core.js';
import { CheckError } from '../errors.js';
import { type Failed, FileFailure } from './failure.js';
import { findFiles, type FoundFile } from './files.js';
import { mayNameImages, recognise } from './recognise.js';
import { readText, type Text } from './text.js';
import { UsageError } from './usage.js';

export interface Surveyed<Kind> {
  readonly file: string;
  readonly kind: Kind;
  readonly fingerprint: string;
}

/** What is looked for, and where. */
export interface Search<Kind> {
  readonly files: readonly string[];
  /** What all files are, if somebody said so. */
  readonly kind?: Kind;
  /** What files may be. */
  readonly kinds: readonly Kind[];
}

/** How a text is to be read. */
export interface Reading<Kind> {
  readonly kind?: Kind;
  readonly file?: string;
}

/** `look` learns from a text what it wants to know, and says how it was read. */
export async function survey<Kind extends string>(
  core: PinCore,
  search: Search<Kind>,
  look: (text: string, reading: Reading<Kind>) => Kind,
): Promise<(Surveyed<Kind> | Failed)[]> {
  const files: (Surveyed<Kind> | Failed)[] = [];
  for await (const found of findFiles(search.files)) {
    if ('code' in found) {
      files.push(found);
      continue;
    }
    const { file } = found;
    const chosen = chosenReading(found, search);
    if (chosen === undefined && !mayNameImages(core, file)) continue;
    const outcome = await orFailed(file, async () => {
      const { text, fingerprint } = await readText(file);
      const reading = chosen ?? recognisedReading(core, file, text, search);
      return reading && { file, kind: look(text, reading), fingerprint };
    });
    if (outcome !== undefined) files.push(outcome);
  }
  return files;
}

/** As the command line says; nothing, if it says nothing of this file. */
function chosenReading<Kind>({ file, by }: FoundFile, { kind }: Search<Kind>): Reading<Kind> | undefined {
  if (kind === undefined) {
    return by === 'name' ? { ...(file !== '-' && { file }) } : undefined;
  }
  if (by === 'directory') {
    throw new UsageError(`expected --kind with files or a glob, found '${file}' in a directory, where each may be of another`);
  }
  return { kind };
}

/** As the file says. */
function recognisedReading<Kind>(core: PinCore, file: string, text: string, { kinds }: Search<Kind>): Reading<Kind> | undefined {
  const recognised = recognise(core, file, text);
  const kind = kinds.find((one) => one === recognised);
  return kind && { kind };
}

/** The same text again. */
export async function readAgain({ file, fingerprint }: Surveyed<unknown>): Promise<Text> {
  const text = await readText(file);
  if (text.fingerprint !== fingerprint) {
    throw new FileFailure('file-changed', 'expected the text that was read before, found another: run it again');
  }
  return text;
}

/** What cannot be said about one file keeps nobody from the others; what is wrong with the command line does. */
export async function orFailed<Outcome>(file: string, about: () => Promise<Outcome>): Promise<Outcome | Failed> {
  try {
    return await about();
  } catch (error) {
    if (error instanceof CheckError && error.code === 'kind-unknown') {
      throw new UsageError(`expected '${file}' to name images, found nothing that says how: say it with --kind`);
    }
    if (error instanceof FileFailure || error instanceof CheckError) {
      return { file, code: error.code, message: error.message };
    }
    throw error;
  }
}
