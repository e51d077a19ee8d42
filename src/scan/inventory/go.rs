//! Which modules a Go program was built from: what `go version -m` shows.
//!
//! The linker leaves a header of 32 bytes at a place that is a multiple of 16, and behind it two strings, each after its length: the version
//! of Go and the modules (Go, `debug/buildinfo`). Programs older than Go 1.18 have two addresses in place of the strings: that they
//! are such is said, what is in them is not read.

use crate::budget;
use crate::scan::inventory::Unreadable;
use crate::scan::package::Kind;
use crate::scan::package::Package;

/// What the header begins with.
pub(super) const MAGIC: &[u8] = b"\xff Go buildinf:";
/// The header is at a place of a program that is a multiple of this.
const ALIGNMENT: usize = 16;
const HEADER: usize = 32;
const FLAGS: usize = 15;
/// Bytes of a version of Go: those of development say which commit, and which experiments they are built with.
const VERSION_BYTES: usize = 256;
/// Stands in front of the modules and behind them (`cmd/go/internal/modload`, `infoStart` and `infoEnd`).
const FRAME: usize = 16;

/// Finds what a program says of its modules, in its bytes as they come, so that the program need not be kept.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The beginning of a block that is not whole yet.
    block: Vec<u8>,
    /// What begins like the header.
    found: Vec<u8>,
    /// The header of an older program.
    older: Option<Vec<u8>>,
    complete: bool,
}

/// What is still needed of something that begins like the header.
enum Needed {
    Bytes(usize),
    Nothing,
    /// It is something else that looks like it: programs that read such headers have its beginning among their strings.
    Other,
    /// It is that of an older program, or looks like it.
    Older,
}

impl Search {
    /// What the header begins with, for whoever keeps a part of a program by other means: from a place on that has this and is a multiple of
    /// [`ALIGNMENT`](Self::ALIGNMENT), and so much that what looks like the header and is none does not fill it.
    pub const MAGIC: &'static [u8] = MAGIC;
    /// Bytes from the beginning of a program to the header are a multiple of this.
    pub const ALIGNMENT: usize = ALIGNMENT;

    /// The next bytes of the program, from its beginning on.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.complete {
            if self.found.is_empty() {
                bytes = self.skip(bytes);
            } else if let Needed::Bytes(count) = needed(&self.found) {
                let (taken, rest) = bytes.split_at(count.min(bytes.len()));
                self.found.extend_from_slice(taken);
                bytes = rest;
            }
            self.settle();
        }
    }

    /// What was found, for [`Tree`](crate::scan::tree::Tree): in place of the program. `None` if this is no Go program.
    pub fn finish(self) -> Option<Vec<u8>> {
        // If the program ends too early, that is for the reader to say; a header that nothing follows is none.
        if self.found.len() > HEADER { Some(self.found) } else { self.older }
    }

    /// Gives up what is not the header.
    fn settle(&mut self) {
        match needed(&self.found) {
            Needed::Bytes(_) => {}
            Needed::Nothing => self.complete = true,
            other @ (Needed::Other | Needed::Older) => {
                let found = core::mem::take(&mut self.found);
                if matches!(other, Needed::Older) {
                    self.older.get_or_insert_with(|| found[..HEADER].to_vec());
                }
                // The real one may begin inside: fewer than VERSION_BYTES and a header are read twice.
                self.push(&found[ALIGNMENT..]);
            }
        }
    }

    /// Goes on to the next block that begins like the header.
    fn skip<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        if self.block.is_empty() {
            let at = bytes.chunks_exact(ALIGNMENT).position(|block| block.starts_with(MAGIC));
            let skipped = at.map_or(bytes.len() - bytes.len() % ALIGNMENT, |at| at * ALIGNMENT);
            let rest = &bytes[skipped..];
            let taken = rest.len().min(ALIGNMENT);
            self.block.extend_from_slice(&rest[..taken]);
            self.whole();
            return &rest[taken..];
        }
        let (taken, rest) = bytes.split_at((ALIGNMENT - self.block.len()).min(bytes.len()));
        self.block.extend_from_slice(taken);
        self.whole();
        rest
    }

    fn whole(&mut self) {
        if self.block.len() == ALIGNMENT {
            let block = core::mem::take(&mut self.block);
            if block.starts_with(MAGIC) {
                self.found = block;
            }
        }
    }
}

