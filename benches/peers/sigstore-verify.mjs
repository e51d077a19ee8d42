// sigstore-js, on node:crypto. What a bundle is about it leaves to whoever calls it: a comparison of digests, not counted here.
import { createPublicKey } from 'node:crypto';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';

const exactly = (text) => `^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;

export function verify({ bundle, trustedRoot, artifact, identity, issuer, key }) {
  const entity = toSignedEntity(bundleFromJSON(JSON.parse(bundle)), artifact);
  const keys = key === undefined ? {} : () => ({ publicKey: createPublicKey(key), validFor: () => true });
  const policy = key === undefined ? { subjectAlternativeName: exactly(identity), extensions: { issuer } } : undefined;
  new Verifier(toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(trustedRoot)), keys)).verify(entity, policy);
}
