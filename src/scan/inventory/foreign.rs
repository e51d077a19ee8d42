//! Which packages are not the distribution's, though its package manager installed them: those that a publisher gives away by himself.
//!
//! What a distribution says of its own package says nothing of one that Docker, NodeSource or EPEL made, even under the same name; and what is in
//! such a package is nobody's but theirs, so that packages of languages in it count.

use crate::scan::package::Package;

/// A package, and who published it, where that is not the distribution.
pub(super) struct Found {
    pub(super) package: Package,
    pub(super) by: Option<String>,
}

impl From<Package> for Found {
    fn from(package: Package) -> Self {
        Self { package, by: None }
    }
}

/// Where those write from who publish packages for Debian and Ubuntu themselves. No package of Debian 12 itself has a maintainer
/// there; companies whose people also maintain packages of Debian's are not in this list.
const PUBLISHERS: [&str; 18] = [
    "chromium.org",
    "confluent.io",
    "datadoghq.com",
    "docker.com",
    "elastic.co",
    "f5.com",
    "gitlab.com",
    "grafana.com",
    "hashicorp.com",
    "influxdata.com",
    "mariadb.com",
    "mariadb.org",
    "microsoft.com",
    "mongodb.com",
    "nginx.com",
    "nodesource.com",
    "oracle.com",
    "percona.com",
];

/// What the packages of PostgreSQL's own repository have in their versions: their maintainers are those of Debian.
const POSTGRESQL: &str = ".pgdg";

/// Whether a package of dpkg's, by its maintainer and its version, is not the distribution's.
pub(super) fn is_foreign_to_debian(maintainer: &str, version: &str) -> bool {
    let address = maintainer.rsplit('<').next().unwrap_or(maintainer).trim_end_matches('>');
    let host = address.rsplit('@').next().unwrap_or(address).to_ascii_lowercase();
    let is_at = |publisher: &str| host.strip_suffix(publisher).is_some_and(|before| before.is_empty() || before.ends_with('.'));
    version.contains(POSTGRESQL) || PUBLISHERS.into_iter().any(is_at)
}

/// Packages that every distribution of rpm's has, and builds itself: whoever made them made the distribution.
const BASE: [&str; 5] = ["filesystem", "glibc", "setup", "bash", "rpm"];

/// Who made the distribution, as far as its packages say so.
pub(super) fn maker<'p>(packages: &(impl Iterator<Item = (&'p str, Option<&'p str>)> + Clone)) -> Option<&'p str> {
    BASE.iter().find_map(|base| packages.clone().find(|(name, _)| name == base).and_then(|(_, vendor)| vendor))
}

/// Whether a package of rpm's, by its vendor, is not by the maker of the distribution. Where either is not known, nothing is.
pub(super) fn is_foreign_to(maker: Option<&str>, vendor: Option<&str>) -> bool {
    let (Some(maker), Some(vendor)) = (maker, vendor) else { return false };
    // `Rocky` became `Rocky Enterprise Software Foundation`; `openSUSE` and `SUSE LLC` make one distribution.
    let key = |vendor: &str| {
        let vendor = vendor.to_ascii_lowercase();
        let word = vendor.split(|character: char| !character.is_ascii_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default();
        if word.ends_with("suse") { "suse".to_owned() } else { word.to_owned() }
    };
    key(maker) != key(vendor)
}
