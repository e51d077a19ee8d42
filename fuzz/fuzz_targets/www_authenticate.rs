//! A `WWW-Authenticate` field, whoever wrote it, and whatever it makes us do: nobody private is asked, no secret goes elsewhere.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::registry::auth;
use pullproof::registry::auth::Credentials;
use pullproof::registry::auth::Next;
use pullproof::registry::challenge;
use pullproof::url::Url;

fuzz_target!(|field: &str| {
    let challenges = challenge::parse(field);
    let asked = Url::parse("https://registry.example/v2/team/app/manifests/1").expect("a plain address");
    let secret = Credentials::Password { username: "user".into(), password: "secret".into() };
    for credentials in [None, Some(&secret)] {
        if let Next::Exchange(request) = auth::answer(&challenges, &asked, "team/app", credentials) {
            let realm = Url::parse(&request.url).expect("only addresses that can be read are asked");
            assert_eq!(asked.refuses(&realm), None);
            if credentials.is_some() {
                assert!(realm.host() == "registry.example", "credentials went to {realm}");
            }
        }
    }
});
