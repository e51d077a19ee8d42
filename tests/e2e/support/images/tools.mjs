// What the builders of images share: programs that are run, archives that are made, and what somebody else says is in them.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** This folder. */
export const HERE = fileURLToPath(new URL('.', import.meta.url));

/** What a program prints; if it fails, the error has what it said. */
export async function run(program, args, { cwd, env } = {}) {
  const { stdout } = await promisify(execFile)(program, args, { cwd, env: { ...process.env, ...env }, maxBuffer: 64 << 20 });
  return stdout;
}

/** All of a folder as one layer, whose bytes do not say who made it or when. */
export function archive(folder, file) {
  return run('tar', ['--create', '--directory', folder, '--sort=name', '--mtime=@1700000000', '--owner=0', '--group=0', '--numeric-owner', '--file', file, '.']);
}

/**
 * A package as a tool of its own kind says it is: what advisories call it, and what it is installed as.
 *
 * @typedef {{ ecosystem: string, subject: string, subjectVersion: string, name: string, version: string }} Listed
 */

/** What `dpkg-query` says is installed by the database in this folder. */
export async function listedByDpkg(folder, ecosystem) {
  const format = '${db:Status-Status}\\t${Package}\\t${Version}\\t${source:Package}\\t${source:Version}\\n';
  const lines = (await run('dpkg-query', [`--admindir=${folder}`, '--show', `--showformat=${format}`])).split('\n');
  return lines.map((line) => line.split('\t')).filter(([status]) => status === 'installed')
    .map(([, name, version, subject, subjectVersion]) => ({ ecosystem, subject, subjectVersion, name, version }));
}
