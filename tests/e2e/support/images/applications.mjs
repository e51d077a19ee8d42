// Applications, each a layer: what npm, pip and go install and build from their registries, and what they themselves say that it is.

import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { archive, HERE, run } from './tools.mjs';

/** A real node application: the packages of its lock file. */
export async function buildNode(folder) {
  const [root, application] = await place(folder, 'srv/node');
  for (const name of ['package.json', 'package-lock.json']) await cp(join(HERE, 'node', name), join(application, name));
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: application });
  const lines = (await run('npm', ['ls', '--all', '--parseable', '--long'], { cwd: application })).trim().split('\n').slice(1);
  const listed = lines.map((line) => /:((?:@[^/]+\/)?[^/@:]+)@([^@:]+)$/.exec(line)).map(([, name, version]) => language('npm', name, version));
  return layer(folder, 'node', root, listed);
}

/** A real Python application: pip checks each file that it fetches against the list. */
export async function buildPython(folder) {
  const [root, application] = await place(folder, 'srv/python/site-packages');
  const pip = (...args) => run('python3', ['-m', 'pip', '--disable-pip-version-check', ...args], { env: { PIP_ROOT_USER_ACTION: 'ignore' } });
  await pip('install', '--quiet', '--no-deps', '--no-compile', '--only-binary=:all:', '--require-hashes', '--requirement', join(HERE, 'python/requirements.txt'), '--target', application);
  const listed = JSON.parse(await pip('list', '--path', application, '--format=json'));
  return layer(folder, 'python', root, listed.map(({ name, version }) => language('PyPI', name.toLowerCase().replace(/[-_.]+/g, '-'), version)));
}

/** A real Go program: its modules are compared with the sums of go.sum. */
export async function buildGo(folder) {
  const [root, bin] = await place(folder, 'usr/local/bin');
  const program = join(bin, 'application');
  const env = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -trimpath -buildvcs=false', GOTOOLCHAIN: 'local', GOWORK: 'off' };
  await run('go', ['build', '-o', program, '.'], { cwd: join(HERE, 'go'), env });
  const lines = (await run('go', ['version', '-m', program])).split('\n').map((line) => line.split('\t'));
  const listed = lines.filter(([, kind]) => kind === 'dep').map(([, , name, version]) => language('Go', name, version));
  const [, go] = / go(\d+\.\d+(?:\.\d+)?)/.exec(lines[0].join()) ?? [];
  return layer(folder, 'go', root, [language('Go', 'stdlib', go?.split('.').length === 2 ? `${go}.0` : go), ...listed]);
}

async function place(folder, path) {
  const root = join(folder, 'root');
  const application = join(root, path);
  await mkdir(application, { recursive: true });
  return [root, application];
}

async function layer(folder, name, root, listed) {
  const file = join(folder, `${name}.tar`);
  await archive(root, file);
  return { layers: [file], listed: [listed] };
}

const language = (ecosystem, name, version) => ({
  ecosystem, subject: name, subjectVersion: ecosystem === 'Go' ? version.replace(/^v/, '') : version, name, version,
});
