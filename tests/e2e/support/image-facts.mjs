// What is known of the packages in the images: facts, in the form in which OSV has them. Their texts are left out, which nothing here reads.
//
// Those about Debian are what its changelogs say was fixed, and in which version. A census is beside them: a record for each package that the
// tool of its kind lists, about every version of it, so that a scan names all that it has seen.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ECOSYSTEM as ALPINE } from './images/alpine.mjs';
import { ECOSYSTEM as DEBIAN } from './images/debian.mjs';
import { ECOSYSTEM as ALMALINUX } from './images/rpm.mjs';
import { run } from './images/tools.mjs';
import { xtask } from './program.mjs';

const MODIFIED = '2026-01-30T00:00:00Z';
export const CENSUS = 'CENSUS-';

/** What nobody has fixed, and nobody will: Debian's tracker has it for every release, as unimportant. */
const NEVER_FIXED = { 'CVE-2011-3374': 'apt', 'CVE-2010-4756': 'glibc', 'CVE-2005-2541': 'tar', 'CVE-2011-4116': 'perl', 'CVE-2013-4392': 'systemd' };

const alpine = (cve, name, fixed) => ({ id: `ALPINE-${cve}`, cve, ecosystem: ALPINE, name, fixed });
const almalinux = (id, cve, name, fixed) => ({ id, cve, ecosystem: ALMALINUX, name, fixed });
const language = (ecosystem) => (id, cve, name, fixed, introduced = '0') => ({ id, cve, ecosystem, name, fixed, introduced });
const [npm, pypi, go] = ['npm', 'PyPI', 'Go'].map(language);

/** @type {import('./images/changelogs.mjs').Fact[]} */
export const FACTS = [
  ...Object.entries(NEVER_FIXED).map(([cve, name]) => ({ id: `DEBIAN-${cve}`, cve, ecosystem: DEBIAN, name, fixed: null, unimportant: true })),
  alpine('CVE-2026-40200', 'musl', '1.2.4_git20230717-r6'),
  alpine('CVE-2024-2511', 'openssl', '3.1.4-r6'),
  alpine('CVE-2024-0727', 'openssl', '3.1.4-r5'),
  alpine('CVE-2023-6129', 'openssl', '3.1.4-r3'),
  almalinux('ALSA-2023:5453', 'CVE-2023-4911', 'glibc', '2.34-60.el9_2.7'),
  almalinux('ALSA-2023:5453', 'CVE-2023-4911', 'glibc-common', '2.34-60.el9_2.7'),
  almalinux('ALSA-2023:5763', 'CVE-2023-38545', 'curl', '7.76.1-23.el9_2.4'),
  almalinux('ALSA-2023:5763', 'CVE-2023-38545', 'libcurl', '7.76.1-23.el9_2.4'),
  // With an epoch, which decides: 1:3.0.7 is after 1:3.0.1.
  almalinux('ALSA-2022:7288', 'CVE-2022-3602', 'openssl-libs', '1:3.0.1-43.el9_0'),
  // Two of it are installed, one in another package, and each has a fix of its own.
  npm('GHSA-xvch-5gv4-984h', 'CVE-2021-44906', 'minimist', '0.2.4'),
  npm('GHSA-xvch-5gv4-984h', 'CVE-2021-44906', 'minimist', '1.2.6', '1.0.0'),
  npm('GHSA-35jh-r3h4-6jhm', 'CVE-2021-23337', 'lodash', '4.17.21'),
  npm('GHSA-jf85-cpcp-j695', 'CVE-2019-10744', 'lodash', '4.17.12'),
  npm('GHSA-hrpp-h998-j3pp', 'CVE-2022-24999', 'qs', '6.5.3', '6.5.0'),
  npm('GHSA-c2qf-rxjj-qqgw', 'CVE-2022-25883', 'semver', '7.5.2', '7.0.0'),
  npm('GHSA-9c47-m6qq-7p4h', 'CVE-2022-46175', 'json5', '2.2.2', '2.0.0'),
  pypi('GHSA-q2q7-5pp4-w6pg', 'CVE-2021-33503', 'urllib3', '1.26.5', '1.25.4'),
  pypi('GHSA-j8r2-6x86-q33q', 'CVE-2023-32681', 'requests', '2.31.0', '2.3.0'),
  pypi('GHSA-43fp-rhv2-5gv8', 'CVE-2022-23491', 'certifi', '2022.12.7', '2017.11.5'),
  pypi('GHSA-jjg7-2v4v-x38h', 'CVE-2024-3651', 'idna', '3.7'),
  go('GO-2022-1059', 'CVE-2022-32149', 'golang.org/x/text', '0.3.8'),
  go('GO-2021-0113', 'CVE-2021-38561', 'golang.org/x/text', '0.3.7'),
];

