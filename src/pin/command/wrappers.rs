//! Commands that run another: `sudo -E docker …`, `env A=b docker …`, `ssh host docker …`.

use crate::pin::command::variables::is_assignment;
use crate::pin::command::words::Word;

/// Such a command, and what stands between its name and the other's.
struct Wrapper {
    names: &'static str,
    /// Short options that take a value.
    letters: &'static str,
    /// Long options that take a value.
    long: &'static str,
    /// How many words there are besides.
    words: usize,
}

const WRAPPERS: [Wrapper; 13] = [
    Wrapper {
        names: "sudo doas",
        letters: "CDghpRrTtUu",
        long: "chdir chroot close-from command-timeout group host other-user prompt role type user",
        words: 0,
    },
    Wrapper { names: "env", letters: "CSu", long: "chdir split-string unset", words: 0 },
    Wrapper { names: "exec", letters: "a", long: "", words: 0 },
    Wrapper { names: "time", letters: "fo", long: "format output", words: 0 },
    Wrapper { names: "nice", letters: "n", long: "adjustment", words: 0 },
    Wrapper { names: "ionice", letters: "cnp", long: "class classdata pid", words: 0 },
    Wrapper { names: "stdbuf", letters: "eio", long: "error input output", words: 0 },
    Wrapper { names: "watch", letters: "n", long: "interval", words: 0 },
    Wrapper { names: "xargs", letters: "adEILnPs", long: "arg-file delimiter max-args max-chars max-procs", words: 0 },
    Wrapper { names: "timeout", letters: "ks", long: "kill-after signal", words: 1 },
    Wrapper { names: "flock", letters: "Ew", long: "conflict-exit-code timeout wait", words: 1 },
    Wrapper { names: "ssh", letters: "BbcDEeFIiJLlmOopQRSWw", long: "", words: 1 },
    Wrapper { names: "nohup command builtin coproc eval chronic unbuffer setsid winpty lima {", letters: "", long: "", words: 0 },
];

/// Whether a command of this name runs another.
pub(super) fn is_wrapper(name: &str) -> bool {
    of(name).is_some()
}

/// The words of the command that `words` runs, if they run another.
pub(super) fn behind<'w, 't>(name: &str, words: &'w [Word<'t>]) -> Option<&'w [Word<'t>]> {
    let wrapper = of(name)?;
    let (mut at, mut besides) = (1, wrapper.words);
    while let Some(word) = words.get(at) {
        match word.literal.strip_prefix('-') {
            Some("-") => {}
            Some(option) => at += usize::from(takes_next(wrapper, option)),
            None if is_assignment(&word.literal) => {}
            None if besides > 0 => besides -= 1,
            None => break,
        }
        at += 1;
    }
    Some(&words[at.min(words.len())..])
}

fn of(name: &str) -> Option<&'static Wrapper> {
    WRAPPERS.iter().find(|wrapper| wrapper.names.split(' ').any(|known| known == name))
}

/// An option nobody knows takes none: at worst the command behind it is not found.
fn takes_next(wrapper: &Wrapper, option: &str) -> bool {
    match option.strip_prefix('-') {
        Some(long) => wrapper.long.split(' ').any(|known| known == long),
        None => option.find(|letter| wrapper.letters.contains(letter)).is_some_and(|at| at + 1 == option.len()),
    }
}
