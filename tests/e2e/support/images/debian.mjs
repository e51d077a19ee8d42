// Debian 12 as mmdebstrap makes it, and a layer on top in which apt installed a package of Python's, with all that it needs, and took another
// package away.

import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HERE, listedByDpkg, run } from './tools.mjs';

export const ECOSYSTEM = 'Debian:12';

/** @returns the layers, the lowest first, what dpkg says after each, and the texts of the changelogs in it */
export async function buildDebian(folder) {
  await mkdir(folder, { recursive: true });
  const hook = (part) => `--customize-hook="${HERE}debian.sh" ${part} "$1" "${folder}"`;
  await run('mmdebstrap', ['--quiet', '--variant=minbase', '--format=null', hook('base'), hook('more'), 'bookworm']);
  const [base, more] = ['base', 'more'].map((layer) => join(folder, `${layer}.tar`));
  // What dpkg reads, after each of the layers.
  const before = join(folder, 'before');
  const after = join(folder, 'after');
  await mkdir(before);
  await run('tar', ['--extract', '--file', base, '--directory', before, './var/lib/dpkg', './usr/share/doc', './usr/lib/os-release', './etc/debian_version']);
  await cp(before, after, { recursive: true, verbatimSymlinks: true });
  await run('tar', ['--extract', '--file', more, '--directory', after, './var/lib/dpkg/status', './usr/share/doc']);
  return {
    layers: [base, more],
    listed: await Promise.all([before, after].map((root) => listedByDpkg(join(root, 'var/lib/dpkg'), ECOSYSTEM))),
    root: before,
    changelogs: await changelogs(join(after, 'usr/share/doc')),
  };
}

/** What the packages say about their own past. Several packages of one source have the same. */
async function changelogs(folder) {
  const files = (await readdir(folder)).map((name) => join(folder, name, 'changelog.Debian.gz'));
  return Promise.all(files.map(async (file) => {
    const bytes = await readFile(file).catch(() => null);
    return bytes === null ? '' : run('gzip', ['-dc', file]);
  }));
}
