//! How much of a line is the prompt of a shell, pasted along with the command behind it.

use core::ops::Range;

use crate::pin::command::is_client;
use crate::pin::command::variables::is_assignment;
use crate::pin::command::wrappers::is_wrapper;

/// A prompt is not longer, however deep the folder.
const BYTES: usize = 200;

/// The prompt at the beginning of `rest`, with the white space around it. `# ` is one only in front of a client, and only if `hash`.
pub(super) fn length(rest: &str, hash: bool) -> usize {
    let indent = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let line = rest[indent..].split('\n').next().unwrap_or_default();
    let sign = alone(line, hash).or_else(|| attached(line)).or_else(|| windows(line));
    sign.map_or(0, |end| indent + end + blanks(&line[end..]))
}

/// The parts of a text that begin with a prompt, if its first line does: a paste from a terminal, with what the commands wrote between
/// them. An apostrophe in that must not reach over the next prompt.
pub(super) fn sessions(text: &str, range: Range<usize>, hash: bool) -> Vec<Range<usize>> {
    let starts = |line: &str| !line.trim_start().starts_with('>') && length(line, hash) > 0;
    let mut found = Vec::from([range.clone()]);
    let first = text[range.clone()].lines().find(|line| !line.trim().is_empty());
    if !first.is_some_and(starts) {
        return found;
    }
    let mut at = range.start;
    for line in text[range.clone()].split_inclusive('\n') {
        if at > range.start && starts(line) {
            if let Some(last) = found.last_mut() {
                last.end = at;
            }
            found.push(at..range.end);
        }
        at += line.len();
    }
    found
}

/// `$ `, `% `, `> `.
fn alone(line: &str, hash: bool) -> Option<usize> {
    let sign = line.chars().next()?;
    let rest = &line[sign.len_utf8()..];
    let is_prompt = match sign {
        '$' | '%' | '❯' => true,
        // Otherwise it redirects: `> file command`.
        '>' => runs_a_client(rest) || rest.split_whitespace().next().is_some_and(is_assignment),
        '#' if hash => runs_a_client(rest),
        _ => false,
    };
    (is_prompt && (rest.trim_end().is_empty() || rest.starts_with([' ', '\t']))).then_some(sign.len_utf8())
}

/// `docker …`, `sudo docker …`, but not `install docker …`.
fn runs_a_client(rest: &str) -> bool {
    let mut words = rest.split_whitespace().take(4);
    let first = words.next().unwrap_or_default();
    is_client(first) || (is_wrapper(first) && words.any(is_client))
}

/// `user@host:~$ `, `[user@host folder]$ `, `(environment) user@host folder % `, `bash-5.2# `.
fn attached(line: &str) -> Option<usize> {
    let mut at = 0;
    let mut words = line.split([' ', '\t']).map(|word| {
        let span = at..at + word.len();
        at = span.end + 1;
        (word, span)
    });
    let mut first = words.next()?;
    if first.0.starts_with('(') && first.0.ends_with(')') {
        first = words.next()?;
    }
    let is_sign = |word: &str| word.trim_end_matches('\r').ends_with(['$', '#', '%', '>']);
    if first.0.starts_with("bash-") || first.0.starts_with("sh-") {
        return is_sign(first.0).then_some(first.1.end);
    }
    if first.0.find('@').is_none_or(|at| at == 0) {
        return None;
    }
    let mut near = core::iter::once(first).chain(words.take(2)).take_while(|(word, span)| span.end <= BYTES && !is_quoted(word));
    near.find(|(word, _)| is_sign(word)).map(|(_, span)| span.end)
}

/// No prompt looks like this.
fn is_quoted(word: &str) -> bool {
    word.contains(['\'', '"', '`', ';', '|', '&', '=', '<'])
}

/// `C:\>`, `PS C:\Users\name> `.
fn windows(line: &str) -> Option<usize> {
    let path = line.strip_prefix("PS ").unwrap_or(line);
    let mut start = path.chars();
    let drive = start.next()?.is_ascii_alphabetic() && start.as_str().starts_with(":\\");
    let end = path.bytes().take(BYTES).position(|byte| byte == b'>')?;
    (drive && !path[..end].contains(['"', '\''])).then_some(line.len() - path.len() + end + 1)
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}
