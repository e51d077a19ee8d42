// An image with files in it: one layer, an archive that is written here, so that nothing but what is given is in it.

import { gzipSync } from 'node:zlib';
import { blob, digestOf } from './registry.mjs';

const OCI = 'application/vnd.oci.image';

/** A ustar archive of `{ path: text }`. */
function archive(files) {
  const blocks = Object.entries(files).flatMap(([path, text]) => {
    const content = Buffer.from(text);
    const header = Buffer.alloc(512);
    header.write(path, 0);
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('14544600000\0', 136);
    header.write('        ', 148);
    header.write('0', 156);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** What a registry holds of an image for linux/amd64 with these files. */
export function layeredImage(files) {
  const tar = archive(files);
  const layer = blob(`${OCI}.layer.v1.tar+gzip`, gzipSync(tar, { level: 9 }));
  const config = blob(`${OCI}.config.v1+json`, {
    created: '2026-01-02T03:04:05Z', architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
  });
  const manifest = blob(`${OCI}.manifest.v1+json`, {
    schemaVersion: 2, mediaType: `${OCI}.manifest.v1+json`, config: config.descriptor, layers: [layer.descriptor],
  });
  const index = blob(`${OCI}.index.v1+json`, {
    schemaVersion: 2, mediaType: `${OCI}.index.v1+json`, manifests: [{ ...manifest.descriptor, platform: { os: 'linux', architecture: 'amd64' } }],
  });
  return { index, images: [{ layer, config, manifest }] };
}

/** An image made from Debian with a package of npm's on top. */
export const debian = () => layeredImage({
  'etc/os-release': 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
  'var/lib/dpkg/status': [
    'Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc\nVersion: 2.36-9+deb12u1\n',
    'Package: tar\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.34+dfsg-1.2\n',
  ].join('\n'),
  'app/node_modules/minimist/package.json': '{"name":"minimist","version":"1.2.5"}',
});

export const fedora = () => layeredImage({ 'etc/os-release': 'ID=fedora\nVERSION_ID=41\n' });

/** A shard: the first line, and one for every advisory. */
export function shardOf(ecosystem, advisories = []) {
  const head = {
    shard: 1, ecosystem, generatedAt: '2026-01-30T12:00:00Z', modified: '2026-01-30T00:00:00Z', advisories: advisories.length, attribution: [], unread: [],
  };
  return Buffer.from(`${[head, ...advisories].map((line) => JSON.stringify(line)).join('\n')}\n`);
}

export const shards = () => new Map(Object.entries({
  'Debian:12': shardOf('Debian:12', [
    {
      package: 'glibc', id: 'DEBIAN-CVE-2023-4911', upstream: ['CVE-2023-4911'], urgency: 'high',
      ranges: [[{ introduced: '0' }, { fixed: '2.36-9+deb12u3' }]],
    },
  ]),
  npm: shardOf('npm', [
    {
      package: 'minimist', id: 'GHSA-xvch-5gv4-984h', aliases: ['CVE-2021-44906'], rated: 'CRITICAL',
      ranges: [[{ introduced: '0' }, { fixed: '1.2.6' }]],
    },
  ]),
}));
