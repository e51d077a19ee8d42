//! The one option that the serving commands have.

use anyhow::Context;
use anyhow::Result;
use anyhow::bail;

/// `[--port <number>]`; 0 takes a free one.
pub(crate) fn option(arguments: &[&str], default: u16) -> Result<u16> {
    match *arguments {
        [] => Ok(default),
        ["--port", port] => port.parse().with_context(|| format!("expected a port from 0 to 65535, found `{port}`")),
        _ => bail!("expected nothing or `--port <number>`, found `{}`", arguments.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::option;

    #[test]
    fn without_the_option_the_default_is_taken() {
        assert_eq!(option(&[], 8787).unwrap(), 8787);
    }

    #[test]
    fn a_port_beyond_the_last_is_refused() {
        let error = option(&["--port", "65536"], 0).unwrap_err().to_string();
        assert_eq!(error, "expected a port from 0 to 65535, found `65536`");
    }

    #[test]
    fn an_option_without_its_value_is_refused() {
        option(&["--port"], 0).unwrap_err();
    }

    #[test]
    fn another_option_is_refused() {
        option(&["--host", "0.0.0.0"], 0).unwrap_err();
    }
}
