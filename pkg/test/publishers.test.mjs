// The catalogue of publishers: every entry is what a policy could ask for, about these images and no others; and the command line only
// ever suggests it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hint } from '../dist/cli/hint.js';
import { check, parseReference, suggest } from '../dist/node.js';
import { startRegistry } from './support/registry.mjs';

const { publishers } = JSON.parse(readFileSync(new URL('../../data/publishers.json', import.meta.url)));
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pullproof-publishers-'));
const now = new Date('2026-01-31T12:00:00Z');

let registry;
before(async () => {
  registry = await startRegistry();
});
after(() => {
  registry.stop();
  rmSync(folder, { recursive: true });
});

/** Every registry there is, played by the one on loopback: what is asked of any repository is answered as of `team/app`. */
function everywhere(request) {
  const { pathname } = new URL(request.url);
  const [, kind, name] = /\/(manifests|blobs)\/([^/]+)$/.exec(pathname) ?? [];
  const known = name?.startsWith('sha256:') ? name : '1.0';
  return kind === undefined || name.startsWith('sha256-')
    ? Promise.resolve(new Response('{"errors":[]}', { status: 404, headers: { 'content-type': 'application/json' } }))
    : fetch(`http://${registry.host}/v2/team/app/${kind}/${known}`, { headers: request.headers });
}

/** Whether the core takes a rule with this pattern to be about the image. */
async function isMatched(images, image) {
  const policy = { rules: [{ images, require: [{ digest: `sha256:${'0'.repeat(64)}` }] }] };
  const { reasons } = await check(image, { policy, now, fetch: everywhere });
  return reasons[0].code !== 'policy-no-rule';
}

/** An image of a pattern, and those that only look like it. */
const exampleOf = (pattern) => pattern.replace('*', 'some/image');
function lookAlikes(pattern) {
  const [host, ...path] = pattern.replace('/*', '').split('/');
  const name = [host, ...path].join('/');
  return [
    ...[`${host}.evil.example`, `evil-${host}`, `${host}:5000`].map((other) => [other, ...path, 'x'].join('/')),
    `evil.example/${name}/x`,
    ...(path.length > 0 ? [`${name}-evil/x`, `${host}/evil/${name}/x`, `${host}/evil-${path.join('/')}/x`] : []),
  ];
}

