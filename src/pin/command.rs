//! Which words of a command line or a shell script are images: of `docker`, `podman` and `nerdctl`, behind `run`, `create` and `pull`.
//!
//! The image is the first word that is neither an option nor an option's value; behind `pull` every such word is one. Where nobody here
//! knows whether a word belongs to the option before it, nothing is pinned: see `Why::OptionUnknown`.

mod images;
mod options;
mod prompt;
mod shell;
mod variables;
mod words;
mod wrappers;

use core::ops::Range;

use crate::budget;
use crate::pin::Occurrence;
use crate::pin::command::options::Client;
use crate::pin::command::options::Place;
use crate::pin::command::options::Reading;
use crate::pin::command::shell::Command;
use crate::pin::command::variables::Variables;
use crate::pin::command::variables::is_assignment;
use crate::pin::command::words::Quoting;
use crate::pin::command::words::Word;
use crate::pin::command::wrappers::is_wrapper;

/// Scripts within words of scripts, `sh -c '…'`: nobody goes further than one or two.
const SCRIPTS: usize = 4;

/// Characters of an option that a message repeats, and one to show that there are more.
const ECHOED: usize = 81;

pub(super) fn find(text: &str) -> Vec<Occurrence> {
    let script = Script::of(text, false);
    // `# docker run …` is a comment, unless nothing else here runs a client: then the sign is the prompt of root.
    let is_final = script.clients || text.trim_start_matches('\u{feff}').starts_with("#!");
    if is_final { script.occurrences() } else { Script::of(text, true).occurrences() }
}

/// What a text does with containers.
struct Script<'t> {
    text: &'t str,
    /// Whether a client is run at all.
    clients: bool,
    runs: Vec<Run<'t>>,
    variables: Variables<'t>,
    /// Where images that are built, tagged or committed here get their names.
    results: Vec<Range<usize>>,
    /// Scripts within words, and whether another shell reads their variables.
    scripts: Vec<(Range<usize>, bool)>,
    /// Where scripts are nested too deeply.
    too_deep: Vec<usize>,
}

/// One command that names images, or should.
struct Run<'t> {
    client: Client,
    verb: Verb,
    /// Those behind the verb.
    words: Vec<Word<'t>>,
    /// Where the last word ends.
    end: usize,
    /// What stands in front of the verb and could mean anything.
    unknown: Option<String>,
    /// It gets more words from somewhere else.
    fed: bool,
    /// Another shell than that of the script reads its variables.
    foreign: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Run,
    Create,
    Pull,
}

impl<'t> Script<'t> {
    fn of(text: &'t str, hash: bool) -> Self {
        let mut script = Self {
            text,
            clients: false,
            runs: Vec::new(),
            variables: Variables::default(),
            results: Vec::new(),
            scripts: Vec::new(),
            too_deep: Vec::new(),
        };
        let start = text.len() - text.trim_start_matches('\u{feff}').len();
        let mut todo: Vec<_> = prompt::sessions(text, start..text.len(), hash).into_iter().map(|range| (range, false, 0)).collect();
        while let Some((range, foreign, depth)) = todo.pop() {
            let (bodies, too_deep) = shell::read(text, range, hash, &mut |command| script.command(command, foreign));
            let within: Vec<_> = script.scripts.drain(..).chain(bodies.into_iter().map(|body| (body, true))).collect();
            script.too_deep.extend(too_deep);
            if depth < SCRIPTS {
                todo.extend(within.into_iter().map(|(range, of_another)| (range, foreign || of_another, depth + 1)));
            } else {
                script.too_deep.extend(within.into_iter().map(|(range, _)| range.start));
            }
        }
        script
    }

