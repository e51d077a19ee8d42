//! One collection as a server shows it, at one visit or at several, and what is asked about it.

use std::sync::LazyLock;
use std::time::SystemTime;

use pullproof::UnixTime;
use pullproof_world::content_trust::Publisher;
use pullproof_world::content_trust::Site;

/// The time at which this run began, which is nearly that of the other clients. It stands still, so that what is minted twice is the same.
pub(crate) fn now() -> UnixTime {
    static NOW: LazyLock<UnixTime> = LazyLock::new(clock);
    *NOW
}

/// The time as it goes on.
#[allow(clippy::disallowed_methods, reason = "the other clients read the same clock and cannot be told another")]
pub(crate) fn clock() -> UnixTime {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is later than 1970");
    UnixTime::from_seconds(i64::try_from(since.as_secs()).expect("it is before the year 9999")).expect("it is before the year 9999")
}

/// `1.0` in `targets`, since yesterday.
pub(crate) fn publisher() -> Publisher {
    Publisher::at(yesterday())
}

/// `1.0` in `targets/releases`, and an older one in `targets`, since yesterday.
pub(crate) fn releases() -> Publisher {
    Publisher::with_releases_at(yesterday())
}

/// When everything was published.
pub(crate) fn yesterday() -> UnixTime {
    UnixTime::from_seconds(now().seconds() - 86_400).unwrap()
}

/// Where trust begins.
#[derive(Clone, Debug)]
pub(crate) enum Pin {
    /// Nowhere: whoever answers first is believed, as Docker does.
    FirstUse,
    /// Certificates, by the key IDs that roots have for them.
    Certificates(Vec<String>),
    /// The PEM of an authority.
    Authority(String),
}

/// One forgery, or something honest beside them.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// What is forged.
    pub(crate) forged: String,
    /// What the server shows, one visit after the other; what is said at the last counts.
    pub(crate) visits: Vec<Site>,
    /// The root that the clients have kept from a time before the first visit.
    pub(crate) kept: Option<Vec<u8>>,
    pub(crate) tag: String,
    pub(crate) pin: Pin,
    /// Whether Docker's client is asked, too.
    pub(crate) docker: bool,
}

/// What is forged, as a first-time visitor sees it who wants `1.0`.
pub(crate) fn case(name: impl Into<String>, forged: impl Into<String>, site: Site) -> Case {
    Case { name: name.into(), forged: forged.into(), visits: vec![site], kept: None, tag: "1.0".into(), pin: Pin::FirstUse, docker: false }
}

impl Case {
    /// After a visit to this.
    pub(crate) fn after(mut self, site: Site) -> Self {
        self.visits.insert(0, site);
        self
    }

    pub(crate) fn keeping(mut self, root: Vec<u8>) -> Self {
        self.kept = Some(root);
        self
    }

    pub(crate) fn tag(mut self, tag: &str) -> Self {
        self.tag = tag.into();
        self
    }

    pub(crate) fn pinned(mut self, pin: Pin) -> Self {
        self.pin = pin;
        self
    }

    pub(crate) fn docker(mut self) -> Self {
        self.docker = true;
        self
    }
}
