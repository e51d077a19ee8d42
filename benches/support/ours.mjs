// Our verifier, asked as the others are. Nothing here is Node's: a page imports it too, with its own entry point.

export const asking = ({ verifyBundle }) => async ({ bundle, trustedRoot, artifact, identity, issuer, key }) => {
  const signer = key === undefined ? { identity: { issuer, subject: identity } } : { key };
  const { outcome, message } = await verifyBundle(bundle, artifact, { ...signer, trustedRoot });
  if (outcome !== 'verified') throw new Error(message);
};

/** The same, as where there is no WebCrypto. */
export function withoutWebCrypto(verify) {
  return async (question) => {
    const own = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
    Object.defineProperty(globalThis, 'crypto', { value: undefined, configurable: true });
    try {
      await verify(question);
    } finally {
      Object.defineProperty(globalThis, 'crypto', own);
    }
  };
}
