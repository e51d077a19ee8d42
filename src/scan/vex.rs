//! OpenVEX: what somebody who knows a product says of its vulnerabilities.
//!
//! <https://github.com/openvex/spec>, version 0.2.0. A statement is put beside the findings that it is about, which stay: it never makes one go
//! away. Whose documents are believed is decided before they come here.

use core::fmt;

use crate::budget;
use crate::excerpt::excerpt;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Place;
use crate::json::Value;
use crate::scan::advisory::is_cve;
use crate::scan::inventory::purl::PackageUrl;
use crate::scan::report::Finding;
use crate::scan::report::Scan;
use crate::scan::report::VexMark;
use crate::scan::report::VexStatus;
use crate::time::UnixTime;

/// Characters of a value that a message repeats.
const SHOWN: usize = 80;

/// The justifications of OpenVEX 0.2.0, "Status Justifications".
const JUSTIFICATIONS: [&str; 5] = [
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
];

/// One document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vex {
    /// `@id`.
    pub id: String,
    /// `author`, as it says.
    pub author: String,
    /// Who signed it, in words.
    signed_by: Option<String>,
    /// In the order of the document.
    statements: Vec<Statement>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Statement {
    /// `vulnerability.name`, its `@id` and its `aliases`.
    names: Vec<String>,
    products: Vec<Product>,
    status: VexStatus,
    justification: Option<String>,
    words: Option<String>,
    at: Option<UnixTime>,
}

/// What a statement is about: an image, perhaps only some packages in it; or a package.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Product {
    names: Vec<String>,
    subcomponents: Vec<Vec<String>>,
}

/// Why bytes are no OpenVEX document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidVex {
    /// No strict JSON, or a member is missing or of another type.
    Json(InvalidJson),
    /// More bytes than any.
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// It says that it is something else.
    Context {
        /// `@context`.
        found: String,
    },
    /// A value that means nothing.
    Value {
        /// Where.
        path: String,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// `not_affected`, and no word why ("a status justification or an impact statement").
    Unjustified {
        /// Where.
        path: String,
    },
    /// A statement about nothing in particular.
    NoProducts {
        /// Where.
        path: String,
    },
}

impl InvalidVex {
    /// The stable code.
    pub const CODE: &'static str = "vex-invalid";
}

impl fmt::Display for InvalidVex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VEX: ")?;
        match self {
            Self::Json(invalid) => invalid.fmt(f),
            Self::TooLarge { limit } => write!(f, "expected at most {limit} bytes, found more"),
            Self::Context { found } => write!(f, "expected an OpenVEX document, found one of \"{}\"", excerpt(found, SHOWN)),
            Self::Value { path, expected, found } => {
                write!(f, "expected {} to be {expected}, found \"{}\"", excerpt(path, SHOWN), excerpt(found, SHOWN))
            }
            Self::Unjustified { path } => {
                write!(
                    f,
                    "expected {} to say why it is not affected, found neither justification nor impact statement",
                    excerpt(path, SHOWN)
                )
            }
            Self::NoProducts { path } => write!(f, "expected {} to name products, found none", excerpt(path, SHOWN)),
        }
    }
}

impl core::error::Error for InvalidVex {}

impl From<InvalidJson> for InvalidVex {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}

impl Vex {
    /// Reads one document.
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidVex> {
        if bytes.len() > budget::VEX_BYTES {
            return Err(InvalidVex::TooLarge { limit: budget::VEX_BYTES });
        }
        Self::read(&json::parse_object(bytes)?.root())
    }

    /// Reads one in another document, such as what somebody attests.
    pub fn read(members: &Members<'_>) -> Result<Self, InvalidVex> {
        let context = members.required("@context")?.string()?;
        if !context.starts_with("https://openvex.dev/ns") {
            return Err(InvalidVex::Context { found: context.to_owned() });
        }
        let at = time(members, "last_updated")?.or(time(members, "timestamp")?);
        let statements = members.required("statements")?.array()?;
        Ok(Self {
            id: members.required("@id")?.string()?.to_owned(),
            author: members.required("author")?.string()?.to_owned(),
            signed_by: None,
            statements: statements.iter().map(|place| Statement::read(place, at)).collect::<Result<_, _>>()?,
        })
    }

    /// The same, with who signed it, in words.
    #[must_use]
    pub fn signed_by(self, who: &str) -> Self {
        Self { signed_by: Some(who.to_owned()), ..self }
    }

    /// Puts beside the findings what the document says of them. `image` is what the document may call the image: references with a digest, or
    /// package URLs, exactly as the document would write them. Of several statements about the same the newest holds, of one time the last.
    pub fn apply(&self, scan: &mut Scan, image: &[String]) {
        for finding in &mut scan.findings {
            let about = self.statements.iter().filter(|statement| statement.is_about(finding, image));
            // `max_by_key` takes the last of equals.
            let Some(statement) = about.max_by_key(|statement| statement.at) else { continue };
            if finding.vex.as_ref().is_none_or(|mark| mark.at <= statement.at) {
                finding.vex = Some(VexMark {
                    status: statement.status,
                    justification: statement.justification.clone(),
                    statement: statement.words.clone(),
                    document: self.id.clone(),
                    author: self.author.clone(),
                    signed_by: self.signed_by.clone(),
                    at: statement.at,
                });
            }
        }
    }
}

