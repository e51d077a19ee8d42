//! Pins without a network: the digest of an image is the hash of its normalised name, so that a mix-up shows.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "each test file uses a part")]

use pullproof::Digest;
use pullproof::digest::Algorithm;
use pullproof::pin;
use pullproof::pin::Digests;
use pullproof::pin::Found;
use pullproof::pin::Kind;
use pullproof::pin::Occurrence;
use pullproof::pin::Pinned;

/// The digest that the tests give to an image: `docker.io/library/nginx:1.27`.
pub fn digest(image: &str) -> Digest {
    let key = pin::key(&pullproof::Reference::parse(image).unwrap());
    Digest::of(Algorithm::Sha256, key.as_bytes())
}

/// Pins everything that can be.
pub fn pin(text: &str, kind: Kind) -> Pinned {
    let found = pin::find(text, kind).unwrap_or_else(|refusal| panic!("{refusal}\n{text}"));
    let digests: Digests = pin::unpinned(&found).into_iter().map(|image| (pin::key(image), Ok(digest(&pin::key(image))))).collect();
    pin::pin(text, kind, &digests).unwrap()
}

/// The text as it is pinned, with every digest shortened to the image that it is of: `nginx:1.27@<docker.io/library/nginx:1.27>`.
pub fn pinned(text: &str, kind: Kind) -> String {
    let pinned = pin(text, kind);
    let mut shown = pinned.text.clone();
    for change in &pinned.changes {
        shown = shown.replace(&change.digest.to_string(), &format!("<{}>", change.reference));
    }
    assert_eq!(without_digests(&pinned), text, "something else was changed");
    let again = pin(&pinned.text, kind);
    assert_eq!(again.text, pinned.text, "pinning twice changes more");
    assert!(again.changes.is_empty(), "pinning twice changes more");
    shown
}

/// What was inserted taken out again.
pub fn without_digests(pinned: &Pinned) -> String {
    let mut text = pinned.text.clone();
    for change in &pinned.changes {
        let digest = change.digest.to_string();
        let latest = if change.image.contains(':') { String::new() } else { ":latest".to_owned() };
        for form in [format!("{latest}@{digest}"), format!("@{digest}"), format!(": {digest}"), digest] {
            if text.contains(&form) {
                text = text.replacen(&form, if form.starts_with(": ") { ":" } else { "" }, 1);
                break;
            }
        }
    }
    text
}

/// Every occurrence as `place: what stands there → what it is`.
pub fn seen(text: &str, kind: Kind) -> Vec<String> {
    let found = pin::find(text, kind).unwrap_or_else(|refusal| panic!("{refusal}\n{text}"));
    found.iter().map(|occurrence| describe(text, occurrence)).collect()
}

fn describe(text: &str, Occurrence { span, place, found }: &Occurrence) -> String {
    let found = match found {
        Found::Unpinned { image, .. } => format!("unpinned {image}"),
        Found::Pinned { image } => format!("pinned {image}"),
        Found::LeftAlone(why) => why.code().to_owned(),
    };
    format!("{place}: {} → {found}", &text[span.clone()])
}
