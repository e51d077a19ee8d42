//! The publisher in memory (`pullproof_world::content_trust`), and a client, which takes the steps in their order.

use pullproof::Reference;
use pullproof::UnixTime;
use pullproof::content_trust::Anchor;
use pullproof::content_trust::Asked;
use pullproof::content_trust::Floors;
use pullproof::content_trust::Gun;
use pullproof::content_trust::InvalidTrustData;
use pullproof::content_trust::Lookup;
use pullproof::content_trust::SignedTag;
use pullproof::content_trust::TrustedRoot;
use pullproof::content_trust::Unusable;
use pullproof::content_trust::Wanted;
use pullproof::content_trust::When;
use pullproof::content_trust::WhenUnusable;
use pullproof::crypto::SignatureCheck;
use pullproof::crypto::Unmet;
use pullproof::crypto::Unproven;
pub(crate) use pullproof_world::content_trust::Files;
pub(crate) use pullproof_world::content_trust::GUN;
pub(crate) use pullproof_world::content_trust::MANIFEST;
pub(crate) use pullproof_world::content_trust::OLD_MANIFEST;
pub(crate) use pullproof_world::content_trust::Publisher;
pub(crate) use pullproof_world::content_trust::Signer;
pub(crate) use pullproof_world::content_trust::bump;
pub(crate) use pullproof_world::content_trust::canonical;
pub(crate) use pullproof_world::content_trust::certificate;
pub(crate) use pullproof_world::content_trust::days_later;
pub(crate) use pullproof_world::content_trust::file;
pub(crate) use pullproof_world::content_trust::meta;
pub(crate) use pullproof_world::content_trust::sha256;
pub(crate) use pullproof_world::content_trust::sign;
pub(crate) use pullproof_world::content_trust::signatures;
pub(crate) use pullproof_world::content_trust::start;

/// Why a client believes nothing.
#[derive(Debug, PartialEq)]
pub(crate) enum Refused {
    Data(InvalidTrustData),
    /// The role whose signatures do not hold.
    Unmet(String, Unmet),
}

/// The publisher's root keys, as time goes on.
const PINNED: [&str; 7] = ["root", "new root", "newest root", "next root", "root 2", "root 3", "root 4"];

/// Who asks, what for, and what is known already.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) gun: Gun,
    pub(crate) anchor: Anchor,
    pub(crate) floors: Floors,
    pub(crate) when: When,
    pub(crate) wanted: Wanted,
    pub(crate) asked: Asked,
}

pub(crate) fn wanted(image: &str) -> Wanted {
    Wanted::of(&Reference::parse(image).unwrap())
}

impl Client {
    /// Wants `1.0` of [`GUN`], and knows the publisher's root key, and those that it will have.
    pub(crate) fn new() -> Self {
        Self {
            gun: Gun::parse(GUN).unwrap(),
            anchor: Anchor::Keys(PINNED.map(|name| Signer::root(name).canonical_id().parse().unwrap()).into()),
            floors: Floors::default(),
            when: When::Now(start()),
            wanted: wanted("example/app:1.0"),
            asked: Asked::default(),
        }
    }

    pub(crate) fn at(mut self, now: UnixTime) -> Self {
        self.when = When::Now(now);
        self
    }

    pub(crate) fn wants(mut self, image: &str) -> Self {
        self.wanted = wanted(image);
        self
    }

    /// All steps, in their order, with `prove` to say whether signatures hold.
    pub(crate) fn look_up_by(&self, files: &Files, prove: &Prove<'_>) -> Result<SignedTag, Refused> {
        let [first, successors @ ..] = files.roots.as_slice() else { panic!("expected a root") };
        let mut root = proven("root", TrustedRoot::load(first, &self.gun, &self.anchor, self.when.time()), prove)?;
        for bytes in successors {
            root = proven("root", root.next(bytes), prove)?;
        }
        let timestamp = proven("timestamp", root.timestamp(&files.timestamp, &self.floors, self.when), prove)?;
        let snapshot = proven("snapshot", timestamp.snapshot(&files.snapshot), prove)?;
        let targets = proven("targets", snapshot.targets(&files.targets), prove)?;
        let mut lookup = targets.look_up(&self.wanted, &self.asked).map_err(Refused::Data)?;
        loop {
            lookup = match lookup {
                Lookup::Found(tag) => return Ok(*tag),
                Lookup::Delegated(role) => {
                    let loaded = proven(role.name(), role.load(&files.delegated[role.name()]), prove);
                    let unusable = match &loaded {
                        Ok(_) => None,
                        Err(Refused::Data(invalid)) => Unusable::of(invalid),
                        Err(Refused::Unmet(_, unmet)) => Some((*unmet).into()),
                    };
                    match (loaded, unusable) {
                        (Err(_), Some(unusable)) if self.asked.when_unusable == WhenUnusable::FallBack => {
                            role.fall_back(unusable).map_err(Refused::Data)?
                        }
                        (loaded, _) => loaded?.look_up().map_err(Refused::Data)?,
                    }
                }
            };
        }
    }

    pub(crate) fn look_up(&self, files: &Files) -> Result<SignedTag, Refused> {
        self.look_up_by(files, &SignatureCheck::holds)
    }

    /// What it finds, which it remembers.
    #[track_caller]
    pub(crate) fn accepts(&mut self, files: &Files) -> SignedTag {
        let tag = self.look_up(files).unwrap_or_else(|refused| panic!("{refused:?}"));
        self.floors = tag.floors().clone();
        tag
    }

    /// Why it refuses what the data says.
    #[track_caller]
    pub(crate) fn refusal(&self, files: &Files) -> InvalidTrustData {
        match self.look_up(files) {
            Err(Refused::Data(invalid)) => {
                assert!(!invalid.to_string().is_empty() && !invalid.code().is_empty());
                invalid
            }
            other => panic!("expected a refusal, found {other:?}"),
        }
    }

    /// The role whose signatures do not hold.
    #[track_caller]
    pub(crate) fn unmet(&self, files: &Files) -> String {
        match self.look_up(files) {
            Err(Refused::Unmet(role, _)) => role,
            other => panic!("expected signatures that do not hold, found {other:?}"),
        }
    }
}

/// Says of every signature whether it holds.
pub(crate) type Prove<'a> = dyn Fn(&SignatureCheck) -> bool + 'a;

fn proven<T>(role: &str, step: Result<Unproven<T>, InvalidTrustData>, prove: &Prove<'_>) -> Result<T, Refused> {
    let unproven = step.map_err(Refused::Data)?;
    let answers: Vec<bool> = unproven.checks().map(prove).collect();
    unproven.prove_by(&answers).map_err(|unmet| Refused::Unmet(role.to_owned(), unmet))
}
