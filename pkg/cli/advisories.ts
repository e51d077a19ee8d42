/** Where the command line has advisories from, and what it puts beside them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shardsFrom } from '../shards.js';
import type { AdvisoryOptions, ShardSigner, SignerIdentity } from '../types.js';
import { UsageError } from './usage.js';

export interface Advised {
  /** A folder of shards, or OSV's server. */
  source: { kind: 'shards'; folder: string; signedBy?: ShardsSignedBy } | { kind: 'osv' };
  /** The file of an OpenVEX document. */
  vex?: string;
  /** The file of CISA's catalogue of known exploited vulnerabilities. */
  kev?: string;
  /** Days. */
  maxAge?: number;
}

/** Who has to have signed shards: the file of a public key, or an identity, and the file of the trusted root that it is known by. */
export type ShardsSignedBy = { kind: 'key'; file: string } | { kind: 'identity'; identity: SignerIdentity; trustedRoot?: string };

/** Nothing of nothing: then a policy that asks what is known to be vulnerable stays undecided. */
export function advisories(advised: Advised | undefined): AdvisoryOptions {
  if (advised === undefined) return {};
  const { source, vex, kev, maxAge } = advised;
  return {
    ...(source.kind === 'osv' ? { osv: true } : shardsOf(source)),
    ...(vex !== undefined && { vex: readBytes('vex', vex) }),
    ...(kev !== undefined && { knownExploited: readBytes('kev', kev) }),
    ...(maxAge !== undefined && { maxAgeDays: maxAge }),
  };
}

function shardsOf({ folder, signedBy }: Advised['source'] & { kind: 'shards' }): AdvisoryOptions {
  const shards = shardsFrom((file) => fileIn(folder, file));
  return signedBy === undefined ? shards : { ...shards, shardsSignedBy: signerOf(signedBy) };
}

function signerOf(signedBy: ShardsSignedBy): ShardSigner {
  if (signedBy.kind === 'key') return { cosign: { publicKey: readText('shards-signed-by', signedBy.file) } };
  const { identity, trustedRoot } = signedBy;
  return { sigstore: { ...identity, ...(trustedRoot !== undefined && { trustedRoot: readText('shards-trusted-root', trustedRoot) }) } };
}

/** A file that is there and cannot be read is no missing one. */
function fileIn(folder: string, file: string): Uint8Array | undefined {
  try {
    return readFileSync(join(folder, file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function readText(name: string, file: string): string {
  return readBytes(name, file).toString();
}

export function readBytes(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`expected --${name} to name a file that can be read, found ${(error as Error).message}`);
  }
}
