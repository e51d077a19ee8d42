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

  constructor({ REPOSITORIES = '', TRUST }: Environment) {
    this.options = TRUST === undefined ? {} : { store: durableObjectStore(TRUST) };
    this.#repositories = new AllowList(REPOSITORIES);
  }

  /** Nobody is asked before it is known that everybody may be. What cannot be read here, the core refuses. */
  refuseToAsk({ policy, trustedRoot }: { policy?: unknown; trustedRoot?: unknown }): void {
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
