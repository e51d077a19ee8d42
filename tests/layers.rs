//! The direction of dependencies: a module uses its own layer and lower ones, never a higher one; and what is below the transport
//! waits for nothing, reads no clock and touches neither the system nor the web. The source is read, not compiled, so that a
//! module is judged by what it says, whatever the target or the feature.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Every module of the crate's root. `lib.rs` is exempt: it names them all.
const LAYERS: &[(u8, &[&str])] = &[
    (0, &["reference", "digest", "time", "budget", "excerpt", "url"]),
    (1, &["oci", "json", "der", "pem", "intoto", "stored"]),
    (2, &["report"]),
    (3, &["crypto", "x509", "timestamp", "tlog", "envelope"]),
    (4, &["pin", "tuf", "content_trust", "sigstore", "cosign", "policy", "attested", "scan"]),
    (5, &["transport", "prover", "store"]),
    (6, &["registry", "discover", "error", "signatures"]),
    (
        7,
        &[
            "advisors",
            "anchors",
            "attestations",
            "check",
            "collection",
            "contents",
            "published",
            "scanner",
            "publishers",
            "inspect",
            "resolve",
            "drift",
            "refresh",
            "bundle",
        ],
    ),
    (8, &["wasm", "native"]),
];

/// Up to here, everything comes in as an argument.
const LAST_PURE_LAYER: u8 = 4;

/// What would be an effect, or the waiting for one.
const EFFECTS: &[&[&str]] = &[
    &["async"],
    &["std", "time", "SystemTime"],
    &["std", "time", "Instant"],
    &["std", "net"],
    &["std", "fs"],
    &["std", "env"],
    &["std", "process"],
    &["std", "thread"],
    &["web_sys"],
    &["js_sys"],
];

#[test]
fn every_module_keeps_to_its_layer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    rust_files(&root.join("src"), &mut files);
    assert!(files.len() > 1, "expected the source of the crate, found {files:?}");
    let findings: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let path = file.strip_prefix(root).expect("the file was found there").to_string_lossy().replace('\\', "/");
            findings(&path, &fs::read_to_string(file).expect("the file was listed"))
        })
        .collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).expect("the folder exists").map(|entry| entry.expect("readable").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// What is wrong with one file, each as `path:line: sentence`.
fn findings(path: &str, text: &str) -> Vec<String> {
    let modules: Vec<&str> = path.trim_start_matches("src/").trim_end_matches(".rs").split('/').collect();
    let own = modules[0];
    if own == "lib" {
        return Vec::new();
    }
    let Some(layer) = layer(own) else {
        return vec![format!("{path}:1: the module `{own}` is in no layer: give it one in tests/layers.rs")];
    };
    let mut found = Vec::new();
    for (line, used) in uses(&tokens(&without_tests(&code(text)))) {
        let used: Vec<&str> = used.iter().map(String::as_str).collect();
        let supers = used.iter().take_while(|segment| **segment == "super").count();
        let module = match *used.as_slice() {
            ["crate", module, ..] => Some(module),
            // From a file of the root, `super::` is the root; from `oci/index.rs` it is `oci`, which is the file's own.
            _ if supers == modules.len() => used.get(supers).copied().filter(|module| self::layer(module).is_some()),
            _ => None,
        };
        match module.map(|module| (module, self::layer(module))) {
            Some((module, _)) if module == own => {}
            Some((module, Some(other))) if other > layer => {
                found.push(format!("{path}:{line}: `{own}` of layer {layer} uses `{module}` of layer {other}"));
            }
            Some((module, None)) => {
                found.push(format!("{path}:{line}: `crate::{module}` is no module of a layer: import from the module that defines it"));
            }
            _ => {}
        }
        if layer <= LAST_PURE_LAYER && EFFECTS.iter().any(|effect| used.starts_with(effect)) {
            let used = used.join("::");
            found.push(format!("{path}:{line}: `{own}` of layer {layer} uses `{used}`: below the transport, everything is an argument"));
        }
    }
    // Two members of one group, with one thing to say.
    found.dedup();
    found
}

fn layer(module: &str) -> Option<u8> {
    LAYERS.iter().find(|(_, modules)| modules.contains(&module)).map(|(layer, _)| *layer)
}

/// The text with comments, strings and characters blanked out. Lines stay lines.
fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = skip(rest, code.chars().next_back());
        if skipped == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.extend(rest[..skipped].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[skipped..];
        }
    }
    code
}

