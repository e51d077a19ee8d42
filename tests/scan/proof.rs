//! From a reference to what is in the image, against registries honest and hostile.

use std::future::Future as _;
use std::pin::pin;
use std::sync::LazyLock;
use std::task::Context;
use std::task::Waker;

use pullproof::Checker;
use pullproof::Error;
use pullproof::Policy;
use pullproof::Reference;
use pullproof::contents::Contents;
use pullproof::contents::Reading;
use pullproof::contents::Step;
use pullproof::contents::Unread;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::registry::auth::Credentials;
use pullproof::registry::client::Access;
use pullproof::report::Report;
use pullproof::report::Verdict;
use pullproof::url::Url;
use pullproof_world::ArtifactSpec;
use pullproof_world::Behaviour;
use pullproof_world::Cors;
use pullproof_world::FakeRegistry;
use pullproof_world::Guard;
use pullproof_world::Image;
use pullproof_world::IndexSpec;
use pullproof_world::ManifestSpec;
use pullproof_world::On;
use pullproof_world::Relay;
use pullproof_world::Storage;
use pullproof_world::TokenServer;
use pullproof_world::World;
use pullproof_world::behaviour;

use crate::archive::Archive;
use crate::archive::USUAL;
use crate::archive::gzip;
use crate::archive::zstd;

const HOST: &str = "registry.test";
const APP: &str = "registry.test/team/app:v1";

fn sha256(bytes: &[u8]) -> Digest {
    Digest::of(Algorithm::Sha256, bytes)
}

/// Three layers, each compressed in its own way; the second deletes, the third is large.
fn archives() -> [Vec<u8>; 3] {
    let base = Archive::new().file("etc/os-release", b"ID=debian\n").file("var/lib/dpkg/status", b"Package: base\n");
    let removal = Archive::new().file("etc/.wh.os-release", b"");
    let mut noise = vec![0_u8; 3 << 20];
    let mut state = 1_u32;
    for byte in &mut noise {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = state.to_be_bytes()[0];
    }
    let app = Archive::new().file("app/data", &noise).file("app/node_modules/a/package.json", b"{}");
    [base.end(), removal.end(), app.end()]
}

fn layers() -> [(Vec<u8>, Digest); 3] {
    static LAYERS: LazyLock<[(Vec<u8>, Digest); 3]> = LazyLock::new(|| {
        let [base, removal, app] = archives();
        [(gzip(&base), sha256(&base)), (zstd(&removal), sha256(&removal)), (gzip(&app), sha256(&app))]
    });
    LAYERS.clone()
}

fn image_of(layers: &[(Vec<u8>, Digest)]) -> Image {
    layers.iter().fold(ManifestSpec::new("linux/amd64"), |spec, (bytes, diff_id)| spec.layer(bytes, *diff_id)).mint()
}

fn image() -> Image {
    image_of(&layers())
}

fn serving(image: &Image) -> FakeRegistry {
    FakeRegistry::new().image("team/app", "v1", image)
}

fn world(registry: FakeRegistry) -> World {
    World::new().registry(HOST, registry)
}

type Read = Result<(Report, Result<Contents, Unread>), Error>;

fn read_with(checker: &Checker<&World>, at_once: usize, on_step: &mut dyn FnMut(&Step)) -> Read {
    let reading = Reading { at_once, ..Reading::new(&USUAL) };
    let now = "2026-11-23T12:00:00Z".parse().unwrap();
    pollster::block_on(checker.contents(&Reference::parse(APP).unwrap(), None, now, reading, on_step))
}

fn read(world: &World) -> Result<Contents, Unread> {
    let (report, contents) = read_with(&Checker::new(world), 3, &mut |_| {}).unwrap();
    if let Err(unread) = &contents {
        assert!(!unread.to_string().is_empty());
        assert!(report.verdict != Verdict::Accept);
    }
    contents
}

fn code(world: &World) -> &'static str {
    match read(world) {
        Ok(contents) => panic!("expected an error, found {contents:?}"),
        Err(unread) => unread.code(),
    }
}

fn paths(contents: &Contents) -> Vec<(&str, usize)> {
    contents.merged().tree.files.iter().map(|(path, file)| (path.as_str(), file.layer)).collect()
}

const EXPECTED: [(&str, usize); 2] = [("app/node_modules/a/package.json", 2), ("var/lib/dpkg/status", 0)];

