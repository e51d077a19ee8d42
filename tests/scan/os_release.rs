//! Which distribution an image says that it is.

use pullproof::scan::inventory::Coverage;
use pullproof::scan::inventory::Note;
use pullproof::scan::package::Distribution;

use crate::support;

fn read(text: &str) -> Distribution {
    support::inventory(&[("etc/os-release", text.as_bytes())]).distribution.expect("it can be read")
}

#[track_caller]
fn refused(text: &[u8]) {
    let inventory = support::inventory(&[("etc/os-release", text)]);
    assert_eq!(inventory.distribution, None);
    assert!(matches!(inventory.notes.as_slice(), [Note::Distribution { .. }]), "{:?}: {inventory:?}", String::from_utf8_lossy(text));
    assert_eq!(inventory.coverage(), Coverage::Partial);
}

#[test]
fn what_debian_writes_is_read() {
    let distribution = read(
        "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\n\
         VERSION_CODENAME=bookworm\nID=debian\nHOME_URL=\"https://www.debian.org/\"\n",
    );
    assert_eq!((distribution.id.as_str(), distribution.version_id.as_deref()), ("debian", Some("12")));
    assert_eq!(distribution.pretty_name.as_deref(), Some("Debian GNU/Linux 12 (bookworm)"));
}

#[test]
fn what_red_hat_writes_is_read() {
    let distribution =
        read("ID=\"rhel\"\nID_LIKE=\"fedora centos\"\nVERSION_ID='9.4'\nCPE_NAME=\"cpe:/o:redhat:enterprise_linux:9::baseos\"\n");
    assert_eq!(distribution.id_like, ["fedora", "centos"]);
    assert_eq!(distribution.version_id.as_deref(), Some("9.4"));
    assert_eq!(distribution.cpe_name.as_deref(), Some("cpe:/o:redhat:enterprise_linux:9::baseos"));
}

#[test]
fn comments_empty_lines_and_escapes_are_read_as_a_shell_reads_them() {
    let distribution = read("# ID=other\n\n  \nID=a\r\nPRETTY_NAME=\"a \\\"b\\\" \\$c \\\\ \\` \\d\"\n");
    assert_eq!(distribution.pretty_name.as_deref(), Some("a \"b\" $c \\ ` \\d"));
    assert_eq!(distribution.id, "a");
}

#[test]
fn a_rolling_distribution_has_no_version() {
    assert_eq!(read("ID=wolfi\nVERSION_ID=\"\"\n").version_id, None);
    assert_eq!(read("ID=wolfi\n").version_id, None);
}

#[test]
fn without_an_id_it_is_linux() {
    assert_eq!(read("NAME=Something\n").id, "linux");
}

#[test]
fn the_last_assignment_holds() {
    assert_eq!(read("ID=a\nID=b\n").id, "b");
}

#[test]
fn the_file_in_etc_comes_before_the_one_in_usr() {
    let of = |files: &[(&str, &[u8])]| support::inventory(files).distribution.map(|distribution| distribution.id);
    assert_eq!(of(&[("etc/os-release", b"ID=a"), ("usr/lib/os-release", b"ID=b")]).as_deref(), Some("a"));
    assert_eq!(of(&[("usr/lib/os-release", b"ID=b")]).as_deref(), Some("b"));
}

#[test]
fn a_file_in_etc_that_cannot_be_read_is_not_passed_over() {
    let inventory = support::inventory(&[("etc/os-release", b"no"), ("usr/lib/os-release", b"ID=debian")]);
    assert_eq!(inventory.distribution, None);
}

#[test]
fn an_image_that_names_no_distribution_has_none() {
    assert_eq!(support::inventory(&[]).distribution, None);
}

#[test]
fn what_is_no_assignment_is_refused() {
    for text in ["ID", "=a", "A B=c", "ID-LIKE=a", "export ID=a"] {
        refused(text.as_bytes());
    }
}

#[test]
fn what_a_shell_would_make_something_else_of_is_refused() {
    for value in ["\"a", "a\"", "'a", "\"a\"b", "a b", "$A", "\"$A\"", "`a`", "\"`a`\"", "a;b", "'a'b'", "a\\b", "\"a\\"] {
        refused(format!("NAME={value}\n").as_bytes());
    }
}

#[test]
fn an_id_that_is_none_is_refused() {
    for id in ["", "Debian", "\"a b\"", "a/b", "ä"] {
        refused(format!("ID={id}\n").as_bytes());
    }
}

#[test]
fn what_is_no_utf_8_is_refused() {
    refused(b"ID=\xff");
}
