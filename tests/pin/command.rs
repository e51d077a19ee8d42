//! scratch
use crate::support::seen;
use pullproof::pin::Kind;
#[test]
fn scratch() {
    for case in std::fs::read_to_string("/tmp/w/cases.txt").unwrap().split("\n----\n") {
        println!("{case}");
        for s in seen(case, Kind::Command) {
            println!("      => {s}");
        }
    }
}