fn needed(found: &[u8]) -> Needed {
    if found.len() < HEADER {
        return Needed::Bytes(HEADER - found.len());
    }
    match found[FLAGS] {
        2 | 3 => {}
        0 | 1 if matches!(found[FLAGS - 1], 4 | 8) => return Needed::Older,
        _ => return Needed::Other,
    }
    let (length, text) = match length(&found[HEADER..]) {
        Length::Is(length, behind) => (length, HEADER + behind),
        Length::Unfinished => return Needed::Bytes(1),
        Length::None => return Needed::Other,
    };
    if length > VERSION_BYTES as u64 || length == 0 {
        return Needed::Other;
    }
    let modules = text + usize::try_from(length).expect("it is at most VERSION_BYTES");
    if found.len() < modules {
        return Needed::Bytes(modules - found.len());
    }
    if !found[text..].starts_with(b"go") && !found[text..].starts_with(b"devel") {
        return Needed::Other;
    }
    match self::length(&found[modules..]) {
        Length::Is(length, _) if length > budget::BUILD_INFORMATION_BYTES => Needed::Nothing,
        Length::Is(length, behind) => {
            let end = modules + behind + usize::try_from(length).expect("it is at most BUILD_INFORMATION_BYTES");
            if found.len() < end { Needed::Bytes(end - found.len()) } else { Needed::Nothing }
        }
        Length::Unfinished => Needed::Bytes(1),
        Length::None => Needed::Other,
    }
}

enum Length {
    /// The length, and the bytes that it is written in.
    Is(u64, usize),
    Unfinished,
    None,
}

/// A number of seven bits a byte, the lowest first (Go, `encoding/binary`, `Uvarint`).
fn length(bytes: &[u8]) -> Length {
    let mut length = 0_u64;
    for (index, byte) in bytes.iter().enumerate().take(9) {
        length |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Length::Is(length, index + 1);
        }
    }
    if bytes.len() < 9 { Length::Unfinished } else { Length::None }
}

/// What a program was built from.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) packages: Vec<Package>,
    /// Modules that are in it at no version that anybody published.
    pub(super) unversioned: Vec<String>,
    /// Whether it says which modules it was built from: those of Debian do not.
    pub(super) has_modules: bool,
}

/// Reads a program, or what [`Search`] kept of one. `None` if this is no Go program.
pub(super) fn read(bytes: &[u8], location: &str, layer: usize) -> Result<Option<Program>, Unreadable> {
    let mut search = Search::default();
    search.push(bytes);
    let Some(found) = search.finish() else {
        // Somebody kept a part of a program because of what looked like the header, and the header is elsewhere.
        let is_part = bytes.starts_with(MAGIC);
        return if is_part { Err(Unreadable::Truncated { what: "what a Go program was built from" }) } else { Ok(None) };
    };
    let found = found.as_slice();
    if found[FLAGS] & 2 == 0 {
        return Err(Unreadable::Unsupported { what: "a Go program", found: "one of before Go 1.18".to_owned() });
    }
    let (version, rest) = string(&found[HEADER..], "the version of Go")?;
    let (framed, _) = string(rest, "the modules of a Go program")?;
    let version = core::str::from_utf8(version).map_err(|_| Unreadable::Invalid { what: "the version of Go", expected: "UTF-8" })?;
    let package = |name: &str, version: &str| Package {
        kind: Kind::Go,
        name: name.to_owned(),
        version: version.to_owned(),
        source: None,
        architecture: None,
        location: location.to_owned(),
        layer,
    };
    let mut program = Program::default();
    program.packages.push(package("stdlib", &standard_library(version)));
    // As Go tells: no frame, no modules.
    let modules = framed.get(FRAME..framed.len().saturating_sub(FRAME)).filter(|modules| modules.ends_with(b"\n"));
    let Some(modules) = modules else { return Ok(Some(program)) };
    let modules =
        core::str::from_utf8(modules).map_err(|_| Unreadable::Invalid { what: "the modules of a Go program", expected: "UTF-8" })?;
    program.has_modules = true;
    for module in self::modules(modules)? {
        match module.version {
            Some(version) => program.packages.push(package(module.path, version)),
            None => program.unversioned.push(module.path.to_owned()),
        }
    }
    Ok(Some(program))
}

