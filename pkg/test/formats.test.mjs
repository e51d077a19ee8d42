// A scan in the formats of others: as their schemas say, with nothing lost, and never empty where not everything could be looked at.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { toCycloneDx, toSarif } from '../dist/node.js';

const at = (path) => new URL(path, import.meta.url);
const json = (path) => JSON.parse(readFileSync(at(path), 'utf8'));
const library = '../../node_modules/@cyclonedx/cyclonedx-library/res/schema';

// Neither schema is written for a strict reader; what they say is looked at all the same.
const ajv = addFormats(new Ajv({ strict: false, allErrors: true, unicodeRegExp: false }));
ajv.addFormat('iri-reference', true);
ajv.addFormat('idn-email', true);
for (const name of ['spdx', 'jsf-0.82']) {
  // Under the name of the file, by which that of bills refers to it.
  const file = `${name}.SNAPSHOT.schema.json`;
  ajv.addSchema({ ...json(`${library}/${file}`), $id: `http://cyclonedx.org/schema/${file}` });
}
const isBom = ajv.compile(json(`${library}/bom-1.6.SNAPSHOT.schema.json`));
// Draft 4, of which it uses nothing that is different in draft 7 but the name of its identifier.
const { $schema: _, id: __, ...sarifSchema } = json('../../node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
const isSarif = ajv.compile(sarifSchema);

const GOLDEN = '../../tests/golden';
const NAMES = readdirSync(at(GOLDEN)).filter((name) => /^scan-[a-z]+\.json$/.test(name)).map((name) => name.replace('.json', ''));
const scanOf = (name) => json(`${GOLDEN}/${name}.json`);

assert.ok(NAMES.length >= 6);
for (const name of NAMES) {
  for (const [format, convert, isValid] of [['sarif', toSarif, isSarif], ['cdx', toCycloneDx, isBom]]) {
    test(`${name} as ${format} is as the schema of its makers says, and the golden file`, async () => {
      const scan = scanOf(name);
      const written = await convert(scan);
      assert.ok(isValid(written), JSON.stringify(isValid.errors?.slice(0, 5), null, 2));
      assert.deepEqual(scan, scanOf(name), 'the scan was changed');
      const file = at(`${GOLDEN}/${name}.${format}.json`);
      // The version of this package is not that of the files.
      const text = `${JSON.stringify(written, null, 2).replaceAll(`"${json('../package.json').version}"`, '"0.0.0"')}\n`;
      if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text);
      assert.equal(text, readFileSync(file, 'utf8'));
    });
  }
}

test('one result a finding and package, with its severity, fix, layer and package URL', async () => {
  const scan = scanOf('scan-judged');
  const { runs: [{ results, tool: { driver: { rules } } }] } = await toSarif(scan);
  const expected = scan.findings.flatMap((finding) => finding.packages.map((one) => [finding, one]));
  assert.equal(results.length, expected.length);
  for (const [place, [finding, one]] of expected.entries()) {
    const { ruleId, ruleIndex, properties, message, partialFingerprints, locations: [{ physicalLocation }] } = results[place];
    assert.equal(rules[ruleIndex].id, ruleId);
    assert.equal(ruleId, finding.id);
    assert.deepEqual([properties.purl, properties.installed, properties.fixed, properties.severity], [one.purl, one.version, finding.fixed, finding.severity]);
    assert.deepEqual(properties.layer, { index: one.layer, digest: scan.image.layers[one.layer] });
    assert.ok(message.text.includes(`${one.name} ${one.version}`), message.text);
    assert.match(message.text, finding.fixed === null ? /No fix is known/ : new RegExp(`fixed in ${RegExp.escape?.(finding.fixed) ?? finding.fixed.replaceAll(/[.+]/g, '\\$&')}`));
    assert.equal(physicalLocation.artifactLocation.uri, `registry.test/golden/debian/${one.location.replaceAll('@', '%40')}`);
    assert.match(partialFingerprints.primaryLocationLineHash, /^[0-9a-f]{16}:1$/);
  }
  assert.equal(new Set(results.map(({ partialFingerprints: { primaryLocationLineHash } }) => primaryLocationLineHash)).size, results.length);
});

