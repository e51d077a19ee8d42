/**
 * Whom checks at the edge trust. Trusted roots are kept in the Durable Object, if there is one. A policy comes from strangers, and may say
 * where a trusted root is to be fetched: as with registries, only from where the list allows it.
 */
import { AllowList } from './allow';
import { Refusal } from './answer';
import { durableObjectStore } from './state';
import type { Environment } from './environment';
import type { Store } from 'pullproof';

export class Trust {
  /** To be spread into the options of a check. */
  readonly options: { store?: Store };
  readonly #repositories: AllowList;
  readonly #servers: AllowList;
  readonly #registries: AllowList;

  constructor({ REPOSITORIES = '', TRUST, TRUST_SERVERS = '' }: Environment, registries: AllowList) {
    this.#registries = registries;
    this.options = TRUST === undefined ? {} : { store: durableObjectStore(TRUST) };
    this.#repositories = new AllowList(REPOSITORIES);
    this.#servers = new AllowList(`docker.io,notary.docker.io,${TRUST_SERVERS}`);
  }

  /**
   * Whether this may be asked as a trust server. A registry may be as well, but not below a path, where some of them show files of anybody's.
   */
  allowsServer(host: string, path = ''): boolean {
    return this.#servers.allows(host) || (['', '/'].includes(path) && this.#registries.allows(host));
  }

  /** Nobody is asked before it is known that everybody may be. What cannot be read here, the core refuses. */
  refuseToAsk({ policy, trustedRoot, contentTrust }: { policy?: unknown; trustedRoot?: unknown; contentTrust?: unknown }): void {
    for (const wanted of [contentTrust, ...collectionsOf(policy)]) {
      const { server } = objectOf(wanted);
      if (typeof server !== 'string') continue;
      const { host, pathname } = URL.canParse(server) ? new URL(server) : { host: server, pathname: '' };
      if (this.allowsServer(host, pathname)) continue;
      const advice = 'to check it yourself: npx pullproof check';
      throw new Refusal(403, 'trust-server-not-allowed', `expected a trust server that this service may ask, found ${host}; ${advice}`);
    }
    const roots = Object.values(objectOf(objectOf(policy)['trustedRoots']));
    for (const root of [...roots, trustedRoot]) {
      const { metadata, targets } = objectOf(objectOf(root)['tuf']);
      for (const address of [metadata, targets]) {
        if (typeof address !== 'string') continue;
        const host = URL.canParse(address) ? new URL(address).host : address;
        if (this.#repositories.allows(host)) continue;
        const advice = 'to check it yourself: npx pullproof check';
        throw new Refusal(403, 'repository-not-allowed', `expected a TUF repository that this service may ask, found ${host}; ${advice}`);
      }
    }
  }
}

/** The collections of Docker Content Trust that a policy names, as far as it can be read here. */
function collectionsOf(policy: unknown): unknown[] {
  const listed = (value: unknown) => (Array.isArray(value) ? value as unknown[] : []);
  const requirements = listed(objectOf(policy)['rules']).flatMap((rule) => listed(objectOf(rule)['require']));
  const alternatives = requirements.flatMap((requirement) => [requirement, ...listed(objectOf(requirement)['anyOf'])]);
  return alternatives.map((alternative) => objectOf(alternative)['contentTrust']);
}

/** The members of an object, or of a JSON text of one; none of anything else. */
function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'string') {
    try {
      return objectOf(JSON.parse(value) as object);
    } catch {
      return {};
    }
  }
  return typeof value === 'object' && value !== null ? value as Record<string, unknown> : {};
}
