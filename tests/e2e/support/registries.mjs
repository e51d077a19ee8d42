// The registries that are asked: Debian's docker-registry three times over one store, and the world of the demo, honest and hostile.

import { serve } from './program.mjs';

/**
 * The real ones. xtask starts them for all tests and says where; a test that is run by hand starts its own.
 *
 * @returns {Promise<{ open: string, basic: string, token: string, dispose: () => Promise<void> }>} each `host:port`; user lab, password labpass
 */
export async function realRegistries() {
  const environment = { ...process.env };
  const found = () => {
    const { PULLPROOF_REGISTRY: open, PULLPROOF_REGISTRY_BASIC: basic, PULLPROOF_REGISTRY_TOKEN: token } = environment;
    return open && basic && token && { open, basic, token };
  };
  const given = found();
  if (given) return { ...given, dispose: async () => {} };
  const servers = await serve('registries', (line) => {
    const [, name, address] = /^export (\w+)=(\S+)$/.exec(line) ?? [];
    if (name !== undefined) environment[name] = address;
    return Boolean(found());
  });
  return { ...found(), ...servers };
}

/**
 * The registry of the demo, with what the real cosign is to judge (`keyless`: tests/support/src/keyless.rs), and the virtual Sigstore for
 * it to sign with (`sigstore`: tests/support/src/sigstore/service.rs).
 *
 * @returns {Promise<{ host: string, examples: { image: string, sentence: string, finds: string | null }[], signed: { image: string, policy: string }[], trust: { image: string, policy: string }[], scanned: { image: string }[], keyless: object, sigstore: string, dispose: () => Promise<void> }>}
 */
export async function demoRegistry() {
  let world;
  const server = await serve('world', (line) => {
    world = JSON.parse(line);
    return true;
  });
  const { address: host, examples, signed, trust, scanned, keyless, sigstore } = world;
  return { host, examples, signed, trust, scanned, keyless, sigstore, ...server };
}