/// The length of the comment, string or character that `text` starts with; 0 if it is something else.
fn skip(text: &str, before: Option<char>) -> usize {
    let until = |from: usize, end: &str| text[from..].find(end).map_or(text.len(), |at| from + at + end.len());
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return block_comment(text);
    }
    if text.starts_with('"') {
        return quoted(text, '"');
    }
    // `'a'` and `'\n'` are characters, `'a` is a lifetime.
    if text.starts_with("'\\") || (text.starts_with('\'') && text.chars().nth(2) == Some('\'')) {
        return quoted(text, '\'');
    }
    let raw = text.strip_prefix("br").or_else(|| text.strip_prefix('r'));
    if let Some(raw) = raw.filter(|_| !before.is_some_and(|c| c.is_alphanumeric() || c == '_')) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let start = text.len() - raw.len() + hashes + 1;
            return until(start, &format!("\"{}", "#".repeat(hashes)));
        }
    }
    0
}

/// Block comments nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        match &text.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted(text: &str, end: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == end => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// The code without the items that are marked `#[cfg(test)]`: each ends with its `;` or its closing brace.
fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find(MARK) {
        let (before, item) = rest.split_at(start);
        kept.push_str(before);
        let mut depth = 0_usize;
        let mut end = item.len();
        for (at, c) in item.char_indices().skip(MARK.len()) {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && (c == ';' || c == '}') {
                end = at + 1;
                break;
            }
        }
        kept.extend(item[..end].chars().filter(|c| *c == '\n'));
        rest = &item[end..];
    }
    kept.push_str(rest);
    kept
}

/// Words, `::`, and single characters, each with its line.
fn tokens(code: &str) -> Vec<(usize, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = match first {
                _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
                ':' if rest.starts_with("::") => 2,
                _ => first.len_utf8(),
            };
            tokens.push((number + 1, &rest[..length]));
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

/// Every path that starts from a word, in full; a group gives one path for each of its members.
fn uses(tokens: &[(usize, &str)]) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        at = path(tokens, at, &[], &mut found);
    }
    found
}

/// Reads one path from `at` and adds what it leads to. Where the next one may start.
fn path(tokens: &[(usize, &str)], mut at: usize, prefix: &[String], found: &mut Vec<(usize, Vec<String>)>) -> usize {
    let token = |at: usize| tokens.get(at).map(|(_, token)| *token);
    let is_word = |text: &str| text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let Some(&(line, first)) = tokens.get(at) else { return at };
    if !is_word(first) {
        return at + 1;
    }
    let mut segments = prefix.to_vec();
    segments.push(first.to_owned());
    at += 1;
    while token(at) == Some("::") {
        match token(at + 1) {
            Some(word) if is_word(word) => {
                segments.push(word.to_owned());
                at += 2;
            }
            Some("{") => {
                at += 2;
                while !matches!(token(at), None | Some("}")) {
                    at = path(tokens, at, &segments, found);
                }
                return at + 1;
            }
            _ => {
                at += 1;
                break;
            }
        }
    }
    found.push((line, segments));
    at
}

/// The rule, tried on files that break it.
mod rule {
    use super::findings;

    #[track_caller]
    fn refused(path: &str, text: &str, finding: &str) {
        assert_eq!(findings(path, text), [finding]);
    }

    #[track_caller]
    fn allowed(path: &str, text: &str) {
        assert_eq!(findings(path, text), [""; 0]);
    }

    #[test]
    fn a_higher_layer_is_refused_with_its_line() {
        refused("src/oci/index.rs", "\nuse crate::check::Checker;\n", "src/oci/index.rs:2: `oci` of layer 1 uses `check` of layer 7");
    }

    #[test]
    fn a_higher_layer_is_refused_in_an_expression() {
        refused("src/policy.rs", "fn f() { crate::registry::get() }", "src/policy.rs:1: `policy` of layer 4 uses `registry` of layer 6");
    }

