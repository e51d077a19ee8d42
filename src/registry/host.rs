//! Which host answers for a registry, and whether a page may ask it.

use crate::url;

/// The address of a registry's API, without the slash at its end. Docker Hub's name is not the name of its API: `docker.io/v2/` is a
/// marketing page that answers 200.
pub fn api_base(registry: &str) -> String {
    let host = api_host(registry);
    let scheme = if url::is_loopback(host) { "http" } else { "https" };
    format!("{scheme}://{host}")
}

/// The host of a registry's API.
pub fn api_host(registry: &str) -> &str {
    match registry {
        "docker.io" => "registry-1.docker.io",
        other => other,
    }
}

/// Whether pages are known to get no answer from this registry, because it sends no CORS headers. A wrong `false` costs a page one
/// request more, a wrong `true` costs it the direct way.
pub fn is_closed_to_pages(registry: &str) -> bool {
    const HOSTS: [&str; 7] =
        ["docker.io", "ghcr.io", "quay.io", "registry.k8s.io", "mcr.microsoft.com", "public.ecr.aws", "registry.gitlab.com"];
    const SUFFIXES: [&str; 4] = [".azurecr.io", ".amazonaws.com", ".pkg.dev", "gcr.io"];
    HOSTS.contains(&registry) || SUFFIXES.iter().any(|suffix| registry.ends_with(suffix))
}
