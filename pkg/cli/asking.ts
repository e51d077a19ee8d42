/** How registries are asked on behalf of somebody at a command line. */

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileStore } from '../filestore.js';
import { validate } from '../options.js';
import type { AdvisoryOptions, CheckOptions, InspectOptions, PinOptions, Store } from '../types.js';
import { advisories } from './advisories.js';
import type { CheckArguments, DriftArguments, PinArguments, TrustArguments } from './arguments.js';
import { dockerCredentials } from './credentials.js';
import { complain } from './output.js';
import { UsageError } from './usage.js';

type Asking = AdvisoryOptions & Pick<CheckOptions, 'platform' | 'policy' | 'relay' | 'now' | 'store' | 'trustServer'> & Required<Pick<PinOptions, 'credentials'>>;

export function asking(command: CheckArguments | PinArguments | DriftArguments): Asking {
  const options: Asking = { ...asDockerWould(), ...advisories(command.advised) };
  if (command.platform !== undefined) options.platform = command.platform;
  if (command.policy !== undefined) options.policy = readOption('policy', command.policy);
  if (command.at !== undefined) options.now = command.at;
  if (command.relay !== undefined) options.relay = command.relay;
  if (command.refresh) options.store = keptTrust();
  validate(options, 'pin');
  return options;
}

/** The same for all of a collection of Docker Content Trust. Nothing is kept unless somebody says where, or first use needs it. */
export function askingForTrust(command: TrustArguments): InspectOptions & Pick<Asking, 'credentials'> {
  const { trusting, store, relay } = command;
  const at = command.name === 'trust inspect' ? command.at : undefined;
  const options: InspectOptions & Pick<Asking, 'credentials'> = { ...asDockerWould() };
  if (relay !== undefined) options.relay = relay;
  if (store !== undefined) {
    options.store = fileStore(store);
    if (at !== undefined) options.now = at;
  } else if (at === undefined && trusting.anchor.kind === 'tofu') {
    options.store = keptTrust();
  }
  validate(options, 'inspect');
  return options;
}

/** What Docker knows already. */
export function asDockerWould(): Pick<Asking, 'credentials' | 'trustServer'> {
  const { DOCKER_CONTENT_TRUST_SERVER: trustServer = '' } = process.env;
  const credentials = (registry: string) => dockerCredentials(registry, complain);
  if (trustServer === '') return { credentials };
  // Said here because nobody typed it: whoever reads of an address that is none would look for it in vain.
  if (!/^https?:\/\//.test(trustServer) || !URL.canParse(trustServer)) {
    throw new UsageError(`expected the environment variable DOCKER_CONTENT_TRUST_SERVER to be an https address, found '${trustServer}'`);
  }
  return { credentials, trustServer };
}

/** Where trusted roots are kept. */
export function keptTrust(): Store {
  return fileStore(stateDirectory());
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
