//! Why a reference is left alone.

use core::fmt;

use crate::excerpt::excerpt;
use crate::reference::InvalidReference;

/// Why something that names an image, or seems to, stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    // Nothing is left to do.
    /// There is no value.
    Empty,
    /// It is a build stage of the same Dockerfile, by name or by number.
    Stage,
    /// It is `scratch`, the empty image, which is no image of a registry.
    Scratch,
    /// The image is built here: the name is what the result will be called.
    Built,
    /// It repeats a value that stands elsewhere in the text, and follows it.
    Alias,
    /// It names a file or folder instead of an image.
    Local,

    // Something is left to do, and only a person can.
    /// It is no reference.
    Invalid(InvalidReference),
    /// It depends on a variable that has no default here.
    Variable {
        /// Its name.
        name: String,
    },
    /// It is filled in by a template or an expression: `{{ … }}`, `${{ … }}`, `$( … )`.
    Expression,
    /// It is written in a way that cannot be edited safely: over several lines or with escapes.
    Style,
    /// The default of a variable is the whole name here and something else elsewhere (a part of another name, a variable of a build
    /// stage), so an edit for one use would change the other.
    SharedVariable {
        /// Its name.
        name: String,
    },
    /// Something that is no image follows the same anchor, and would be changed with it.
    SharedAnchor,
    /// Name and tag stand in fields of their own, and there is none for a digest: charts compare tags as versions, so it cannot go there.
    NoDigestField,
    /// Only a part of the reference stands here, and the rest elsewhere.
    TagElsewhere,
    /// Before the image stands an option of which nobody here knows whether the next word belongs to it.
    OptionUnknown {
        /// The option.
        option: String,
    },
    /// Every tag of the repository is meant.
    AllTags,
    /// It begins with `docker://`, behind which podman takes no tag and digest together.
    Transport,
    /// It is a build stage that does not come before this one: BuildKit refuses it, other builders may look for an image.
    StageOrder,
}

impl Why {
    /// Every code.
    pub const CODES: [&str; 18] = [
        "empty",
        "stage",
        "scratch",
        "built",
        "alias",
        "local",
        "reference-invalid",
        "variable",
        "expression",
        "style",
        "shared-variable",
        "no-digest-field",
        "tag-elsewhere",
        "option-unknown",
        "all-tags",
        "shared-anchor",
        "transport",
        "stage-order",
    ];

    /// The stable name of this reason.
    pub const fn code(&self) -> &'static str {
        Self::CODES[match self {
            Self::Empty => 0,
            Self::Stage => 1,
            Self::Scratch => 2,
            Self::Built => 3,
            Self::Alias => 4,
            Self::Local => 5,
            Self::Invalid(_) => 6,
            Self::Variable { .. } => 7,
            Self::Expression => 8,
            Self::Style => 9,
            Self::SharedVariable { .. } => 10,
            Self::NoDigestField => 11,
            Self::TagElsewhere => 12,
            Self::OptionUnknown { .. } => 13,
            Self::AllTags => 14,
            Self::SharedAnchor => 15,
            Self::Transport => 16,
            Self::StageOrder => 17,
        }]
    }

    /// Whether nothing is left to do. What could not be understood is never settled.
    pub const fn is_settled(&self) -> bool {
        matches!(self, Self::Empty | Self::Stage | Self::Scratch | Self::Built | Self::Alias | Self::Local)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no image is named here"),
            Self::Stage => f.write_str("a build stage of this file, not an image of a registry"),
            Self::Scratch => f.write_str("the empty image, which has no digest"),
            Self::Built => f.write_str("built here: this is what the result will be called"),
            Self::Alias => f.write_str("follows a value that stands elsewhere in this text"),
            Self::Local => f.write_str("a file or folder, not an image of a registry"),
            Self::Invalid(refusal) => refusal.fmt(f),
            Self::Variable { name } => {
                write!(f, "expected a value, found the variable {}, which has no default here: pin it where it is set", shown(name))
            }
            Self::Expression => f.write_str("expected a value, found an expression: pin what it is filled in with"),
            Self::Style => f.write_str("expected a plain or quoted value on one line, found one that cannot be edited safely: rewrite it"),
            Self::SharedVariable { name } => write!(
                f,
                "expected {} to be the whole name of an image wherever it is used, found it used for something else as well: use two \
                 variables",
                shown(name)
            ),
            Self::SharedAnchor => f.write_str(
                "expected an anchor that only images follow, found that something else follows it as well: write the value out there",
            ),
            Self::NoDigestField => f.write_str(
                "expected a field `digest` beside the tag, found none: add an empty one if the chart knows it (a digest in the tag breaks \
                 charts that compare versions)",
            ),
            Self::TagElsewhere => f.write_str("expected name and tag together, found only one of them: the other is set elsewhere"),
            Self::OptionUnknown { option } => {
                write!(f, "expected an option that is known here, found {}: write its value behind `=`, if it has one", shown(option))
            }
            Self::AllTags => f.write_str("expected one image, found all tags of a repository: name those that are needed"),
            Self::StageOrder => {
                f.write_str("expected a build stage that comes before this one, found one that does not: name an earlier one")
            }
            Self::Transport => f.write_str(
                "expected a name without a transport, found `docker://`, behind which podman takes either a tag or a digest: leave it out",
            ),
        }
    }
}

/// Names come from the text, and texts come from anywhere.
fn shown(name: &str) -> String {
    format!("`{}`", excerpt(name, 80))
}
