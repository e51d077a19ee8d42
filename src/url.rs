//! Where a request goes, and whether an address that a registry hands us is one we go to.
//!
//! A redirect, a token realm and a `Link` are hostile data: a registry could use us to reach what only we can reach. So an address is
//! taken apart strictly (RFC 3986), and one that is private *as a browser would read it* is refused unless it is the very host that
//! the user named: `0x7f.1`, `2130706433` and `[::ffff:127.0.0.1]` are all 127.0.0.1 (WHATWG URL, "IPv4 parser").
//! Names that resolve to private addresses cannot be seen from here; browsers and the edge guard against those themselves.

use core::fmt;
use core::net::Ipv4Addr;
use core::net::Ipv6Addr;

use fluent_uri::Uri;
use fluent_uri::UriRef;
use fluent_uri::component::Host;

/// An `http` or `https` address without user, password or fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    text: String,
    host: String,
    port: u16,
    secure: bool,
    private: bool,
}

impl Url {
    /// `None` for anything but a plain web address.
    pub fn parse(text: &str) -> Option<Self> {
        let uri = Uri::parse(text).ok()?;
        let secure = match uri.scheme().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = uri.authority()?;
        if authority.has_userinfo() || uri.has_fragment() {
            return None;
        }
        let host = authority.host().to_ascii_lowercase();
        let private = match authority.host_parsed() {
            Host::Ipv4(address) => is_private_v4(address),
            Host::Ipv6(address) => is_private_v6(address),
            Host::RegName(name) if !name.as_str().is_empty() && !name.as_str().contains('%') => is_private_name(&host),
            _ => return None,
        };
        let port = authority.port_to_u16().ok()?.unwrap_or(if secure { 443 } else { 80 });
        Some(Self { text: text.to_owned(), host, port, secure, private })
    }

    /// What `reference` means in a document that came from here (RFC 3986 section 5).
    pub fn join(&self, reference: &str) -> Option<Self> {
        let base = Uri::parse(self.text.as_str()).ok()?;
        let target = UriRef::parse(reference).ok()?.resolve_against(&base).ok()?;
        Self::parse(target.strip_fragment().as_str())
    }

    /// As it is asked for.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host without its port, lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The host, and the port where it is not the scheme's own.
    pub fn authority(&self) -> String {
        if self.port == if self.secure { 443 } else { 80 } { self.host.clone() } else { format!("{}:{}", self.host, self.port) }
    }

    /// Whether scheme, host and port are the same: only then does an `Authorization` go along.
    pub fn same_origin(&self, other: &Self) -> bool {
        self.secure == other.secure && self.host == other.host && self.port == other.port
    }

    /// Why an address that came from here is not one we go to, if it is not.
    pub fn refuses(&self, target: &Self) -> Option<&'static str> {
        if self.host == target.host && self.secure == target.secure {
            return None;
        }
        if target.private {
            return Some("is a private address");
        }
        if !target.secure {
            return Some("is not https");
        }
        None
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether this host, as a reference spells it, is this machine: the only kind that is spoken to without TLS, as Docker does.
pub fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || name.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}

/// RFC 6890's special-purpose blocks that are not globally reachable, and multicast.
const fn is_private_v4(address: Ipv4Addr) -> bool {
    let special = matches!(address.octets(), [0 | 10 | 127, ..] | [100, 64..=127, ..] | [169, 254, ..] | [172, 16..=31, ..]);
    special || matches!(address.octets(), [192, 168, ..] | [192, 0, 0, _] | [198, 18 | 19, ..] | [224..=255, ..])
}

const fn is_private_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // IPv4-mapped and -compatible (with :: and ::1 among them), NAT64, 6to4: the IPv4 address inside decides.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            is_private_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Local-use NAT64, RFC 8215.
        [0x64, 0xff9b, 1, ..] => true,
        // Unique local, link-local, site-local, multicast.
        [first, ..] => matches!(first, 0xfc00..=0xfdff | 0xfe80..=0xfeff | 0xff00..),
    }
}

/// Names that mean something only here, and names that a browser would read as an IPv4 address.
fn is_private_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let Some((_, last)) = host.rsplit_once('.') else {
        return true; // a single label: localhost, a name of the intranet, or a number
    };
    if matches!(last, "localhost" | "local" | "internal" | "lan" | "home" | "corp") || host.ends_with(".home.arpa") {
        return true;
    }
    // No public name ends in a number; what does is an IPv4 address in some spelling, and all of those but the plain one are refused.
    last.starts_with("0x") || last.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap_or_else(|| panic!("{text} is an address"))
    }

    #[test]
    fn a_private_address_is_refused_in_every_spelling() {
        let from = url("https://registry.example/v2/");
        for host in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "a.localhost",
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "0x7f000001",
            "2130706433",
            "017700000001",
            "127.0.0.1.",
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::]",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[64:ff9b::10.0.0.1]",
            "[2002:7f00:1::]",
            "[fe80::1]",
            "[fd00::1]",
            "[ff02::1]",
            "metadata",
            "metadata.google.internal",
            "printer.local",
            "router.lan",
            "router.home.arpa",
        ] {
            assert_eq!(from.refuses(&url(&format!("https://{host}/token"))), Some("is a private address"), "{host}");
        }
    }

    #[test]
    fn a_public_address_over_tls_is_followed() {
        let from = url("https://registry.example/v2/");
        for text in [
            "https://cdn.example/x",
            "https://registry.example:5000/x",
            "https://8.8.8.8/",
            "https://172.32.0.1/",
            "https://[2606:4700::1]/",
        ] {
            assert_eq!(from.refuses(&url(text)), None, "{text}");
        }
        assert_eq!(from.refuses(&url("http://cdn.example/x")), Some("is not https"));
        assert_eq!(from.refuses(&url("http://registry.example/x")), Some("is not https"));
    }

    #[test]
    fn a_registry_on_this_machine_may_send_us_to_itself_only() {
        let from = url("http://127.0.0.1:5000/v2/");
        assert_eq!(from.refuses(&url("http://127.0.0.1:5001/token")), None);
        assert_eq!(from.refuses(&url("http://127.0.0.2/token")), Some("is a private address"));
        assert_eq!(from.refuses(&url("http://169.254.169.254/latest")), Some("is a private address"));
    }

    #[test]
    fn what_is_no_plain_web_address_is_refused() {
        for text in [
            "",
            "registry.example",
            "//registry.example",
            "ftp://registry.example/",
            "file:///etc/passwd",
            "https:///x",
            "https://user:secret@registry.example/",
            "https://registry.example/#x",
            "https://registry.example:99999/",
            "https://reg istry.example/",
            "https://%31%32%37.0.0.1/",
            "https://registry.example\\@evil.example/",
            "https://registry.example/\n",
            "https://registry.example/%zz",
        ] {
            assert_eq!(Url::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn references_are_resolved_as_rfc_3986_says() {
        let base = url("https://registry.example/v2/a/b/tags/list?n=1");
        assert_eq!(base.join("/v2/x?last=y").unwrap().as_str(), "https://registry.example/v2/x?last=y");
        assert_eq!(base.join("?last=y").unwrap().as_str(), "https://registry.example/v2/a/b/tags/list?last=y");
        assert_eq!(base.join("//cdn.example/x#y").unwrap().as_str(), "https://cdn.example/x");
        assert_eq!(base.join("javascript:alert(1)"), None);
    }

    #[test]
    fn only_this_machine_is_spoken_to_without_tls() {
        for host in ["localhost", "localhost:5000", "127.0.0.1", "127.8.8.8:1", "[::1]:5000"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::2]", "0x7f.1", "docker.io"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
