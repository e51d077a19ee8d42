//! Who may say what a target is, besides the top-level role (sections 4.5 and 5.6.7).

use pullproof::refresh::RefreshError;
use pullproof::tuf::InvalidMetadata;
use serde_json::Value;
use serde_json::json;

use crate::repository::Repository;
use crate::repository::Signer;
use crate::repository::days_later;
use crate::repository::hashes;
use crate::repository::role;

/// A role with a key of its own, and what it lists: each file holds the name of the role that lists it.
struct Delegated<'a> {
    name: &'a str,
    lists: &'a [&'a str],
    /// Name, patterns, terminating.
    delegates: &'a [(&'a str, &'a [&'a str], bool)],
}

fn key(name: &str) -> Signer {
    Signer::ed25519(name.bytes().fold(100, u8::wrapping_add)).alias(&format!("key of {name}"))
}

fn delegations(delegates: &[(&str, &[&str], bool)]) -> Value {
    let mut keys = json!({});
    let roles: Vec<_> = delegates
        .iter()
        .map(|(name, patterns, terminating)| {
            keys[key(name).id] = key(name).public();
            let mut delegation = role(&[key(name)], 1);
            delegation["name"] = json!(name);
            delegation["paths"] = json!(patterns);
            delegation["terminating"] = json!(terminating);
            delegation
        })
        .collect();
    json!({ "keys": keys, "roles": roles })
}

/// A repository whose top-level role delegates so, with these roles.
fn repository(delegates: &[(&str, &[&str], bool)], roles: &[Delegated<'_>]) -> Repository {
    let mut repository = Repository::new();
    repository.targets["delegations"] = delegations(delegates);
    for Delegated { name, lists, delegates } in roles {
        let mut targets = json!({});
        for path in *lists {
            targets[path] = json!({ "length": name.len(), "hashes": hashes(name.as_bytes()) });
            repository.put_target(path, name.as_bytes());
        }
        let document = json!({
            "_type": "targets", "spec_version": "1.0.34", "version": 0, "expires": days_later(365),
            "targets": targets, "delegations": delegations(delegates),
        });
        repository.signers.insert((*name).into(), vec![key(name)]);
        repository.delegated.push(((*name).into(), document));
    }
    repository.release();
    repository
}

/// Which role's file is found, if any is.
fn found(repository: &Repository, path: &str) -> Option<String> {
    match repository.refresh_target(path) {
        Ok(refreshed) => Some(String::from_utf8(refreshed.content.as_ref().unwrap().bytes().to_vec()).unwrap()),
        Err(RefreshError::NoTarget { .. }) => None,
        Err(other) => panic!("{other}"),
    }
}

const fn leaf<'a>(name: &'a str, lists: &'a [&'a str]) -> Delegated<'a> {
    Delegated { name, lists, delegates: &[] }
}

#[test]
fn a_delegated_role_is_asked_for_the_paths_that_it_is_trusted_with() {
    let repository = repository(&[("npm", &["packages.example.org/*"], true)], &[leaf("npm", &["packages.example.org/keys.json"])]);
    assert_eq!(found(&repository, "packages.example.org/keys.json").as_deref(), Some("npm"));
    assert_eq!(repository.paths()[4], "2.root.json".replace("2.root", "1.npm"));
    assert_eq!(found(&repository, "packages.example.org/keys.json").as_deref(), Some("npm"));
    assert_eq!(repository.paths(), ["2.root.json", "timestamp.json"], "it is kept");
}

#[test]
fn a_delegated_role_is_not_believed_about_other_paths() {
    let lists = ["other.json", "packages.example.org/a/b", "packages.example.org"];
    let repository = repository(&[("npm", &["packages.example.org/*"], false)], &[leaf("npm", &lists)]);
    for path in lists {
        assert_eq!(found(&repository, path), None, "{path}");
        assert!(!repository.paths().contains(&"1.npm.json".to_owned()));
    }
}

/// All roles on the way have to be trusted with the path, not just the last.
#[test]
fn a_role_cannot_pass_on_trust_that_it_does_not_have() {
    let middle = Delegated { name: "middle", lists: &[], delegates: &[("last", &["*/*"], false)] };
    let repository = repository(&[("middle", &["a/*"], false)], &[middle, leaf("last", &["a/x", "b/x"])]);
    assert_eq!(found(&repository, "a/x").as_deref(), Some("last"));
    assert_eq!(found(&repository, "b/x"), None);
}

/// GHSA-4f8r-qqr9-fq8j: the order of delegations is their priority.
#[test]
fn of_two_roles_that_list_a_path_the_first_is_believed() {
    let roles = [leaf("first", &["x"]), leaf("second", &["x", "y"])];
    let repository = repository(&[("first", &["*"], false), ("second", &["*"], false)], &roles);
    assert_eq!(found(&repository, "x").as_deref(), Some("first"));
    assert_eq!(found(&repository, "y").as_deref(), Some("second"));
}

