// Folders as sigstore/sigstore-conformance lays them out: those of the suite that are beside this repository, and those of the virtual
// Sigstore, which are always there.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cargo, ROOT } from './program.mjs';

/** Not there in every checkout: others made them. */
export const SUITE = `${ROOT}../shared/vectors/sigstore-conformance/`;

/** What has to be said of the suite's folders that must fail. */
export const REASONS = JSON.parse(readFileSync(`${ROOT}tests/third_party/conformance.json`, 'utf8'));

/** What a folder does not say itself. */
const ISSUER = 'https://token.actions.githubusercontent.com';
const SUBJECT = 'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon'
  + '/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main';

/** An artifact is given as a file, or by its digest. */
export const FORMS = ['PATH', 'DIGEST'];

/** The folders in a directory, by name; none where it is not there. */
export function foldersIn(directory) {
  const entries = existsSync(directory) ? readdirSync(directory, { withFileTypes: true }) : [];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort().map((name) => new Folder(directory, name));
}

/** @returns {Promise<{ directory: string, dispose: () => Promise<void> }>} every case of tests/support/src/sigstore/vectors.rs */
export async function virtualSigstore() {
  const directory = `${await mkdtemp(join(tmpdir(), 'pullproof-sigstore-'))}/`;
  await cargo('run', '--package', 'pullproof-world', '--example', 'sigstore', '--', directory);
  return { directory, dispose: () => rm(directory, { recursive: true, force: true }) };
}

export class Folder {
  constructor(directory, name) {
    this.name = name;
    this.path = (file) => join(directory, name, file);
    this.bundle = this.path('bundle.sigstore.json');
    this.artifact = existsSync(this.path('artifact')) ? this.path('artifact') : join(directory, 'a.txt');
  }

  get mustFail() {
    return this.name.endsWith('_fail');
  }

  get digest() {
    return `sha256:${createHash('sha256').update(readFileSync(this.artifact)).digest('hex')}`;
  }

  #text(file) {
    return existsSync(this.path(file)) ? readFileSync(this.path(file), 'utf8').trim() : undefined;
  }

  /** As the package is asked. A folder without a trusted root means the public-good instance's, for a key, too. */
  question(form) {
    const [key, trustedRoot] = [this.#text('key.pub'), this.#text('trusted_root.json') ?? 'public-good'];
    const { issuer, subject } = this.identity;
    return {
      bundle: readFileSync(this.bundle, 'utf8'),
      artifact: form === 'PATH' ? { base64: readFileSync(this.artifact).toString('base64') } : this.digest,
      ...(key === undefined ? { identity: { issuer, subject } } : { key }),
      trustedRoot,
    };
  }

  get identity() {
    return { issuer: this.#text('issuer') ?? ISSUER, subject: this.#text('identity') ?? SUBJECT };
  }

  /** As the suite calls a client. */
  command(form) {
    const { issuer, subject } = this.identity;
    const file = (option, name) => existsSync(this.path(name)) ? [option, this.path(name)] : [];
    const key = file('--key', 'key.pub');
    return [
      'verify-bundle', '--bundle', this.bundle,
      ...(key.length > 0 ? key : ['--certificate-identity', subject, '--certificate-oidc-issuer', issuer]),
      ...file('--trusted-root', 'trusted_root.json'),
      form === 'PATH' ? this.artifact : this.digest,
    ];
  }
}
