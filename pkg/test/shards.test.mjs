// Shards that somebody signed, and what is known to be exploited, as the package and the command line say it. Every way in which an index can be
// wrong is in tests/scan/signed.rs: here is what lies between, which is that the module that checks says who signed what the other one reads.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { check, memoryStore, pin, scan, shardsFrom } from '../dist/node.js';
import { debian, shardOf, shards } from './support/layered.mjs';
import { bundleOver, indexOf, newKey, published } from './support/published.mjs';
import { startRegistry } from './support/registry.mjs';

const registry = await startRegistry({ repositories: { 'team/app': debian(), 'team/again': debian() } });
const folder = mkdtempSync(join(tmpdir(), 'pullproof-shards-'));
after(() => {
  registry.stop();
  rmSync(folder, { recursive: true });
});

const { image } = registry;
const now = new Date('2026-01-31T12:00:00Z');
const load = (ecosystem) => shards().get(ecosystem);
const [key, stranger] = [newKey(), newKey()];
const signedBy = ({ pem }) => ({ cosign: { publicKey: pem } });
const ask = (options) => scan(image, { now, shards: load, shardsSignedBy: signedBy(key), shardsIndex: published(shards(), key), ...options });
const outcome = ({ extent, remarks }) => [extent, remarks[0]?.code];
const untouched = () => assert.fail('nobody may be asked for a shard');

test('shards of the signer who is wanted are used, however their index is given, and told with their signer', async () => {
  const { index, signature } = published(shards(), key);
  const first = await ask({ shardsIndex: { index, signature } });
  assert.deepEqual(outcome(first), ['complete', undefined]);
  assert.deepEqual(first.coverage.notes, []);
  assert.deepEqual(first.coverage.databases.map((one) => one.signedBy.replace(/[0-9a-f]{64}$/, '…')), ['the ECDSA P-256 key sha256:…', 'the ECDSA P-256 key sha256:…']);
  for (const shardsIndex of [() => ({ index, signature }), async () => ({ index, signature: JSON.parse(signature) }), { index, signature: Buffer.from(signature) }]) {
    assert.deepEqual(await ask({ shardsIndex }), first);
  }
});

test('without a signer who is wanted nobody vouches for shards, which is said', async () => {
  const { extent, coverage } = await scan(image, { now, shards: load, shardsIndex: untouched });
  assert.deepEqual([extent, coverage.notes.map(({ code }) => code)], ['complete', ['shards-not-signed']]);
  assert.ok(coverage.databases.every((one) => one.signedBy === null));
});

test('a stranger, another index, and what is no bundle leave the scan unknown, and no shard is asked for', async () => {
  const { index, signature } = published(shards(), key);
  const altered = Buffer.from(index);
  altered[index.length - 3] ^= 1;
  for (const shardsIndex of [
    published(shards(), stranger),
    { index, signature: bundleOver(indexOf(new Map()), key) },
    { index: altered, signature },
    { index, signature: '{}' },
    { index, signature: new Uint8Array(9 << 20) },
  ]) {
    const scanned = await ask({ shardsIndex, shards: untouched });
    assert.deepEqual(outcome(scanned), ['unknown', 'shard-index-not-signed']);
    assert.deepEqual([scanned.findings, scanned.coverage.databases, scanned.coverage.packages], [[], [], 3]);
  }
});

test('an index that is not there, or cannot be loaded, leaves the scan unknown', async () => {
  const { index, signature } = published(shards(), key);
  for (const shardsIndex of [
    {}, { index }, { signature }, () => undefined, () => null, () => { throw new Error('secret'); }, () => Promise.reject(new Error('secret')), () => ({ index, signature: null }),
  ]) {
    const scanned = await ask({ shardsIndex, shards: untouched });
    assert.deepEqual(outcome(scanned), ['unknown', 'shard-index-unavailable']);
    assert.doesNotMatch(JSON.stringify(scanned), /secret/);
  }
});

test('what is signed and no index is refused', async () => {
  for (const text of ['', '{}', '\ufeff{}', Buffer.from([0x7b, 0xff, 0x7d])]) {
    const index = Buffer.from(text);
    assert.deepEqual(outcome(await ask({ shardsIndex: { index, signature: bundleOver(index, key) } })), ['unknown', 'shard-index-invalid']);
  }
  const index = Buffer.alloc((2 << 20) + 1, 0x20);
  assert.deepEqual(outcome(await ask({ shardsIndex: { index, signature: bundleOver(index, key) } })), ['unknown', 'shard-index-invalid']);
});

