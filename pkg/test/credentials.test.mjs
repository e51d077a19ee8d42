// What `docker login` stored: the file in its dialects, and the helpers with their moods.

import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { dockerCredentials } from '../dist/cli/credentials.js';

const folder = mkdtempSync(join(tmpdir(), 'pullproof-credentials-'));
after(() => rmSync(folder, { recursive: true }));
process.env.DOCKER_CONFIG = folder;
process.env.PATH = `${folder}:${process.env.PATH}`;

let warnings;
beforeEach(() => {
  warnings = [];
});

const base64 = (text) => Buffer.from(text).toString('base64');
const ask = (registry, timeLimit) => dockerCredentials(registry, (message) => warnings.push(message), timeLimit);

function config(content) {
  writeFileSync(join(folder, 'config.json'), typeof content === 'string' ? content : JSON.stringify(content));
}

/** A helper as a shell script; what it is asked goes to a file. */
function helper(name, script) {
  const file = join(folder, `docker-credential-${name}`);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

async function goesWithout(registry, warning, timeLimit) {
  assert.equal(await ask(registry, timeLimit), undefined);
  assert.equal(warnings.length, 1, 'expected one warning');
  assert.match(warnings[0], warning);
  assert.match(warnings[0], new RegExp(`^warning: asking ${registry} without credentials: `));
}

test('no file means no credentials and no warning', async () => {
  rmSync(join(folder, 'config.json'), { force: true });
  assert.equal(await ask('ghcr.io'), undefined);
  assert.deepEqual(warnings, []);
});

test('a file that is no JSON is said without quoting it', async () => {
  config('{ "auths": hunter2');
  await goesWithout('ghcr.io', /config\.json: expected JSON, found something else$/);
});

test('a file that is no object is said', async () => {
  config('[]');
  await goesWithout('ghcr.io', /expected a JSON object/);
});

test('a password may contain colons', async () => {
  config({ auths: { 'ghcr.io': { auth: base64('me:a:b:c') } } });
  assert.deepEqual(await ask('ghcr.io'), { username: 'me', password: 'a:b:c' });
});

test('the padding of older versions is no part of the password', async () => {
  config({ auths: { 'ghcr.io': { auth: base64('me:secret\0\0') } } });
  assert.deepEqual(await ask('ghcr.io'), { username: 'me', password: 'secret' });
});

test('an auth without a colon is said without quoting it', async () => {
  config({ auths: { 'ghcr.io': { auth: base64('hunter2') } } });
  await goesWithout('ghcr.io', /expected the auth of ghcr\.io to be username:password in base64, found something else$/);
});

test('an identity token wins over a password', async () => {
  config({ auths: { 'example.azurecr.io': { auth: base64('00000000-0000-0000-0000-000000000000:'), identitytoken: 'refresh' } } });
  assert.deepEqual(await ask('example.azurecr.io'), { identityToken: 'refresh' });
});

test('the empty entry that a credential store leaves behind is no credentials', async () => {
  config({ auths: { 'ghcr.io': {} } });
  assert.equal(await ask('ghcr.io'), undefined);
  assert.deepEqual(warnings, []);
});

for (const key of ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'https://docker.io/v2/']) {
  test(`Docker Hub's credentials are found under ${key}`, async () => {
    config({ auths: { [key]: { auth: base64('me:hub') } } });
    assert.deepEqual(await ask('docker.io'), { username: 'me', password: 'hub' });
  });
}

test('a key that is a URL is found by its host', async () => {
  config({ auths: { 'https://registry.example:5000/v1/': { auth: base64('me:old') } } });
  assert.deepEqual(await ask('registry.example:5000'), { username: 'me', password: 'old' });
});

for (const [asked, stored] of [
  ['evil.example', 'ghcr.io'],
  ['ghcr.io.evil.example', 'ghcr.io'],
  ['ghcr.io:444', 'ghcr.io'],
  ['registry.example', 'registry.example:5000'],
  ['ghcr.io', 'docker.io'],
  ['docker.io', 'ghcr.io'],
  ['__proto__', 'ghcr.io'],
]) {
  test(`${asked} is not given the credentials of ${stored}`, async () => {
    config({ auths: { [stored]: { auth: base64('me:secret') } } });
    assert.equal(await ask(asked), undefined);
  });
}

test('a helper is told the registry and its answer is used', async () => {
  helper('good', `read server; printf '{"ServerURL":"%s","Username":"me","Secret":"for %s"}' "$server" "$server"`);
  config({ credsStore: 'good' });
  assert.deepEqual(await ask('ghcr.io'), { username: 'me', password: 'for ghcr.io' });
  assert.deepEqual(await ask('docker.io'), { username: 'me', password: 'for https://index.docker.io/v1/' });
});

test('the helper of one registry wins over the store of all', async () => {
  helper('one', `echo '{"Username":"me","Secret":"one"}'`);
  config({ credHelpers: { 'ghcr.io': 'one' }, credsStore: 'missing' });
  assert.deepEqual(await ask('ghcr.io'), { username: 'me', password: 'one' });
});

test('a store wins over what the file holds', async () => {
  helper('one', `echo '{"Username":"me","Secret":"store"}'`);
  config({ credsStore: 'one', auths: { 'ghcr.io': { auth: base64('me:file') } } });
  assert.deepEqual(await ask('ghcr.io'), { username: 'me', password: 'store' });
});

test('the user <token> means an identity token', async () => {
  helper('token', `echo '{"Username":"<token>","Secret":"refresh"}'`);
  config({ credsStore: 'token' });
  assert.deepEqual(await ask('ghcr.io'), { identityToken: 'refresh' });
});

test('a helper that knows nothing of the registry means none, without a warning', async () => {
  helper('empty', 'echo "credentials not found in native keychain"; exit 1');
  config({ credsStore: 'empty' });
  assert.equal(await ask('ghcr.io'), undefined);
  assert.deepEqual(warnings, []);
});

for (const [name, script, warning] of [
  ['fails', 'echo "keychain is locked"; exit 1', /docker-credential-fails failed: keychain is locked/],
  ['silent', 'exit 7', /docker-credential-silent failed: exit code 7/],
  ['garbage', 'echo "Secret: hunter2"', /docker-credential-garbage to answer \{ Username, Secret \} as JSON, found something else$/],
  ['null', 'echo null', /found something else$/],
  ['partial', `echo '{"Username":"me"}'`, /found something else$/],
  ['endless', 'yes', /expected docker-credential-endless to answer in at most 1048576 bytes, found more/],
  ['deaf', 'exec sleep 60', /expected docker-credential-deaf to answer within 0\.2 seconds, found it still running/],
  ['parent', 'sleep 60', /expected docker-credential-parent to answer within 0\.2 seconds, found it still running/],
]) {
  test(`a helper that is ${name} is said, and the check goes on without`, { timeout: 10_000 }, async () => {
    helper(name, script);
    config({ credsStore: name });
    await goesWithout('ghcr.io', warning, ['deaf', 'parent'].includes(name) ? 200 : undefined);
  });
}

test('a helper that is not installed is said', async () => {
  config({ credsStore: 'not-installed' });
  await goesWithout('ghcr.io', /expected docker-credential-not-installed on the PATH, found no such program/);
});

for (const name of ['../evil', '/bin/evil', 'evil; rm', 'a b']) {
  test(`a helper called ${JSON.stringify(name)} is not run`, async () => {
    config({ credsStore: name });
    await goesWithout('ghcr.io', /expected a credential helper's name/);
  });
}
