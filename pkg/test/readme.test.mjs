// The examples of README.md, run as they stand there; only the registry's name is that of one on loopback.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startRegistry } from './support/registry.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const examples = (language) => [...readme.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].map((match) => match[1]);
const folder = mkdtempSync(join(tmpdir(), 'pullproof-readme-'));

let registry;
before(async () => {
  registry = await startRegistry();
});
after(() => {
  registry.stop();
  rmSync(folder, { recursive: true });
});

const here = (text) => text.replaceAll('registry.example/', `${registry.host}/`);

function run(program, args, options) {
  const env = { PATH: process.env.PATH, HOME: folder, ...options.env };
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd: root, ...options, env }, (error, stdout) => error ? reject(error) : resolve(stdout));
  });
}

/** Run inside the package, so that it finds itself by its name. */
const runModule = (code) => run(process.execPath, ['--input-type=module', '--eval', code], {});

/** With the command line on the PATH. */
function runScript(script, cwd) {
  writeFileSync(join(folder, 'pullproof'), `#!/bin/sh\nexec '${process.execPath}' '${root}dist/cli.js' "$@"\n`, { mode: 0o755 });
  return run('sh', ['-c', script], { cwd, env: { PATH: `${folder}${delimiter}${process.env.PATH}` } });
}

test('looking at an image', async () => {
  const output = await runModule(here(examples('js')[0]));
  assert.match(output, new RegExp(`^inconclusive ${registry.image}@${registry.content.index.descriptor.digest}\npassed resolve\n`));
});

test('letting through only what a policy names', async () => {
  const code = here(examples('js')[1]);
  assert.equal(await runModule(code), 'refuse policy-unmet\n');

  const { digest } = registry.content.index.descriptor;
  assert.equal(await runModule(code.replace(/sha256:\w+/, digest)), `deploy ${registry.image}@${digest}\n`);
});

test('only what an identity signed', async () => {
  assert.equal(await runModule(here(examples('js')[2])), 'reject\n', 'nobody signed the image');
});

test('a bundle beside a file, in the folder of both', async () => {
  const bundle = (name) => readFileSync(join(root, 'test/support/bundle', name));
  writeFileSync(join(folder, 'app.tar.gz'), bundle('artifact'));
  writeFileSync(join(folder, 'app.tar.gz.sigstore.json'), bundle('bundle.sigstore.json'));
  const code = examples('js')[3].replaceAll(/'(app\.[^']*)'/g, (_, name) => JSON.stringify(join(folder, name)));
  assert.match(await runModule(code), /^failed expected .*\nfailed time\n/, 'the public-good instance knows nothing of it');

  const ours = code.replace(/issuer: .*/, "issuer: 'https://token.pullproof.test',").replace(/subjectPattern: .*/, "subjectPattern: 'https://ci.pullproof.test/**',")
    .replace('  identity:', `  trustedRoot: ${JSON.stringify(bundle('trusted_root.json').toString())},\n  identity:`);
  assert.match(await runModule(ours), /^verified signature\n(passed \w+\n){6}$/);
});

test('renewing what is trusted', async () => {
  assert.equal(await runModule(here(examples('js')[4])), '', 'nothing is signed, so nobody had to be trusted');
});

test('who is documented to sign', async () => {
  const [documented, policy] = (await runModule(examples('js')[5])).trim().split('\n');
  assert.match(documented, /^Chainguard is documented to sign cgr\.dev\/chainguard\/\*: https:/);
  assert.deepEqual(Object.keys(JSON.parse(policy).rules[0].require[0].sigstore), ['issuer', 'subject']);
});

test('in a script, by exit code', async () => {
  const { digest } = registry.content.index.descriptor;
  writeFileSync(join(folder, 'policy.json'), JSON.stringify({ rules: [{ images: `${registry.host}/team/*`, require: [{ digest }] }] }));
  const script = here(examples('sh')[1]).replace(' > report.json', ' > report.json || echo $?');
  const output = await runScript(script, folder);
  assert.match(output, /^✓ ACCEPT [^]*\ndeploy\n3\n$/);
  assert.equal(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')).pinned, `${registry.image}@${digest}`);
});

test('pinning a text, and looking whether its tags have moved', async () => {
  const output = await runModule(here(examples('js')[6]));
  const [image, { digest }] = [registry.image, registry.content.index.descriptor];
  assert.ok(output.includes(`\n-    image: ${image}   # the tag stays\n+    image: ${image}@${digest}   # the tag stays\n`), output);
  assert.ok(output.endsWith(`line 5 is left alone: variable\n${image} current\nno tag has moved since\n`), output);
});

test('a scan in the formats of others, which is not empty where nothing could be looked at', async () => {
  const [example] = examples('js').filter((code) => code.includes('toCycloneDx'));
  assert.equal(await runModule(here(example)), "unknown [ 'pullproof-scan-not-complete' ] 0\n");
});

test('pinning files, and looking whether their tags have moved', async () => {
  const [project, { digest }] = [join(folder, 'project'), registry.content.index.descriptor];
  mkdirSync(project);
  writeFileSync(join(project, 'Dockerfile'), `FROM ${registry.image} AS base\nFROM base\n`);
  const output = await runScript(examples('sh')[2], project);
  assert.match(output, /^--- a\/Dockerfile\n\+\+\+ b\/Dockerfile\n/);
  assert.match(output, /\nDockerfile: 1 image pinned\npinned\npullproof\.lock\n.*current.*\ncurrent\n$/);
  assert.equal(readFileSync(join(project, 'Dockerfile'), 'utf8'), `FROM ${registry.image}@${digest} AS base\nFROM base\n`);
  assert.deepEqual(Object.keys(JSON.parse(readFileSync(join(project, 'pullproof.lock'), 'utf8')).images), [registry.image]);
});
