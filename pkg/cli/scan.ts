/** `pullproof scan`: what is known to be vulnerable in one image. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scan as ask, type Scan, type ScanOptions } from '../node.js';
import type { ScanArguments } from './arguments.js';
import { asDockerWould, keptTrust, readOption } from './asking.js';
import { EXIT } from './exit.js';
import { coloursFor, print, printJson } from './output.js';
import { Progress } from './progress.js';
import { renderScan } from './scanned.js';
import { UsageError } from './usage.js';

export async function scan(command: ScanArguments): Promise<number> {
  const found = await run(command);
  await (command.json
    ? printJson(`${JSON.stringify(found, null, 2)}\n`)
    : print(renderScan(found, coloursFor(process.stdout, command.color))));
  return codeOf(found);
}

/** Without --fail-on nothing is denied; but where not everything could be looked at, it was not found out either. */
function codeOf({ rule, extent }: Scan): number {
  if (rule !== null) return { met: EXIT.accept, open: EXIT.inconclusive, denied: EXIT.reject }[rule.judged];
  return extent === 'complete' ? EXIT.accept : EXIT.inconclusive;
}

async function run(command: ScanArguments): Promise<Scan> {
  const progress = new Progress(process.stderr);
  try {
    return await ask(command.image, { ...optionsOf(command), onProgress: (step) => progress.scan(step) });
  } finally {
    progress.clear();
  }
}

function optionsOf({ source, platform, relay, at, vex, packages, sbom, attestedBy, identity, trustedRoot, refresh, failOn, onlyFixable }: ScanArguments): ScanOptions {
  const { credentials } = asDockerWould();
  return {
    credentials,
    ...(source.kind === 'osv' ? { osv: true } : { shards: (ecosystem: string) => shard(source.folder, ecosystem) }),
    ...(platform !== undefined && { platform }),
    ...(relay !== undefined && { relay }),
    ...(at !== undefined && { now: at }),
    ...(vex !== undefined && { vex: readBytes('vex', vex) }),
    ...(packages !== undefined && { packages }),
    ...(sbom !== undefined && { sbom: readBytes('sbom', sbom) }),
    ...(attestedBy !== undefined && { attestedBy: { cosign: { publicKey: readOption('attested-by', attestedBy) } } }),
    ...(identity !== undefined && { attestedBy: { sigstore: identity } }),
    ...(trustedRoot !== undefined && { trustedRoot: readOption('trusted-root', trustedRoot) }),
    ...(identity !== undefined && refresh && { store: keptTrust() }),
    ...(failOn !== undefined && { deny: failOn }),
    ...(onlyFixable && { onlyFixable }),
  };
}

/** As `cargo xtask shards` names them. A file that is there and cannot be read is no missing one. */
function shard(folder: string, ecosystem: string): Uint8Array | undefined {
  try {
    return readFileSync(join(folder, `${ecosystem.replace(/[^A-Za-z0-9.]/gu, '-')}.shard`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function readBytes(name: string, file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`expected --${name} to name a file that can be read, found ${(error as Error).message}`);
  }
}