/** A record for every fact; those that say the same of several packages are one. */
function records(facts) {
  const byId = new Map();
  for (const fact of facts) byId.set(fact.id, [...byId.get(fact.id) ?? [], fact]);
  return [...byId].map(([id, [first, ...rest]]) => ({
    ...record(id, [first, ...rest].map(({ ecosystem, name, fixed, introduced = '0', unimportant }) => ({
      ...affected(ecosystem, name, [{ introduced }, ...(fixed === null ? [] : [{ fixed }])]),
      ...(unimportant && { ecosystem_specific: { urgency: 'unimportant' } }),
    }))),
    // What distributions say is about a CVE; databases of languages have other names for one.
    [isOfLanguage(first) ? 'aliases' : id.startsWith('ALSA-') ? 'related' : 'upstream']: [first.cve],
  }));
}

function census(listed) {
  const subjects = new Map(listed.map(({ ecosystem, subject }) => [`${ecosystem} ${subject}`, [ecosystem, subject]]));
  return [...subjects.values()].map(([ecosystem, name], number) => record(`${CENSUS}${number}`, [affected(ecosystem, name, [{ introduced: '0' }])]));
}

const isOfLanguage = ({ ecosystem }) => ['npm', 'PyPI', 'Go'].includes(ecosystem);

function record(id, affected) {
  return { schema_version: '1.7.0', id, modified: MODIFIED, affected };
}

function affected(ecosystem, name, events) {
  const type = ['npm', 'Go'].includes(ecosystem) ? 'SEMVER' : 'ECOSYSTEM';
  return { package: { ecosystem, name }, ranges: [{ type, events }] };
}

/**
 * What the changelogs of the Debian that was built say. A backport has the changelog of what it was made from, whose version is newer: that says
 * nothing of when something was fixed in Debian 12.
 */
export async function factsOfDebian({ images, facts }) {
  const newer = new Set(await olderOnes(facts, versionsOf(images.debian)));
  return facts.filter((fact) => !newer.has(fact));
}

/** Of Debian's source packages in an image. */
export function versionsOf({ packages }) {
  return new Map(packages.filter(({ ecosystem }) => ecosystem === DEBIAN).map(({ subject, subjectVersion }) => [subject, subjectVersion]));
}

/** The texts of shards of all that is known of these images, which `cargo xtask shards` makes, from records as OSV has them. */
export async function makeShards(built, folder) {
  const [dump, out] = ['dump', 'shards'].map((name) => join(folder, name));
  await mkdir(dump);
  const packages = Object.values(built.images).flatMap(({ packages }) => packages);
  const all = [...records([...FACTS, ...await factsOfDebian(built)]), ...census(packages)];
  await Promise.all(all.map((record, number) => writeFile(join(dump, `${number}.json`), JSON.stringify(record))));
  await xtask('shards', dump, '--out', out, '--at', '2026-01-30T12:00:00Z');
  // Beside them is an index, which is for those who fetch them.
  const shards = (await readdir(out)).filter((name) => name.endsWith('.shard'));
  return Promise.all(shards.map((name) => readFile(join(out, name), 'utf8')));
}

/** Which of these facts are about a version that dpkg says is older than the one with the fix. */
export async function olderOnes(facts, versions) {
  const compare = 'while read -r version fixed; do dpkg --compare-versions "$version" lt "$fixed" && echo yes || echo no; done';
  const printed = await run('sh', ['-c', `printf '%s\\n' "$@" | { ${compare}; }`, 'sh', ...facts.map(({ name, fixed }) => `${versions.get(name)} ${fixed}`)]);
  const answers = printed.trim().split('\n');
  return facts.filter((_, place) => answers[place] === 'yes');
}
