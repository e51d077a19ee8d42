/** Where the command line has advisories from, and what it puts beside them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdvisoryOptions } from '../types.js';
import { UsageError } from './usage.js';

export interface Advised {
  /** A folder of shards, or OSV's server. */
  source: { kind: 'shards'; folder: string } | { kind: 'osv' };
  /** The file of an OpenVEX document. */
  vex?: string;
}

/** Nothing of nothing: then a policy that asks what is known to be vulnerable stays undecided. */
export function advisories(advised: Advised | undefined): AdvisoryOptions {
  if (advised === undefined) return {};
  const { source, vex } = advised;
  return {
    ...(source.kind === 'osv' ? { osv: true } : { shards: (ecosystem: string) => shard(source.folder, ecosystem) }),
    ...(vex !== undefined && { vex: readBytes('vex', vex) }),
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

export function readBytes(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`expected --${name} to name a file that can be read, found ${(error as Error).message}`);
  }
}
