//! Versions are ordered as the tools order them: dpkg and rpm are asked, apk is no program of Debian and answered beforehand.

use std::cmp::Ordering;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use pullproof::scan::version::Scheme;
use pullproof::scan::version::compare;

use crate::generated::Chance;

/// As many pairs as a run compares with each tool.
const PAIRS: usize = 20_000;

/// What Debian's versions are made of, and what they should not be.
const DEBIAN: &[&str] = &[
    "0",
    "00",
    "1",
    "01",
    "2",
    "9",
    "10",
    "99",
    "007",
    "12345678901234567890123456789",
    "a",
    "b",
    "z",
    "A",
    "Z",
    "alpha",
    "rc",
    "~",
    "~~",
    "~rc1",
    "+",
    "+b1",
    "+dfsg",
    "+really1",
    ".",
    ".",
    ".0",
    "..",
    "-",
    "-0",
    "-1",
    "-0.1",
    "1:",
    "0:",
    "2147483647:",
    "2147483648:",
    ":",
    "git20230717",
    "deb12u3",
    "nmu1",
    "_",
    "^",
    " ",
    "é",
];

/// What rpm's are.
const RPM: &[&str] = &[
    "0",
    "00",
    "1",
    "01",
    "2",
    "9",
    "10",
    "99",
    "007",
    "12345678901234567890123456789",
    "a",
    "b",
    "z",
    "A",
    "Z",
    "alpha",
    "rc",
    "~",
    "~~",
    "~rc1",
    "^",
    "^^",
    "^git1",
    "~^",
    "+",
    ".",
    ".",
    ".0",
    "..",
    "-",
    "-1",
    "-1.el9",
    "1:",
    "0:",
    "01:",
    "4294967296:",
    ":",
    "_",
    ".el9_2",
    ".module+1",
];

/// The program's path; without it a test says so, and fails where everything has to be compared.
fn tool(name: &str) -> Option<&str> {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(name).is_file());
    if !found {
        println!("not run: there is no {name}");
        assert!(std::env::var_os("CI").is_none(), "{name} is missing: CI has to compare with it");
    }
    found.then_some(name)
}

#[test]
fn dpkg_orders_debian_versions_as_we_do() {
    let Some(dpkg) = tool("dpkg") else { return };
    let mut chance = Chance::new("dpkg");
    let mut pair = move || {
        let (a, b) = chance.pair(DEBIAN);
        if chance.below(3) == 0 { (a, b) } else { (format!("1{a}"), format!("1{b}")) }
    };
    let pairs = enough_of(Scheme::Dpkg, &mut pair);
    let compared = std::thread::scope(|scope| {
        let half = |half| move || pairs_in_order(dpkg, half);
        let halves: Vec<_> = pairs.chunks(pairs.len() / 2 + 1).map(|pairs| scope.spawn(half(pairs))).collect();
        halves.into_iter().map(|half| half.join().expect("every pair is ordered as dpkg does")).sum::<usize>()
    });
    assert_eq!(compared, PAIRS);
}

/// As many different pairs as are compared, and a tenth of that of those that have no order.
fn enough_of(scheme: Scheme, pair: &mut dyn FnMut() -> (String, String)) -> Vec<(String, String)> {
    let (mut pairs, mut ordered, mut others) = (Vec::new(), 0, 0);
    for _ in 0..50 * PAIRS {
        let (a, b) = pair();
        // An option of dpkg, and what neither of the tools takes for a version.
        if a == b || [&a, &b].iter().any(|version| version.starts_with('-') || version.is_empty()) {
            continue;
        }
        let counted = if compare(scheme, &a, &b).is_ok() { &mut ordered } else { &mut others };
        let limit = if compare(scheme, &a, &b).is_ok() { PAIRS } else { PAIRS / 10 };
        if *counted < limit {
            *counted += 1;
            pairs.push((a, b));
        }
        if ordered == PAIRS && others == PAIRS / 10 {
            return pairs;
        }
    }
    panic!("expected {PAIRS} pairs that have an order, found {ordered}, and {others} that have none");
}

