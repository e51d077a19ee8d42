//! Statements with lists of packages in them, whoever signed them: two of one text, about the image and about its index, count together or say why
//! not; and nothing is ever listed from a statement about something else.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::intoto::Statement;
use pullproof::scan::lists::Lists;
use pullproof::scan::lists::Names;
use pullproof::scan::report::ListTrust;

fuzz_target!(|bytes: &[u8]| {
    let named = |name: &str| Digest::of(Algorithm::Sha256, name.as_bytes());
    let names = Names { root: named("index"), manifest: named("manifest"), config: named("config") };
    let mut lists = Lists::new(ListTrust::Signed, names);
    let (mut is_about_image, mut count) = (false, 0);
    // The two halves, so that two lists can contradict each other.
    for half in [bytes, bytes.get(..bytes.len() / 2).unwrap_or_default(), bytes.get(bytes.len() / 2..).unwrap_or_default()] {
        let Ok((statement, predicate)) = Statement::parse_all(half) else { continue };
        // Without what it says it is the same statement.
        assert_eq!(Statement::parse(half).as_ref(), Ok(&statement));
        count += 1;
        is_about_image |= [names.root, names.manifest].iter().any(|digest| statement.subject_with(digest).is_ok());
        lists.add_statement(named(&count.to_string()), Some("somebody"), &statement, predicate.as_ref());
    }
    match lists.finish(None) {
        Ok(listed) => {
            assert!(is_about_image && !listed.summary.documents.is_empty() && listed.summary.documents.len() <= count);
            listed.limits.iter().chain(&listed.notes).for_each(|remark| sentence(&remark.message));
        }
        Err(why) => {
            assert!(!why.is_empty());
            why.iter().for_each(|remark| sentence(&remark.message));
        }
    }
});

fn sentence(text: &str) {
    assert!(!text.is_empty() && !text.contains(char::is_control), "{text:?}");
}