    /// Takes note of what a command does. Returns whether it is a shell that reads its commands from a heredoc.
    fn command(&mut self, Command { mut words, within }: Command<'t>, foreign: bool) -> bool {
        let known = !within && !foreign;
        let Some(first) = words.iter().position(|word| !is_assignment(&word.literal)) else {
            for word in &words {
                self.variables.assign(self.text, word, known);
            }
            return false;
        };
        let (mut rest, mut fed) = (&words[first..], false);
        while let Some(word) = rest.first() {
            if let Some(client) = self.client(word, rest.get(1)) {
                let end = words.last().map_or(0, |word| word.span.end);
                let behind = words.len() - rest.len() + 1;
                words.drain(..behind);
                self.client_command(client, words, end, fed, foreign);
                return false;
            }
            let name = name(&word.literal);
            fed |= name == "xargs";
            let behind = match name {
                "function" => rest.get(2..),
                // `$SUDO docker …`
                "" if word.expands => rest.get(1..).filter(|rest| rest.first().is_some_and(|next| runs_on(&next.literal))),
                _ => wrappers::behind(name, rest),
            };
            let Some(behind) = behind else { return self.other(name, rest, known) };
            let takes_script = matches!(name, "ssh" | "eval");
            if takes_script && behind.first().is_some_and(|word| self.is_script(word)) {
                return false;
            }
            if name == "ssh" && behind.is_empty() {
                return true;
            }
            rest = behind;
        }
        false
    }

