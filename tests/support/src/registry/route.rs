//! Which of the specification's end-points a path names, and which requests a behaviour is about.

/// A parsed path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    Ping,
    Manifest { repository: String, reference: String },
    Blob { repository: String, digest: String },
    Tags { repository: String },
    Referrers { repository: String, digest: String },
    Unknown,
}

impl Route {
    pub(super) fn of(path: &str) -> Self {
        let Some(rest) = path.strip_prefix("/v2") else { return Self::Unknown };
        if rest.is_empty() || rest == "/" {
            return Self::Ping;
        }
        if let Some(repository) = rest.strip_prefix('/').and_then(|rest| rest.strip_suffix("/tags/list")) {
            return Self::Tags { repository: repository.into() };
        }
        let split = |kind: &str| {
            let (repository, last) = rest.strip_prefix('/')?.rsplit_once(kind)?;
            (!repository.is_empty() && !last.is_empty() && !last.contains('/')).then(|| (repository.to_owned(), last.to_owned()))
        };
        if let Some((repository, reference)) = split("/manifests/") {
            return Self::Manifest { repository, reference };
        }
        if let Some((repository, digest)) = split("/blobs/") {
            return Self::Blob { repository, digest };
        }
        split("/referrers/").map_or(Self::Unknown, |(repository, digest)| Self::Referrers { repository, digest })
    }

    pub(super) fn repository(&self) -> Option<&str> {
        match self {
            Self::Manifest { repository, .. }
            | Self::Blob { repository, .. }
            | Self::Tags { repository }
            | Self::Referrers { repository, .. } => Some(repository),
            Self::Ping | Self::Unknown => None,
        }
    }
}

/// Which requests a behaviour is about: `On::manifests().of("team/app").named("v1")`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct On {
    kind: Kind,
    repository: Option<String>,
    name: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Everything,
    Ping,
    Manifests,
    ManifestsByTag,
    ManifestsByDigest,
    Blobs,
    Tags,
    Referrers,
}

impl On {
    const fn kind(kind: Kind) -> Self {
        Self { kind, repository: None, name: None }
    }

    /// Every request except preflights and those for tokens.
    pub const fn everything() -> Self {
        Self::kind(Kind::Everything)
    }

    /// `/v2/`.
    pub const fn ping() -> Self {
        Self::kind(Kind::Ping)
    }

    /// Manifests, by tag or digest.
    pub const fn manifests() -> Self {
        Self::kind(Kind::Manifests)
    }

    /// Manifests by tag.
    pub const fn manifests_by_tag() -> Self {
        Self::kind(Kind::ManifestsByTag)
    }

    /// Manifests by digest.
    pub const fn manifests_by_digest() -> Self {
        Self::kind(Kind::ManifestsByDigest)
    }

    /// Configurations and layers.
    pub const fn blobs() -> Self {
        Self::kind(Kind::Blobs)
    }

    /// The list of tags.
    pub const fn tags() -> Self {
        Self::kind(Kind::Tags)
    }

    /// The referrers API.
    pub const fn referrers() -> Self {
        Self::kind(Kind::Referrers)
    }

    /// Only in one repository.
    #[must_use]
    pub fn of(mut self, repository: &str) -> Self {
        self.repository = Some(repository.into());
        self
    }

    /// Only for one tag or digest.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    pub(super) fn covers(&self, route: &Route) -> bool {
        let (kind, name) = match route {
            Route::Ping => (matches!(self.kind, Kind::Ping), None),
            Route::Manifest { reference, .. } => {
                let by = if reference.contains(':') { Kind::ManifestsByDigest } else { Kind::ManifestsByTag };
                (self.kind == Kind::Manifests || self.kind == by, Some(reference))
            }
            Route::Blob { digest, .. } => (matches!(self.kind, Kind::Blobs), Some(digest)),
            Route::Referrers { digest, .. } => (matches!(self.kind, Kind::Referrers), Some(digest)),
            Route::Tags { .. } => (matches!(self.kind, Kind::Tags), None),
            Route::Unknown => (false, None),
        };
        (kind || self.kind == Kind::Everything)
            && self.repository.as_deref().is_none_or(|repository| route.repository() == Some(repository))
            && self.name.as_ref().is_none_or(|wanted| name == Some(wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_the_end_points_of_the_specification() {
        let manifest = Route::Manifest { repository: "a/b".into(), reference: "v1".into() };
        let cases = [
            ("/v2", Route::Ping),
            ("/v2/", Route::Ping),
            ("/v2/a/b/manifests/v1", manifest),
            ("/v2/a/blobs/sha256:0", Route::Blob { repository: "a".into(), digest: "sha256:0".into() }),
            ("/v2/a/tags/list", Route::Tags { repository: "a".into() }),
            ("/v2/a/referrers/sha256:0", Route::Referrers { repository: "a".into(), digest: "sha256:0".into() }),
            ("/v2/a/manifests/", Route::Unknown),
            ("/v2/manifests/v1", Route::Unknown),
            ("/v1/a", Route::Unknown),
            ("/", Route::Unknown),
        ];
        for (path, route) in cases {
            assert_eq!(Route::of(path), route, "{path}");
        }
    }

    #[test]
    fn a_behaviour_covers_only_what_it_is_about() {
        let by_tag = Route::of("/v2/a/manifests/v1");
        let by_digest = Route::of("/v2/a/manifests/sha256:0");
        assert!(On::everything().covers(&by_tag) && On::manifests().covers(&by_tag) && On::manifests_by_tag().covers(&by_tag));
        assert!(!On::manifests_by_tag().covers(&by_digest) && On::manifests_by_digest().covers(&by_digest));
        assert!(!On::manifests().of("b").covers(&by_tag) && !On::manifests().named("v2").covers(&by_tag));
        assert!(On::manifests().of("a").named("v1").covers(&by_tag) && !On::blobs().covers(&by_tag));
    }
}
