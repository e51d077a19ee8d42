/**
 * `pullproof trust migrate`: leaves Docker Content Trust with everything that is signed there.
 *
 * Collections are read one last time, and registries are asked for what is signed. What must not be believed, or is not there, is listed
 * and not taken along. Files are written when all of that is known, each as a whole or not at all.
 */

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pinCore } from '../core.js';
import { inspectTrust, parseReference, verifyBundle } from '../node.js';
import { Resolver, type Unresolved } from '../resolver.js';
import type { Lock, Policy, Resolved, TrustInspection } from '../types.js';
import { contentTrust } from './anchor.js';
import type { MigrateArguments } from './arguments.js';
import { askingForTrust, readOption } from './asking.js';
import { replaceFile } from './atomic.js';
import { EXIT } from './exit.js';
import type { Failed } from './failure.js';
import { LockFile } from './lock.js';
import { believedTags, type From, lockedImages, type Migrated, pinnedName, policyOf, thatAreThere, toSign } from './migration.js';
import { renderMigration } from './migrated.js';
import { complain, print, printJson } from './output.js';
import { Progress } from './progress.js';
import { commands, cosignScript, notationScript, type Successor } from './scripts.js';
import { orFailed } from './survey.js';
import { UsageError } from './usage.js';

const LOCK = 'pullproof.lock';
const FILES = ['policy.json', LOCK, 'sign-with-cosign.sh', 'sign-with-notation.sh'] as const;
type File = typeof FILES[number];

/** What was found, and what comes of it. */
export interface Migration {
  readonly images: readonly Migrated[];
  readonly policy: Policy;
  readonly lock: Lock;
  readonly commands: ReturnType<typeof commands>;
  /** Whatever was written, by its name. */
  readonly written: readonly string[];
}

export async function migrate(command: MigrateArguments): Promise<number> {
  const { successor, from } = await readSuccessor(command);
  const collections = readCollections(command.images);
  const before = command.write ? await lookAround(command) : undefined;

  const [images, answers] = await ask(collections, command);
  const kept = command.keep ? contentTrust(command.trusting) : undefined;
  const policy = policyOf(images, from, kept);
  const lock: Lock = { lockVersion: 1, images: lockedImages(images, answers) };
  const signed = toSign(images);

  const written: string[] = [];
  let failed: Failed | undefined;
  if (before !== undefined && signed.length > 0) {
    const at = images[0]!.inspection.checkedAt;
    const texts: Record<Exclude<File, typeof LOCK>, string> = {
      'policy.json': `${JSON.stringify(policy, null, 2)}\n`,
      'sign-with-cosign.sh': cosignScript(signed, successor, at),
      'sign-with-notation.sh': notationScript(signed, at),
    };
    for (const name of FILES) {
      const file = join(command.out, name);
      const done = await orFailed(file, async () => {
        if (name === LOCK) await before.lock.merge(lock.images);
        else replaceFile(file, before.files.get(name)!, texts[name]);
      });
      if (done !== undefined) {
        failed = done;
        break;
      }
      written.push(file);
    }
  }

  const migration: Migration = { images, policy, lock, commands: commands(signed, successor), written };
  await (command.json ? printJson(jsonOf(migration)) : print(renderMigration(migration, command)));
  if (failed !== undefined) complain(`${failed.file}: ${failed.code}: ${failed.message}`);
  return exitCode(images, failed);
}

/** Who signs from now on. Refused here if it is nobody, before anybody is asked. */
async function readSuccessor({ key, identity }: MigrateArguments): Promise<{ successor: Successor; from: From | undefined }> {
  const nothing = `sha256:${'0'.repeat(64)}`;
  if (key !== undefined) {
    const publicKey = readOption('key', key);
    // The core reads what is wanted, and says what is wrong with it; there is no bundle to judge.
    await verifyBundle('{}', nothing, { key: publicKey });
    return { successor: { keyFile: key }, from: { cosign: { publicKey } } };
  }
  if (identity !== undefined) {
    await verifyBundle('{}', nothing, { identity });
    return { successor: { identity }, from: { sigstore: identity } };
  }
  return { successor: null, from: undefined };
}

/** Each collection once, whatever it is called. All of its tags are taken along, so none is named. */
function readCollections(images: readonly string[]): string[] {
  const collections = new Map<string, string>();
  for (const image of images) {
    const { registry, repository, tag, digest } = parseReference(image);
    if (tag !== null || digest !== null) {
      throw new UsageError(`expected a name without tag and digest, found '${image}': everything that is signed is migrated`);
    }
    collections.set(`${registry.toLowerCase()}/${repository}`, image);
  }
  return [...collections.values()];
}

/** What is there already, so that it is not replaced unless somebody said so. */
async function lookAround({ out, overwrite }: MigrateArguments): Promise<{ files: Map<File, Buffer | null>; lock: LockFile }> {
  if (!statSync(out, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`expected --out to name a folder that is there, found '${out}'`);
  }
  const files = new Map(FILES.map((name) => [name, contentOf(join(out, name))]));
  const there = FILES.filter((name) => files.get(name) !== null);
  if (there.length > 0 && !overwrite) {
    throw new UsageError(`expected no ${there.join(', ')} in '${out}': --overwrite replaces files and adds to the lock, --out takes another folder`);
  }
  return { files, lock: new LockFile(await pinCore(), join(out, LOCK)) };
}

function contentOf(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UsageError(`expected a file or none, found ${(error as Error).message}`);
  }
}

/** First the trust servers, one collection after another; then the registries, each image once. */
async function ask(collections: readonly string[], command: MigrateArguments): Promise<[Migrated[], ReadonlyMap<string, Resolved | Unresolved>]> {
  const options = askingForTrust(command);
  const wanted = contentTrust(command.trusting);
  const progress = new Progress(process.stderr);
  try {
    const inspected: Migrated[] = [];
    for (const image of collections) {
      const inspection = await inspectTrust(image, wanted, options);
      inspected.push({ image, inspection, ...believedTags(inspection) });
      progress.count({ done: inspected.length, total: collections.length, reference: image });
    }
    const names = [...new Set(inspected.flatMap((one) => one.tags.map((taken) => pinnedName(one, taken))))];
    const { credentials, relay } = options;
    const resolver = new Resolver({ credentials, ...(relay !== undefined && { relay }), onProgress: (done) => progress.count(done) });
    const found = await resolver.resolve(names);
    const answers = new Map(names.map((name, place) => [name, found[place]!]));
    return [inspected.map((one) => thatAreThere(one, answers)), answers];
  } finally {
    progress.clear();
  }
}

/** As JSON: of each collection what of it is taken along, and all that was read. */
function jsonOf({ images, ...others }: Migration): string {
  return `${JSON.stringify({ schemaVersion: 1, images, ...others }, null, 2)}\n`;
}

function exitCode(images: readonly Migrated[], failed: Failed | undefined): number {
  const isAny = (outcome: TrustInspection['outcome']): boolean => images.some(({ inspection }) => inspection.outcome === outcome);
  const leftOut = images.flatMap((one) => one.leftOut);
  if (isAny('failed') || leftOut.some(({ code }) => REFUSALS.includes(code))) return EXIT.reject;
  return failed !== undefined || isAny('unknown') || leftOut.length > 0 ? EXIT.inconclusive : EXIT.accept;
}

/** Reasons to leave a tag out that are somebody's lie rather than nobody's answer. */
const REFUSALS: readonly string[] = ['digest-mismatch', 'header-mismatch', 'size-mismatch'];
