//! Three versions, with zero bytes between them: an order is the same from both sides, and goes on from one to the next.

#![no_main]

use core::cmp::Ordering;

use libfuzzer_sys::fuzz_target;
use pullproof::scan::version::Scheme;
use pullproof::scan::version::compare;

fuzz_target!(|text: &str| {
    let mut texts = text.splitn(3, '\0');
    let [a, b, c] = [(); 3].map(|()| texts.next().unwrap_or("1"));
    for scheme in [Scheme::Dpkg, Scheme::Apk, Scheme::Rpm, Scheme::Semver, Scheme::Pep440] {
        let order = compare(scheme, a, b);
        match &order {
            Ok(order) => assert_eq!(compare(scheme, b, a), Ok(order.reverse())),
            Err(refused) => {
                let sentence = refused.to_string();
                assert!(!sentence.contains(char::is_control) && (refused.version == a || refused.version == b), "{sentence:?}");
                assert!(compare(scheme, b, a).is_err());
            }
        }
        // apk's own is no order of this kind: a zero in front makes a text of a number, for this one comparison.
        if let (Ok(order), Ok(next), true) = (order, compare(scheme, b, c), scheme != Scheme::Apk)
            && (order == next || next == Ordering::Equal)
        {
            assert_eq!(compare(scheme, a, c), Ok(order), "{scheme:?} {a:?} {b:?} {c:?}");
        }
    }
});