test('a shard that is altered, missing, or of an older set is refused', async () => {
  for (const [given, expected] of [
    [(ecosystem) => Buffer.concat([load(ecosystem), Buffer.from('\n')]), ['unsupported', 'shard-altered']],
    [(ecosystem) => (ecosystem === 'npm' ? shardOf('npm') : load(ecosystem)), ['partial', 'shard-altered']],
    [(ecosystem) => (ecosystem === 'npm' ? undefined : load(ecosystem)), ['partial', 'shard-missing']],
    [() => { throw new Error('secret'); }, ['unsupported', 'shard-unavailable']],
  ]) {
    assert.deepEqual(outcome(await ask({ shards: given })), expected);
  }
});

test('that there is no shard is for the index to say', async () => {
  const listed = new Map([['Debian:12', load('Debian:12')]]);
  const scanned = await ask({ shardsIndex: published(listed, key) });
  assert.deepEqual([scanned.extent, scanned.coverage.notes.map(({ code }) => code)], ['partial', ['shard-not-listed']]);
});

test('an index that is older than one that was seen is refused, where there is a store', async () => {
  const store = memoryStore();
  const [old, recent] = ['2026-01-29T12:00:00Z', '2026-01-30T12:00:00Z'].map((at) => published(shards(), key, at));
  assert.equal((await ask({ store, shardsIndex: old })).extent, 'complete');
  assert.equal((await ask({ store, shardsIndex: recent })).extent, 'complete');
  assert.deepEqual(outcome(await ask({ store, shardsIndex: old, shards: untouched })), ['unknown', 'shard-index-older']);
  assert.equal((await ask({ shardsIndex: old })).extent, 'complete');
  const broken = { load: () => Promise.reject(new Error('secret')), swap: async () => true };
  const { extent, coverage } = await ask({ store: broken });
  assert.deepEqual([extent, coverage.notes.map(({ code }) => code)], ['complete', ['store-unavailable']]);
});

test('what the caller writes to the bytes meanwhile changes nothing', async () => {
  const { index, signature } = published(shards(), key);
  const shardsIndex = () => {
    // Once it was taken, and while its signature is verified.
    setImmediate(() => index.fill(0x20));
    return { index, signature };
  };
  assert.equal((await ask({ shardsIndex })).extent, 'complete');
  assert.ok(index.every((byte) => byte === 0x20));
});

test('advisories may be five days old, or as many as somebody says', async () => {
  const late = new Date('2026-02-05T12:00:00Z');
  const old = await ask({ now: late });
  assert.deepEqual(outcome(old), ['partial', 'advisories-old']);
  assert.equal(old.remarks[0].message, 'expected advisories of at most 5 days, found Debian:12 of 6 days, npm of 6 days');
  assert.ok(old.coverage.databases.every(({ ageDays }) => ageDays === 6));
  for (const maxAgeDays of [6, Infinity, Number.MAX_SAFE_INTEGER]) assert.equal((await ask({ now: late, maxAgeDays })).extent, 'complete');
  assert.deepEqual(outcome(await ask({ maxAgeDays: 0 })), ['partial', 'advisories-old']);
  assert.deepEqual(outcome(await ask({ now: new Date('2026-01-01T00:00:00Z') })), ['partial', 'advisories-from-the-future']);
});

const CATALOGUE = {
  title: 'CISA Catalog of Known Exploited Vulnerabilities', catalogVersion: '2026.01.30', dateReleased: '2026-01-30T18:00:05.1234Z', count: 1,
  vulnerabilities: [{ cveID: 'CVE-2023-4911', vendorProject: 'GNU', dateAdded: '2023-11-21' }],
};

test('the catalogue of what is exploited can be given, in either form', async () => {
  const marks = ({ findings }) => findings.map(({ id, knownExploited }) => [id, knownExploited]);
  assert.deepEqual(marks(await ask({})), [['CVE-2021-44906', null], ['CVE-2023-4911', null]]);
  const compact = JSON.stringify({ knownExploited: 1, at: '2026-01-30T18:00:05Z', cves: ['CVE-2023-4911'] });
  for (const knownExploited of [CATALOGUE, JSON.stringify(CATALOGUE), Buffer.from(JSON.stringify(CATALOGUE)), compact]) {
    const scanned = await ask({ knownExploited });
    assert.deepEqual(marks(scanned), [['CVE-2021-44906', false], ['CVE-2023-4911', true]]);
    assert.deepEqual(scanned.coverage.knownExploited, { at: '2026-01-30T18:00:05Z', count: 1 });
  }
});

