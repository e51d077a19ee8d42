// The report for people: what it says, and what a registry cannot make it do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Progress } from '../dist/cli/progress.js';
import { render } from '../dist/cli/render.js';
import { colours, printable, printableJson } from '../dist/cli/terminal.js';

const digest = (letter) => `sha256:${letter.repeat(64)}`;
const plain = colours(false);

const report = (changes = {}) => ({
  schemaVersion: 1,
  checkedAt: '2026-01-31T12:00:00Z',
  reference: { input: 'nginx:1.27', registry: 'docker.io', repository: 'library/nginx', tag: '1.27', digest: null, familiar: 'nginx:1.27' },
  verdict: 'inconclusive',
  reasons: [{ code: 'no-policy', message: 'No policy was given.' }],
  pinned: `nginx:1.27@${digest('a')}`,
  resolution: { tag: '1.27', digest: digest('a'), toldBy: 'registry-1.docker.io', via: 'direct', relay: null, at: '2026-01-31T12:00:00Z' },
  indexes: [{ digest: digest('a'), mediaType: 'application/vnd.oci.image.index.v1+json', size: 900, manifests: [] }],
  manifest: {
    digest: digest('b'), mediaType: 'application/vnd.oci.image.manifest.v1+json', size: 500, artifactType: null,
    config: { digest: digest('c'), mediaType: 'application/vnd.oci.image.config.v1+json', size: 100 },
    layers: [{ digest: digest('d'), mediaType: 'x', size: 71_300_000, foreign: false }], layersSize: 71_300_000,
  },
  image: { platform: 'linux/amd64', created: '2026-01-01T00:00:00Z' },
  attachments: null,
  signatures: null,
  contentTrust: null,
  vulnerabilities: null,
  trustedRoots: [],
  checks: [
    { name: 'resolve', outcome: 'passed', evidence: 'The bytes hash to the digest.' },
    {
      name: 'digest-header', outcome: 'failed', code: 'header-mismatch', message: 'Two digests.',
      expected: 'one', found: 'another', section: 'distribution-spec',
    },
    { name: 'config', outcome: 'unknown', code: 'timeout', message: 'No answer in time.' },
    { name: 'attachments', outcome: 'skipped', message: 'Not asked for.' },
  ],
  notProven: [{ code: 'publisher', message: 'Who published the image.' }],
  ...changes,
});

test('the verdict comes first, the digests stand side by side, and what is not proven comes last', () => {
  assert.equal(render(report(), plain), `\
? INCONCLUSIVE  nginx:1.27
  No policy was given.

Pinned    nginx:1.27@${digest('a')}
Index     ${digest('a')}
          0 manifests; application/vnd.oci.image.index.v1+json
Platform  ${digest('b')}
          linux/amd64, 1 layer, 71.3 MB, created 2026-01-01T00:00:00Z; application/vnd.oci.image.manifest.v1+json
Told by   registry-1.docker.io, which says what the tag '1.27' names, asked directly, at 2026-01-31T12:00:00Z

Checks
  ✓ passed   resolve        The bytes hash to the digest.
  ✗ failed   digest-header  header-mismatch: Two digests.
                            expected  one
                            found     another
                            see       distribution-spec
  ? unknown  config         timeout: No answer in time.
  - skipped  attachments    Not asked for.

Not proven
  ! Who published the image.
`);
});

