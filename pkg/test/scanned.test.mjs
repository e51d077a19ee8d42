// A scan at the command line: its table, its progress, and what it is told to leave out.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from '../dist/cli/arguments.js';
import { readIgnore } from '../dist/cli/ignore.js';
import { codeOf } from '../dist/cli/scan.js';
import { Progress } from '../dist/cli/progress.js';
import { renderScan } from '../dist/cli/scanned.js';
import { colours } from '../dist/cli/terminal.js';
import { scanUsage, usage, UsageError } from '../dist/cli/usage.js';
import { lookAround } from '../dist/cli/written.js';

const golden = (name) => JSON.parse(readFileSync(new URL(`../../tests/golden/${name}.json`, import.meta.url)));
const plain = colours(false);
const lines = (text) => text.split('\n');

test('what can be mended comes first, what is left out last, each with its count', () => {
  const text = renderScan(golden('scan-judged'), plain);
  const [fixed, vendor, out] = ['A newer version is fixed: 4 (1 critical, 2 high, 1 low)', 'Its vendor does not act on it: 2 (2 negligible)', 'Left out, by VEX or --ignore: 2 (2 high)']
    .map((title) => lines(text).indexOf(title));
  assert.ok(fixed > 0 && fixed < vendor && vendor < out, text);
  assert.match(lines(text)[fixed + 1], /^critical +CVE-2021-44906 +@scope\/minimist +1\.2\.5 +1\.2\.6 +3$/);
  assert.match(text, /^high \(exploited\) +CVE-2023-4911 +libc6 +2\.36-9\+deb12u1 +2\.36-9\+deb12u3 +1$/m);
  assert.match(text, /^high \(vex\) +CVE-2023-30861 +flask/m);
  assert.match(text, /✗ denied\n  vulnerabilities-denied: /);
  assert.match(text, /left out: CVE-2023-38545: no SOCKS5 proxy is used/);
  assert.match(text, /ignored and not found, or not ignored any more: CVE-1999-0001/);
});

test('the layers in the table are told by their digests', () => {
  const scan = golden('scan-complete');
  const text = renderScan(scan, plain);
  for (const layer of [1, 2, 3, 4]) assert.match(text, new RegExp(`  ${layer}  ${scan.image.layers[layer]}  \\d findings?$`, 'm'));
  assert.doesNotMatch(text, new RegExp(scan.image.layers[0]), 'no finding is in it');
});

test('a scan that is not complete says why, and what is undetermined is a group of its own', () => {
  const text = renderScan(golden('scan-partial'), plain);
  assert.match(text, /^Whether it is affected is not known: 1 \(1 medium\)\nmedium +GHSA-0000-1111-2222 +odd +one +not known/m);
  assert.match(text, /  extent {4}partial\n            package-database-unreadable: |  extent {4}partial\n            /);
  assert.match(text, /  compared  1 of PyPI: there are no advisories/);
  assert.doesNotMatch(text, /no known vulnerability/);
});

for (const name of ['scan-unsupported', 'scan-unknown']) {
  test(`${name} is never shown as nothing found`, () => {
    const text = renderScan(golden(name), plain);
    assert.match(text, /^nothing can be said: see below$/m);
    assert.doesNotMatch(text, /no known vulnerability|SEVERITY/);
  });
}

test('only of a complete scan it is said that nothing is known', () => {
  const scan = golden('scan-complete');
  scan.findings = [];
  assert.match(renderScan(scan, plain), /^no known vulnerability in 7 packages$/m);
  scan.extent = 'partial';
  assert.match(renderScan(scan, plain), /^nothing can be said: not all of 7 packages could be looked at$/m);
});

for (const width of [60, 80, 100, 140, 200]) {
  test(`in a terminal of ${width} columns no row of the table is wrapped`, () => {
    const scan = golden('scan-judged');
    scan.findings[0].packages[0].name = 'a-name/that-is-as-long-as-those-of-modules-of-go.example.test/one';
    const rows = lines(renderScan(scan, plain, width)).filter((line) => /^(SEVERITY|critical|high|medium|low|negligible)/.test(line));
    assert.equal(rows.length, 1 + scan.findings.flatMap(({ packages }) => packages).length);
    // Marks and identifiers are never cut off, so that a very narrow one may still wrap.
    const widest = Math.max(...rows.map((row) => row.length));
    assert.ok(widest <= Math.max(width, 72), `${widest}`);
    for (const { id } of scan.findings) assert.ok(rows.some((row) => row.includes(`${id} `)), id);
  });
}

test('what is no terminal gets names of up to 48 characters', () => {
  const scan = golden('scan-complete');
  scan.findings[0].packages[0].name = 'x'.repeat(1 << 20);
  assert.match(renderScan(scan, plain), / x{47}… /);
});