test('options that cannot have been meant are refused', async () => {
  const invalid = { name: 'CheckError', code: 'options-invalid' };
  for (const options of [
    { shardsIndex: undefined }, { shards: undefined, osv: true }, { shardsIndex: 'index.json' }, { shardsIndex: { index: 'text', signature: '{}' } },
    { shardsIndex: { index: indexOf(shards()), signature: 7 } }, { shardsSignedBy: 'key' }, { shardsSignedBy: {} }, { shardsSignedBy: { cosign: {} } },
    { shardsSignedBy: { cosign: { publicKey: 'no key' } } }, { shardsSignedBy: { ...signedBy(key), sigstore: { issuer: 'https://x', subject: 'x' } } },
    { shardsSignedBy: { cosign: { publicKey: key.pem, keyless: true } } }, { shardsSignedBy: { sigstore: { issuer: 'https://x' } } },
    { shardsSignedBy: { sigstore: { issuer: 'https://x', subject: 'x', trustedRoot: 'mine' } } }, { shardsSignedBy: { digest: 'sha256:0' } },
    { shardsSignedBy: { cosign: { publicKey: key.pem, log: 7 } } },
    { maxAgeDays: -1 }, { maxAgeDays: 1.5 }, { maxAgeDays: '5' }, { maxAgeDays: NaN },
    { knownExploited: {} }, { knownExploited: '[]' }, { knownExploited: Buffer.from([0xff]) }, { knownExploited: { ...CATALOGUE, count: 2 } }, { store: {} },
  ]) {
    await assert.rejects(ask(options), invalid, JSON.stringify(options));
  }
});

test('a folder of shards is read as it was written', async () => {
  const files = new Map([...shards()].map(([ecosystem, bytes]) => [`${ecosystem.replace(':', '-')}.shard`, bytes]));
  const { index, signature } = published(shards(), key);
  files.set('index.json', index).set('index.json.sigstore.json', Buffer.from(signature));
  const asked = [];
  const read = async (file) => { asked.push(file); return files.get(file); };
  const scanned = await scan(image, { now, ...shardsFrom(read), shardsSignedBy: signedBy(key) });
  assert.equal(scanned.extent, 'complete');
  assert.deepEqual(asked, ['index.json', 'index.json.sigstore.json', 'Debian-12.shard', 'npm.shard']);
});

const policy = { rules: [{ images: `${registry.host}/team/*`, require: [{ digest: debian().index.descriptor.digest }], vulnerabilities: { deny: 'critical', ignore: [{ id: 'CVE-2021-44906', reason: 'not reachable' }] } }] };
const decide = (options) => check(image, { now, policy, shards: load, shardsSignedBy: signedBy(key), shardsIndex: published(shards(), key), ...options });

test('a policy that asks what is vulnerable is decided by the shards of whoever has to have signed them, and by no others', async () => {
  const accepted = await decide({ knownExploited: CATALOGUE });
  assert.equal(accepted.verdict, 'accept', JSON.stringify(accepted.reasons));
  assert.ok(accepted.vulnerabilities.databases.every((one) => one.signedBy.startsWith('the ECDSA P-256 key sha256:')));
  for (const [options, code] of [
    [{ shardsIndex: published(shards(), stranger), shards: untouched }, 'shard-index-not-signed'],
    [{ shardsIndex: () => undefined, shards: untouched }, 'shard-index-unavailable'],
    [{ shards: (ecosystem) => Buffer.concat([load(ecosystem), Buffer.from('\n')]) }, 'shard-altered'],
    [{ now: new Date('2026-02-05T12:00:00Z') }, 'advisories-old'],
  ]) {
    const { verdict, vulnerabilities } = await decide(options);
    assert.deepEqual([verdict, vulnerabilities.remarks[0].code], ['inconclusive', code]);
  }
  assert.equal((await decide({ now: new Date('2026-02-05T12:00:00Z'), maxAgeDays: 6 })).verdict, 'accept');
});

test('a check remembers the newest index as well, and pinning loads it once for all images', async () => {
  const store = memoryStore();
  const [old, recent] = ['2026-01-29T12:00:00Z', '2026-01-30T12:00:00Z'].map((at) => published(shards(), key, at));
  assert.equal((await decide({ store, shardsIndex: recent })).verdict, 'accept');
  const { verdict, vulnerabilities } = await decide({ store, shardsIndex: old, shards: untouched });
  assert.deepEqual([verdict, vulnerabilities.remarks[0].code], ['inconclusive', 'shard-index-older']);
  let loads = 0;
  const shardsIndex = () => { loads += 1; return recent; };
  const text = `FROM ${image}\nFROM ${registry.host}/team/again:1.0\n`;
  const pinned = await pin(text, { kind: 'dockerfile', now, policy, shards: load, shardsSignedBy: signedBy(key), shardsIndex });
  assert.deepEqual([pinned.changes.length, loads], [2, 1], JSON.stringify(pinned.leftAlone));
});

