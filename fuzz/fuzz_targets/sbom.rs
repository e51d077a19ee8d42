//! Lists of packages that somebody else made, whoever wrote them, and the package URLs in them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::scan::inventory::purl::PackageUrl;
use pullproof::scan::inventory::sbom;

fuzz_target!(|bytes: &[u8]| {
    match sbom::read(bytes, "list") {
        Ok(list) => assert!(list.packages.iter().all(|package| !package.name.is_empty() && !package.version.is_empty())),
        Err(why) => sentence(&why.to_string()),
    }
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    match PackageUrl::parse(text) {
        Ok(url) => {
            assert!(!url.name.is_empty() && !url.kind.is_empty());
            if let Some(package) = url.package("list", 0) {
                assert!(!package.name.is_empty() && !package.version.is_empty(), "{package:?}");
            }
            let _ = url.distribution();
        }
        Err(why) => sentence(&why.to_string()),
    }
});

fn sentence(text: &str) {
    assert!(!text.is_empty() && !text.contains(char::is_control), "{text:?}");
}
