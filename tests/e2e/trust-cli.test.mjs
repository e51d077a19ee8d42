// Docker Content Trust at the command line, with collections that the real Notary made, on its real server: looked into, led back, left.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { multiPlatformImage, startRegistry } from '../../pkg/test/support/registry.mjs';
import { commandLine } from './support/command-line.mjs';
import { describeWithNotary, startPublisher, startTrustRelay, trustServers } from './support/notary.mjs';
import { ROOT } from './support/program.mjs';

const LATER = '2040-01-01T00:00:00Z';
const STRANGER = 'a'.repeat(64);

describeWithNotary('Docker Content Trust at the command line', () => {
  let servers;
  let notary;
  let registry;
  let publisher;
  let folder;
  let gun;
  let rootKey;
  /** The two images that the registry has, under `1.0` and `2.0`; the second is not signed. */
  let signed;
  let unsigned;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pullproof-trust-'));
    const [first, second] = [multiPlatformImage(), multiPlatformImage({ created: '2026-05-05T05:05:05Z' })];
    [servers, registry] = await Promise.all([trustServers(), startRegistry({ repositories: { 'team/app': first, 'team/other': second } })]);
    [signed, unsigned] = [first.index.descriptor, second.index.descriptor];
    gun = `${registry.host}/team/app`;
    notary = servers.http;
    publisher = await startPublisher(notary);
    await publish(gun, { '1.0': signed, stable: signed });
    ({ keys: [rootKey] } = await publisher.pins(gun));
  }, { timeout: 300_000 });
  after(async () => {
    registry?.stop();
    await publisher?.dispose();
    await servers?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A collection with these tags, all under one root key. */
  async function publish(gun, tags) {
    await publisher.init(gun);
    for (const [tag, descriptor] of Object.entries(tags)) await publisher.sign(gun, tag, descriptor);
  }

  /** With an empty home, and the trust server in the environment, as Docker has it. */
  function pullproof(args, environment = {}) {
    const home = { HOME: folder, DOCKER_CONFIG: folder, PULLPROOF_STATE: join(folder, 'state') };
    return commandLine(args, { ...home, DOCKER_CONTENT_TRUST_SERVER: notary.origin, ...environment });
  }

  const inspect = (args, environment) => pullproof(['trust', 'inspect', ...args], environment);
  const inspected = async (args) => JSON.parse((await inspect([...args, '--json'])).stdout);

  /** A folder that is empty. */
  function emptyFolder() {
    return mkdtempSync(join(folder, 'out-'));
  }

  test('a collection is verified under the key that is pinned, with 0', async () => {
    const { code, stdout, stderr } = await inspect([gun, '--root-key', rootKey]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`^✓ VERIFIED  ${gun}\n`));
    assert.match(stdout, new RegExp(`\nRoot keys\n {2}${rootKey}\n +CN=${gun}, valid from `));
    for (const role of ['root', 'timestamp', 'snapshot', 'targets']) assert.match(stdout, new RegExp(`\n {2}${role} +version \\d+, until `));
    assert.match(stdout, new RegExp(`\n2 signed tags\n {2}1\\.0 +${signed.digest}\n +${signed.size} bytes, signed by targets\n {2}stable +`));
    assert.match(stdout, /\nExpires {3}.*: timestamp, before all else\n/);
    assert.match(stdout, /\nMemory {4}nothing is kept: /);
  });

  test('it is verified under its certificate, by ID and as a file, and under the public key as a file', async () => {
    const { certificates: [certificate], pem: [pem] } = await publisher.pins(gun);
    assert.equal((await inspect([gun, '--root-cert', certificate])).code, 0);
    const [certificateFile, keyFile] = [join(folder, 'root.crt'), join(folder, 'root.pub')];
    writeFileSync(certificateFile, pem);
    writeFileSync(keyFile, new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' }));
    assert.equal((await inspect([gun, '--root-cert', certificateFile])).code, 0);
    assert.equal((await inspect([gun, '--root-key', keyFile])).code, 0);
    assert.equal((await inspect([gun, '--root-key', certificateFile])).code, 2, 'a certificate is no key');
  });

  test('--json is the inspection as it is', async () => {
    const { schemaVersion, outcome, tags: listed } = await inspected([gun, '--root-key', rootKey]);
    assert.deepEqual([schemaVersion, outcome, listed.map(({ tag }) => tag)], [1, 'verified', ['1.0', 'stable']]);
  });

  test('a tag that is signed is told, one that is not is refused with 1', async () => {
    const { code, stdout } = await inspect([`${gun}:1.0`, '--root-key', rootKey]);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`\nAsked for\n {2}1\\.0 +${signed.digest}\n`));
    const refused = await inspect([`${gun}:3.0`, '--root-key', rootKey]);
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /^✗ REFUSED .*\n {2}tag-not-signed: /);
  });

  test('a digest that is signed is told, one that is not is refused with 1', async () => {
    assert.equal((await inspect([`${gun}@${signed.digest}`, '--root-key', rootKey])).code, 0);
    assert.equal((await inspect([`${gun}@${unsigned.digest}`, '--root-key', rootKey])).code, 1);
    assert.equal((await inspect([`${gun}:1.0@${unsigned.digest}`, '--root-key', rootKey])).code, 1);
  });

  test('another root key than the pinned one is refused with 1, and nothing of the collection is shown', async () => {
    const { code, stdout } = await inspect([gun, '--root-key', STRANGER]);
    assert.equal(code, 1);
    assert.match(stdout, /^✗ REFUSED .*\n {2}trust-anchor-mismatch: /);
    assert.ok(!stdout.includes(signed.digest), stdout);
    assert.match(stdout, /and nothing that it says is believed/);
  });

  test('an archive is looked at in its own time, loudly, and one that had expired then is refused', async () => {
    const archived = await inspect([gun, '--root-key', rootKey, '--at', new Date(Date.now() + 86_400_000).toISOString()]);
    assert.equal(archived.code, 0);
    assert.match(archived.stdout, /^! ARCHIVED .*\n.*proves nothing of the present\n/);
    const expired = await inspect([gun, '--root-key', rootKey, '--at', LATER]);
    assert.equal(expired.code, 1);
    assert.match(expired.stdout, /\n {2}metadata-expired: /);
  });

  test('with a store --at is the clock: what has expired by then is refused, and no archive', async () => {
    const { outcome, code, verifiedAt, checkedAt } = await inspected([gun, '--root-key', rootKey, '--at', LATER, '--store', emptyFolder()]);
    assert.deepEqual([outcome, code, verifiedAt, checkedAt], ['failed', 'metadata-expired', null, LATER]);
  });

  test('a store that was told of a later time does not go back to an earlier one', async () => {
    const store = ['--store', emptyFolder()];
    const [later, earlier] = [Date.now() + 86_400_000, Date.now()].map((time) => ['--at', new Date(time).toISOString()]);
    assert.equal((await inspect([gun, '--root-key', rootKey, ...store, ...later])).code, 0);
    assert.equal((await inspect([gun, '--root-key', rootKey, ...store, ...earlier])).code, 0, 'the later time counts, and it is valid then');
  });

  test('a server that leads back is refused with 1 by whoever was further, and believed by whoever was not', async () => {
    const other = `${registry.host}/team/other`;
    await publish(other, { '1.0': unsigned });
    const relay = await startTrustRelay(notary);
    const old = await relay.take(other);
    await publisher.sign(other, '1.1', unsigned);
    try {
      const [wanted, store] = [[other, '--root-key', rootKey, '--server', relay.origin], emptyFolder()];
      assert.equal((await inspect([...wanted, '--store', store])).code, 0);
      relay.show(other, old);
      const { code, stdout } = await inspect([...wanted, '--store', store]);
      assert.equal(code, 1);
      assert.match(stdout, /\n {2}metadata-rollback: /);
      assert.equal((await inspect(wanted)).code, 0, 'nothing is kept without --store');
    } finally {
      await relay.dispose();
    }
  });

  test('--tofu remembers in the folder of check whom it believed first, and says that nobody vouches', async () => {
    const state = { PULLPROOF_STATE: emptyFolder() };
    const { code, stdout, stderr } = await inspect([gun, '--tofu'], state);
    assert.equal(code, 0);
    assert.ok(stderr.endsWith(`pin it instead:\n  --root-key ${rootKey}\n`), stderr);
    assert.match(stdout, /\nBelieving the root that came first, for which nobody vouches: first seen /);
    const checked = await pullproof(['check', `${gun}:1.0`, '--tofu', '--json'], state);
    const { verdict, contentTrust: [{ firstSeen }] } = JSON.parse(checked.stdout);
    assert.deepEqual([checked.code, verdict], [0, 'accept']);
    assert.ok(stdout.includes(`first seen ${firstSeen}`), stdout);
  });

  test('a collection that is not there is refused with 1', async () => {
    const { code, stdout } = await inspect([`${registry.host}/team/none`, '--root-key', rootKey]);
    assert.equal(code, 1);
    assert.match(stdout, /\n {2}trust-data-missing: /);
  });

  test('a trust server that gives no answer ends with 3', async () => {
    const { code, stdout } = await inspect([gun, '--root-key', rootKey, '--server', 'http://127.0.0.1:1']);
    assert.equal(code, 3);
    assert.match(stdout, /^\? UNKNOWN .*\n {2}unreachable: /);
    assert.match(stdout, /asked in vain/);
  });

  for (const [why, args, message, environment] of [
    ['no anchor', [], /expected one of --root-key, --root-cert, --ca and --tofu, found none/],
    ['two anchors', ['--tofu', '--root-key', STRANGER], /expected --root-key or --tofu, found both/],
    ['a key file that is not there', ['--root-key', 'nothing.pub'], /expected --root-key to name a file that can be read/],
    ['a server that is no address', ['--root-key', STRANGER, '--server', 'notary.example'], /^pullproof: policy-invalid: .*trust server/],
    ['a server without TLS elsewhere', ['--root-key', STRANGER, '--server', 'http://notary.example'], /^pullproof: policy-invalid: .*trust server/],
    ['an environment without an address', ['--root-key', STRANGER], /DOCKER_CONTENT_TRUST_SERVER/, { DOCKER_CONTENT_TRUST_SERVER: 'notary.example' }],
  ]) {
    test(`${why} ends with 2`, async () => {
      const { code, stdout, stderr } = await inspect(['registry.example/team/app', ...args], environment);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
      assert.equal(stdout, '');
    });
  }

  test('check accepts what is signed under the pinned key, and shows on what that rests', async () => {
    const { code, stdout, stderr } = await pullproof(['check', `${gun}:1.0`, '--root-key', rootKey]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`\nDocker Content Trust\n {2}✓ verified {2}targets signed 1\\.0 as ${signed.digest}, ${signed.size} bytes\n`));
    assert.match(stdout, /\n +root +version 1, .*\n +\w{64}\n +timestamp +version .*\n +\w{64}\n +snapshot +version .*\n +\w{64}\n +targets +version /);
  });

  test('check rejects what is signed under another key', async () => {
    const { code, stdout } = await pullproof(['check', `${gun}:1.0`, '--root-key', STRANGER]);
    assert.equal(code, 1);
    assert.match(stdout, /\n {2}✗ failed {4}trust-anchor-mismatch: /);
  });

  const migrate = (args, environment) => pullproof(['trust', 'migrate', ...args], environment);

  /** A key of cosign's kind. */
  function publicKey() {
    const file = join(folder, 'cosign.pub');
    writeFileSync(file, generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }));
    return file;
  }

  test('migrating writes a lock, a policy that is one, and scripts that a shell reads', async () => {
    const [out, key] = [emptyFolder(), publicKey()];
    const { code, stdout, stderr } = await migrate([gun, '--root-key', rootKey, '--key', key, '--out', out, '--write']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\n {4}pullproof\.lock {9}2 tags; /);

    const policy = JSON.parse(readFileSync(join(out, 'policy.json'), 'utf8'));
    const schema = JSON.parse(readFileSync(`${ROOT}pkg/policy.schema.json`, 'utf8'));
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
    assert.ok(validate(policy), JSON.stringify(validate.errors));
    assert.deepEqual(policy.rules, [{
      images: gun,
      require: [{ anyOf: [{ digest: signed.digest }, { cosign: { publicKey: readFileSync(key, 'utf8') } }] }],
    }]);

    const { images } = JSON.parse(readFileSync(join(out, 'pullproof.lock'), 'utf8'));
    assert.deepEqual(Object.keys(images), [`${gun}:1.0`, `${gun}:stable`]);
    assert.equal(images[`${gun}:1.0`].digest, signed.digest);
    assert.deepEqual(images[`${gun}:1.0`].signers, [rootKey]);
    assert.equal((await pullproof(['drift', join(out, 'pullproof.lock'), '--json'])).code, 3, 'the registry has no tag `stable`');

    for (const [script, program] of [['sign-with-cosign.sh', 'cosign'], ['sign-with-notation.sh', 'notation']]) {
      assert.deepEqual(await said(join(out, script), program), [
        [`sign${program === 'cosign' ? ' --yes --key cosign.key' : ''} ${gun}@${signed.digest}`],
        [`verify${program === 'cosign' ? ` --key ${key}` : ''} ${gun}@${signed.digest}`],
      ].flat());
    }
  });

  /** What a script calls a program with. */
  async function said(script, program) {
    const [bin, log] = [emptyFolder(), join(emptyFolder(), 'log')];
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, program), `#!/bin/sh\necho "$*" >> '${log}'\n`, { mode: 0o755 });
    await new Promise((resolve, reject) => {
      execFile('/bin/sh', [script], { env: { PATH: `${bin}:/usr/bin:/bin` } }, (error) => error ? reject(error) : resolve());
    });
    return readFileSync(log, 'utf8').trim().split('\n');
  }

  test('what was written accepts exactly what is signed', async () => {
    const out = emptyFolder();
    const { code } = await migrate([gun, '--root-key', rootKey, '--key', publicKey(), '--out', out, '--write']);
    assert.equal(code, 0);
    const policy = ['--policy', join(out, 'policy.json')];
    assert.equal((await pullproof(['check', `${gun}:1.0`, ...policy])).code, 0);
    assert.equal((await pullproof(['check', `${registry.host}/team/other:1.0`, ...policy])).code, 1);
    const changed = await startRegistry({ content: multiPlatformImage({ created: '2026-07-07T07:07:07Z' }) });
    try {
      // The same rule, for the same name on a registry that has another image under it.
      writeFileSync(join(out, 'policy.json'), readFileSync(join(out, 'policy.json'), 'utf8').replaceAll(registry.host, changed.host));
      assert.equal((await pullproof(['check', `${changed.host}/team/app:1.0`, ...policy])).code, 1);
    } finally {
      changed.stop();
    }
  });

  test('migrating without --write writes nothing, and asks for it', async () => {
    const { code, stdout } = await migrate([gun, '--root-key', rootKey]);
    assert.equal(code, 0);
    assert.match(stdout, /\nTo be written, with --write\n/);
    assert.ok(!existsSync('policy.json'));
    const { policy, lock, commands, written } = JSON.parse((await migrate([gun, '--root-key', rootKey, '--json'])).stdout);
    assert.deepEqual([policy.rules.length, Object.keys(lock.images).length, written], [1, 2, []]);
    assert.deepEqual(commands.notation.at(-1), `notation verify ${gun}@${signed.digest}`);
  });

  test('whoever was believed for having come first is pinned from then on', async () => {
    const { stdout } = await migrate([gun, '--tofu', '--store', emptyFolder(), '--keep-content-trust', '--json']);
    const { anyOf } = JSON.parse(stdout).policy.rules[0].require[0];
    assert.deepEqual(anyOf, [{ digest: signed.digest }, { contentTrust: { server: notary.origin, rootKey: [rootKey] } }]);
  });

  test('what is there already is not replaced, and nobody is asked', async () => {
    const out = emptyFolder();
    writeFileSync(join(out, 'policy.json'), 'mine');
    const wanted = [gun, '--root-key', rootKey, '--out', out, '--write'];
    const { code, stderr, stdout } = await migrate([...wanted, '--server', 'http://127.0.0.1:1']);
    assert.equal(code, 2);
    assert.match(stderr, /expected no policy\.json in /);
    assert.equal(stdout, '');
    assert.equal(readFileSync(join(out, 'policy.json'), 'utf8'), 'mine');
    assert.ok(!existsSync(join(out, 'pullproof.lock')));
    assert.equal((await migrate([...wanted, '--overwrite'])).code, 0);
    assert.equal(JSON.parse(readFileSync(join(out, 'policy.json'), 'utf8')).default, 'reject');
  });

  test('a collection that must not be believed leaves nothing behind, with 1', async () => {
    const out = emptyFolder();
    const { code, stdout } = await migrate([gun, '--root-key', STRANGER, '--out', out, '--write']);
    assert.equal(code, 1);
    assert.match(stdout, /^✗ REFUSED .*\n {2}trust-anchor-mismatch: .*\n {2}nothing of it is taken along\n/);
    assert.ok(!existsSync(join(out, 'policy.json')));
  });

  test('a trust server that gives no answer leaves nothing behind, with 3', async () => {
    const out = emptyFolder();
    assert.equal((await migrate([gun, '--root-key', rootKey, '--out', out, '--write', '--server', 'http://127.0.0.1:1'])).code, 3);
    assert.ok(!existsSync(join(out, 'policy.json')));
  });

  test('of several images those that are verified are taken along, and the others are listed, with 1', async () => {
    const { code, stdout } = await migrate([gun, `${registry.host}/team/none`, '--root-key', rootKey, '--json']);
    assert.equal(code, 1);
    const { images, policy } = JSON.parse(stdout);
    assert.deepEqual(images.map(({ inspection }) => inspection.code), [null, 'trust-data-missing']);
    assert.deepEqual(policy.rules.map((rule) => rule.images), [gun]);
  });

  test('a signed image that the registry does not have, or that has another length, is left out and listed', async () => {
    const other = `${registry.host}/team/app-gone`;
    await publish(other, { gone: { digest: `sha256:${'0'.repeat(64)}`, size: 9 } });
    const gone = await migrate([other, '--root-key', rootKey]);
    assert.equal(gone.code, 3);
    assert.match(gone.stdout, /\n {4}! gone is left out: not-found: /);

    const longer = await startRegistry();
    try {
      const name = `${longer.host}/team/app`;
      const { digest, size } = longer.content.index.descriptor;
      await publish(name, { '1.0': { digest, size: size + 1 } });
      const { code, stdout } = await migrate([name, '--root-key', rootKey]);
      assert.equal(code, 1);
      assert.match(stdout, /\n {4}! 1\.0 is left out: size-mismatch: /);
    } finally {
      longer.stop();
    }
  });

  test('a name that no registry can have is left out of everything, whatever it looks like to a shell', async () => {
    const hostile = '1.0$(rm -rf .)\'; rm -rf . #\u202e';
    const other = await startRegistry();
    const name = `${other.host}/team/app`;
    try {
      await publish(name, { [hostile]: signed, '1.0': signed });
      const out = emptyFolder();
      const { code, stdout } = await migrate([name, '--root-key', rootKey, '--out', out, '--write']);
      assert.equal(code, 3);
      assert.ok(stdout.includes(`\n    ! 1.0$(rm -rf .)'; rm -rf . #\\u{202e} is left out: not-a-tag: `), stdout);
      for (const file of ['sign-with-cosign.sh', 'sign-with-notation.sh', 'pullproof.lock']) {
        assert.ok(!readFileSync(join(out, file), 'utf8').includes('rm -rf'), file);
      }
    } finally {
      other.stop();
    }
  });

  for (const [why, args, message] of [
    ['a tag', ['registry.example/team/app:1.0', '--root-key', STRANGER], /expected a name without tag and digest/],
    ['no image', ['--root-key', STRANGER], /expected the name of an image, found none/],
    ['a successor\'s key that is none', ['registry.example/team/app', '--root-key', STRANGER, '--key', `${ROOT}Cargo.toml`], /PEM/],
    ['a folder that is not there', ['registry.example/team/app', '--root-key', STRANGER, '--out', '/nowhere', '--write'], /--out to name a folder/],
    ['--out without --write', ['registry.example/team/app', '--root-key', STRANGER, '--out', '.'], /expected --out with --write/],
  ]) {
    test(`migrating with ${why} ends with 2`, async () => {
      const { code, stdout, stderr } = await migrate(args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
      assert.equal(stdout, '');
    });
  }
});