/// Depth before breadth.
#[test]
fn those_whom_a_role_trusts_come_before_those_after_it() {
    let first = Delegated { name: "first", lists: &[], delegates: &[("below", &["*"], false)] };
    let repository =
        repository(&[("first", &["*"], false), ("second", &["*"], false)], &[first, leaf("below", &["x"]), leaf("second", &["x"])]);
    assert_eq!(found(&repository, "x").as_deref(), Some("below"));
}

#[test]
fn the_top_level_role_comes_before_all() {
    let mut repository = repository(&[("first", &["*"], true)], &[leaf("first", &["x"])]);
    repository.targets["targets"]["x"] = json!({ "length": 3, "hashes": hashes(b"top") });
    repository.put_target("x", b"top");
    repository.release();
    assert_eq!(found(&repository, "x").as_deref(), Some("top"));
}

#[test]
fn after_a_terminating_delegation_nobody_else_is_asked() {
    let roles = [leaf("first", &[]), leaf("second", &["x"])];
    let terminating = repository(&[("first", &["*"], true), ("second", &["*"], false)], &roles);
    assert_eq!(found(&terminating, "x"), None);
    assert!(!terminating.paths().contains(&"1.second.json".to_owned()));
    let going_on = repository(&[("first", &["*"], false), ("second", &["*"], false)], &roles);
    assert_eq!(found(&going_on, "x").as_deref(), Some("second"));
}

/// Whoever it trusts is still asked; but none of those who were waiting further up.
#[test]
fn a_terminating_delegation_ends_the_search_of_its_delegators_too() {
    let first = Delegated { name: "first", lists: &[], delegates: &[("below", &["*"], true), ("beside", &["*"], false)] };
    let below = Delegated { name: "below", lists: &[], delegates: &[("deep", &["x"], false)] };
    let roles = [first, below, leaf("deep", &["x"]), leaf("beside", &["x", "y"]), leaf("second", &["x", "y"])];
    let repository = repository(&[("first", &["*"], false), ("second", &["*"], false)], &roles);
    assert_eq!(found(&repository, "x").as_deref(), Some("deep"));
    assert_eq!(found(&repository, "y"), None);
}

#[test]
fn a_terminating_delegation_of_other_paths_ends_nothing() {
    let roles = [leaf("first", &[]), leaf("second", &["x"])];
    let repository = repository(&[("first", &["y"], true), ("second", &["*"], false)], &roles);
    assert_eq!(found(&repository, "x").as_deref(), Some("second"));
}

#[test]
fn a_cycle_of_delegations_ends() {
    let a = Delegated { name: "a", lists: &[], delegates: &[("b", &["*"], false)] };
    let b = Delegated { name: "b", lists: &[], delegates: &[("a", &["*"], false), ("b", &["*"], false)] };
    let repository = repository(&[("a", &["*"], false), ("c", &["*"], false)], &[a, b, leaf("c", &["x"])]);
    assert_eq!(found(&repository, "x").as_deref(), Some("c"));
    assert_eq!(found(&repository, "y"), None);
}

#[test]
fn no_more_than_thirty_two_roles_are_visited() {
    let names: Vec<String> = (0..32).map(|n| format!("role-{n}")).collect();
    let chain = |count: usize| {
        let delegates: Vec<_> = names.iter().take(count).map(|name| (name.as_str(), &["*"] as &[&str], false)).collect();
        let lists: [&[&str]; 2] = [&[], &["x"]];
        let roles: Vec<_> =
            names.iter().take(count).enumerate().map(|(at, name)| leaf(name, lists[usize::from(at + 1 == count)])).collect();
        repository(&delegates, &roles)
    };
    assert_eq!(found(&chain(31), "x").as_deref(), Some("role-30"));
    assert_eq!(chain(32).refusal_of("x"), InvalidMetadata::TooMany { what: "delegated roles on the way to a target", limit: 31 });
}

#[test]
fn paths_can_be_delegated_by_the_beginning_of_their_hash() {
    let mut repository = repository(&[("bin", &[], false)], &[leaf("bin", &["x", "y"])]);
    let delegation = repository.targets["delegations"]["roles"][0].as_object_mut().unwrap();
    delegation.remove("paths");
    // SHA-256 of `x` begins with 2d711642, that of `y` with a1fce436.
    delegation.insert("path_hash_prefixes".into(), json!(["00", "2d7"]));
    repository.release();
    assert_eq!(found(&repository, "x").as_deref(), Some("bin"));
    assert_eq!(found(&repository, "y"), None);
}