test('names that somebody chose do not move the cursor', () => {
  const scan = golden('scan-complete');
  const attack = '\u001b[2J\u202e\r\n✓ met';
  scan.findings[0].packages[0].name = attack;
  scan.distribution.prettyName = attack;
  scan.image.reference = attack;
  const text = renderScan(scan, plain);
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  assert.doesNotMatch(text, /^✓ met/m);
});

test('a high one is red, what is not known yellow, and nothing is coloured where nobody wants it', () => {
  const painted = renderScan(golden('scan-partial'), colours(true));
  assert.match(painted, /\u001b\[31mhigh/);
  assert.match(painted, /\u001b\[33mmedium/);
  assert.doesNotMatch(renderScan(golden('scan-partial'), plain), /\u001b/);
});

/** A terminal of a width, or none, which remembers what is written. */
function terminal(isTTY, columns) {
  return { isTTY, columns, text: '', write(part) { this.text += part; } };
}
const layer = (index, layers, bytes, size) => ({ stage: 'layer', index, layers, bytes, size });
const shown = (stream) => stream.text.split('\r').at(-1).trimEnd();

test('layers arrive as bars, one for each, with the bytes of all', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stream = terminal(true, 80);
  const progress = new Progress(stream);
  progress.scan(layer(0, 3, 1_000_000, 2_000_000));
  assert.equal(stream.text, '', 'nobody waits yet');
  t.mock.timers.tick(1000);
  assert.equal(shown(stream), '[####....|........|........] 0/3 layers, 1.0 MB …');
  progress.scan(layer(1, 3, 4_000_000, 4_000_000));
  progress.scan(layer(2, 3, 0, 0));
  assert.equal(shown(stream), '[####....|########|########] 2/3 layers, 5.0 MB of 6.0 MB …');
  progress.scan({ stage: 'advisories', done: 1, total: 2 });
  assert.equal(shown(stream), '[#.] 1/2 advisories …');
  progress.clear();
  assert.ok(stream.text.endsWith('\r'), 'the cursor is where it was');
  assert.equal(stream.text.split('\r').at(-2).trim(), '', 'the line is empty');
  assert.ok(!stream.text.includes('\u001b'));
});

for (const [columns, layers] of [[80, 1], [80, 12], [80, 30], [80, 127], [40, 5], [30, 5], [20, 127], [5, 2], [1, 1]]) {
  test(`the bars of ${layers} layers stay within ${columns} columns`, (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const stream = terminal(true, columns);
    const progress = new Progress(stream);
    t.mock.timers.tick(1000);
    for (let index = 0; index < layers; index += 1) progress.scan(layer(index, layers, 50_000_000, 100_000_000));
    for (const line of stream.text.split('\r')) assert.ok(line.length < Math.max(columns, 1), `${line.length}: ${line}`);
    progress.clear();
  });
}

test('a bar is full only when all of the layer is there', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stream = terminal(true, 80);
  const progress = new Progress(stream);
  t.mock.timers.tick(1000);
  progress.scan(layer(0, 1, 999, 1000));
  assert.equal(shown(stream), '[#######.] 0/1 layers, 0.0 MB of 0.0 MB …');
});

test('nothing of a scan is written where standard error is no terminal', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stream = terminal(false);
  const progress = new Progress(stream);
  t.mock.timers.tick(5000);
  progress.scan(layer(0, 1, 1, 2));
  progress.scan({ stage: 'advisories', done: 1, total: 2 });
  progress.clear();
  assert.equal(stream.text, '');
});

test('what is left out is said with its reason, and until when', () => {
  const never = () => assert.fail('no file is read');
  assert.deepEqual(readIgnore(['CVE-2019-8457=not reachable', 'CVE-1=a=b@c.test@2027-01-01', 'CVE-2=x@2026-06-01T12:00:00+02:00'], never), [
    { id: 'CVE-2019-8457', reason: 'not reachable' },
    { id: 'CVE-1', reason: 'a=b@c.test', until: '2027-01-01T00:00:00Z' },
    { id: 'CVE-2', reason: 'x', until: '2026-06-01T10:00:00Z' },
  ]);
  const list = [{ id: 'CVE-1', reason: 'x' }];
  assert.deepEqual(readIgnore(['file.json'], () => JSON.stringify(list)), list);
  // As a policy has it.
  assert.deepEqual(readIgnore(['file.json', 'CVE-2=y'], () => JSON.stringify({ deny: 'high', ignore: list })), [...list, { id: 'CVE-2', reason: 'y' }]);
});