/// A string after its length, and what is behind it.
fn string<'a>(bytes: &'a [u8], what: &'static str) -> Result<(&'a [u8], &'a [u8]), Unreadable> {
    let Length::Is(length, behind) = length(bytes) else { return Err(Unreadable::Truncated { what }) };
    if length > budget::BUILD_INFORMATION_BYTES {
        return Err(Unreadable::TooMuch { what: "bytes of a Go program's modules", limit: budget::BUILD_INFORMATION_BYTES });
    }
    let length = usize::try_from(length).expect("it is at most BUILD_INFORMATION_BYTES");
    bytes[behind..].split_at_checked(length).ok_or(Unreadable::Truncated { what })
}

struct Module<'a> {
    path: &'a str,
    version: Option<&'a str>,
}

/// The module of the program itself and those that it needs, each as what replaces it where something does
/// (`runtime/debug`, `ParseBuildInfo`).
fn modules(text: &str) -> Result<Vec<Module<'_>>, Unreadable> {
    let mut modules: Vec<Module<'_>> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let refused = |expected| Unreadable::Line { line: index + 1, expected };
        let mut words = line.split('\t');
        let kind = words.next().unwrap_or_default();
        if !matches!(kind, "mod" | "dep" | "=>") {
            continue;
        }
        let (Some(path), Some(version)) = (words.next().filter(|path| !path.is_empty()), words.next()) else {
            return Err(refused("a module and its version"));
        };
        let version = Some(version).filter(|version| !version.is_empty() && *version != "(devel)");
        if kind == "=>" {
            let replaced = modules.last_mut().ok_or(refused("a module to replace"))?;
            // A folder in place of a module: what was in it is not known, and its name says nothing to anybody else.
            *replaced = Module { path: if version.is_some() { path } else { replaced.path }, version };
        } else {
            if modules.len() == budget::PACKAGES {
                return Err(Unreadable::TooMuch { what: "modules", limit: budget::PACKAGES as u64 });
            }
            modules.push(Module { path, version });
        }
    }
    Ok(modules)
}

/// The version of the standard library as advisories write it: `go1.22rc1` is 1.22.0-rc.1. What is no release stays as it is, and will be
/// compared with nothing.
fn standard_library(version: &str) -> String {
    let release = version.split([' ', '-', '+']).next().unwrap_or_default();
    release.strip_prefix("go").and_then(released).unwrap_or_else(|| version.to_owned())
}

fn released(release: &str) -> Option<String> {
    let is_number = |text: &str| !text.is_empty() && text.len() < 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (numbers, preview) = match release.find(|character: char| character.is_ascii_lowercase()) {
        Some(at) => (&release[..at], Some(&release[at..])),
        None => (release, None),
    };
    let parts: Vec<&str> = numbers.split('.').collect();
    if !parts.iter().all(|part| is_number(part)) {
        return None;
    }
    let numbers = match parts.as_slice() {
        [major, minor] => format!("{major}.{minor}.0"),
        [major, minor, patch] => format!("{major}.{minor}.{patch}"),
        _ => return None,
    };
    let Some(preview) = preview else { return Some(numbers) };
    let (word, number) = preview.split_at(preview.find(|character: char| character.is_ascii_digit())?);
    (matches!(word, "rc" | "beta" | "alpha") && is_number(number)).then(|| format!("{numbers}-{word}.{number}"))
}