test('a relay is named', () => {
  const resolution = { ...report().resolution, via: 'relay', relay: 'https://edge.example/relay/' };
  assert.match(render(report({ resolution }), plain), /through the relay https:\/\/edge\.example\/relay\//);
});

test('what failed a check is not pinned', () => {
  assert.match(render(report({ pinned: null }), plain), /^Pinned +nothing: the image is rejected$/m);
});

test('an image that was not reached is not described', () => {
  assert.doesNotMatch(render(report({ manifest: null, image: null, indexes: [] }), plain), /^(Platform|Index)/m);
});

const signature = (changes = {}) => ({
  attachment: digest('e'), layer: digest('f'), foundBy: 'referrers', form: 'bundle-v0.3', meaning: null, signer: null, signedAt: null,
  trustedRoot: 'public-good', outcome: 'failed', code: 'identity-mismatch', message: 'Another subject.',
  steps: [{ name: 'identity', outcome: 'failed', code: 'identity-mismatch', message: 'Another subject.' }], ...changes,
});

test('a verified signature names the signer, and when it was seen', () => {
  const signer = { type: 'identity', issuer: 'https://issuer.test', subject: 'https://builds.test/app', claims: [] };
  const meaning = { kind: 'signature', predicateType: null, annotations: [] };
  const verified = signature({ signer, meaning, signedAt: '2026-01-15T12:00:00Z', outcome: 'verified', code: null, message: null });
  const text = render(report({ signatures: [verified] }), plain);
  assert.match(text, /✓ verified {2}https:\/\/builds\.test\/app, says https:\/\/issuer\.test\n.*seen 2026-01-15T12:00:00Z, trusting public-good/);
});

test('an attestation is called one, and a signature that fails shows every step', () => {
  const meaning = { kind: 'attestation', predicateType: 'https://slsa.dev/provenance/v1', annotations: [] };
  const key = { type: 'key', id: digest('9'), kind: 'ECDSA P-256' };
  const attested = signature({ signer: key, meaning, outcome: 'verified', code: null, message: null, trustedRoot: null });
  const text = render(report({ signatures: [attested, signature()] }), plain);
  assert.match(text, /✓ verified {2}ECDSA P-256 key sha256:9+\n {14}attests https:\/\/slsa\.dev\/provenance\/v1\n/);
  assert.match(text, /✗ failed {4}identity-mismatch: Another subject\.\n.*\n {14}failed {7}identity {3}Another subject\./);
});

test('every trusted root says where it is from, how recent it is, and why it is no newer', () => {
  const root = (changes) => ({
    name: 'public-good', source: 'shipped', rootVersion: 16, confirmed: null, age: null, expires: null, digest: digest('7'), refresh: null, ...changes,
  });
  const confirmed = '2026-11-26T12:00:00Z';
  const refresh = { code: 'metadata-rollback', message: 'An older one.' };
  const trustedRoots = [
    root({ refresh: { code: 'repository-unreachable', message: 'No answer.' } }), root({ source: 'repository', confirmed, age: 0 }),
    root({ source: 'store', confirmed, age: 60, refresh }), root({ name: 'mine', source: 'policy', rootVersion: null }),
  ];
  const text = render(report({ trustedRoots }), plain);
  assert.ok(text.includes(['Trusting',
    '  trusted root: public-good, as it came with this version, TUF root 16',
    '          ! repository-unreachable: No answer.',
    `          ${digest('7')}`,
    `  trusted root: public-good, confirmed ${confirmed} by its repository, TUF root 16`,
    `          ${digest('7')}`,
    `  trusted root: public-good, confirmed ${confirmed} by its repository and kept since, TUF root 16`,
    '          ! metadata-rollback: An older one.',
    `          ${digest('7')}`,
    '  trusted root: mine, from the policy',
  ].join('\n')), text);
});

test('attachments are listed when they were looked for', () => {
  const attachments = [{ digest: digest('e'), artifactType: 'application/spdx+json', size: 1500, foundBy: 'referrers' }];
  const lines = `\nAttached\n  ${digest('e')}\n          application/spdx+json, 1.5 kB, found by referrers\n`;
  assert.ok(render(report({ attachments }), plain).includes(lines));
  assert.match(render(report({ attachments: [] }), plain), /^Attached\n {2}none listed$/m);
});

test('outcomes differ without colours', () => {
  const lines = render(report(), plain).matchAll(/^ {2}(\S \w+) +(?:resolve|digest-header|config|attachments) /gm);
  assert.deepEqual([...lines].map((match) => match[1]), ['✓ passed', '✗ failed', '? unknown', '- skipped']);
});

test('colours change nothing but colours', () => {
  const coloured = render(report(), colours(true));
  assert.match(coloured, /\u001b\[33m\? INCONCLUSIVE\u001b\[0m/);
  assert.equal(coloured.replace(/\u001b\[\d+m/g, ''), render(report(), plain));
});

const ATTACKS = {
  'an escape sequence': '\u001b[2J\u001b[31mACCEPT',
  'a C1 control': '\u009b31m',
  'a carriage return': 'reject\raccept',
  'a line of its own': 'x\n✓ ACCEPT',
  'a backspace': 'reject\b\b\b\b\b\baccept',
  'a bidirectional override': '\u202etpecca',
  'a zero-width space': 'acc\u200bept',
  'a line separator': 'x\u2028✓ ACCEPT',
  'a tag character': 'x\u{e0041}',
  'half a surrogate pair': '\ud800',
};

for (const [name, attack] of Object.entries(ATTACKS)) {
  test(`${name} from a registry is shown, not obeyed`, () => {
    const honest = render(report(), plain).split('\n').length;
    const text = render(report({
      reasons: [{ code: 'no-policy', message: attack }],
      image: { platform: attack, created: attack },
      checks: report().checks.map((check) => 'message' in check ? { ...check, message: attack } : { ...check, evidence: attack }),
      notProven: [{ code: 'publisher', message: attack }],
    }), plain);
    assert.ok(!text.includes(attack));
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    assert.equal(text.split('\n').length, honest);
  });

  test(`${name} in JSON for a terminal is the same value, escaped`, () => {
    const json = printableJson(JSON.stringify({ attack }, null, 2));
    assert.doesNotMatch(json.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    assert.deepEqual(JSON.parse(json), { attack });
  });
}

test('letters of any language and emoji are printable', () => {
  const text = 'ähm, 図書館 مرحبا 🐳';
  assert.equal(printable(text), text);
});

function terminal(isTTY) {
  return { isTTY, text: '', write(part) { this.text += part; } };
}

test('progress shows nothing on what is not a terminal', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stream = terminal(false);
  const progress = new Progress(stream, 5);
  t.mock.timers.tick(5000);
  progress.show({ type: 'started', name: 'resolve' });
  progress.clear();
  assert.equal(stream.text, '');
});

test('progress shows nothing for a check that is quick', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stream = terminal(true);
  const progress = new Progress(stream, 5);
  progress.show({ type: 'started', name: 'resolve' });
  t.mock.timers.tick(900);
  progress.clear();
  t.mock.timers.tick(900);
  assert.equal(stream.text, '');
});

test('progress shows where a slow check is, without escape codes, and leaves nothing behind', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stream = terminal(true);
  const progress = new Progress(stream, 5);
  progress.show({ type: 'started', name: 'resolve' });
  progress.show({ type: 'finished', check: { name: 'resolve', outcome: 'passed', evidence: '' } });
  progress.show({ type: 'started', name: 'document' });
  t.mock.timers.tick(1000);
  assert.equal(stream.text, '\r[#....] 1/5 document …');
  progress.clear();
  assert.equal(stream.text.slice(24), `${' '.repeat(22)}\r`);
  assert.ok(!stream.text.includes('\u001b'));
});

test('progress over many references is a bar of twenty', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stream = terminal(true);
  const progress = new Progress(stream);
  t.mock.timers.tick(1000);
  assert.equal(stream.text, '', 'nothing is known yet');
  progress.count({ done: 120, total: 300, reference: 'x' });
  assert.equal(stream.text, `\r[${'#'.repeat(8)}${'.'.repeat(12)}] 120/300 references …`);
  progress.count({ done: 300, total: 300, reference: 'y' });
  assert.ok(stream.text.endsWith(`\r[${'#'.repeat(20)}] 300/300 references …`));
});
