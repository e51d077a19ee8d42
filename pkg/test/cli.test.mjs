// `pullproof` as it is run: a process, a registry on loopback, an exit code.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { check } from '../dist/node.js';
import { startRegistry } from './support/registry.mjs';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pullproof-cli-'));
const started = [];
let registry;

before(async () => {
  registry = await registryThat({});
});
after(() => {
  for (const one of started) one.stop();
  rmSync(folder, { recursive: true });
});

async function registryThat(options) {
  const one = await startRegistry(options);
  started.push(one);
  return one;
}

/** Runs it with an empty home, so that no real credentials are ever asked for. */
function pullproof(args, { env = {} } = {}) {
  return new Promise((resolve) => {
    const environment = { PATH: process.env.PATH, HOME: folder, DOCKER_CONFIG: folder, ...env };
    execFile(process.execPath, [cli, ...args], { env: environment, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

function file(name, content) {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const policyFor = (host, digest) => ({ rules: [{ images: `${host}/team/app`, require: [{ anyOf: [{ digest }] }] }] });
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

test('an image that the policy names is accepted with 0', async () => {
  const { index } = registry.content;
  const policy = file('good.json', policyFor(registry.host, index.descriptor.digest));
  const { code, stdout, stderr } = await pullproof(['check', registry.image, '--policy', policy]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, new RegExp(`^✓ ACCEPT  ${registry.image}\n`));
  assert.ok(stdout.includes(`Pinned    ${registry.image}@${index.descriptor.digest}\n`));
  assert.equal(stderr, '');
});

test('index and platform digests stand side by side', async () => {
  const { index, images } = registry.content;
  const { stdout } = await pullproof(['check', registry.image, '--platform', 'linux/arm64']);
  assert.ok(stdout.includes(`\nIndex     ${index.descriptor.digest}\n`), stdout);
  assert.ok(stdout.includes(`\nPlatform  ${images[1].manifest.descriptor.digest}\n          linux/arm64, 1 layer`), stdout);
});

test('without a policy the best image is inconclusive with 3', async () => {
  const { code, stdout } = await pullproof(['check', registry.image]);
  assert.equal(code, 3);
  assert.match(stdout, /^\? INCONCLUSIVE /);
  assert.match(stdout, /\nNot proven\n {2}! /);
});

test('an image with another digest than the policy names is rejected with 1', async () => {
  const policy = file('other.json', policyFor(registry.host, `sha256:${'0'.repeat(64)}`));
  const { code, stdout } = await pullproof(['check', registry.image, '--policy', policy]);
  assert.equal(code, 1);
  assert.match(stdout, /^✗ REJECT /);
});

test('bytes that are not what the digest names are rejected with 1 and not pinned', async () => {
  const lying = await registryThat({ lie: ({ body }) => ({ body: `${body}\n`, headers: {} }) });
  const { code, stdout } = await pullproof(['check', `${lying.host}/team/app@${lying.content.index.descriptor.digest}`]);
  assert.equal(code, 1);
  assert.match(stdout, /✗ failed +resolve +digest-mismatch: /);
  assert.match(stdout, /^Pinned +nothing/m);
});

test('a registry that states another digest than its bytes have is rejected with 1', async () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const lying = await registryThat({ lie: ({ headers }) => ({ headers: { ...headers, 'docker-content-digest': digest } }) });
  const { code, stdout } = await pullproof(['check', lying.image]);
  assert.equal(code, 1);
  assert.match(stdout, /✗ failed +digest-header +header-mismatch: /);
  assert.match(stdout, new RegExp(`^ +found +${digest}$`, 'm'));
});

const notation = { rules: [{ images: 'docker.io/library/nginx', require: [{ anyOf: [{ notation: { certificate: '' } }] }] }] };

for (const [name, args, message] of [
  ['an unknown option', ['check', 'nginx', '--jsn'], /^pullproof: unknown option '--jsn': did you mean '--json'\?\nTry .*--help/],
  ['no command', [], /expected a command, found none/],
  ['no reference', ['check', 'Not A Reference'], /^pullproof: reference-invalid: /],
  ['no platform', ['check', 'nginx', '--platform', '///'], /^pullproof: platform-invalid: /],
  ['a policy file that is not there', ['check', 'nginx', '--policy', join(folder, 'none.json')], /a file that can be read, found ENOENT/],
  ['a policy that is no JSON', ['check', 'nginx', '--policy', file('broken.json', '{')], /^pullproof: policy-invalid: /],
  ['a policy that cannot be verified yet', ['check', 'nginx', '--policy', file('notation.json', notation)], /^pullproof: policy-unsupported: /],
  ['a key that is none', ['check', 'nginx', '--key', file('none.pub', 'x')], /^pullproof: policy-invalid: .*expected PEM/],
  ['a trusted root that is none', ['check', 'nginx', '--issuer', 'a', '--subject', 'b', '--trusted-root', file('root.json', {})], /^pullproof: policy-invalid: /],
  ['a relay that is no address', ['check', 'nginx', '--relay', 'edge.example'], /^pullproof: options-invalid: .*"relay"/],
]) {
  test(`${name} ends with 2 and nothing on standard output`, async () => {
    const { code, stdout, stderr } = await pullproof(args);
    assert.equal(code, 2);
    assert.match(stderr, message);
    assert.equal(stdout, '');
  });
}

test('an image that is not there ends with 3 and no report', async () => {
  const { code, stdout, stderr } = await pullproof(['check', `${registry.host}/team/app:2.0`, '--json']);
  assert.equal(code, 3);
  assert.match(stderr, /^pullproof: not-found: /);
  assert.equal(stdout, '');
});

test('a registry that cannot be reached ends with 3', async () => {
  const { code, stderr } = await pullproof(['check', '127.0.0.1:1/team/app']);
  assert.equal(code, 3);
  assert.match(stderr, /^pullproof: unreachable: 127\.0\.0\.1:1: /);
});

test('--help and --version end with 0', async () => {
  const help = await pullproof(['--help']);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /^pullproof finds out .*\n[^]*Examples:\n/);
  assert.deepEqual(await pullproof(['--version']), { code: 0, stdout: '0.1.0\n', stderr: '' });
});

test('--json prints exactly what the library returns, for the same time', async () => {
  const { code, stdout } = await pullproof(['check', registry.image, '--json', '--attachments', '--at', '2026-01-31T13:00:00+01:00']);
  const report = await check(registry.image, { attachments: true, now: new Date('2026-01-31T12:00:00Z') });
  assert.equal(stdout, `${JSON.stringify(report, null, 2)}\n`);
  assert.equal(report.checkedAt, '2026-01-31T12:00:00Z');
  assert.equal(code, 3);
});

const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;

test('the credentials of docker login are used', async () => {
  const closed = await registryThat({ authorization });
  file('config.json', { auths: { [closed.host]: { auth: authorization.slice('Basic '.length) } } });
  const { stdout, stderr } = await pullproof(['check', closed.image]);
  rmSync(join(folder, 'config.json'));
  assert.match(stdout, /^\? INCONCLUSIVE /, stderr);
});

test('a relay is never shown the credentials of docker login', async () => {
  const relay = await registryThat({ prefix: '/relay/127.0.0.1:1' });
  file('config.json', { auths: { '127.0.0.1:1': { auth: authorization.slice('Basic '.length) } } });
  const { stdout, stderr } = await pullproof(['check', '127.0.0.1:1/team/app:1.0', '--relay', `http://${relay.host}/relay/`]);
  rmSync(join(folder, 'config.json'));
  assert.match(stdout, /^Told by .* through the relay http:/m, stderr);
  assert.deepEqual(relay.requests.filter(({ headers }) => headers.authorization !== undefined), []);
});

test('a registry that wants credentials that are not there ends with 3', async () => {
  const closed = await registryThat({ authorization });
  const { code, stderr } = await pullproof(['check', closed.image]);
  assert.equal(code, 3);
  assert.match(stderr, /^pullproof: unauthorized: /);
});

test('credentials that cannot be read are said, and a public image is checked nevertheless', async () => {
  file('config.json', { credsStore: 'not-installed' });
  const { stdout, stderr } = await pullproof(['check', registry.image]);
  rmSync(join(folder, 'config.json'));
  assert.match(stderr, /^pullproof: warning: asking 127\.0\.0\.1:\d+ without credentials: .*docker-credential-not-installed on the PATH/);
  assert.match(stdout, /^\? INCONCLUSIVE /);
});

test('escape sequences in what a registry says reach neither standard output nor standard error', async () => {
  const attack = '\u001b]0;accepted\u0007\u001b[2J\u009b31m\u202e';
  const body = JSON.stringify({ errors: [{ code: 'UNKNOWN', message: attack }] });
  const rude = await registryThat({ lie: () => ({ status: 500, headers: { 'content-type': 'application/json' }, body }) });
  const { stderr } = await pullproof(['check', rude.image]);
  assert.match(stderr, /^pullproof: registry-error: /);
  assert.doesNotMatch(stderr.replaceAll('\n', ''), UNPRINTABLE);

  const content = JSON.parse(registry.content.index.bytes);
  content.manifests[0].platform.os = attack;
  content.manifests[0].platform.architecture = attack;
  content.manifests.pop();
  const index = JSON.stringify(content);
  const ruder = await registryThat({ lie: ({ headers }) => ({ headers: { 'content-type': headers['content-type'] }, body: index }) });
  const { stdout } = await pullproof(['check', ruder.image]);
  assert.doesNotMatch(stdout.replaceAll('\n', ''), UNPRINTABLE);
});

test('nothing but text goes into a pipe: no colours, no progress', async () => {
  const { stdout, stderr } = await pullproof(['check', registry.image], { env: { TERM: 'xterm-256color', FORCE_COLOR: '1' } });
  assert.ok(!stdout.includes('\u001b'));
  assert.equal(stderr, '');
});

// util-linux's `script` lends a terminal to a program that is not at one.
for (const [name, words, env, coloured] of [
  ['a terminal gets colours', '', {}, true],
  ['--no-color takes them away', '--no-color', {}, false],
  ['NO_COLOR takes them away', '', { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR does not', '', { NO_COLOR: '' }, true],
  ['a dumb terminal gets none', '', { TERM: 'dumb' }, false],
]) {
  test(name, { skip: process.platform !== 'linux' }, async () => {
    const text = await new Promise((resolve) => {
      const command = `'${process.execPath}' '${cli}' check ${registry.image} ${words}`;
      const environment = { PATH: process.env.PATH, HOME: folder, DOCKER_CONFIG: folder, TERM: 'xterm', ...env };
      const lend = ['--quiet', '--command', command, '/dev/null'];
      const child = execFile('script', lend, { env: environment }, (_, stdout) => resolve(stdout));
      child.stdin.end();
    });
    assert.match(text, /INCONCLUSIVE/);
    assert.equal(text.includes('\u001b['), coloured);
  });
}

test('Ctrl-C ends a check that hangs at once, with 130', { timeout: 20_000 }, async () => {
  const hanging = await startRegistry();
  const asked = new Promise((resolve) => hanging.hang(resolve));
  const child = spawn(process.execPath, [cli, 'check', hanging.image], { env: { PATH: process.env.PATH, HOME: folder } });
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  await asked;
  child.kill('SIGINT');
  assert.deepEqual(await ended, { code: 130, signal: null });
  hanging.stop();
});

test('a reader that goes away changes nothing about the exit code', async () => {
  const script = `'${process.execPath}' '${cli}' check ${registry.image} | true; exit \${PIPESTATUS[0]}`;
  const env = { PATH: process.env.PATH, HOME: folder };
  const { code, stderr } = await new Promise((resolve) => {
    execFile('bash', ['-c', script], { env }, (error, _, stderr) => resolve({ code: error?.code ?? 0, stderr }));
  });
  assert.equal(code, 3);
  assert.equal(stderr, '');
});
