// An image like AlmaLinux 9: packages that rpmbuild makes, at versions that AlmaLinux had, installed by rpm into a root of their own. A second
// layer is from a build that was ended while somebody read the database: what was installed last is in the database's log only.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { archive, run } from './tools.mjs';

export const ECOSYSTEM = 'AlmaLinux:9';

/** Name, epoch, version, release, and the packages that are built from it. */
const SOURCES = [
  ['glibc', null, '2.34', '60.el9', ['glibc', 'glibc-common', 'glibc-minimal-langpack']],
  ['openssl', 1, '3.0.7', '16.el9_2', ['openssl-libs']],
  ['bash', null, '5.1.8', '6.el9_1', ['bash']],
  ['setup', null, '2.13.7', '9.el9', ['setup']],
  ['python-requests', null, '2.25.1', '7.el9_2', ['python3-requests']],
];
/** By `dnf install`, in the layer above. */
const LATER = [['curl', null, '7.76.1', '23.el9_2.2', ['curl', 'libcurl']]];

const OS_RELEASE = `NAME="AlmaLinux"
VERSION="9.2 (Turquoise Kodkod)"
ID="almalinux"
ID_LIKE="rhel centos fedora"
VERSION_ID="9.2"
PLATFORM_ID="platform:el9"
PRETTY_NAME="AlmaLinux 9.2 (Turquoise Kodkod)"
CPE_NAME="cpe:/o:almalinux:almalinux:9::baseos"
`;

const DATABASE = 'var/lib/rpm';

export async function buildRpm(folder) {
  const [root, top] = ['root', 'top'].map((name) => join(folder, name));
  await mkdir(join(root, 'etc'), { recursive: true });
  await writeFile(join(root, 'etc/os-release'), OS_RELEASE);
  const built = await Promise.all([SOURCES, LATER].map(async (sources, which) => {
    const place = join(folder, `built-${which}`);
    await Promise.all(sources.map((source) => rpmbuild(place, source)));
    return (await readdir(join(place, 'RPMS'), { recursive: true })).filter((name) => name.endsWith('.rpm')).map((name) => join(place, 'RPMS', name));
  }));
  const install = (packages) => run('rpm', ['--root', root, '--dbpath', `/${DATABASE}`, '--install', '--nodeps', '--noscripts', '--nosignature', ...packages]);
  const query = () => run('rpm', ['--root', root, '--dbpath', `/${DATABASE}`, '-qa', '--queryformat', '%{NAME}\\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\\n']);
  await install(built[0]);
  const listed = [listedBy(await query())];
  const layers = ['base', 'later'].map((name) => join(folder, `${name}.tar`));
  await archive(root, layers[0]);
  const below = join(folder, 'below');
  await cp(root, below, { recursive: true });

  // Whoever reads keeps the last writer from putting the log into the database.
  const reader = spawn('python3', ['-c', READER, join(root, DATABASE, 'rpmdb.sqlite')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(reader, 'exit');
  try {
    const [said] = await Promise.race([once(reader.stdout, 'data'), ended]);
    if (!Buffer.isBuffer(said)) throw new Error(`expected a reader of rpm's database, found that it ended with ${said}`);
    await install(built[1]);
    await mkdir(join(top, DATABASE), { recursive: true });
    for (const name of await readdir(join(root, DATABASE))) {
      const [file, older] = [root, below].map((place) => join(place, DATABASE, name));
      if (!(await same(file, older))) await cp(file, join(top, DATABASE, name));
    }
  } finally {
    reader.stdin.end();
    await ended;
  }
  if ((await stat(join(top, DATABASE, 'rpmdb.sqlite-wal'))).size === 0) throw new Error('expected a log with packages in it, found an empty one');
  await archive(top, layers[1]);
  listed.push(listedBy(await query()));
  await Promise.all([root, below].map((place) => rm(place, { recursive: true })));
  return { layers, listed };
}

const READER = `import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN")
database.execute("SELECT count(*) FROM Packages").fetchone()
print("reading", flush=True)
sys.stdin.read()
`;

async function same(file, older) {
  return run('cmp', ['--silent', file, older]).then(() => true, () => false);
}

async function rpmbuild(place, [name, epoch, version, release, packages]) {
  const site = '/usr/lib/python3.9/site-packages/requests-2.25.1.dist-info';
  const isPython = name.startsWith('python-');
  const part = (one) => `%package -n ${one}\nSummary: ${one}\n%description -n ${one}\n${one}\n%files -n ${one}\n/usr/share/doc/${one}\n${isPython ? `${site}\n` : ''}`;
  const specification = `Name: ${name}
${epoch === null ? '' : `Epoch: ${epoch}\n`}Version: ${version}
Release: ${release}
Summary: ${name}
License: none
Vendor: AlmaLinux
BuildArch: noarch
%description
${name}
${packages.filter((one) => one !== name).map(part).join('')}%install
mkdir -p ${packages.map((one) => `%{buildroot}/usr/share/doc/${one}`).join(' ')}
${packages.map((one) => `echo ${one} > %{buildroot}/usr/share/doc/${one}/README`).join('\n')}
${isPython ? `mkdir -p %{buildroot}${site}\nprintf 'Metadata-Version: 2.1\\nName: requests\\nVersion: 2.25.1\\n' > %{buildroot}${site}/METADATA\n` : ''}${packages.includes(name) ? `%files\n/usr/share/doc/${name}\n` : ''}`;
  await mkdir(place, { recursive: true });
  const file = join(place, `${name}.spec`);
  await writeFile(file, specification);
  await run('rpmbuild', ['-bb', '--quiet', '--define', `_topdir ${place}`, '--define', `_builddir ${place}/BUILD-${name}`, '--define', `_buildrootdir ${place}/BUILDROOT-${name}`, file]);
}

function listedBy(text) {
  return text.trim().split('\n').map((line) => line.split('\t'))
    // AlmaLinux's advisories name packages, not what they were built from.
    .map(([name, version]) => ({ ecosystem: ECOSYSTEM, subject: name, subjectVersion: version, name, version }));
}
