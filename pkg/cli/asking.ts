/** How registries are asked on behalf of somebody at a command line. */

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileStore } from '../filestore.js';
import { validate } from '../options.js';
import type { CheckOptions, PinOptions } from '../types.js';
import { type CheckArguments, type DriftArguments, type PinArguments, UsageError } from './arguments.js';
import { dockerCredentials } from './credentials.js';
import { complain } from './output.js';

type Asking = Pick<CheckOptions, 'platform' | 'policy' | 'relay' | 'now' | 'store'> & Required<Pick<PinOptions, 'credentials'>>;

export function asking(command: CheckArguments | PinArguments | DriftArguments): Asking {
  const options: Asking = { credentials: (registry) => dockerCredentials(registry, complain) };
  if (command.platform !== undefined) options.platform = command.platform;
  if (command.policy !== undefined) options.policy = readOption('policy', command.policy);
  if (command.at !== undefined) options.now = command.at;
  if (command.relay !== undefined) options.relay = command.relay;
  if (command.refresh) options.store = fileStore(stateDirectory());
  validate(options, 'pin');
  return options;
}

/** Where programs keep what is no data and no cache: XDG Base Directory Specification 0.8. */
function stateDirectory(): string {
  const { PULLPROOF_STATE: own = '', XDG_STATE_HOME: shared = '' } = process.env;
  if (own !== '') return own;
  // "All paths set in these environment variables must be absolute."
  return join(isAbsolute(shared) ? shared : join(homedir(), '.local', 'state'), 'pullproof');
}

/** The text of the file that an option names. */
export function readOption(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`expected --${name} to name a file that can be read, found ${(error as Error).message}`);
  }
}