#[test]
fn a_delegation_says_for_which_paths_it_is_in_one_clear_way() {
    for (paths, prefixes) in [
        (json!(["*"]), json!(["00"])),
        (Value::Null, Value::Null),
        (json!(["[ab]"]), Value::Null),
        (json!(["a\\*"]), Value::Null),
        (Value::Null, json!([""])),
        (Value::Null, json!(["ABC"])),
        (Value::Null, json!(["0".repeat(65)])),
        (Value::Null, json!(["0g"])),
    ] {
        let mut repository = repository(&[("role", &[], false)], &[leaf("role", &[])]);
        let delegation = &mut repository.targets["delegations"]["roles"][0];
        delegation["paths"] = paths;
        delegation["path_hash_prefixes"] = prefixes;
        repository.release();
        assert_eq!(repository.refusal(), InvalidMetadata::Paths { role: "role".into() });
    }
}

#[test]
fn a_delegated_role_cannot_have_the_name_of_another() {
    for name in ["root", "timestamp", "snapshot", "targets", "mirrors", ""] {
        let mut repository = repository(&[("role", &["*"], false)], &[leaf("role", &[])]);
        repository.targets["delegations"]["roles"][0]["name"] = json!(name);
        repository.release();
        assert_eq!(repository.refusal(), InvalidMetadata::Role { name: name.into() });
    }
    let twice = repository(&[("role", &["a"], false), ("role", &["b"], false)], &[leaf("role", &[])]);
    assert_eq!(twice.refusal(), InvalidMetadata::Role { name: "role".into() });
}

#[test]
fn a_delegated_role_signed_by_others_is_refused() {
    let mut repository = repository(&[("role", &["*"], false)], &[leaf("role", &["x"])]);
    let top = repository.signers["targets"].clone();
    repository.signers.insert("role".into(), top);
    repository.release();
    assert_eq!(repository.refusal_of("x"), InvalidMetadata::Threshold { role: "role".into(), expected: 1, found: 0 });
}

#[test]
fn a_delegated_role_that_the_snapshot_does_not_list_is_refused() {
    let mut repository = repository(&[("role", &["*"], false)], &[leaf("role", &["x"])]);
    repository.snapshot["meta"].as_object_mut().unwrap().remove("role.json");
    repository.publish_snapshot();
    assert_eq!(repository.refusal_of("x"), InvalidMetadata::Unlisted { by: "snapshot".into(), name: "role".into() });
}

#[test]
fn a_delegated_role_that_has_expired_is_refused() {
    let mut repository = repository(&[("role", &["*"], false)], &[leaf("role", &["x"])]);
    repository.delegated[0].1["expires"] = json!(days_later(1));
    repository.release();
    assert_eq!(repository.refresh_target("x").unwrap().expires, days_later(1));
    repository.now = days_later(1);
    assert!(matches!(repository.refusal_of("x"), InvalidMetadata::Expired { role, .. } if role == "role"));
}

#[test]
fn the_same_version_of_a_delegated_role_with_other_content_is_refused() {
    let mut repository = repository(&[("role", &["*"], false)], &[leaf("role", &["x"])]);
    repository.refresh_target("x").unwrap();
    repository.delegated[0].1["expires"] = json!(days_later(300));
    repository.snapshot["version"] = json!(3);
    repository.timestamp["version"] = json!(3);
    repository.publish();
    assert_eq!(repository.refusal_of("x"), InvalidMetadata::Equivocation { role: "role".into(), version: 1 });
}

/// CVE-2021-41131, CVE-2026-24686: a role's name is no path.
#[test]
fn a_name_cannot_lead_out_of_its_place() {
    for (name, path) in [
        ("../../etc/passwd", "1...%2F..%2Fetc%2Fpasswd.json"),
        ("a b?c#d%2e", "1.a%20b%3Fc%23d%252e.json"),
        ("..", "1....json"),
        ("https://evil.example/", "1.https%3A%2F%2Fevil.example%2F.json"),
        ("ä\n", "1.%C3%A4%0A.json"),
    ] {
        let repository = repository(&[(name, &["*"], false)], &[leaf(name, &["x"])]);
        // Whether this repository has a file of that name or not.
        let _ = repository.refresh_target("x");
        assert_eq!(repository.paths()[4], path);
    }
}

#[test]
fn a_target_s_path_is_escaped_part_for_part() {
    let repository = repository(&[("role", &["*/*"], false)], &[leaf("role", &["a b/c?d#e"])]);
    repository.refresh_target("a b/c?d#e").unwrap_err();
    let path = repository.paths().pop().unwrap();
    assert!(path.starts_with("targets/a%20b/") && path.ends_with(".c%3Fd%23e"), "{path}");
}

#[test]
fn a_target_that_nobody_lists_is_said_to_be_unknown() {
    let refused = Repository::new().refresh_target("other.json").unwrap_err();
    assert_eq!(refused.to_string(), "expected a role that lists other.json, found none");
    assert_eq!(refused.code(), "target-unknown");
}
