/** `pullproof scan`: what is known to be vulnerable in one image. */

import { scan as ask, type Scan, type ScanOptions } from '../node.js';
import { advisories, readBytes } from './advisories.js';
import type { ScanArguments } from './arguments.js';
import { asDockerWould, keptTrust, readOption } from './asking.js';
import { EXIT } from './exit.js';
import { readIgnore } from './ignore.js';
import { coloursFor, complain, print, printJson } from './output.js';
import { Progress } from './progress.js';
import { renderScan } from './scanned.js';
import { lookAround, write } from './written.js';

export async function scan(command: ScanArguments): Promise<number> {
  lookAround(command);
  const found = await run(command);
  const { printed, failed } = await write(found, command);
  if (command.json) {
    await printJson(`${JSON.stringify(found, null, 2)}\n`);
  } else if (!printed) {
    await print(renderScan(found, coloursFor(process.stdout, command.color), process.stdout.isTTY ? process.stdout.columns || undefined : undefined));
  }
  for (const { file, code, message } of failed) complain(`${file}: ${code}: ${message}`);
  // Whatever was found: who wanted the file does not have it.
  return failed.length > 0 ? EXIT.inconclusive : codeOf(found);
}

/**
 * Without --fail-on nothing is denied; but where not everything could be looked at, or whoever pushed the image chose what is looked at, it was
 * not found out either.
 */
export function codeOf({ rule, extent, inventory }: Pick<Scan, 'rule' | 'extent' | 'inventory'>): number {
  if (rule !== null) return { met: EXIT.accept, open: EXIT.inconclusive, denied: EXIT.reject }[rule.judged];
  return extent === 'complete' && inventory?.trust !== 'linked' ? EXIT.accept : EXIT.inconclusive;
}

async function run(command: ScanArguments): Promise<Scan> {
  const progress = new Progress(process.stderr);
  try {
    return await ask(command.image, { ...optionsOf(command), onProgress: (step) => progress.scan(step) });
  } finally {
    progress.clear();
  }
}

function optionsOf({ advised, platform, relay, at, packages, sbom, attestedBy, identity, trustedRoot, refresh, failOn, onlyFixable, ignore, cyclonedx }: ScanArguments): ScanOptions {
  const { credentials } = asDockerWould();
  const isSigned = advised.source.kind === 'shards' && advised.source.signedBy !== undefined;
  return {
    credentials,
    ...advisories(advised),
    ...(platform !== undefined && { platform }),
    ...(relay !== undefined && { relay }),
    ...(at !== undefined && { now: at }),
    ...(packages !== undefined && { packages }),
    ...(sbom !== undefined && { sbom: readBytes('sbom', sbom) }),
    ...(attestedBy !== undefined && { attestedBy: { cosign: { publicKey: readOption('attested-by', attestedBy) } } }),
    ...(identity !== undefined && { attestedBy: { sigstore: identity } }),
    ...(trustedRoot !== undefined && { trustedRoot: readOption('trusted-root', trustedRoot) }),
    // Whoever wants no root renewed wants nothing of what is kept for that.
    ...((identity === undefined ? isSigned : refresh) && { store: keptTrust() }),
    ...(failOn !== undefined && { deny: failOn }),
    ...(onlyFixable && { onlyFixable }),
    ...(ignore.length > 0 && { ignore: readIgnore(ignore, (file) => readBytes('ignore', file).toString()) }),
    // A bill of materials has all of them.
    ...(cyclonedx !== undefined && { listPackages: true }),
  };
}
