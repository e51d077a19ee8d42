/**
 * Which registries may be asked, and which TUF repositories of strangers' policies. A Worker that fetches for strangers is a way into any network it can reach, so the list is
 * closed: a host is asked if it is listed, and never because it looks harmless.
 *
 * A list has `host`, `host:port`, `*.suffix`, and `public` for the registries below. A wildcard stands for public names only: an
 * address, a port or a name of a private network has to be written out. Hosts are compared as text, so an address in another
 * spelling than the listed one (`0x7f.1`, `2130706433`, `[::ffff:127.0.0.1]`, `localhost.`) is not understood but refused.
 *
 * A public name whose DNS record points into a private network is not seen here: Cloudflare's network has none to reach.
 */
export class AllowList {
  readonly #hosts = new Set<string>();
  readonly #suffixes: string[] = [];

  constructor(list = 'public') {
    const patterns = list.toLowerCase().split(',').map((pattern) => pattern.trim());
    for (const host of patterns.flatMap((pattern) => (pattern === 'public' ? PUBLIC_REGISTRIES : pattern))) {
      if (host.startsWith('*.')) this.#suffixes.push(host.slice(1));
      else if (host !== '') this.#hosts.add(host);
    }
  }

  /** Whether `registry`, as it stands in an image reference, may be asked. */
  allows(registry: string): boolean {
    const host = registry.toLowerCase();
    return this.#hosts.has(host) || (isPublicName(host) && this.#suffixes.some((suffix) => host.endsWith(suffix)));
  }
}

/** A name of the public DNS: labels, the last with a letter in it. Neither an address nor a port nor a dot at the end fits. */
function isPublicName(host: string): boolean {
  return /^(?:[a-z0-9-]+\.)+[a-z0-9-]*[a-z][a-z0-9-]*$/.test(host) && !PRIVATE_NAME.test(host);
}

/** RFC 6761, RFC 6762, RFC 8375, and the top-level domain that ICANN reserved for private use in 2024. */
const PRIVATE_NAME = /\.(?:localhost|local|home\.arpa|internal)$/;

/** Registries that let anybody pull. Amazon's private ones (`*.dkr.ecr.*.amazonaws.com`) never do, so listing them would serve nobody. */
const PUBLIC_REGISTRIES = [
  // Docker Hub, and its API's own name.
  'docker.io', 'registry-1.docker.io',
  // Run by those whose code or images they hold.
  'ghcr.io', 'quay.io', 'registry.gitlab.com', 'codeberg.org', 'registry.k8s.io', 'registry.access.redhat.com',
  'registry.fedoraproject.org', 'registry.opensuse.org', 'registry.suse.com', 'docker.elastic.co', 'nvcr.io', 'lscr.io',
  'cgr.dev', 'ttl.sh',
  // Run by the clouds; every customer has a host of their own.
  'gcr.io', '*.gcr.io', '*.pkg.dev', 'public.ecr.aws', 'mcr.microsoft.com', '*.azurecr.io',
];
