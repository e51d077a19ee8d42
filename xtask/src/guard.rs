//! Programs that end when we end, however we end.
//!
//! A guarded program lives as long as the pipe to the standard input of a shell in front of it. The system closes the pipe when
//! this process ends, by whatever signal, so that nothing is left running.

use std::process::Command;
use std::process::Stdio;

/// Starts the program, and ends it when the standard input closes; what has not ended after five seconds is killed. The pipe
/// becomes descriptor 3, because a shell gives `/dev/null` as standard input to what it runs in the background.
const GUARD: &str = r#"
exec 3<&0
"$@" 3<&- & program=$!
{ cat <&3; kill "$program"; sleep 5; kill -9 "$program"; } >/dev/null 2>&1 & guard=$!
exec 3<&-
wait "$program"; status=$?
kill "$guard"; exit "$status"
"#;

/// The same command behind a guard, with a pipe as its standard input. A program that is not there ends with status 127.
pub(crate) fn guarded(command: &Command) -> Command {
    let mut guarded = Command::new("sh");
    guarded.args(["-c", GUARD, "guard"]).arg(command.get_program()).args(command.get_args()).stdin(Stdio::piped());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => guarded.env(name, value),
            None => guarded.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        guarded.current_dir(folder);
    }
    guarded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(command: &Command) -> String {
        let mut child = guarded(command).stdout(Stdio::piped()).spawn().unwrap();
        // `Command::output` would close the pipe at once, and the guard might be quicker than the program.
        let pipe = child.stdin.take();
        let output = child.wait_with_output().unwrap();
        drop(pipe);
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn arguments_arrive_as_they_were_given() {
        assert_eq!(output(Command::new("printf").args(["%s|", "two words", "", "$HOME"])), "two words||$HOME|");
    }

    #[test]
    fn the_environment_and_the_folder_arrive() {
        assert_eq!(output(Command::new("sh").args(["-c", "echo $MARK; pwd"]).env("MARK", "here").current_dir("/")), "here\n/\n");
    }

    #[test]
    fn a_variable_that_was_taken_away_does_not_arrive() {
        assert_eq!(output(Command::new("sh").args(["-c", "echo ${HOME-none}"]).env_remove("HOME")), "none\n");
    }

    #[test]
    fn the_exit_status_comes_back() {
        let mut child = guarded(Command::new("sh").args(["-c", "exit 9"])).spawn().unwrap();
        // `Child::wait` closes the pipe: until it is asked for, the guard must let the program be.
        let pipe = child.stdin.take();
        assert_eq!(child.wait().unwrap().code(), Some(9));
        drop(pipe);
    }
}
