// An image without dpkg, as Google's distroless ones are: a file a package in `var/lib/dpkg/status.d`, and its sums beside it. The packages are
// those of the Debian that was built here, but at the versions before their latest security fixes, as their changelogs tell them: with the
// fixes, nothing would be found.

import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { archive, run } from './tools.mjs';
import { ECOSYSTEM } from './debian.mjs';

/** What such an image has in it, and some that have been fixed more often. */
const PACKAGES = [
  'base-files', 'libc6', 'libssl3', 'zlib1g', 'libgcc-s1', 'libstdc++6', 'gcc-12-base', 'libexpat1', 'libsystemd0', 'libudev1', 'bsdutils', 'util-linux', 'tar',
  'perl-base', 'libgnutls30', 'libgcrypt20', 'ncurses-base', 'netbase', 'sed', 'login', 'libpam0g', 'dpkg', 'apt',
];

/** @param {Map<string, string>} before by the source, the version before its latest fix */
export async function buildDistroless(folder, { root, listed }, before) {
  const image = join(folder, 'root');
  const status = join(image, 'var/lib/dpkg/status.d');
  await mkdir(status, { recursive: true });
  await mkdir(join(image, 'usr/lib'), { recursive: true });
  await mkdir(join(image, 'etc'), { recursive: true });
  await cp(join(root, 'usr/lib/os-release'), join(image, 'usr/lib/os-release'));
  await cp(join(root, 'etc/debian_version'), join(image, 'etc/debian_version'));
  const database = join(root, 'var/lib/dpkg');
  const paragraphs = new Map((await readFile(join(database, 'status'), 'utf8')).split('\n\n').map((text) => [/^Package: (.+)$/m.exec(text)?.[1], text]));
  const installed = new Map(listed[0].map((one) => [one.name, one]));
  const older = [];
  for (const name of PACKAGES) {
    const found = installed.get(name);
    if (found === undefined) continue;
    const subjectVersion = before.get(found.subject) ?? found.subjectVersion;
    // A package whose version is that of its source was built with it; of the others nobody tells what they were.
    const version = found.version === found.subjectVersion ? subjectVersion : found.version;
    const source = found.subject === name && version === subjectVersion ? '' : `Source: ${found.subject}${version === subjectVersion ? '' : ` (${subjectVersion})`}\n`;
    const fields = paragraphs.get(name).replace(/^(Status|Source|Version): .*\n/gm, '').replace(/^Conffiles:\n( .*\n?)*/m, '').trimEnd();
    await writeFile(join(status, name), `${fields}\n${source}Version: ${version}\n`);
    const sums = await readFile(join(database, 'info', `${name}.md5sums`)).catch(() => readFile(join(database, 'info', `${name}:amd64.md5sums`)));
    await writeFile(join(status, `${name}.md5sums`), sums);
    older.push({ ...found, version, subjectVersion, ecosystem: ECOSYSTEM });
  }
  // os-release is a link, as in Debian.
  await run('ln', ['-s', '../usr/lib/os-release', join(image, 'etc/os-release')]);
  const layer = join(folder, 'distroless.tar');
  await archive(image, layer);
  return { layers: [layer], listed: [older] };
}