test('what code scanning sorts by is what the vendor says, not the score', async () => {
  const { runs: [{ tool: { driver: { rules } }, results }] } = await toSarif(scanOf('scan-complete'));
  const severity = (id) => rules.find((rule) => rule.id === id).properties['security-severity'];
  const level = (id) => results.find(({ ruleId }) => ruleId === id).level;
  // 9.8 by its vector, and high as Debian says.
  assert.deepEqual([severity('CVE-2023-38545'), level('CVE-2023-38545')], ['8.0', 'error']);
  assert.deepEqual([severity('CVE-2023-4911'), level('CVE-2023-4911')], ['7.8', 'error']);
  assert.deepEqual([severity('CVE-2022-48303'), level('CVE-2022-48303')], ['2.0', 'note']);
  assert.deepEqual([severity('CVE-2005-2541'), level('CVE-2005-2541')], ['0.0', 'note']);
});

test('what nobody has rated is not harmless', async () => {
  const scan = scanOf('scan-complete');
  scan.findings[0].severity = { level: 'unknown', by: null, score: null, vector: null };
  const { runs: [{ tool: { driver: { rules } }, results }] } = await toSarif(scan);
  assert.equal(rules[0].properties['security-severity'], undefined);
  assert.equal(results[0].level, 'warning');
  const { vulnerabilities } = await toCycloneDx(scan);
  assert.deepEqual(vulnerabilities[0].ratings, [{ severity: 'unknown' }]);
});

for (const name of ['scan-partial', 'scan-unsupported', 'scan-unknown']) {
  test(`${name} is no empty file: it says that it is not complete, as a result and as a notification`, async () => {
    const scan = scanOf(name);
    const { runs: [{ results, tool: { driver }, invocations: [invocation] }] } = await toSarif(scan);
    const [told] = results.filter(({ ruleId }) => ruleId === 'pullproof-scan-not-complete');
    assert.equal(told.level, scan.extent === 'partial' ? 'warning' : 'error');
    assert.equal(driver.rules[told.ruleIndex].id, told.ruleId);
    for (const { message } of scan.remarks) assert.ok(told.message.text.includes(message.replaceAll(/[[\]]/g, '\\$&')), told.message.text);
    assert.equal(invocation.executionSuccessful, scan.extent !== 'unknown');
    for (const { code } of [...scan.remarks, ...scan.coverage.notes]) {
      const notification = invocation.toolExecutionNotifications.find(({ descriptor }) => descriptor.id === code);
      assert.equal(driver.notifications[notification.descriptor.index].id, code);
    }
    const { compositions, metadata } = await toCycloneDx(scan);
    assert.ok(compositions.every(({ aggregate }) => aggregate === 'incomplete'));
    assert.ok(metadata.properties.some(({ name, value }) => name === 'pullproof:extent' && value === scan.extent));
    for (const { code } of scan.remarks) assert.ok(metadata.properties.some(({ name, value }) => name === 'pullproof:remark' && value.startsWith(`${code}: `)));
  });
}

test('a complete scan says nothing of the kind', async () => {
  const { runs: [{ results, invocations: [{ executionSuccessful, toolExecutionNotifications }] }] } = await toSarif(scanOf('scan-signed'));
  assert.ok(results.every(({ ruleId }) => ruleId !== 'pullproof-scan-not-complete'));
  assert.deepEqual([executionSuccessful, toolExecutionNotifications], [true, []]);
});

test('what is undetermined is a result, and an unknown version', async () => {
  const scan = scanOf('scan-partial');
  const place = scan.findings.findIndex(({ state }) => state === 'undetermined');
  const { id, packages: [{ purl }] } = scan.findings[place];
  const { runs: [{ results }] } = await toSarif(scan);
  const { level, message } = results.find(({ ruleId }) => ruleId === id);
  assert.equal(level, 'warning');
  assert.match(message.text, /it could not be found out whether/);
  const { vulnerabilities } = await toCycloneDx(scan);
  assert.deepEqual(vulnerabilities[place].affects, [{ ref: purl, versions: [{ version: 'one', status: 'unknown' }] }]);
});

