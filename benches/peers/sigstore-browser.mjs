// The other verifier for browsers, on WebCrypto. It has no keys of one's own.
import { SigstoreVerifier } from '@freedomofpress/sigstore-browser';

export async function verify({ bundle, trustedRoot, artifact, identity, issuer, key }) {
  if (key !== undefined) throw new Error('it verifies no signature by a key');
  const verifier = new SigstoreVerifier();
  await verifier.loadSigstoreRoot(JSON.parse(trustedRoot));
  await verifier.verifyArtifact(identity, issuer, JSON.parse(bundle), artifact);
}