describe('the catalogue', () => {
  test('has the publishers that are promised', () => {
    const names = publishers.map(({ publisher }) => publisher);
    for (const name of ['Chainguard', 'distroless', 'Kubernetes']) assert.ok(names.includes(name), name);
    assert.equal(new Set(names).size, names.length);
  });

  for (const { publisher, images, example, require, source, lookedAt, remark } of publishers) {
    test(`${publisher}: what would be required is a policy that the core accepts, and nothing in it is a pattern`, async () => {
      const signer = require ?? { digest: `sha256:${'0'.repeat(64)}` };
      for (const pattern of images) {
        const policy = { rules: [{ images: pattern, require: [signer] }], default: 'reject' };
        const { verdict, reasons } = await check(example, { policy, now, fetch: everywhere });
        assert.equal(verdict, 'reject', JSON.stringify(reasons));
      }
      const exact = require === null || ['publicKey', 'issuer,subject'].includes(Object.keys(require.cosign ?? require.sigstore).join());
      assert.ok(exact, JSON.stringify(require));
    });

    test(`${publisher}: its images are known as they are to the core, and no look-alike is`, async () => {
      assert.ok(suggest(example).some((one) => one.publisher === publisher), example);
      for (const pattern of images) {
        assert.match(pattern, /^[a-z0-9.-]+\/([a-z0-9/-]+|\*|[a-z0-9/-]+\/\*)$/, 'a name, or everything below one');
        const inside = exampleOf(pattern);
        const [host, rest] = [inside.slice(0, inside.indexOf('/')), inside.slice(inside.indexOf('/'))];
        for (const image of [inside, `${inside}:1.0`, host.toUpperCase() + rest, `${host}:443${rest}`]) {
          assert.deepEqual(suggest(image).map((one) => [one.publisher, one.images]), [[publisher, pattern]], image);
          assert.equal(await isMatched(pattern, image), true, image);
        }
        for (const image of lookAlikes(pattern)) {
          assert.deepEqual(suggest(image), [], image);
          assert.equal(await isMatched(pattern, image), false, image);
        }
      }
    });

    test(`${publisher}: says where it is documented, when somebody looked, and what else there is`, () => {
      assert.equal(new URL(source).protocol, 'https:');
      assert.match(lookedAt, /^2\d{3}-\d\d-\d\d$/);
      assert.ok(Date.parse(lookedAt) <= Date.now());
      assert.match(remark, /^[A-Z].*\.$/);
      assert.ok(parseReference(example).registry.length > 0);
    });
  }

  test('every key in it is one that was compared with a second publication, by its hash', () => {
    const compared = readFileSync(new URL('../../data/README.md', import.meta.url), 'utf8');
    for (const { publisher, require } of publishers.filter(({ require }) => require?.cosign)) {
      const spki = createPublicKey(require.cosign.publicKey).export({ type: 'spki', format: 'der' });
      assert.match(compared, new RegExp(`^\\| ${publisher} \\|.*\`${createHash('sha256').update(spki).digest('hex')}\``, 'm'));
    }
  });

  const lookAlike = [
    'cgr.dev.evil.example/chainguard/x', 'registry.k8s.io.evil/pause', 'gcr.io/distroless-evil/x', 'gcr.io/distroless', 'evil/nginx',
  ];
  for (const image of lookAlike) {
    test(`nobody is said to sign ${image}`, () => assert.deepEqual(suggest(image), []));
  }

  test('a short name is read as Docker reads it', () => {
    assert.deepEqual(suggest('nginx').map(({ publisher, require }) => [publisher, require]), [['Docker Official Images', null]]);
  });

  test('what is no reference is refused', () => {
    assert.throws(() => suggest('docker pull nginx'), { code: 'reference-invalid' });
  });

  test('a check looks at no suggestion: without a policy nothing is accepted, whoever is documented to sign', async () => {
    const { verdict, reasons } = await check('cgr.dev/chainguard/nginx', { now, fetch: everywhere });
    assert.deepEqual([verdict, reasons[0].code], ['inconclusive', 'no-policy']);
  });
});