test('what a VEX document or a rule leaves out stays, and says so', async () => {
  const scan = scanOf('scan-judged');
  const { runs: [{ results }] } = await toSarif(scan);
  const suppressed = results.filter(({ suppressions }) => suppressions !== undefined);
  assert.deepEqual(suppressed.map(({ ruleId }) => ruleId).sort(), ['CVE-2023-30861', 'CVE-2023-38545']);
  assert.match(suppressed.find(({ ruleId }) => ruleId === 'CVE-2023-38545').suppressions[0].justification, /no SOCKS5 proxy is used/);
  const { vulnerabilities } = await toCycloneDx(scan);
  const of = (id) => vulnerabilities.find((one) => one.id === id);
  assert.deepEqual(of('CVE-2023-30861').analysis, {
    state: 'not_affected', justification: 'code_not_reachable', detail: 'no sessions are permanent', lastUpdated: '2026-01-15T00:00:00Z',
  });
  assert.ok(of('CVE-2023-38545').properties.some(({ name, value }) => name === 'pullproof:ignored' && value === 'no SOCKS5 proxy is used'));
  assert.equal(of('CVE-2023-38545').analysis, undefined);
});

test('every word of OpenVEX has its own of CycloneDX, or stands as it is', async () => {
  const scan = scanOf('scan-judged');
  const finding = scan.findings.find(({ vex }) => vex !== null);
  for (const [status, justification, state, said] of [
    ['affected', null, 'exploitable', undefined],
    ['fixed', null, 'resolved', undefined],
    ['under_investigation', null, 'in_triage', undefined],
    ['not_affected', 'component_not_present', 'not_affected', 'code_not_present'],
    ['not_affected', 'vulnerable_code_not_present', 'not_affected', 'code_not_present'],
    ['not_affected', 'inline_mitigations_already_exist', 'not_affected', 'protected_by_mitigating_control'],
    ['not_affected', 'vulnerable_code_cannot_be_controlled_by_adversary', 'not_affected', undefined],
  ]) {
    finding.vex = { ...finding.vex, status, justification, statement: null };
    const bom = await toCycloneDx(scan);
    assert.ok(isBom(bom), JSON.stringify(isBom.errors));
    const { analysis } = bom.vulnerabilities.find(({ id }) => id === finding.id);
    assert.deepEqual([analysis.state, analysis.justification], [state, said]);
    if (justification !== null && said === undefined) assert.equal(analysis.detail, justification);
  }
});

test('the components are all packages, each once, and every reference leads to one', async () => {
  const scan = scanOf('scan-packages');
  const { components, dependencies: [{ dependsOn }], vulnerabilities, compositions } = await toCycloneDx(scan);
  const libraries = components.filter(({ type }) => type === 'library');
  assert.deepEqual(libraries.map(({ purl }) => purl), scan.packages.map(({ purl }) => purl));
  assert.deepEqual(libraries.find(({ name }) => name === 'minimist').group, '@scope');
  const references = components.map((component) => component['bom-ref']);
  assert.equal(new Set(references).size, references.length);
  assert.deepEqual(dependsOn, references);
  for (const { affects } of vulnerabilities) for (const { ref } of affects) assert.ok(references.includes(ref), ref);
  // Of software that no package manager wrote down nobody knows.
  assert.equal(compositions[0].aggregate, 'unknown');
  assert.equal(compositions[1].aggregate, 'complete');
});

test('without a list of packages it says that the components are not all', async () => {
  const { metadata, compositions } = await toCycloneDx(scanOf('scan-complete'));
  assert.equal(compositions[0].aggregate, 'incomplete');
  assert.ok(metadata.properties.some(({ name, value }) => name === 'pullproof:components' && value === 'those that something was found about'));
});

test('a package in two places is one component with two occurrences', async () => {
  const scan = scanOf('scan-packages');
  const [first] = scan.packages;
  scan.packages.push({ ...first, location: 'another/place', layer: null }, first);
  const bom = await toCycloneDx(scan);
  assert.ok(isBom(bom));
  const { evidence: { occurrences } } = bom.components.find(({ purl }) => purl === first.purl);
  assert.deepEqual(occurrences.map(({ location }) => location), [first.location, 'another/place']);
  assert.equal(occurrences[1].additionalContext, undefined);
});

