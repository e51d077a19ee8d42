// What is attested of an image, as cosign 2 keeps it: envelopes under a tag that is made of the digest that they are about. Signed here, with keys of
// this process.

import { generateKeyPairSync, sign } from 'node:crypto';
import { blob } from './registry.mjs';

const OCI = 'application/vnd.oci.image';
const IN_TOTO = 'application/vnd.in-toto+json';

/** A new key, and its public half in PEM. */
export function signer() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey: publicKey.export({ type: 'spki', format: 'pem' }) };
}

export const statement = (digest, predicateType, predicate) => ({
  _type: 'https://in-toto.io/Statement/v0.1', subject: [{ name: 'team/app', digest: { sha256: digest.replace('sha256:', '') } }], predicateType, predicate,
});

/** The image with statements about its index, or what else has that digest, each `{ by, says }`. */
export function attested(content, statements, digest = content.index.descriptor.digest) {
  const layers = statements.map(({ by: { privateKey }, says, payloadType = IN_TOTO }) => {
    const payload = Buffer.from(JSON.stringify(says));
    const encoded = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload]);
    const envelope = { payloadType, payload: payload.toString('base64'), signatures: [{ sig: sign('sha256', encoded, privateKey).toString('base64') }] };
    return blob('application/vnd.dsse.envelope.v1+json', envelope);
  });
  const config = blob(`${OCI}.config.v1+json`, { architecture: '', os: '', rootfs: { type: 'layers', diff_ids: [] }, config: {} });
  const manifest = blob(`${OCI}.manifest.v1+json`, {
    schemaVersion: 2, mediaType: `${OCI}.manifest.v1+json`, config: config.descriptor,
    layers: layers.map(({ descriptor }) => ({ ...descriptor, annotations: { 'dev.cosignproject.cosign/signature': '' } })),
  });
  return { ...content, attached: [...content.attached ?? [], { tag: `${digest.replace(':', '-')}.att`, manifest, blobs: [config, ...layers] }] };
}

/** A list of packages as Syft writes it. */
export const spdx = (...urls) => ({
  spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', name: 'app',
  packages: urls.map((url) => ({ name: 'for people', externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: url }] })),
});

/** One that says that it is about this manifest. */
export const cyclonedx = (manifest, ...urls) => ({
  bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, metadata: { component: { type: 'container', name: 'app', version: manifest } },
  components: urls.map((purl) => ({ type: 'library', name: 'for people', purl })),
});

export const SPDX = 'https://spdx.dev/Document';
export const CYCLONEDX = 'https://cyclonedx.org/bom';
export const OPENVEX = 'https://openvex.dev/ns';
export const LIBC = 'pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?arch=amd64&upstream=glibc&distro=debian-12';
export const MINIMIST = 'pkg:npm/minimist@1.2.5';
