// What the real cosign attests, in each of its forms and types, pushed into real registries that have the referrers API or not, is what a scan takes
// its list of packages and its VEX from; what a stranger attests, or somebody of another image, is not.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { scan } from '../../pkg/dist/node.js';
import { cyclonedx, LIBC, MINIMIST, spdx } from '../../pkg/test/support/attested.mjs';
import { shards } from '../../pkg/test/support/layered.mjs';
import { commandLine } from './support/command-line.mjs';
import { describeWith, describeWithCosign, FORMS, keyless, Shelf, startCosign } from './support/cosign.mjs';
import { makeLayout } from './support/layout.mjs';
import { OLAREG, startOlareg } from './support/olareg.mjs';
import { demoRegistry, realRegistries } from './support/registries.mjs';
import { NOW } from './support/runtimes.mjs';
import { together } from './support/together.mjs';

const VEX = {
  '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://vex.test/1', author: 'team', timestamp: '2026-01-01T00:00:00Z', version: 1,
  statements: [{ vulnerability: { name: 'CVE-2023-4911' }, products: [{ '@id': 'pkg:deb/debian/libc6' }], status: 'not_affected', impact_statement: 'unused' }],
};
const LISTS = { spdxjson: spdx(LIBC, MINIMIST), cyclonedx: cyclonedx('1.0', LIBC, MINIMIST) };

describeWithCosign('what the real cosign attests, in a registry without the referrers API', () => {
  suite(async () => {
    const registries = await realRegistries();
    return { ...registries, host: registries.open };
  });
});

describeWith('olareg', OLAREG, 'what the real cosign attests, in a registry with the referrers API', () => {
  describeWithCosign('is a list as well', () => suite(startOlareg));
});

function suite(startRegistry) {
  let stage;
  let shelf;

  before(async () => {
    const registry = await startRegistry();
    stage = await together({ signer: startCosign(), layout: makeLayout(), demo: demoRegistry(), registry: Promise.resolve(registry) });
    shelf = new Shelf(registry.host, stage.layout);
  }, { timeout: 300_000 });
  after(() => stage?.dispose());

  const attestedBy = () => ({ cosign: { publicKey: stage.signer.key } });
  const scanned = (tag, options) =>
    scan(tag, { now: new Date(NOW), shards: (ecosystem) => shards().get(ecosystem), packages: 'sbom', attestedBy: attestedBy(), deny: 'critical', ...options });

  /** Has cosign say something of an image. */
  async function attest(image, type, predicate, ...more) {
    const file = join(stage.signer.folder, 'predicate.json');
    await writeFile(file, JSON.stringify(predicate));
    await stage.signer.attest(image, '--type', type, '--predicate', file, ...more);
  }

  function nothing({ extent, inventory, findings, rule, remarks }, code) {
    assert.deepEqual([extent, inventory, findings, rule.judged, remarks[0].code], ['unknown', null, [], 'open', code], JSON.stringify(remarks));
  }

  for (const [form, flags] of Object.entries({ ...FORMS })) {
    for (const [type, list] of Object.entries(LISTS)) {
      test(`${type} in ${form === 'a bundle' ? form : 'the .att tag'} is the list of packages`, async () => {
        const { tag, pinned, digest } = await shelf.image('single');
        await attest(pinned, type, list, ...flags);
        await attest(pinned, 'openvex', VEX, ...flags);
        const found = await scanned(tag);
        assert.equal(found.extent, 'complete', JSON.stringify(found, null, 2));
        const { from, trust, documents } = found.inventory;
        assert.deepEqual([from, trust, documents.map(({ format }) => format)], ['sbom', 'signed', [type === 'spdxjson' ? 'spdx' : 'cyclonedx']]);
        assert.deepEqual(found.findings.map(({ id, vex }) => [id, vex?.status]), [['CVE-2021-44906', undefined], ['CVE-2023-4911', 'not_affected']]);
        assert.equal(found.findings[1].vex.signedBy, documents[0].by);
        assert.deepEqual([found.image.digest, found.rule.judged], [digest, 'denied']);
      });
    }

    test(`${form}: a stranger's list is none, and neither is one of another image`, async () => {
      const [image, other] = [await shelf.image('single'), await shelf.image('single')];
      await attest(image.pinned, 'spdxjson', spdx(), ...flags, '--key', 'stranger.key');
      nothing(await scanned(image.tag), 'sbom-missing');
      nothing(await scanned(other.tag), 'sbom-missing');
    });

    test(`${form}: a list of an index is one for the platform that it names`, async () => {
      const { tag, pinned, bytes } = await shelf.image('multi-platform');
      const own = JSON.parse(bytes).manifests.find(({ platform }) => platform.architecture === 'amd64' && platform.os === 'linux');
      await attest(pinned, 'cyclonedx', cyclonedx(own.digest, LIBC), ...flags);
      assert.equal((await scanned(tag)).extent, 'complete');
      nothing(await scanned(tag, { platform: 'linux/arm64' }), 'sbom-missing');
    });
  }

  test('whoever a certificate names can be the one who is named', async () => {
    const { subject, issuer, trustedRoot } = stage.demo.keyless;
    const { tag, pinned } = await shelf.image('single');
    await writeFile(join(stage.signer.folder, 'predicate.json'), JSON.stringify(LISTS.spdxjson));
    await keyless(stage.signer, stage.demo, { subject, issuer }, 'attest', '--type', 'spdxjson', '--predicate', 'predicate.json', pinned);
    const found = await scanned(tag, { attestedBy: { sigstore: { subject, issuer } }, trustedRoot });
    assert.deepEqual([found.extent, found.inventory?.documents[0].by], ['complete', `${subject} of ${issuer}`], JSON.stringify(found.remarks));
    nothing(await scanned(tag, { attestedBy: { sigstore: { subject: 'https://somebody.else', issuer } }, trustedRoot }), 'sbom-missing');
  });

  test('the command line does the same', async () => {
    const { tag, pinned } = await shelf.image('single');
    await attest(pinned, 'spdxjson', LISTS.spdxjson);
    const folder = join(stage.signer.folder, 'advisories');
    await mkdir(folder, { recursive: true });
    for (const [ecosystem, bytes] of shards()) await writeFile(join(folder, `${ecosystem.replace(':', '-')}.shard`), bytes);
    const asked = ['scan', tag, '--shards', folder, '--at', NOW, '--packages', 'sbom', '--fail-on', 'critical', '--json'];
    const { stdout, code } = await commandLine([...asked, '--attested-by', join(stage.signer.folder, 'publisher.pub')]);
    assert.deepEqual([JSON.parse(stdout), code], [await scanned(tag), 1]);
    assert.equal((await commandLine([...asked, '--attested-by', join(stage.signer.folder, 'stranger.pub')])).code, 3);
  });
}
