//! What signers who are named say of an image: statements that are proven to be theirs, and about these very bytes.
//!
//! A scan takes its list of packages from them, or what vendors say of vulnerabilities, and knows nothing of signatures: they were verified
//! before, perhaps by another module. [`Attested`] is made by [`Checker::attestations`](crate::check::Checker::attestations), or read from what
//! whoever asked it answers, who is trusted as a prover is: docs/adr/0018-lists-that-others-made.md.

use crate::digest::Digest;
use crate::json::Members;
use crate::json::Place;
use crate::report::Remark;

/// What is attested of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attested {
    pub(crate) root: Digest,
    pub(crate) manifest: Digest,
    pub(crate) statements: Vec<SignedStatement>,
    pub(crate) incomplete: Option<String>,
    pub(crate) unused: Vec<String>,
}

/// A statement about the image, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedStatement {
    /// Of the attestation, as the registry has it.
    pub digest: Digest,
    /// Who signed it, in words.
    pub by: String,
    /// The bytes that were signed: an in-toto statement.
    pub payload: Vec<u8>,
}

impl Attested {
    /// There is something attached that may be an attestation of somebody who is named, and it could not be found out.
    pub const INCOMPLETE: &'static str = "attestations-incomplete";
    /// An attestation that is not proven to be of anybody who is named.
    pub const UNUSED: &'static str = "attestation-not-used";

    /// What the reference stood for when its attestations were looked for. Whoever acts on them goes by this digest, not by a tag.
    pub const fn root(&self) -> Digest {
        self.root
    }

    /// The manifest of the platform.
    pub const fn manifest(&self) -> Digest {
        self.manifest
    }

    /// The statements, those about the manifest of the platform first.
    pub fn statements(&self) -> &[SignedStatement] {
        &self.statements
    }

    /// Why there may be more, if there may.
    pub fn incomplete(&self) -> Option<Remark> {
        let message = self.incomplete.clone()?;
        Some(Remark { code: Self::INCOMPLETE, message })
    }

    /// Attestations of others, and why they are not used.
    pub fn unused(&self) -> impl Iterator<Item = Remark> {
        self.unused.iter().map(|message| Remark { code: Self::UNUSED, message: message.clone() })
    }

    /// Reads the answer of whoever verified them: `{ root, manifest, statements: [{ digest, by }], incomplete, unused }`, and the bytes of the
    /// statements in the same order; or `{ unread }`, why what was asked for could not be read. `None` if it is none.
    pub fn read(members: &Members<'_>, payloads: Vec<Vec<u8>>) -> Option<Result<Self, String>> {
        if let Some(why) = members.optional_string("unread").ok()? {
            return Some(Err(why.to_owned()));
        }
        let known = ["root", "manifest", "statements", "incomplete", "unused"];
        if members.entries().any(|(name, _)| !known.contains(&name)) {
            return None;
        }
        let statements = members.required("statements").ok()?.array().ok()?;
        if statements.len() != payloads.len() {
            return None;
        }
        let statements = statements.iter().zip(payloads).map(|(place, payload)| {
            let statement = place.object().ok()?;
            Some(SignedStatement {
                digest: digest(&statement, "digest")?,
                by: statement.required("by").ok()?.string().ok()?.to_owned(),
                payload,
            })
        });
        Some(Ok(Self {
            root: digest(members, "root")?,
            manifest: digest(members, "manifest")?,
            statements: statements.collect::<Option<_>>()?,
            incomplete: members.optional_string("incomplete").ok()?.map(str::to_owned),
            unused: members.required("unused").and_then(|place| place.array()).ok()?.iter().map(text).collect::<Option<_>>()?,
        }))
    }
}

fn text(place: &Place<'_>) -> Option<String> {
    place.string().ok().map(str::to_owned)
}

fn digest(members: &Members<'_>, name: &'static str) -> Option<Digest> {
    members.required(name).ok()?.string().ok()?.parse().ok()
}