describe('the command line', () => {
  /** What the hint says of a report, on standard error. */
  function hinted(image, { report = {}, ...command } = {}) {
    const lines = [];
    const { write } = process.stderr;
    process.stderr.write = (text) => lines.push(text);
    try {
      const asked = { name: 'check', image, attachments: false, json: false, color: false, ...command };
      hint(asked, { verdict: 'inconclusive', signatures: null, ...report });
    } finally {
      process.stderr.write = write;
    }
    return lines.join('');
  }

  /** Runs what can be pasted, with a `pullproof` that only says what it was told. */
  function paste(text) {
    const script = `pullproof() { for word; do echo "<$word>"; done; }\n${text}`;
    return new Promise((resolve, reject) => {
      execFile('sh', ['-e', '-c', script], { cwd: folder }, (error, stdout) => error ? reject(error) : resolve(stdout.trim().split('\n')));
    });
  }

  test('says who is documented to sign, where that stands, and what requires it', async () => {
    const said = hinted('cgr.dev/chainguard/nginx:latest');
    assert.match(said, /^\nChainguard is documented to sign cgr\.dev\/chainguard\/\*\. To require that:\n/);
    assert.match(said, /\n {2}\(https:\/\/edu\.chainguard\.dev\/.*looked at on 2026-11-23\./);
    const { sigstore: { issuer, subject } } = suggest('cgr.dev/chainguard/nginx')[0].require;
    const words = ['check', 'cgr.dev/chainguard/nginx:latest', '--issuer', issuer, '--subject', subject];
    assert.deepEqual(await paste(said.split('\n\n')[1]), words.map((word) => `<${word}>`));
  });

  test('the README shows what it says', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const [, example] = /^\$ npx pullproof check cgr\.dev.*\n([^]*?)^```/m.exec(readme);
    const said = hinted('cgr.dev/chainguard/nginx').split('\n');
    assert.equal(example, `${[said[1], ...said.slice(4)].join('\n')}`);
  });

  test('what it prints to require a key writes that key, and names its file', async () => {
    for (const { example, publisher, require } of publishers.filter(({ require }) => require?.cosign)) {
      const words = await paste(hinted(example).split('\n\n')[1]);
      const file = words.at(-1).slice(1, -1);
      assert.deepEqual(words.slice(0, 3), ['<check>', `<${example}>`, '<--key>'], publisher);
      assert.equal(readFileSync(join(folder, file), 'utf8'), require.cosign.publicKey);
    }
  });

  test('says that nobody signs where that is so, and has nothing to paste', () => {
    const [, says, where, ...more] = hinted('nginx:1.27').split('\n');
    assert.match(says, /^Docker Official Images \(docker\.io\/library\/\*\) are documented to have no signature/);
    assert.match(where, /^ {2}\(https:/);
    assert.deepEqual(more, ['']);
  });

  const THEIRS = 'cgr.dev/chainguard/nginx';
  const [{ require: { sigstore } }] = suggest(THEIRS);
  const by = (signer, outcome = 'verified') => [{ outcome, signer }];
  const theirs = { type: 'identity', ...sigstore, claims: [] };
  for (const [why, image, options] of [
    ['a policy says whose signature is wanted', THEIRS, { policy: 'policy.json' }],
    ['a key does', THEIRS, { key: 'cosign.pub' }],
    ['an identity does', THEIRS, { identity: sigstore }],
    ['JSON is asked for', THEIRS, { json: true }],
    ['the image is rejected', THEIRS, { report: { verdict: 'reject' } }],
    ['nobody is known to sign', 'registry.example/team/app', {}],
    ['somebody else signed it, as was looked at', THEIRS, { report: { signatures: by({ ...theirs, subject: 'somebody@else.example' }) } }],
    ['another issuer speaks of the same name', THEIRS, { report: { signatures: by({ ...theirs, issuer: 'https://evil.example' }) } }],
    ['their signature does not hold', THEIRS, { report: { signatures: by(theirs, 'failed') } }],
    ['the image was looked at, and is not signed', 'dhi.io/golang:1', { report: { signatures: [] } }],
    ['an image is signed that is documented not to be', 'nginx:1.27', { report: { signatures: by(theirs) } }],
  ]) {
    test(`says nothing where ${why}`, () => assert.equal(hinted(image, options), ''));
  }

  test('says it where the image was looked at, and they did sign it', () => {
    assert.match(hinted(THEIRS, { report: { signatures: by(theirs) } }), /^\nChainguard is documented/);
  });

  /** As it is run: with every registry a relay on loopback, so that a public name is answered. */
  async function pullproof(...args) {
    const relay = await startRegistry({ prefix: '/registry.k8s.io', repositories: { pause: registry.content } });
    try {
      return await new Promise((resolve) => {
        const env = { PATH: process.env.PATH, HOME: folder, DOCKER_CONFIG: folder };
        const words = [cli, 'check', 'registry.k8s.io/pause:1.0', '--relay', `http://${relay.host}/`, ...args];
        execFile(process.execPath, words, { env }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
      });
    } finally {
      relay.stop();
    }
  }

  test('the hint stands behind the report, on standard error, and changes neither report nor exit code', async () => {
    const { code, stdout, stderr } = await pullproof();
    assert.equal(code, 3, stderr);
    assert.match(stdout, /^\? INCONCLUSIVE {2}registry\.k8s\.io\/pause:1\.0\n/);
    assert.doesNotMatch(stdout, /documented/);
    assert.match(stderr, /^\nKubernetes is documented to sign registry\.k8s\.io\/\*\. To require that:\n/);
    const json = await pullproof('--json');
    assert.deepEqual([json.code, json.stderr, JSON.stringify(JSON.parse(json.stdout)).includes('krel-trust')], [3, '', false]);
  });
});
