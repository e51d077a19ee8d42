// The client that the public conformance suite of Sigstore is run against, as that suite runs it: a process, its exit code, and a
// sentence where that is not 0.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Folder, foldersIn, FORMS, SUITE, virtualSigstore } from './support/conformance.mjs';
import { ROOT } from './support/program.mjs';

const folder = mkdtempSync(join(tmpdir(), 'pullproof-conformance-'));
after(() => rmSync(folder, { recursive: true }));

/** Elsewhere than in the repository, as the suite does: the program finds its files by itself. */
function client(...args) {
  return new Promise((resolve) => {
    execFile(`${ROOT}tests/conformance/sigstore.mjs`, args, { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

/** Refused, with this exit code and one sentence. */
async function refused(expected, sentence, ...args) {
  const { code, stdout, stderr } = await client(...args);
  assert.match(stderr, /^[^\n]+\n$/, 'expected one line');
  assert.match(stderr.trimEnd(), sentence);
  assert.deepEqual([code, stdout], [expected, '']);
}

const SILENT_SUCCESS = { code: 0, stdout: '', stderr: '' };

describe('the client of the conformance suite', { timeout: 300_000 }, () => {
  let ours;
  let message;
  before(async () => {
    ours = await virtualSigstore();
    message = new Folder(ours.directory, 'message');
  }, { timeout: 300_000 });
  after(() => ours?.dispose());

  /** The command for the good one, with something changed. */
  const changed = (change) => change(message.command('PATH'));
  const without = (option) => changed((words) => words.toSpliced(words.indexOf(option), 2));
  const withOption = (...option) => changed((words) => words.toSpliced(1, 0, ...option));

  for (const name of ['message', 'rekor2-image', 'key-image', 'provenance']) {
    test(`ours: ${name} is verified`, async () => {
      const folder = new Folder(ours.directory, name);
      for (const form of FORMS) assert.deepEqual(await client(...folder.command(form)), SILENT_SUCCESS);
    });
  }

  for (const [name, code] of [
    ['wrong-artifact', 'message-digest-mismatch'], ['wrong-identity', 'identity-mismatch'], ['key-wrong', 'log-entry-mismatch'],
    ['malformed', 'json-invalid'], ['keyless-for-key', 'certificate-missing'],
  ]) {
    test(`ours: ${name} is refused with ${code}`, async () => {
      const folder = new Folder(ours.directory, `${name}_fail`);
      for (const form of FORMS) await refused(1, new RegExp(`^${code}: `), ...folder.command(form));
    });
  }

  const skip = foldersIn(SUITE).length === 0 && 'not run: the folders of the suite are not here';
  test('folders of the suite end as their names say', { skip }, async () => {
    for (const name of ['happy-path-v0.3', 'rekor2-dsse-happy-path', 'rekor2-happy-path']) {
      for (const form of FORMS) assert.deepEqual(await client(...new Folder(SUITE, name).command(form)), SILENT_SUCCESS, name);
    }
    for (const [name, sentence] of [['managed-key-wrong-key_fail', /^key: /], ['wrong-material_fail', /^message-digest-mismatch: /]]) {
      for (const form of FORMS) await refused(1, sentence, ...new Folder(SUITE, name).command(form));
    }
  });

  test('a key alone is not enough: what the suite calls verified is logged', async () => {
    const key = new Folder(ours.directory, 'key-image').command('PATH');
    await refused(1, /^log-entry-missing: /, ...key.toSpliced(key.indexOf('--trusted-root'), 2));
  });

  test('without a trusted root the public-good instance is trusted', async () => {
    await refused(1, /^time-missing: /, ...without('--trusted-root'));
  });

  test('it is verified for the time that is given', async () => {
    assert.deepEqual(await client(...withOption('--at', '2026-01-15T12:00:03Z')), SILENT_SUCCESS);
    await refused(1, /^time-in-future: /, ...withOption('--at', '2026-01-15T12:00:02Z'));
  });

  test('a time that is none is refused', async () => {
    for (const time of ['yesterday', '2026-01-15', '1768478400', '2026-02-30T00:00:00Z']) {
      await refused(2, /^expected --at to be a time/, ...withOption('--at', time));
    }
  });

  test('staging takes a trusted root, since none comes along', async () => {
    assert.deepEqual(await client(...withOption('--staging')), SILENT_SUCCESS);
    await refused(2, /^expected --trusted-root with --staging/, ...without('--trusted-root').toSpliced(1, 0, '--staging'));
  });

  test('signing is refused', () => refused(2, /^this client verifies only$/, 'sign-bundle', '--identity-token', 'x', '--bundle', 'b', 'a'));

  test('another command is refused, and so is none', async () => {
    await refused(2, /^expected verify-bundle .*, found nothing$/);
    await refused(2, /found verify$/, 'verify', 'a');
  });

  test('a command line that is not whole is refused', async () => {
    await refused(2, /^expected --bundle/, ...without('--bundle'));
    await refused(2, /^expected --certificate-identity and --certificate-oidc-issuer, or --key$/, ...without('--certificate-identity'));
    await refused(2, /^expected --certificate-identity and/, ...without('--certificate-oidc-issuer'));
    await refused(2, /^expected --certificate-identity and/, ...withOption('--key', 'key.pub'));
    await refused(2, /^expected one artifact/, ...changed((words) => words.slice(0, -1)));
    await refused(2, /^expected one artifact/, ...changed((words) => [...words, 'another']));
    await refused(2, /'--unknown'/, ...withOption('--unknown'));
    await refused(2, /'--bundle <value>' argument missing/, 'verify-bundle', '--bundle');
  });

  test('files that are not there are named', async () => {
    await refused(1, /^cannot read absent: ENOENT$/, ...changed((words) => [...words.slice(0, -1), 'absent']));
    await refused(1, /^cannot read absent: ENOENT$/, ...without('--bundle').toSpliced(1, 0, '--bundle', 'absent'));
    await refused(1, /^cannot read sha256:00: ENOENT$/, ...changed((words) => [...words.slice(0, -1), 'sha256:00']));
  });

  test('what looks like a digest and is a file is the file', async () => {
    writeFileSync(join(folder, message.digest), 'another message');
    await refused(1, /^message-digest-mismatch: /, ...message.command('DIGEST'));
    rmSync(join(folder, message.digest));
    assert.deepEqual(await client(...message.command('DIGEST')), SILENT_SUCCESS);
  });
});
