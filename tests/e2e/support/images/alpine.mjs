// An image like Alpine 3.19: apk itself is not packaged by Debian, nor is any of its packages to be had from the registries that this builds
// from. So this is no image that apk made: its database is written here, in the format that apk writes, with the packages of `alpine:3.19.1`.
// The list below is both what is installed and what has to be found.

import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { archive } from './tools.mjs';

export const ECOSYSTEM = 'Alpine:v3.19';

/** Name, version, origin, one of its files. */
const PACKAGES = [
  ['alpine-baselayout', '3.4.3-r2', 'alpine-baselayout', 'etc/hosts'],
  ['alpine-baselayout-data', '3.4.3-r2', 'alpine-baselayout', 'etc/fstab'],
  ['alpine-keys', '2.4-r1', 'alpine-keys', 'etc/apk/keys/alpine-devel.rsa.pub'],
  ['apk-tools', '2.14.0-r5', 'apk-tools', 'sbin/apk'],
  ['busybox', '1.36.1-r15', 'busybox', 'bin/busybox'],
  ['busybox-binsh', '1.36.1-r15', 'busybox', 'bin/sh'],
  ['ca-certificates-bundle', '20230506-r0', 'ca-certificates', 'etc/ssl/certs/ca-certificates.crt'],
  ['libc-utils', '0.7.2-r5', 'libc-dev', 'usr/bin/iconv'],
  ['libcrypto3', '3.1.4-r5', 'openssl', 'lib/libcrypto.so.3'],
  ['libssl3', '3.1.4-r5', 'openssl', 'lib/libssl.so.3'],
  ['musl', '1.2.4_git20230717-r4', 'musl', 'lib/ld-musl-x86_64.so.1'],
  ['musl-utils', '1.2.4_git20230717-r4', 'musl', 'usr/bin/getconf'],
  ['scanelf', '1.3.7-r2', 'pax-utils', 'usr/bin/scanelf'],
  ['ssl_client', '1.36.1-r15', 'busybox', 'usr/bin/ssl_client'],
  ['zlib', '1.3.1-r0', 'zlib', 'lib/libz.so.1.3.1'],
];
/** As `apk upgrade` leaves it, in a layer above. */
const UPGRADED = PACKAGES.map(([name, version, origin, file]) => [name, origin === 'openssl' ? '3.1.4-r6' : version, origin, file]);

const OS_RELEASE = `NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.19.1
PRETTY_NAME="Alpine Linux v3.19"
HOME_URL="https://alpinelinux.org/"
BUG_REPORT_URL="https://gitlab.alpinelinux.org/alpine/aports/-/issues"
`;

export async function buildAlpine(folder) {
  const [base, upgraded] = ['base', 'upgraded'].map((name) => join(folder, name));
  await write(base, Object.fromEntries([
    ['etc/os-release', OS_RELEASE],
    ['etc/apk/repositories', 'https://dl-cdn.alpinelinux.org/alpine/v3.19/main\nhttps://dl-cdn.alpinelinux.org/alpine/v3.19/community\n'],
    ['lib/apk/db/installed', database(PACKAGES)],
    ['etc/apk/world', 'alpine-baselayout\nalpine-keys\napk-tools\nbusybox\nlibc-utils\n'],
    ...PACKAGES.filter(([name]) => name !== 'busybox-binsh').map(([name, version, , file]) => [file, `what ${name} ${version} has here\n`]),
  ]));
  await symlink('busybox', join(base, 'bin/sh'));
  await write(upgraded, Object.fromEntries([
    ['lib/apk/db/installed', database(UPGRADED)],
    ...UPGRADED.filter(([, , origin]) => origin === 'openssl').map(([name, version, , file]) => [file, `what ${name} ${version} has here\n`]),
  ]));
  const layers = ['base', 'upgraded'].map((name) => join(folder, `${name}.tar`));
  await Promise.all([archive(base, layers[0]), archive(upgraded, layers[1])]);
  return { layers, listed: [PACKAGES, UPGRADED].map(listed) };
}

async function write(root, files) {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

/** The letters in apk's order (apk-package(5)). */
function database(packages) {
  return packages.map(([name, version, origin, file]) => {
    const at = file.lastIndexOf('/');
    return `C:Q1q3QzkC9q3pFq8+4bq6zN0f8W2oM=\nP:${name}\nV:${version}\nA:x86_64\nS:1024\nI:4096\nT:${name}\nU:https://alpinelinux.org\nL:MIT\no:${origin}\n`
      + `m:Natanael Copa <ncopa@alpinelinux.org>\nt:1700000000\nc:0000000000000000000000000000000000000000\nF:${file.slice(0, at)}\nR:${file.slice(at + 1)}\n`
      + 'a:0:0:755\nZ:Q1pBv3D8N3jUuVdwxBwNAhT1p7oYs=\n\n';
  }).join('');
}

function listed(packages) {
  return packages.map(([name, version, subject]) => ({ ecosystem: ECOSYSTEM, subject, subjectVersion: version, name, version }));
}
