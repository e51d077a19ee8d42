//! `pkg/scan.schema.json` and `pkg/types.ts` say the words that a scan is written with.

use std::fs;

use pullproof::scan::report::DatabaseKind;
use pullproof::scan::report::Extent;
use pullproof::scan::report::Judged;
use pullproof::scan::report::ListFormat;
use pullproof::scan::report::ListTrust;
use pullproof::scan::report::ListedBy;
use pullproof::scan::report::State;
use pullproof::scan::report::VexStatus;
use pullproof::scan::severity::Level;
use pullproof::scan::severity::Origin;
use serde::Serialize;
use serde_json::Value;

/// All variants, as they are written. A new one that is forgotten here does not compile.
macro_rules! words {
    ($kind:ident: $($variant:ident)*) => {{
        const fn is_known(variant: $kind) {
            match variant {
                $($kind::$variant => {})*
            }
        }
        vec![$({
            is_known($kind::$variant);
            word(&$kind::$variant)
        }),*]
    }};
}

fn word(variant: &impl Serialize) -> Value {
    serde_json::to_value(variant).unwrap()
}

fn file(name: &str) -> String {
    fs::read_to_string(format!("{}/pkg/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[track_caller]
fn same(pointer: &str, mut expected: Vec<Value>) {
    let schema: Value = serde_json::from_str(&file("scan.schema.json")).unwrap();
    let mut found = schema.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}")).as_array().unwrap().clone();
    let types = file("types.ts");
    for word in expected.iter().filter_map(Value::as_str) {
        assert!(types.contains(&format!("'{word}'")), "types.ts does not have {word}");
    }
    expected.sort_by_key(Value::to_string);
    found.sort_by_key(Value::to_string);
    assert_eq!(found, expected, "{pointer}");
}

#[test]
fn the_schema_and_the_types_name_every_extent() {
    same("/properties/extent/enum", words!(Extent: Complete Partial Unsupported Unknown));
}

#[test]
fn the_schema_and_the_types_name_everything_that_a_rule_can_come_to() {
    same("/$defs/rule/properties/judged/enum", words!(Judged: Met Open Denied));
}

#[test]
fn the_schema_and_the_types_name_every_state_of_a_finding() {
    same("/$defs/finding/properties/state/enum", words!(State: Affected Undetermined));
}

#[test]
fn the_schema_and_the_types_name_every_severity_and_who_says_so() {
    same("/$defs/severity/properties/level/enum", words!(Level: Unknown Negligible Low Medium High Critical));
    let mut origins = words!(Origin: Vendor Cvss);
    origins.push(Value::Null);
    same("/$defs/severity/properties/by/enum", origins);
}

#[test]
fn the_schema_and_the_types_name_every_status_of_a_vex_document() {
    same("/$defs/vex/properties/status/enum", words!(VexStatus: NotAffected Affected Fixed UnderInvestigation));
}

#[test]
fn the_schema_and_the_types_name_every_origin_of_a_list() {
    same("/$defs/inventory/properties/from/enum", words!(ListedBy: Layers Sbom));
    same("/$defs/inventory/properties/trust/enum", words!(ListTrust: Proven Signed Linked Given));
    same("/$defs/document/properties/format/enum", words!(ListFormat: Spdx CycloneDx));
}

#[test]
fn the_schema_and_the_types_name_every_kind_of_database() {
    same("/$defs/database/properties/kind/enum", words!(DatabaseKind: OsvApi Shard));
}
