/** `pullproof pin`: digests behind the tags in files. */

import { type PinCore, pinCore } from '../core.js';
import { unifiedDiff } from '../diff.js';
import { UNPINNED } from '../drift.js';
import { type Answers, insert, resolve, resolved, unpinned } from '../pin.js';
import { Resolver } from '../resolver.js';
import { findIn, KINDS } from '../text.js';
import type { LeftAlone, PinChange, PinKind } from '../types.js';
import type { PinArguments } from './arguments.js';
import { asking } from './asking.js';
import { replaceFile } from './atomic.js';
import { EXIT } from './exit.js';
import type { Failed } from './failure.js';
import { JsonList } from './json.js';
import { LockFile } from './lock.js';
import { complain, print } from './output.js';
import { PinnedView } from './pinned.js';
import { Progress } from './progress.js';
import { orFailed, readAgain, survey, type Surveyed } from './survey.js';

/** What became of one file. */
export interface PinnedFile {
  readonly file: string;
  readonly kind: PinKind;
  readonly changes: readonly PinChange[];
  readonly leftAlone: readonly LeftAlone[];
  /** Empty when nothing changes, and when nobody is going to read it. */
  readonly diff: string;
}

/** How much of what there was. */
export class Tally {
  files = 0;
  changes = 0;
  unsettled = 0;
  settled = 0;
  rejected = 0;
  failed = 0;

  add(outcome: PinnedFile | Failed): void {
    this.files += 1;
    if ('code' in outcome) {
      this.failed += 1;
      return;
    }
    this.changes += outcome.changes.length;
    for (const { settled, code } of outcome.leftAlone) {
      if (settled) this.settled += 1;
      else this.unsettled += 1;
      if (code === 'policy-rejected') this.rejected += 1;
    }
  }
}

export async function pin(command: PinArguments): Promise<number> {
  const core = await pinCore();
  // An invalid one is refused before anybody is asked and anything is written.
  const lock = command.lock === undefined ? undefined : new LockFile(core, command.lock);
  const references = new Set<string>();
  const surveyed = await survey(core, { ...command, kinds: KINDS }, (text, reading) => {
    const found = findIn(core, text, reading);
    for (const reference of unpinned(found)) references.add(reference);
    return found.kind;
  });
  const answers: Answers = command.check ? new Map() : await ask([...references], command);

  const view = command.json ? new JsonList({ schemaVersion: 1 }, 'files') : new PinnedView(command);
  const tally = new Tally();
  const inserted = new Set<string>();
  for (const one of surveyed) {
    const outcome = 'code' in one ? one : await orFailed(one.file, () => finish(core, one, answers, command));
    if ('changes' in outcome) for (const { reference } of outcome.changes) inserted.add(reference);
    tally.add(outcome);
    await view.add(outcome);
  }
  const all = resolved(answers);
  await view.end({ resolved: all }, tally);
  if (lock !== undefined) {
    const written = Object.fromEntries(Object.entries(all).filter(([reference]) => inserted.has(reference)));
    const failed = await orFailed(command.lock!, () => lock.merge(written));
    if (failed !== undefined) {
      complain(`${failed.file}: ${failed.code}: ${failed.message}`);
      tally.failed += 1;
    }
  }
  return exitCode(tally, command);
}

/** Each reference once, whichever of the files name it. */
async function ask(references: readonly string[], command: PinArguments): Promise<Answers> {
  const progress = new Progress(process.stderr);
  try {
    return await resolve(references, new Resolver({ ...asking(command), onProgress: (done) => progress.count(done) }));
  } finally {
    progress.clear();
  }
}

async function finish(core: PinCore, surveyed: Surveyed<PinKind>, answers: Answers, command: PinArguments): Promise<PinnedFile> {
  const { file, kind } = surveyed;
  const { text, bytes } = await readAgain(surveyed);
  const pinned = insert(core, text, findIn(core, text, { kind }), answers);
  if (command.check) {
    // Nobody was asked for anything.
    const leftAlone = pinned.leftAlone.map((one) => one.code === 'not-resolved' ? { ...one, ...UNPINNED } : one);
    return { file, kind, changes: [], leftAlone, diff: '' };
  }
  if (command.write && file === '-') await print(pinned.text);
  else if (command.write && pinned.text !== text) replaceFile(file, bytes, pinned.text);
  const isRead = command.json || command.diff || !command.write;
  return { file, kind, changes: pinned.changes, leftAlone: pinned.leftAlone, diff: isRead ? unifiedDiff(text, pinned.text, file) : '' };
}

function exitCode({ rejected, unsettled, failed }: Tally, { check }: PinArguments): number {
  if (check ? unsettled > 0 : rejected > 0) return EXIT.reject;
  return unsettled > 0 || failed > 0 ? EXIT.inconclusive : EXIT.accept;
}
