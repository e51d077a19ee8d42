#!/usr/bin/env node
// The npm package behind the command line that sigstore/sigstore-conformance speaks (docs/cli_protocol.md there). It verifies only.
// Exit code 0: verified; 1: refused; 2: the command line is wrong. All but 0 come with one sentence.

import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseTime } from '../../pkg/dist/cli/time.js';
import { verifyBundle } from '../../pkg/dist/node.js';

const USAGE = 'verify-bundle [--staging] --bundle FILE (--certificate-identity ID --certificate-oidc-issuer URL | --key FILE)'
  + ' [--trusted-root FILE] [--at TIME] FILE_OR_DIGEST';

class UsageError extends Error {}

function read(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`cannot read ${file}: ${error.code}`);
  }
}

function parse(words) {
  const options = Object.fromEntries(
    ['bundle', 'certificate-identity', 'certificate-oidc-issuer', 'key', 'trusted-root', 'at'].map((name) => [name, { type: 'string' }]),
  );
  try {
    return parseArgs({ args: words, options: { ...options, staging: { type: 'boolean' } }, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error.message.split('. ')[0]);
  }
}

/** Who is wanted. A key alone would be enough for the package; the suite means one whose signatures are logged. */
function signer({ key, 'certificate-identity': subject, 'certificate-oidc-issuer': issuer }) {
  if (key !== undefined && subject === undefined && issuer === undefined) return { key: read(key).toString() };
  if (key === undefined && subject !== undefined && issuer !== undefined) return { identity: { issuer, subject } };
  throw new UsageError('expected --certificate-identity and --certificate-oidc-issuer, or --key');
}

function trustedRoot({ staging, 'trusted-root': file }) {
  if (file !== undefined) return read(file).toString();
  if (staging) throw new UsageError('expected --trusted-root with --staging: no root of the staging instance comes with this client');
  return 'public-good';
}

function time({ at }) {
  if (at === undefined) return {};
  const now = parseTime(at);
  if (now === undefined) throw new UsageError(`expected --at to be a time such as 2026-01-31T12:00:00Z, found ${at}`);
  return { now };
}

/** "should not be a path on disk": then it is one. */
function artifact(named) {
  return /^sha256:[0-9a-f]{64}$/.test(named) && !existsSync(named) ? named : read(named);
}

async function main([command, ...words]) {
  if (command === 'sign-bundle') throw new UsageError('this client verifies only');
  if (command !== 'verify-bundle') throw new UsageError(`expected ${USAGE}, found ${command ?? 'nothing'}`);
  const { values, positionals: [named, ...others] } = parse(words);
  if (values.bundle === undefined) throw new UsageError('expected --bundle, found none');
  if (named === undefined || others.length > 0) throw new UsageError('expected one artifact, a file or a digest');
  const options = { ...signer(values), trustedRoot: trustedRoot(values), ...time(values) };
  const { outcome, code, message } = await verifyBundle(read(values.bundle), artifact(named), options);
  if (outcome !== 'verified') throw new Error(`${code}: ${message}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
