//! What kind of text it is: by the file's name where that says it, otherwise by what stands in it.

use core::fmt;
use core::str::FromStr;

use serde::Serialize;

use crate::pin::yaml;

/// How a text names images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One image reference and nothing else.
    Reference,
    /// A command line or a shell script with `docker`, `podman` or `nerdctl` in it.
    Command,
    /// A Dockerfile or Containerfile.
    Dockerfile,
    /// A Compose file.
    Compose,
    /// Kubernetes objects, in one or several documents.
    Kubernetes,
    /// A `kustomization.yaml`.
    Kustomization,
    /// A chart's `values.yaml`.
    HelmValues,
    /// A workflow, or an action's own `action.yml`.
    GithubActions,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Reference,
        Self::Command,
        Self::Dockerfile,
        Self::Compose,
        Self::Kubernetes,
        Self::Kustomization,
        Self::HelmValues,
        Self::GithubActions,
    ];

    /// Its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Command => "command",
            Self::Dockerfile => "dockerfile",
            Self::Compose => "compose",
            Self::Kubernetes => "kubernetes",
            Self::Kustomization => "kustomization",
            Self::HelmValues => "helm-values",
            Self::GithubActions => "github-actions",
        }
    }

    /// What a text is. A file's name decides if it is one that only such files have; then the content does.
    pub fn detect(text: &str, file: Option<&str>) -> Option<Self> {
        file.and_then(Self::of_file).or_else(|| Self::of_content(text))
    }

    /// By the path of a file, with `/` or `\` in it.
    fn of_file(path: &str) -> Option<Self> {
        let path = path.replace('\\', "/").to_ascii_lowercase();
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"));
        let is = |word: &str| name == word || name.starts_with(&format!("{word}.")) || name.ends_with(&format!(".{word}"));
        if is("dockerfile") || is("containerfile") {
            return Some(Self::Dockerfile);
        }
        if let Some((_, "sh" | "bash")) = name.rsplit_once('.') {
            return Some(Self::Command);
        }
        let stem = if name == "kustomization" { name } else { stem? };
        if stem == "kustomization" {
            return Some(Self::Kustomization);
        }
        if folder == ".github/workflows" || folder.ends_with("/.github/workflows") || stem == "action" {
            return Some(Self::GithubActions);
        }
        let is = |word: &str| stem == word || stem.starts_with(&format!("{word}.")) || stem.starts_with(&format!("{word}-"));
        if is("docker-compose") || is("compose") {
            return Some(Self::Compose);
        }
        (is("values") || stem.ends_with("-values") || stem.ends_with(".values")).then_some(Self::HelmValues)
    }

    fn of_content(text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}');
        // One word is a reference, or nothing; JSON without white space is no word.
        if text.split_whitespace().nth(1).is_none() && !text.trim_start().starts_with(['{', '[']) {
            return text.split_whitespace().next().map(|_| Self::Reference);
        }
        if is_dockerfile(text) {
            return Some(Self::Dockerfile);
        }
        yaml::kind(text).or_else(|| names_a_client(text).then_some(Self::Command))
    }
}

/// Nothing but comments and ARG may stand before FROM.
fn is_dockerfile(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let mut words = first.unwrap_or_default().split_whitespace();
    words.next().is_some_and(|word| word.eq_ignore_ascii_case("from") || word.eq_ignore_ascii_case("arg")) && words.next().is_some()
}

fn names_a_client(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | ')' | '`' | '"' | '\''))
        .any(|word| matches!(word.rsplit('/').next(), Some("docker" | "podman" | "nerdctl")))
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or(UnknownKind)
    }
}

/// The text names no [`Kind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownKind;

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = Kind::ALL.into_iter().map(Kind::name).collect();
        write!(f, "expected a kind of text ({}), found another word", names.join(", "))
    }
}

impl core::error::Error for UnknownKind {}