test('options about advisories that no check can have meant are refused, and what only the core can say ends it as well', async () => {
  const invalid = { name: 'CheckError', code: 'options-invalid' };
  for (const options of [
    { shardsIndex: undefined }, { shards: undefined, osv: true }, { shards: undefined }, { shards: undefined, shardsSignedBy: undefined, shardsIndex: undefined, maxAgeDays: 5 },
    { shardsSignedBy: { cosign: { publicKey: 'no key' } } }, { shardsSignedBy: { digest: 'sha256:0' } }, { maxAgeDays: -1 }, { knownExploited: {} }, { knownExploited: Buffer.from([0xff]) },
  ]) {
    await assert.rejects(decide(options), invalid, JSON.stringify(options));
  }
});

function folderOf(name, { index, signature }, given = shards()) {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [ecosystem, bytes] of given) writeFileSync(join(path, `${ecosystem.replace(':', '-')}.shard`), bytes);
  writeFileSync(join(path, 'index.json'), index);
  writeFileSync(join(path, 'index.json.sigstore.json'), signature);
  return path;
}

/** Runs the command line with an empty home, and a state of its own for each name. */
function pullproof(state, ...args) {
  const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  const env = { PATH: process.env.PATH, HOME: folder, DOCKER_CONFIG: folder, PULLPROOF_STATE: join(folder, `state-${state}`) };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, 'scan', image, '--at', '2026-01-31T12:00:00Z', ...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

test('the command line takes a key, and remembers the newest index', async () => {
  writeFileSync(join(folder, 'shards.pub'), key.pem);
  writeFileSync(join(folder, 'kev.json'), JSON.stringify(CATALOGUE));
  const signed = ['--shards-signed-by', join(folder, 'shards.pub')];
  const [old, recent] = [folderOf('old', published(shards(), key, '2026-01-29T12:00:00Z')), folderOf('recent', published(shards(), key))];
  const first = await pullproof('a', '--shards', recent, ...signed, '--kev', join(folder, 'kev.json'));
  assert.equal(first.code, 0, first.stderr + first.stdout);
  assert.match(first.stdout, /Debian:12, made 2026-01-30T12:00:00Z \(1 day ago\), 1 advisory, signed by the ECDSA P-256 key sha256:/);
  assert.match(first.stdout, /high \(exploited\)/);
  assert.match(first.stdout, /exploited as of 2026-01-30T18:00:05Z: 1 CVE\n/);
  const second = await pullproof('a', '--shards', old, ...signed);
  assert.equal(second.code, 3);
  assert.match(second.stdout, /shard-index-older/);
  assert.equal((await pullproof('b', '--shards', old, ...signed)).code, 0);
  const { stdout } = await pullproof('b', '--shards', old);
  assert.match(stdout, /nobody vouches for it/);
  assert.equal((await pullproof('b', '--shards', old, '--max-age', '0')).code, 3);
});

test('the command line refuses a stranger, and what cannot be meant', async () => {
  const signed = ['--shards-signed-by', join(folder, 'shards.pub')];
  const forged = folderOf('forged', published(shards(), stranger));
  const refused = await pullproof('c', '--shards', forged, ...signed, '--json');
  assert.equal(refused.code, 3);
  assert.deepEqual(outcome(JSON.parse(refused.stdout)), ['unknown', 'shard-index-not-signed']);
  for (const args of [
    ['--osv', ...signed], ['--shards', forged, '--shards-signed-by', join(folder, 'nowhere')], ['--shards', forged, ...signed, '--shards-subject', 'x'],
    ['--shards', forged, '--shards-subject', 'x'], ['--shards', forged, '--shards-issuer', 'https://x'], ['--shards', forged, '--max-age', '-1'],
    ['--shards', forged, '--max-age', 'many'], ['--shards', forged, '--kev', join(folder, 'nowhere')],
    ['--shards', forged, ...signed, '--shards-issuer', 'https://x', '--shards-subject', 'x'],
  ]) {
    assert.equal((await pullproof('c', ...args)).code, 2, args.join(' '));
  }
});