fn pairs_in_order(dpkg: &str, pairs: &[(String, String)]) -> usize {
    pairs.iter().map(|(a, b)| ask_dpkg(dpkg, a, b)).sum()
}

/// 1 if dpkg has an order without complaint, and it is ours.
fn ask_dpkg(dpkg: &str, a: &str, b: &str) -> usize {
    let ours = compare(Scheme::Dpkg, a, b);
    let operator = match ours {
        Ok(Ordering::Less) | Err(_) => "lt",
        Ok(Ordering::Equal) => "eq",
        Ok(Ordering::Greater) => "gt",
    };
    let asked = Command::new(dpkg).args(["--compare-versions", a, operator, b]).stdin(Stdio::null()).env("LC_ALL", "C").output().unwrap();
    let complains = !asked.stderr.is_empty();
    match ours {
        Ok(_) => {
            assert!(!complains && asked.status.success(), "{a:?} {operator} {b:?}: dpkg says {asked:?}");
            1
        }
        // White space in front of and behind a version dpkg takes away without a word, and `+1` is a number to it.
        Err(refused) if refused.version.contains([' ', '+']) => 0,
        Err(refused) => {
            assert!(complains, "{refused}: dpkg compares {a:?} and {b:?}");
            0
        }
    }
}

#[test]
fn rpm_orders_its_versions_as_we_do() {
    let Some(rpm) = tool("rpm") else { return };
    let mut chance = Chance::new("rpm");
    let mut compared = 0;
    let pairs = enough_of(Scheme::Rpm, &mut || chance.pair(RPM));
    for pairs in pairs.chunks(500) {
        let table: String = pairs.iter().flat_map(|(a, b)| ["{\"", a, "\",\"", b, "\"},"]).collect();
        let script = format!("%{{lua: for _, pair in ipairs({{{table}}}) do print(rpm.vercmp(pair[1], pair[2]) .. \"\\n\") end}}");
        let answer = Command::new(rpm).args(["--eval", &script]).env("LC_ALL", "C").output().unwrap();
        let answers = String::from_utf8(answer.stdout).unwrap();
        let answers: Vec<&str> = answers.split_whitespace().collect();
        assert_eq!(answers.len(), pairs.len(), "{}", String::from_utf8_lossy(&answer.stderr));
        for ((a, b), theirs) in pairs.iter().zip(answers) {
            let theirs = theirs.parse::<i32>().unwrap().cmp(&0);
            match compare(Scheme::Rpm, a, b) {
                Ok(ours) => {
                    assert_eq!(ours, theirs, "{a:?} {b:?}");
                    compared += 1;
                }
                // A version or a release of nothing: rpm has an order for it, and no package has such a name.
                Err(refused) => assert!(is_without_a_part(&refused.version), "{refused}"),
            }
        }
    }
    assert_eq!(compared, PAIRS);
}

fn is_without_a_part(version: &str) -> bool {
    version.ends_with([':', '-']) || version.starts_with('-') || version.contains(":-")
}

/// Pairs and the answer of `apk version -t`, one a line.
fn apk_table() -> Vec<(String, String, Ordering)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scan/apk-versions.txt");
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let [a, operator, b] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line:?}") };
            let order = match operator {
                "<" => Ordering::Less,
                "=" => Ordering::Equal,
                ">" => Ordering::Greater,
                _ => panic!("{line:?}"),
            };
            (a.to_owned(), b.to_owned(), order)
        })
        .collect()
}

#[test]
fn apk_ordered_its_versions_as_we_do() {
    let table = apk_table();
    assert!(table.len() >= 2000, "{}", table.len());
    for (a, b, theirs) in table {
        assert_eq!(compare(Scheme::Apk, &a, &b), Ok(theirs), "{a} {b}");
        assert_eq!(compare(Scheme::Apk, &b, &a), Ok(theirs.reverse()), "{b} {a}");
    }
}