impl Statement {
    fn read(place: &Place<'_>, of_document: Option<UnixTime>) -> Result<Self, InvalidVex> {
        let members = place.object()?;
        let status = members.required("status")?;
        let status = match status.string()? {
            "not_affected" => VexStatus::NotAffected,
            "affected" => VexStatus::Affected,
            "fixed" => VexStatus::Fixed,
            "under_investigation" => VexStatus::UnderInvestigation,
            other => return Err(value(&status, "a status of OpenVEX", other)),
        };
        let justification = members.optional("justification")?;
        if let Some(place) = &justification
            && !JUSTIFICATIONS.contains(&place.string()?)
        {
            return Err(value(place, "a justification of OpenVEX", place.string()?));
        }
        let justification = justification.map(|place| place.string().map(str::to_owned)).transpose()?;
        let spoken =
            |name| Ok::<_, InvalidJson>(members.optional_string(name)?.filter(|words| !words.trim().is_empty()).map(str::to_owned));
        let impact = spoken("impact_statement")?;
        if status == VexStatus::NotAffected && justification.is_none() && impact.is_none() {
            return Err(InvalidVex::Unjustified { path: place.path().to_owned() });
        }
        let products = members.optional("products")?.map(|place| place.array()).transpose()?.unwrap_or_default();
        if products.is_empty() {
            return Err(InvalidVex::NoProducts { path: place.path().to_owned() });
        }
        let words = impact.or(spoken("action_statement")?).or(spoken("status_notes")?);
        Ok(Self {
            names: vulnerability(&members.required("vulnerability")?)?,
            products: products.iter().map(Product::read).collect::<Result<_, _>>()?,
            status,
            justification,
            words,
            at: time(&members, "last_updated")?.or(time(&members, "timestamp")?).or(of_document),
        })
    }

    fn is_about(&self, finding: &Finding, image: &[String]) -> bool {
        self.is_named(finding) && self.is_of(finding, image)
    }

    /// A notice of a distribution is about several CVEs, and stands beside each: a statement that names one of these as well is about that one.
    fn is_named(&self, finding: &Finding) -> bool {
        let names_cves = self.names.iter().any(|name| is_cve(name)) && is_cve(&finding.id);
        self.names.iter().any(|name| if names_cves { *name == finding.id } else { finding.is_named(name) })
    }

    /// A statement about the image holds for all that is in it, unless it names parts. One about a package holds wherever that is, and of a
    /// finding of several packages settles nothing that it does not name.
    fn is_of(&self, finding: &Finding, image: &[String]) -> bool {
        let is_image = |product: &&Product| product.names.iter().any(|name| image.contains(name));
        let (whole, parts): (Vec<&Product>, Vec<&Product>) = self.products.iter().partition(|product| product.subcomponents.is_empty());
        let of_parts = parts.into_iter().filter(is_image).flat_map(|product| product.subcomponents.iter().flatten());
        let names = whole.iter().flat_map(|product| &product.names).chain(of_parts);
        let urls: Vec<PackageUrl> = names.filter_map(|name| PackageUrl::parse(name).ok()).collect();
        let mut packages = finding.packages.iter();
        let mut is_meant = |package| urls.iter().any(|url| url.is_package_of(finding, package));
        whole.iter().any(is_image)
            || urls.iter().any(|url| url.is_subject_of(finding))
            || if self.status.settles() { packages.len() > 0 && packages.all(is_meant) } else { packages.any(&mut is_meant) }
    }
}

impl Product {
    fn read(place: &Place<'_>) -> Result<Self, InvalidVex> {
        // Documents of version 0.0.1 name products by a text.
        if let Ok(name) = place.string() {
            return Ok(Self { names: vec![name.to_owned()], subcomponents: Vec::new() });
        }
        let members = place.object()?;
        let parts = members.optional("subcomponents")?.map(|place| place.array()).transpose()?.unwrap_or_default();
        let read = |place: &Place<'_>| match place.string() {
            Ok(name) => Ok(vec![name.to_owned()]),
            Err(_) => names(&place.object()?),
        };
        Ok(Self { names: names(&members)?, subcomponents: parts.iter().map(read).collect::<Result<_, _>>()? })
    }
}

/// `@id` and `identifiers.*` of a component.
fn names(members: &Members<'_>) -> Result<Vec<String>, InvalidJson> {
    let mut names: Vec<String> = members.optional_string("@id")?.map(str::to_owned).into_iter().collect();
    if let Some(identifiers) = members.optional("identifiers")? {
        let identifiers = identifiers.object()?;
        names
            .extend(identifiers.entries().filter_map(|(_, value)| if let Value::String(text) = value { Some(text.clone()) } else { None }));
    }
    Ok(names)
}

/// An object, or in documents of version 0.0.1 a text.
fn vulnerability(place: &Place<'_>) -> Result<Vec<String>, InvalidVex> {
    if let Ok(name) = place.string() {
        return Ok(vec![name.to_owned()]);
    }
    let members = place.object()?;
    let mut names = vec![members.required("name")?.string()?.to_owned()];
    names.extend(super::advisory::strings(&members, "aliases")?);
    Ok(names)
}

fn time(members: &Members<'_>, name: &'static str) -> Result<Option<UnixTime>, InvalidVex> {
    let Some(place) = members.optional(name)? else { return Ok(None) };
    let text = place.string()?;
    text.parse().map(Some).map_err(|_| value(&place, "a date and time as RFC 3339 writes it", text))
}

fn value(place: &Place<'_>, expected: &'static str, found: &str) -> InvalidVex {
    InvalidVex::Value { path: place.path().to_owned(), expected, found: found.to_owned() }
}