test('trap: names that somebody chose hold neither links, placeholders, markdown nor steps out of the image', async () => {
  const scan = scanOf('scan-complete');
  const hostile = '[click](https://evil.test) {0} <img src=x> ](x) **b** \u202e\u0007 \ud800 ../../etc';
  for (const finding of scan.findings) {
    finding.subject.name = hostile;
    finding.fixed = hostile;
    finding.packages = [{ ...finding.packages[0], name: hostile, version: hostile, location: `../../${hostile}` }];
  }
  const log = await toSarif(scan);
  assert.ok(isSarif(log), JSON.stringify(isSarif.errors?.slice(0, 3)));
  const { runs: [{ results, tool: { driver: { rules } } }] } = log;
  const texts = [...results.flatMap(({ message, locations }) => [message.text, locations[0].message.text]), ...rules.flatMap(({ shortDescription, fullDescription, help }) => [shortDescription.text, fullDescription.text, help.text])];
  for (const text of texts) {
    assert.doesNotMatch(text, /[\u202e\u0007\ud800]/u);
    assert.doesNotMatch(text.replaceAll(/\\\\/g, ''), /(?<!\\)[[\]]/, 'a link');
    assert.doesNotMatch(text.replaceAll('{{', '').replaceAll('}}', ''), /[{}]/, 'a placeholder');
  }
  for (const { help: { markdown } } of rules) {
    assert.doesNotMatch(markdown.replaceAll(/\\./g, ''), /evil\.test|<img|\*\*/);
    assert.equal(markdown.replaceAll(/\\./g, '').match(/\]\(/g).length, 1, 'one link, which is ours');
  }
  for (const { locations: [{ physicalLocation: { artifactLocation: { uri } } }] } of results) {
    assert.match(uri, /^registry\.test\/golden\/debian\//);
    assert.ok(new URL(uri, 'file:///base/').pathname.startsWith('/base/registry.test/golden/debian/'), uri);
  }
  assert.ok(isBom(await toCycloneDx(scan)));
});

test('an alert is the same alert after the image was built anew, and another one in another image', async () => {
  const prints = async (change) => {
    const scan = scanOf('scan-complete');
    change(scan);
    return (await toSarif(scan)).runs[0].results.map(({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash);
  };
  const before = await prints(() => {});
  const again = await prints((scan) => {
    scan.image.digest = `sha256:${'0'.repeat(64)}`;
    scan.image.reference = 'registry.test/golden/debian:2.0';
    for (const { packages } of scan.findings) for (const one of packages) [one.layer, one.version] = [0, 'another'];
  });
  assert.deepEqual(again, before);
  const other = await prints((scan) => { scan.image.reference = 'registry.test/golden/other:1.0'; });
  assert.ok(other.every((print) => !before.includes(print)));
});

test('each image and platform has a category of its own', async () => {
  const category = async (reference, platform) => {
    const scan = scanOf('scan-complete');
    Object.assign(scan.image, { reference, platform });
    return (await toSarif(scan)).runs[0].automationDetails.id;
  };
  assert.equal(await category('registry.test:5000/team/app:1.0', 'linux/arm64/v8'), 'pullproof/registry.test-5000/team/app/linux/arm64/v8/');
  assert.equal(await category(`docker.io/library/nginx@sha256:${'0'.repeat(64)}`, null), 'pullproof/docker.io/library/nginx/unknown/');
});

test('a scan by a list that nobody signed is no empty file', async () => {
  const scan = { ...scanOf('scan-complete'), findings: [], remarks: [], inventory: { from: 'sbom', trust: 'linked', documents: [] } };
  const written = await toSarif(scan);
  assert.ok(isSarif(written), JSON.stringify(isSarif.errors));
  const [{ results }] = written.runs;
  assert.deepEqual(results.map(({ ruleId, level }) => [ruleId, level]), [['pullproof-scan-not-complete', 'warning']]);
  assert.match(results[0].message.text, /is complete: the list of packages is one that nobody signed/);
});