    #[test]
    fn a_higher_layer_is_refused_in_a_group() {
        refused(
            "src/json.rs",
            "use crate::{\n    digest::Digest,\n    transport::{Request, Response},\n};",
            "src/json.rs:3: `json` of layer 1 uses `transport` of layer 5",
        );
    }

    #[test]
    fn a_higher_layer_is_refused_by_way_of_super() {
        refused("src/digest.rs", "use super::oci::Index;", "src/digest.rs:1: `digest` of layer 0 uses `oci` of layer 1");
        refused("src/oci/index.rs", "use super::super::report::Report;", "src/oci/index.rs:1: `oci` of layer 1 uses `report` of layer 2");
    }

    #[test]
    fn a_module_without_a_layer_is_refused() {
        refused("src/extra.rs", "", "src/extra.rs:1: the module `extra` is in no layer: give it one in tests/layers.rs");
    }

    #[test]
    fn a_re_export_of_the_root_is_refused() {
        refused(
            "src/check.rs",
            "use crate::Reference;",
            "src/check.rs:1: `crate::Reference` is no module of a layer: import from the module that defines it",
        );
    }

    #[test]
    fn waiting_is_refused_below_the_transport() {
        refused(
            "src/report/text.rs",
            "pub async fn f() {}",
            "src/report/text.rs:1: `report` of layer 2 uses `async`: below the transport, everything is an argument",
        );
    }

    #[test]
    fn the_clock_is_refused_below_the_transport() {
        refused(
            "src/time.rs",
            "use std::time::{Duration, SystemTime};",
            "src/time.rs:1: `time` of layer 0 uses `std::time::SystemTime`: below the transport, everything is an argument",
        );
    }

    #[test]
    fn files_and_the_web_are_refused_below_the_transport() {
        for effect in ["std::fs::read", "std::net::TcpStream", "web_sys::window", "js_sys::Date::now"] {
            refused(
                "src/policy.rs",
                &format!("fn f() {{ {effect}(); }}"),
                &format!("src/policy.rs:1: `policy` of layer 4 uses `{effect}`: below the transport, everything is an argument"),
            );
        }
    }

    #[test]
    fn what_follows_a_test_module_is_judged_again() {
        refused(
            "src/oci.rs",
            "#[cfg(test)]\nmod tests {\n    use crate::check::X;\n    fn f() { { } }\n}\nuse crate::error::Error;",
            "src/oci.rs:6: `oci` of layer 1 uses `error` of layer 6",
        );
    }

    #[test]
    fn a_quote_character_does_not_hide_what_follows() {
        refused("src/json.rs", "const Q: char = '\"'; use crate::wasm::A;", "src/json.rs:1: `json` of layer 1 uses `wasm` of layer 8");
    }

    #[test]
    fn a_lifetime_does_not_hide_what_follows() {
        refused(
            "src/json.rs",
            "fn f<'a>(x: &'a str) { crate::native::g('x') }",
            "src/json.rs:1: `json` of layer 1 uses `native` of layer 8",
        );
    }

    #[test]
    fn the_own_layer_and_lower_ones_are_allowed() {
        allowed(
            "src/oci/manifest.rs",
            "use crate::oci::Descriptor;\nuse crate::json::Value;\nuse crate::digest::Digest;\nuse super::index::Index;",
        );
    }

    #[test]
    fn comments_and_strings_are_no_code() {
        allowed(
            "src/oci.rs",
            "//! [`crate::check`]\n/* crate::check /* async */ async */\nconst A: &str = r#\"\"async\"#; const B: &str = \"\\\"crate::check\";",
        );
    }

    #[test]
    fn tests_may_use_what_they_like() {
        allowed(
            "src/oci.rs",
            "#[cfg(test)]\nuse crate::check::X;\n#[cfg(test)]\nmod tests { async fn f() { std::fs::read(crate::check::P); } }",
        );
    }

    #[test]
    fn the_transport_and_above_may_wait() {
        allowed("src/registry/client.rs", "async fn f() { web_sys::window(); }");
    }

    #[test]
    fn the_root_names_every_module() {
        allowed("src/lib.rs", "pub mod check; pub use crate::check::Checker;");
    }
}