#[test]
fn what_is_in_an_image_is_read_layer_by_layer_or_all_at_once() {
    let image = image();
    for at_once in [0, 1, 2, 3, 100] {
        let world = world(serving(&image));
        let (report, contents) = read_with(&Checker::new(&world), at_once, &mut |_| {}).unwrap();
        let contents = contents.unwrap();
        assert_eq!(paths(&contents), EXPECTED);
        assert!(contents.merged().gaps.is_empty());
        assert_eq!((contents.manifest(), report.verdict), (image.digest(), Verdict::Inconclusive));
        let read: Vec<_> = contents.layers().iter().map(|layer| (layer.proven.digest, layer.proven.diff_id, layer.unpacked)).collect();
        let there: Vec<_> =
            image.layers().iter().zip(archives()).map(|(layer, archive)| (layer.digest, sha256(&archive), archive.len() as u64)).collect();
        assert_eq!(read, there);
    }
}

#[test]
fn an_index_is_walked_to_the_platform() {
    let index = IndexSpec::new().image(&Image::oci("linux/arm64")).image(&image()).mint();
    let world = world(serving(&index));
    let contents = read(&world).unwrap();
    assert_eq!((paths(&contents), contents.manifest()), (EXPECTED.to_vec(), image().digest()));
}

#[test]
fn progress_is_told_for_every_layer_and_ends_where_it_should() {
    let image = image();
    let mut steps: Vec<Vec<u64>> = vec![Vec::new(); 3];
    let mut checks = 0;
    let world = world(serving(&image));
    let read = read_with(&Checker::new(&world), 3, &mut |step| match step {
        Step::Check(_) => checks += 1,
        Step::Layer { index, layers, bytes, size } => {
            assert_eq!((*layers, *size), (3, image.layers()[*index].bytes.len() as u64));
            steps[*index].push(*bytes);
        }
    });
    read.unwrap().1.unwrap();
    assert_eq!(checks, 10);
    for (told, layer) in steps.iter().zip(image.layers()) {
        assert_eq!((told[0], *told.last().unwrap()), (0, layer.bytes.len() as u64));
        assert!(told.is_sorted());
    }
    assert!(steps[2].len() >= 4, "{:?}", steps[2]);
}

