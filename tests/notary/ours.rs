//! What is said here: the library's steps over the same files, as whoever drives them takes them.

use pullproof::Reference;
use pullproof::UnixTime;
use pullproof::content_trust::Anchor;
use pullproof::content_trust::Asked;
use pullproof::content_trust::Floors;
use pullproof::content_trust::Gun;
use pullproof::content_trust::InvalidTrustData;
use pullproof::content_trust::Lookup;
use pullproof::content_trust::SignedTag;
use pullproof::content_trust::State;
use pullproof::content_trust::TrustedRoot;
use pullproof::content_trust::Wanted;
use pullproof::content_trust::When;
use pullproof::crypto::SignatureCheck;
use pullproof::crypto::Unproven;
use pullproof::time::Validity;
use pullproof::x509::Certificate;
use pullproof::x509::path::Authority;
use pullproof_world::content_trust::GUN;
use pullproof_world::content_trust::Site;

use crate::case::Case;
use crate::case::Pin;
use crate::case::now;
use crate::verdict::Verdict;

/// What is said at the last visit.
pub(crate) fn verdict(case: &Case) -> Verdict {
    let client = Client::new(GUN, &case.tag, anchor(&case.pin));
    let mut state = client.state();
    state.roots.extend(case.kept.clone());
    let (last, before) = case.visits.split_last().unwrap();
    for site in before {
        match client.visit(site, &mut state) {
            Verdict::Accepts { .. } => state = State::parse(&state.to_bytes(), &client.gun).unwrap(),
            other => panic!("{}: expected an honest visit first, found {other:?}", case.name),
        }
    }
    client.visit(last, &mut state)
}

fn anchor(pin: &Pin) -> Anchor {
    match pin {
        Pin::FirstUse => Anchor::FirstUse,
        Pin::Certificates(ids) => Anchor::Certificates(ids.iter().map(|id| id.parse().unwrap()).collect()),
        Pin::Authority(pem) => {
            let chain = Certificate::from_pem_chain(pem).unwrap();
            let validity = Validity { from: "2000-01-01T00:00:00Z".parse().unwrap(), to: None };
            Anchor::Authority(Box::new(Authority { chain, validity, uri: "https://ca.test".into(), operator: None }))
        }
    }
}

/// Why there is no signed tag.
enum Failed {
    Refused(&'static str),
    Missing(String),
}

impl From<InvalidTrustData> for Failed {
    fn from(invalid: InvalidTrustData) -> Self {
        assert!(!invalid.to_string().is_empty(), "a refusal says why");
        Self::Refused(invalid.code())
    }
}

/// Somebody who wants to know what a tag stands for.
pub(crate) struct Client {
    gun: Gun,
    anchor: Anchor,
    wanted: Wanted,
    when: When,
}

impl Client {
    /// Who wants a tag now.
    pub(crate) fn new(gun: &str, tag: &str, anchor: Anchor) -> Self {
        let image = Reference::parse(&format!("{gun}:{tag}")).unwrap();
        Self { gun: Gun::of(&image), anchor, wanted: Wanted::of(&image), when: When::Now(now()) }
    }

    /// The same at another time.
    pub(crate) fn at(mut self, now: UnixTime) -> Self {
        self.when = When::Now(now);
        self
    }

    /// What is known before the first visit.
    pub(crate) fn state(&self) -> State {
        State { gun: self.gun.clone(), roots: Vec::new(), floors: Floors::default() }
    }

    /// One visit; what was seen is kept if all of it holds.
    pub(crate) fn visit(&self, site: &Site, state: &mut State) -> Verdict {
        match self.look_up(site, state) {
            Ok(tag) => {
                state.floors = tag.floors().clone();
                Verdict::Accepts { sha256: tag.digest().encoded().clone(), role: Some(tag.role().to_owned()) }
            }
            Err(Failed::Refused(code)) => Verdict::Refuses(code.to_owned()),
            Err(Failed::Missing(name)) => Verdict::Unknown(name),
        }
    }

    fn look_up(&self, site: &Site, state: &mut State) -> Result<SignedTag, Failed> {
        let get = |name: &str| match site.get(name) {
            (200, bytes) => Ok(bytes),
            (status, _) => Err(Failed::Missing(format!("{}: {status}", name.split('.').next().unwrap_or(name)))),
        };
        let mut roots = state.roots.clone();
        if roots.is_empty() {
            roots.push(get("root.json")?.to_vec());
        }
        let mut root = proven(TrustedRoot::load(&roots[0], &self.gun, &self.anchor, self.when.time()))?;
        for bytes in &roots[1..] {
            root = proven(root.next(bytes))?;
        }
        loop {
            match site.get(&format!("{}.root.json", root.version() + 1)) {
                (200, bytes) => {
                    root = proven(root.next(bytes))?;
                    roots.push(bytes.to_vec());
                }
                (404, _) => break,
                (status, _) => return Err(Failed::Missing(format!("root: {status}"))),
            }
        }
        let named = |name: &str, file: &pullproof::content_trust::MetaFile| get(&format!("{name}.{}.json", file.digest().encoded()));
        let timestamp = proven(root.timestamp(get("timestamp.json")?, &state.floors, self.when))?;
        let snapshot = proven(timestamp.snapshot(named("snapshot", timestamp.file())?))?;
        let targets = proven(snapshot.targets(named("targets", snapshot.file())?))?;
        let mut lookup = targets.look_up(&self.wanted, &Asked::default())?;
        loop {
            lookup = match lookup {
                Lookup::Found(tag) => {
                    state.roots = roots;
                    return Ok(*tag);
                }
                Lookup::Delegated(role) => proven(role.load(named(role.name(), role.file())?))?.look_up()?,
            };
        }
    }
}

fn proven<T>(step: Result<Unproven<T>, InvalidTrustData>) -> Result<T, Failed> {
    let unproven = step?;
    let answers: Vec<bool> = unproven.checks().map(SignatureCheck::holds).collect();
    unproven.prove_by(&answers).map_err(|unmet| Failed::Refused(unmet.code()))
}
