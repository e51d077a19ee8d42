// Signatures of the virtual Sigstore, as the set-up wrote them: one folder each.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is verified: the columns of the tables. */
export const CASES = { message: 'keyless, Rekor 1', 'rekor2-message': 'keyless, Rekor 2', 'key-message': 'key, Rekor 1' };

export function readCase(folder, name) {
  const read = (file) => readFileSync(join(folder, name, file), 'utf8');
  const signer = existsSync(join(folder, name, 'identity'))
    ? { identity: read('identity'), issuer: read('issuer') }
    : { key: read('key.pub') };
  const artifact = new Uint8Array(readFileSync(join(folder, name, 'artifact')));
  return { bundle: read('bundle.sigstore.json'), trustedRoot: read('trusted_root.json'), artifact, ...signer };
}