    /// A command that runs no other.
    fn other(&mut self, name: &str, words: &[Word<'t>], known: bool) -> bool {
        let arguments = &words[1..];
        match name {
            "sh" | "bash" | "dash" | "zsh" | "ash" | "ksh" | "su" => return self.shell(arguments),
            "export" | "readonly" | "declare" | "typeset" | "local" => {
                for word in arguments.iter().filter(|word| is_assignment(&word.literal)) {
                    self.variables.assign(self.text, word, known);
                }
            }
            "read" | "unset" | "getopts" | "mapfile" | "readarray" | "printf" | "for" | "select" => {
                let names = if matches!(name, "for" | "select") { 1 } else { arguments.len() };
                for word in arguments.iter().take(names) {
                    self.variables.forget(self.text, word);
                }
            }
            ":" => {
                for word in arguments {
                    self.variables.assign_default(self.text, word, known);
                }
            }
            "alias" | "trap" => {
                for word in arguments {
                    self.is_script(word);
                }
            }
            _ => {}
        }
        false
    }

    /// A shell: what stands behind `-c` is a script. Without any word but options it reads one.
    fn shell(&mut self, arguments: &[Word<'t>]) -> bool {
        let is_option = |word: &Word<'_>| word.literal.starts_with('-');
        let takes_script = |word: &Word<'_>| is_option(word) && !word.literal.starts_with("--") && word.literal.ends_with('c');
        let Some(at) = arguments.iter().position(takes_script) else { return arguments.iter().all(is_option) };
        if let Some(word) = arguments[at + 1..].iter().find(|word| !is_option(word)) {
            self.is_script(word);
        }
        false
    }

    /// Whether a word, or the value of an assignment, is a script in quotes. It is read later.
    fn is_script(&mut self, word: &Word<'_>) -> bool {
        let written = &self.text[word.span.clone()];
        let assigned = if is_assignment(written) { written.find('=').map_or(0, |at| at + 1) } else { 0 };
        let span = word.span.start + assigned..word.span.end;
        let written = &self.text[span.clone()];
        let (script, foreign) = match Quoting::of(self.text, &span) {
            Quoting::Single(inner) => (inner, true),
            Quoting::Double(inner) => (inner, false),
            // What has escapes in it is left alone for its style, the rest is not.
            Quoting::Mixed if written.len() > 1 && written.starts_with('"') && written.ends_with('"') => {
                (span.start + 1..span.end - 1, false)
            }
            Quoting::Mixed | Quoting::None(_) => return false,
        };
        if self.text[script.clone()].contains([' ', '\t', '\n']) {
            self.scripts.push((script, foreign));
        }
        true
    }

    /// The client that `word` runs: by its name, or by that of a variable in front of a verb.
    fn client(&self, word: &Word<'_>, next: Option<&Word<'_>>) -> Option<Client> {
        if !word.expands {
            return Client::of(&word.literal);
        }
        let is_verb = next.is_some_and(|next| matches!(&*next.literal, "run" | "create" | "pull" | "container" | "image"));
        if !word.literal.is_empty() || !is_verb {
            return None;
        }
        let written = self.text[word.span.clone()].to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| written.contains(word));
        match () {
            () if says(&["compose"]) => None,
            () if says(&["nerdctl"]) => Some(Client::Nerdctl),
            () if says(&["podman"]) => Some(Client::Podman),
            () if says(&["docker", "container", "engine", "runtime"]) => Some(Client::Docker),
            () => None,
        }
    }

    /// What a client is told by the words behind its name.
    fn client_command(&mut self, client: Client, mut words: Vec<Word<'t>>, end: usize, fed: bool, foreign: bool) {
        self.clients = true;
        let (mut at, mut unknown) = (0, None);
        while let Some(word) = words.get(at) {
            match options::read(client, Place::Before, word) {
                Reading::Word if word.expands => unknown = Some(echo(&self.text[word.span.clone()])),
                Reading::Word => break,
                Reading::Unknown(option) => unknown = Some(echo(option)),
                Reading::Option { takes_next, .. } => at += usize::from(takes_next),
                Reading::End => {}
            }
            at += 1;
        }
        // Behind an option that nobody knows its value may stand first.
        let verb = verb(&words, at).or_else(|| unknown.is_some().then(|| verb(&words, at + 1)).flatten());
        let Some((verb, behind)) = verb else {
            return self.results.extend(results(self.text, words.get(at..).unwrap_or_default()));
        };
        // Each is an occurrence at least, and more than these are refused.
        if self.runs.len() <= budget::PIN_OCCURRENCES {
            words.drain(..behind);
            self.runs.push(Run { client, verb, words, end, unknown, fed, foreign });
        }
    }
}

/// `run`, `create`, `pull`, `container run`, `container create`, `image pull`; and how many words that makes.
fn verb(words: &[Word<'_>], at: usize) -> Option<(Verb, usize)> {
    let word = |at: usize| words.get(at).map(|word| &*word.literal);
    match (word(at)?, word(at + 1)) {
        ("run", _) => Some((Verb::Run, at + 1)),
        ("create", _) => Some((Verb::Create, at + 1)),
        ("pull", _) => Some((Verb::Pull, at + 1)),
        ("container", Some("run")) => Some((Verb::Run, at + 2)),
        ("container", Some("create")) => Some((Verb::Create, at + 2)),
        ("image", Some("pull")) => Some((Verb::Pull, at + 2)),
        _ => None,
    }
}

/// Where what a command makes gets its names: `build -t name`, `tag name name`, `commit container name`.
fn results(text: &str, words: &[Word<'_>]) -> Vec<Range<usize>> {
    let is_group = words.first().is_some_and(|word| matches!(&*word.literal, "image" | "builder" | "buildx" | "container"));
    let words = words.get(usize::from(is_group)..).unwrap_or_default();
    let inner = |span: &Range<usize>| Quoting::of(text, span).inner();
    let tagged = |at: usize| {
        let span = &words[at].span;
        let written = &text[span.clone()];
        if matches!(written, "-t" | "--tag") {
            return words.get(at + 1).and_then(|name| inner(&name.span));
        }
        let option = ["--tag=", "-t=", "-t"].into_iter().find(|option| written.starts_with(option))?;
        inner(&(span.start + option.len()..span.end))
    };
    match words.first().map(|word| &*word.literal) {
        Some("build") => (1..words.len()).filter_map(tagged).collect(),
        Some("tag" | "commit" | "import") => words[1..].last().and_then(|last| inner(&last.span)).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Whether a command of this name is a client, or runs another command that may be one.
fn runs_on(literal: &str) -> bool {
    is_client(literal) || is_wrapper(name(literal))
}

fn is_client(literal: &str) -> bool {
    Client::of(literal).is_some()
}

/// A command without its folder.
fn name(literal: &str) -> &str {
    let name = literal.rsplit(['/', '\\']).next().unwrap_or_default();
    name.strip_suffix(".exe").unwrap_or(name)
}

/// As much of an option as a message repeats: they are as long as whoever writes them likes.
fn echo(option: &str) -> String {
    option.chars().take(ECHOED).collect()
}

impl Client {
    fn of(literal: &str) -> Option<Self> {
        match name(literal) {
            "docker" => Some(Self::Docker),
            "podman" | "podman-remote" => Some(Self::Podman),
            "nerdctl" => Some(Self::Nerdctl),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
            Self::Nerdctl => "nerdctl",
        }
    }
}

impl Verb {
    const fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Create => "create",
            Self::Pull => "pull",
        }
    }
}