#[test]
fn trap_an_order_that_hangs_on_what_apk_cannot_parse_is_undetermined() {
    for (a, b) in [
        ("5.7.1p1-r0", "5.7.1p2-r0"),
        ("1.2_foo", "1.2"),
        ("1.2_foo", "1.2-r0"),
        ("1.2", "1.2-1"),
        ("1.0_p1-r2_git2-r1", "1.0_p1-r2"),
        ("1.2.", "1.2"),
        ("1.2~xyz", "1.2"),
        ("99999999999999999999", "1"),
        ("", "1"),
        ("v1.2", "1.2"),
        ("1.2-r", "1.2-r1"),
    ] {
        assert!(compare(Scheme::Apk, a, b).is_err(), "{a} {b}");
        assert!(compare(Scheme::Apk, b, a).is_err(), "{b} {a}");
    }
}

#[test]
fn what_stands_in_front_of_a_tail_that_apk_cannot_parse_decides() {
    assert_eq!(compare(Scheme::Apk, "5.7.1p1-r0", "5.8.0-r0"), Ok(Ordering::Less));
    assert_eq!(compare(Scheme::Apk, "2.0", "1.9_unknown"), Ok(Ordering::Greater));
}

#[test]
fn what_is_no_version_of_its_kind_is_undetermined() {
    for (scheme, text) in [
        (Scheme::Dpkg, ""),
        (Scheme::Dpkg, "unknown"),
        (Scheme::Dpkg, "1:"),
        (Scheme::Dpkg, ":1"),
        (Scheme::Dpkg, "1-"),
        (Scheme::Dpkg, "1 2"),
        (Scheme::Dpkg, "1_2"),
        (Scheme::Dpkg, "2147483648:1"),
        (Scheme::Dpkg, "é"),
        (Scheme::Rpm, ""),
        (Scheme::Rpm, "1:"),
        (Scheme::Rpm, "1-"),
        (Scheme::Rpm, "1 2"),
        (Scheme::Semver, ""),
        (Scheme::Semver, "1.2"),
        (Scheme::Semver, "1.2.3.4"),
        (Scheme::Semver, "(devel)"),
        (Scheme::Semver, "1.2.99999999999999999999"),
        (Scheme::Pep440, ""),
        (Scheme::Pep440, "1.0-final-x"),
        (Scheme::Pep440, "2004d"),
        (Scheme::Pep440, "dev"),
    ] {
        for (a, b) in [(text, "1.0.0"), ("1.0.0", text)] {
            let refused = compare(scheme, a, b).unwrap_err();
            assert_eq!((refused.scheme, refused.version.as_str()), (scheme, text));
        }
    }
}

#[test]
fn the_same_text_is_the_same_version_whatever_it_is() {
    assert_eq!(compare(Scheme::Dpkg, "unknown", "unknown"), Ok(Ordering::Equal));
    assert!(compare(Scheme::Dpkg, "", "").is_err());
}

#[test]
fn a_version_of_a_megabyte_is_undetermined() {
    let long = "1.".repeat(500_000);
    assert!(compare(Scheme::Dpkg, &long, "1").is_err());
}

#[test]
fn trap_build_metadata_has_no_say() {
    assert_eq!(compare(Scheme::Semver, "1.2.3+a", "1.2.3+b"), Ok(Ordering::Equal));
    assert_eq!(compare(Scheme::Semver, "v2.0.0+incompatible", "2.0.0"), Ok(Ordering::Equal));
}

#[test]
fn semantic_versions_have_the_order_of_section_11() {
    let ascending = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "v1.0.1",
        "1.10.0",
    ];
    assert_ascending(Scheme::Semver, &ascending);
}

#[test]
fn python_versions_have_the_order_of_pep_440() {
    assert_ascending(
        Scheme::Pep440,
        &["1.0.dev1", "1.0a1.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0+local.1", "1.0.post1.dev1", "1.0.post1", "1.1", "1!0.1"],
    );
    assert_eq!(compare(Scheme::Pep440, "v1.0-ALPHA.1", "1.0a1"), Ok(Ordering::Equal));
}

fn assert_ascending(scheme: Scheme, ascending: &[&str]) {
    for (place, a) in ascending.iter().enumerate() {
        for (other, b) in ascending.iter().enumerate() {
            assert_eq!(compare(scheme, a, b), Ok(place.cmp(&other)), "{a} {b}");
        }
    }
}
