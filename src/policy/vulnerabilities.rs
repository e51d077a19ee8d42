//! What a policy says of known vulnerabilities, and what a scan says to that.
//!
//! ```json
//! { "images": "…", "require": […], "vulnerabilities": { "deny": "high", "onlyFixable": true, "ignore": [{ "id": "…", "reason": "…" }] } }
//! ```
//!
//! The words are those of [`Rule`]. They stand beside `require`, never in its place: that nothing is known of an image is no reason to
//! believe whoever pushed it.

use serde::Serialize;

use crate::digest::Digest;
use crate::json::Members;
use crate::json::Place;
use crate::policy::InvalidPolicy;
use crate::report::Failure;
use crate::report::Judged;
use crate::report::Outcome;
use crate::report::Remark;
use crate::scan::report::Scan;
use crate::scan::rule::InvalidRule;
use crate::scan::rule::Rule;

/// What is wanted of findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vulnerabilities {
    rule: Rule,
    text: String,
}

impl Vulnerabilities {
    pub(super) fn read(place: &Place<'_>) -> Result<Self, InvalidPolicy> {
        let rule = Rule::read(place)?;
        Ok(Self { rule, text: String::from_utf8(place.to_bytes()?).expect("JSON is written from texts") })
    }

    /// By which findings are judged.
    pub const fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The JSON that it was read from, without white space. [`Rule::parse`] reads the same from it, so that whoever scans elsewhere is asked
    /// for what the policy says, in its own words.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl From<InvalidRule> for InvalidPolicy {
    fn from(invalid: InvalidRule) -> Self {
        match invalid {
            InvalidRule::Json(invalid) => Self::Json(invalid),
            InvalidRule::Value { path, expected, found } => super::value(&path, expected, &found),
            InvalidRule::Unknown { path } => Self::Unsupported { path },
        }
    }
}

/// What a scan says to a policy's rule. Made of a [`Scan`] that was judged by it; or read from the answer of somebody who was asked to scan in
/// our place, and who is trusted with that as a prover is with signatures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Scanned {
    manifest: Digest,
    found: Found,
    layers_read: bool,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "is")]
enum Found {
    /// Everything was looked at, and nothing is denied.
    Met { message: String },
    /// Not everything is known.
    Open { code: &'static str, message: String },
    /// Something is denied.
    Denied { message: String },
    /// What is in the image is not what it names.
    Differs { code: &'static str, message: String },
}

impl Scanned {
    /// Of a scan that has a rule, and is of an image. `differs` says what in it is not what was named.
    pub fn of(scan: &Scan, differs: Option<Remark>) -> Option<Self> {
        let (image, rule) = (scan.image.as_ref()?, scan.rule.as_ref()?);
        let Remark { code, message } = rule.remarks.first()?.clone();
        let found = match (differs, rule.judged) {
            (Some(Remark { code, message }), _) => Found::Differs { code, message },
            (None, Judged::Denied) => Found::Denied { message },
            (None, Judged::Open) => Found::Open { code, message },
            (None, Judged::Met) => Found::Met {
                message: match rule.left_out.len() {
                    0 => message,
                    count => format!("{message}, but for {count} that the policy or a VEX document leaves out"),
                },
            },
        };
        Some(Self { manifest: image.manifest?, found, layers_read: !image.layers.is_empty() })
    }

    /// What somebody else found, as it was written. `None` if that is no answer, or one about another image.
    pub fn read(answer: &Members<'_>, manifest: Digest) -> Option<Self> {
        let digest: Digest = answer.required("manifest").ok()?.string().ok()?.parse().ok()?;
        let layers_read = answer.required("layersRead").ok()?.boolean().ok()?;
        let found = answer.required("found").ok()?.object().ok()?;
        let text = |name| found.required(name).ok()?.string().ok().map(str::to_owned);
        let message = text("message")?;
        let code = |codes: &[&'static str]| {
            let code = text("code")?;
            codes.iter().find(|known| **known == code).copied()
        };
        let found = match text("is")?.as_str() {
            "met" => Found::Met { message },
            "open" => Found::Open { code: code(&Rule::OPEN)?, message },
            "denied" => Found::Denied { message },
            "differs" => Found::Differs { code: code(&Failure::CODES)?, message },
            _ => return None,
        };
        (digest == manifest).then_some(Self { manifest, found, layers_read })
    }

    /// What was scanned: the manifest of one platform.
    pub const fn manifest(&self) -> Digest {
        self.manifest
    }

    /// Whether all of the image's layers were fetched and proven.
    pub const fn has_read_layers(&self) -> bool {
        self.layers_read
    }

    /// Whether everything was looked at, and nothing is denied.
    pub(super) const fn is_met(&self) -> bool {
        matches!(self.found, Found::Met { .. })
    }

    /// What follows for the check.
    pub fn outcome(&self) -> Outcome {
        match self.found.clone() {
            Found::Met { message } => Outcome::Passed { evidence: message },
            Found::Open { code, message } => Outcome::Unknown(Remark { code, message }),
            Found::Denied { message } => Outcome::Failed(Failure::Vulnerabilities { message }),
            Found::Differs { code, message } => Outcome::Failed(Failure::Contents { code, message }),
        }
    }
}