for (const [value, text, message] of [
  ['CVE-1=', '', /expected --ignore to be a file or ID=REASON/],
  ['=reason', '', /expected --ignore to be a file or ID=REASON/],
  ['CVE-1=  ', '', /wants to know why/],
  ['CVE-1=@2027-01-01', '', /wants to know why/],
  ['CVE-1=x@2027-02-30', '', /to end in a day or a time as in RFC 3339/],
  ['CVE-1=x@2027-01', '', /to end in a day or a time as in RFC 3339/],
  ['file', '{', /expected --ignore to name a file with JSON, found that file has none/],
  ['file', 'null', /found something else in file/],
  ['file', '"CVE-1"', /found something else in file/],
  ['file', '{"ignored":[]}', /found something else in file/],
]) {
  test(`--ignore ${value} ${text} is refused`, () => {
    assert.throws(() => readIgnore([value], () => text), (error) => error instanceof UsageError && message.test(error.message));
  });
}

test('--ignore may be given again, and other options may not', () => {
  const { ignore } = parse(['scan', 'a', '--osv', '--fail-on', 'high', '--ignore', 'CVE-1=x', '--ignore=file.json']);
  assert.deepEqual(ignore, ['CVE-1=x', 'file.json']);
  assert.throws(() => parse(['scan', 'a', '--osv', '--osv']), /expected --osv once, found it twice/);
});

for (const [words, message] of [
  ['scan a --osv --ignore CVE-1=x', /expected --ignore with --fail-on, found it alone/],
  ['scan a --osv --json --sarif -', /expected one of --json and --sarif -, found both/],
  ['scan a --osv --sarif - --cyclonedx -', /expected one of --sarif - and --cyclonedx -, found both/],
  ['scan a --osv --sarif', /expected a value for --sarif, found none/],
  ['scan a --osv --sarif --json', /expected a value for --sarif, found '--json'/],
  ['scan a --shards -', /expected a value for --shards, found '-'/],
  ['check a --sarif x', /expected an option of check, found '--sarif'/],
]) {
  test(`'${words}' is refused`, () => {
    assert.throws(() => parse(words.split(' ')), (error) => error instanceof UsageError && message.test(error.message));
  });
}

test('a file and standard output may be asked for in one run', () => {
  const { json, sarif, cyclonedx } = parse('scan a --osv --json --sarif a.sarif --cyclonedx a.json'.split(' '));
  assert.deepEqual([json, sarif, cyclonedx], [true, 'a.sarif', 'a.json']);
  assert.equal(parse('scan a --osv --sarif -'.split(' ')).sarif, '-');
});

test('scan has a help of its own, which names all of its options and fits a terminal', () => {
  assert.deepEqual(parse(['scan', '--help']), { name: 'help', topic: 'scan' });
  assert.match(usage, /pullproof scan --help/);
  const named = new Set([...scanUsage.matchAll(/--[a-z-]+/g)].map(([flag]) => flag));
  const understood = ['--shards', '--osv', '--fail-on', '--only-fixable', '--ignore', '--vex', '--json', '--sarif', '--cyclonedx', '--no-color', '--platform', '--relay', '--at'];
  for (const flag of understood) assert.ok(named.has(flag), flag);
  for (const line of lines(scanUsage)) assert.ok(line.length <= 100, line);
});

test('by a list that nobody signed nothing is found out: whoever pushed the image chose what is in it', () => {
  const scan = { ...golden('scan-complete'), findings: [] };
  assert.equal(codeOf(scan), 0);
  const linked = { ...scan, inventory: { from: 'sbom', trust: 'linked', documents: [] } };
  assert.equal(codeOf(linked), 3);
  assert.match(renderScan(linked, plain), /^no known vulnerability in 7 packages of a list that nobody signed$/m);
  for (const trust of ['signed', 'given']) assert.equal(codeOf({ ...linked, inventory: { ...linked.inventory, trust } }), 0);
});

test('what is written is written to files, each to its own', () => {
  for (const [command, message] of [
    [{ sarif: '/dev/null' }, /found '\/dev\/null', which is none: - is standard output$/],
    [{ cyclonedx: '/' }, /found the folder '\/'$/],
    [{ sarif: '/none/scan.sarif' }, /in a folder that is there/],
    [{ sarif: '/tmp/scan.json', cyclonedx: '/tmp/../tmp/scan.json' }, /two files, found '\/tmp\/\.\.\/tmp\/scan\.json' twice$/],
  ]) assert.throws(() => lookAround(command), (error) => error instanceof UsageError && message.test(error.message));
  lookAround({ sarif: '/tmp/pullproof-none.sarif', cyclonedx: '-' });
});