#[test]
fn a_policy_that_rejects_keeps_nobody_from_reading() {
    let world = world(serving(&image()));
    let policy =
        Policy::parse(&format!(r#"{{"rules":[{{"images":"registry.test/team/*","require":[{{"digest":"{}"}}]}}]}}"#, sha256(b"x")))
            .unwrap();
    let reading = Reading::new(&USUAL);
    let now = "2026-11-23T12:00:00Z".parse().unwrap();
    let checker = Checker::new(&world);
    let reference = Reference::parse(APP).unwrap();
    let (report, contents) = pollster::block_on(checker.contents(&reference, Some(&policy), now, reading, &mut |_| {})).unwrap();
    assert_eq!((report.verdict, paths(&contents.unwrap())), (Verdict::Reject, EXPECTED.to_vec()));
}

#[test]
fn a_registry_that_sends_other_bytes_is_found_out_in_every_layer() {
    let image = image();
    for layer in image.layers() {
        assert_eq!(code(&world(serving(&image).tampered("team/app", layer))), "digest-mismatch");
        let mut other = layer.bytes.clone();
        *other.last_mut().unwrap() ^= 1;
        let unread = read(&world(serving(&image).storing_instead("team/app", layer, &other))).unwrap_err();
        assert!(unread.code() == "digest-mismatch" && unread.is_mismatch(), "{unread}");
    }
}

#[test]
fn a_registry_that_sends_too_little_or_too_much_is_found_out() {
    let image = image();
    for layer in image.layers() {
        let shorter = &layer.bytes[..layer.bytes.len() - 1];
        assert_eq!(code(&world(serving(&image).storing_instead("team/app", layer, shorter))), "size-mismatch");
        assert_eq!(code(&world(serving(&image).storing_instead("team/app", layer, b""))), "size-mismatch");
        let longer = [&layer.bytes[..], b"x"].concat();
        assert_eq!(code(&world(serving(&image).storing_instead("team/app", layer, &longer))), "size-mismatch");
        let endless = On::blobs().named(layer.digest.to_string());
        let unread = read(&world(serving(&image).behave(endless, behaviour::endless()))).unwrap_err();
        assert_eq!(unread.code(), "size-mismatch");
    }
}

#[test]
fn a_layer_that_stops_on_its_way_is_not_known() {
    let image = image();
    for layer in image.layers() {
        let on = || On::blobs().named(layer.digest.to_string());
        for (behaviour, code) in [(behaviour::stalls(), "timeout"), (behaviour::silent(), "timeout"), (behaviour::denied(), "denied")] {
            let unread = read(&world(serving(&image).behave(on(), behaviour))).unwrap_err();
            assert!(unread.code() == code && !unread.is_mismatch(), "{unread}");
        }
    }
    assert_eq!(code(&world(serving(&image).losing("team/app", &image.layers()[1]))), "not-found");
    let limited = behaviour::too_many_requests(Some("30"));
    assert_eq!(code(&world(serving(&image).behave(On::blobs().named(image.layers()[0].digest.to_string()), limited))), "rate-limited");
    let page = behaviour::marketing_page();
    assert_eq!(code(&world(serving(&image).behave(On::blobs().named(image.layers()[0].digest.to_string()), page))), "not-a-registry");
}

#[test]
fn a_diff_id_that_is_not_the_archives_is_refused() {
    let [base, removal, (app, _)] = layers();
    let unread = read(&world(serving(&image_of(&[base.clone(), removal.clone(), (app.clone(), sha256(b"x"))])))).unwrap_err();
    assert!(unread.code() == "diff-id-mismatch" && unread.is_mismatch(), "{unread}");
    // Those of two layers exchanged.
    assert_eq!(code(&world(serving(&image_of(&[(base.0, removal.1), (removal.0, base.1)])))), "diff-id-mismatch");
}

#[test]
fn as_many_diff_ids_as_layers_are_needed() {
    let image = image();
    let config = image.config().text();
    let ids = layers().map(|(_, diff_id)| format!("\"{diff_id}\""));
    for (list, code_of_it) in [
        (ids[..2].join(","), "diff-ids-mismatch"),
        ([&ids[..], &ids[..1]].concat().join(","), "diff-ids-mismatch"),
        (String::new(), "diff-ids-mismatch"),
        ("1,2,3".into(), "document-invalid"),
        ("\"sha256:0\"".into(), "document-invalid"),
    ] {
        let changed = config.replace(&ids.join(","), &list);
        assert_ne!(changed, config);
        assert_eq!(code(&world(serving(&with_config(&image, &changed)))), code_of_it, "{list}");
    }
    for (from, to) in [("\"layers\"", "\"foils\""), ("\"diff_ids\"", "\"diff_idz\""), ("\"type\":\"layers\",", "")] {
        assert!(config.contains(from));
        assert_eq!(code(&world(serving(&with_config(&image, &config.replace(from, to))))), "document-invalid", "{to}");
    }
}

/// The same image with another configuration, truly described.
fn with_config(image: &Image, config: &str) -> Image {
    let blob = pullproof_world::Blob::new(&image.config().media_type, config.as_bytes());
    let old = image.config();
    let root = image
        .root
        .text()
        .replace(&old.digest.to_string(), &blob.digest.to_string())
        .replace(&format!("\"size\":{}", old.bytes.len()), &format!("\"size\":{}", blob.bytes.len()));
    let mut changed = image.rewritten(|_| root);
    changed.blobs[0] = blob;
    changed
}

#[test]
fn layers_that_are_elsewhere_or_of_another_kind_are_not_read() {
    let foreign = ManifestSpec::new("windows/amd64").file("a", "b").foreign_layer("https://elsewhere.test/layer").mint();
    let world_of = |image: &Image| world(serving(image));
    let checker_world = world_of(&foreign);
    let checker = Checker::new(&checker_world).platform("windows/amd64".parse().unwrap());
    assert_eq!(read_with(&checker, 3, &mut |_| {}).unwrap().1.unwrap_err().code(), "diff-ids-mismatch");
    let two_ids = foreign.config().text().replace("\"diff_ids\":[", &format!("\"diff_ids\":[\"{}\",", sha256(b"x")));
    let checker_world = world_of(&with_config(&foreign, &two_ids));
    let checker = Checker::new(&checker_world).platform("windows/amd64".parse().unwrap());
    assert_eq!(read_with(&checker, 3, &mut |_| {}).unwrap().1.unwrap_err().code(), "foreign-layers");
    assert!(checker_world.requests_to("elsewhere.test").is_empty());
    let image = image();
    let kind = &image.layers()[0].media_type;
    for other in ["application/vnd.oci.image.layer.v1.tar+gzip+encrypted", "application/vnd.oci.image.layer.v2.tar", "text/plain"] {
        assert_eq!(code(&world_of(&image.replacing(kind, other))), "layer-kind-unsupported");
    }
    for kindred in ["application/vnd.oci.image.layer.v1.tar", "application/vnd.docker.image.rootfs.diff.tar.gzip"] {
        assert_eq!(paths(&read(&world_of(&image.replacing(kind, kindred))).unwrap()), EXPECTED);
    }
}

#[test]
fn what_is_no_image_has_no_contents() {
    let artifact = ArtifactSpec::new("application/vnd.example", b"x").mint();
    assert_eq!(code(&world(serving(&artifact))), "no-image");
    let index = IndexSpec::new().image(&Image::oci("linux/s390x")).mint();
    assert_eq!(code(&world(serving(&index))), "platform-missing");
    let image = image();
    assert_eq!(code(&world(serving(&image).losing("team/app", image.config()))), "not-found");
    assert_eq!(code(&world(serving(&image).tampered("team/app", image.config()))), "digest-mismatch");
}

#[test]
fn a_manifest_that_changes_after_the_check_is_found_out() {
    let image = image();
    let registry = serving(&image).behave(On::manifests(), behaviour::after(1, behaviour::serving(&Image::oci("linux/amd64").root)));
    assert_eq!(code(&world(registry)), "size-mismatch");
}

#[test]
fn one_bad_layer_ends_it_whichever_it_is() {
    let [base, removal, app] = layers();
    let archive = Archive::new().file("../etc/passwd", b"x").end();
    let bad = (gzip(&archive), sha256(&archive));
    for layers in [[bad.clone(), removal.clone(), app.clone()], [base.clone(), bad.clone(), app], [base, removal, bad]] {
        assert_eq!(code(&world(serving(&image_of(&layers)))), "layer-path-invalid");
    }
    let circle = Archive::new().symlink("lib", "lib").end();
    let through = Archive::new().file("lib/apk/db/installed", b"x").end();
    let layers = [circle, through].map(|archive| (gzip(&archive), sha256(&archive)));
    let unread = read(&world(serving(&image_of(&layers)))).unwrap_err();
    assert!(matches!(unread, Unread::Overlay { index: 1, .. }), "{unread}");
}

/// A layer of many files is read while the one below it is still on its way: it has to wait, and goes on.
#[test]
fn a_layer_of_many_entries_waits_for_those_below_it() {
    let [_, _, (app, app_id)] = layers();
    let mut many = Archive::new();
    for number in 0..66_000 {
        many = many.raw(crate::archive::Header::new(&format!("usr/share/{number}"), b'0', 0), b"");
    }
    let many = many.file("app/node_modules", b"a file now").file("etc/os-release", b"ID=top").end();
    let image = image_of(&[(app, app_id), (gzip(&many), sha256(&many))]);
    for at_once in [1, 2] {
        let world = world(serving(&image));
        let (_, contents) = read_with(&Checker::new(&world), at_once, &mut |_| {}).unwrap();
        assert_eq!(paths(&contents.unwrap()), [("etc/os-release", 1)], "{at_once}");
    }
}

#[test]
fn tokens_and_redirects_stand_before_blobs_too() {
    let image = image();
    let registry = serving(&image).guard(Guard::bearer("https://auth.test/token", HOST)).blobs_elsewhere("https://storage.test");
    let world = world(registry).host("auth.test", TokenServer::new(HOST)).host("storage.test", Storage::of(&image));
    assert_eq!(paths(&read(&world).unwrap()), EXPECTED);
    // The storage hears nothing of the token.
    assert!(world.requests_to("storage.test").iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn a_redirect_to_where_nobody_goes_is_refused_for_blobs_too() {
    let image = image();
    let on = On::blobs().named(image.layers()[0].digest.to_string());
    for (behaviour, code_of_it) in [
        (behaviour::redirect_to("http://127.0.0.1/x"), "redirect-refused"),
        (behaviour::redirect_to_itself(), "too-many-redirects"),
        (behaviour::redirect_forever(), "too-many-redirects"),
    ] {
        assert_eq!(code(&world(serving(&image).behave(on.clone(), behaviour))), code_of_it);
    }
}

#[test]
fn credentials_that_are_refused_are_told() {
    let image = image();
    let world = world(serving(&image).guard(Guard::basic("lab", "labpass")));
    let credentials = Some(Credentials::Password { username: "lab".into(), password: "labpass".into() });
    let checker = Checker::new(&world).access(Access { credentials, ..Access::default() });
    assert_eq!(paths(&read_with(&checker, 3, &mut |_| {}).unwrap().1.unwrap()), EXPECTED);
    assert_eq!(read_with(&Checker::new(&world), 3, &mut |_| {}).unwrap_err().code(), "unauthorized");
}

#[test]
fn a_page_reads_layers_through_the_relay_where_it_has_to() {
    let image = image();
    let relay = Relay::new().to(HOST, serving(&image));
    let world = world(serving(&image)).host("edge.test", relay).browser("https://page.test");
    let relay = Url::parse("https://edge.test/relay/");
    let checker = Checker::new(&world).access(Access { safelisted_only: true, relay, credentials: None });
    assert_eq!(paths(&read_with(&checker, 3, &mut |_| {}).unwrap().1.unwrap()), EXPECTED);
    // And from registries that let it.
    let world = World::new().registry(HOST, serving(&image).cors(Cors::open())).browser("https://page.test");
    let checker = Checker::new(&world).access(Access { safelisted_only: true, ..Access::default() });
    assert_eq!(paths(&read_with(&checker, 3, &mut |_| {}).unwrap().1.unwrap()), EXPECTED);
}

#[test]
fn a_relay_that_says_no_is_told() {
    let image = image();
    let refusal = pullproof_world::Answer::json(502, &serde_json_of("response-too-large", "too large"))
        .with("Pullproof-Relay-Error", "response-too-large")
        .with("Access-Control-Allow-Origin", "*")
        .with("Access-Control-Expose-Headers", "Pullproof-Relay-Error");
    let refuses = behaviour::instead(refusal);
    let is_layer = image.layers()[2].digest.to_string();
    let relay =
        Behaviour::new(move |request, answer| if request.url.contains(&is_layer) { refuses.apply(request, answer) } else { answer });
    let world = world(serving(&image)).host("edge.test", relay.before(Relay::new().to(HOST, serving(&image)))).browser("https://page.test");
    let access = Access { safelisted_only: true, relay: Url::parse("https://edge.test/relay/"), credentials: None };
    let unread = read_with(&Checker::new(&world).access(access), 3, &mut |_| {}).unwrap().1.unwrap_err();
    assert_eq!(unread.code(), "response-too-large");
}

fn serde_json_of(code: &str, message: &str) -> serde_json::Value {
    serde_json::json!({ "error": { "code": code, "message": message } })
}

#[test]
fn who_gives_up_fetches_nothing_more() {
    let image = image();
    let world = world(serving(&image));
    let checker = Checker::new(&world);
    let reference = Reference::parse(APP).unwrap();
    let now = "2026-11-23T12:00:00Z".parse().unwrap();
    let mut on_step = |_: &Step| {};
    {
        let mut reading = pin!(checker.contents(&reference, None, now, Reading { at_once: 1, ..Reading::new(&USUAL) }, &mut on_step));
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..3 {
            assert!(reading.as_mut().poll(&mut context).is_pending());
        }
    }
    let asked = world.requests().len();
    assert!(world.requests().iter().all(|request| !request.url.contains(&image.layers()[2].digest.to_string())), "{asked}");
}

#[test]
fn nothing_of_a_layer_is_buffered_by_the_client() {
    // The registry holds all of a layer in this world; the client asks for a piece at a time, and is told of no more than one more.
    let image = image();
    let world = world(serving(&image));
    let client_of = Checker::new(&world);
    let mut largest = 0;
    let mut before = [0; 3];
    read_with(&client_of, 3, &mut |step| {
        if let Step::Layer { index, bytes, size, .. } = step {
            if bytes != size {
                largest = largest.max(bytes - before[*index]);
            }
            before[*index] = *bytes;
        }
    })
    .unwrap()
    .1
    .unwrap();
    assert!(largest <= (1 << 20) + 4099, "{largest}");
}
