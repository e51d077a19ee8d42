//! The fake registry against a real one: registry 2.8 from the system's packages must answer every request as the fake does.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test")]

use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof_world::Dialect;
use pullproof_world::FakeRegistry;
use pullproof_world::Host;
use pullproof_world::Image;
use pullproof_world::IndexSpec;
use pullproof_world::ManifestSpec;
use pullproof_world::Received;
use pullproof_world::Writing;
use pullproof_world::media_type::ACCEPT_ALL;
use pullproof_world::media_type::ACCEPT_DOCKER;
use pullproof_world::media_type::ACCEPT_OCI;
use pullproof_world::media_type::DOCKER_MANIFEST;
use pullproof_world::media_type::DOCKER_SCHEMA1_SIGNED;
use pullproof_world::media_type::OCI_MANIFEST;

#[test]
fn the_fake_answers_as_registry_2_does() {
    let Some(real) = RealRegistry::start() else {
        eprintln!("SKIPPED: expected the program docker-registry (Debian package docker-registry), found none: the fake was not compared");
        return;
    };
    let images = images();
    let mut fake = FakeRegistry::new().dialect(Dialect::Distribution2).without_referrers_api();
    for (tag, image) in &images {
        real.push("lab/app", tag, image);
        fake = fake.image("lab/app", tag, image);
    }

    let mut paths: Vec<String> = images.iter().map(|(tag, _)| format!("/v2/lab/app/manifests/{tag}")).collect();
    paths.extend(images.iter().map(|(_, image)| format!("/v2/lab/app/manifests/{}", image.digest())));
    paths.push("/v2/lab/app/manifests/missing".into());
    paths.push("/v2/lab/app/referrers/sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".into());
    paths.push(format!("/v2/lab/app/blobs/{}", Image::oci("linux/amd64").config().digest));
    paths.push("/v2/".into());
    paths.push("/elsewhere".into());

    for path in &paths {
        for accept in ["*/*", "application/json", ACCEPT_OCI, ACCEPT_DOCKER, ACCEPT_ALL, OCI_MANIFEST, DOCKER_MANIFEST] {
            assert_eq!(
                ask_fake(&fake, path, accept),
                real.ask(path, accept),
                "left: the fake, right: registry 2, for {path} with Accept: {accept}"
            );
        }
    }
}

/// Every kind of document that a real registry takes.
fn images() -> Vec<(&'static str, Image)> {
    let amd64 = Image::oci("linux/amd64");
    let index = |writing| IndexSpec::new().image(&amd64).writing(writing).mint();
    vec![
        ("oci", amd64.clone()),
        ("docker", Image::docker("linux/amd64")),
        ("index", Image::multi_platform()),
        ("list", Image::docker_list()),
        ("nested", Image::nested(2)),
        ("pretty", index(Writing::Pretty)),
        ("newline", index(Writing::PrettyWithNewline)),
        ("leading", index(Writing::LeadingWhitespace)),
        ("untyped", ManifestSpec::new("linux/arm64").without_media_type().mint()),
    ]
}

/// What must agree: everything that a client looks at, and of the content the digest. A document in schema 1 has none of its own.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    status: u16,
    content_type: String,
    digest_header: Option<String>,
    body: String,
}

impl Seen {
    fn new(status: u16, header: impl Fn(&str) -> Option<String>, body: &[u8]) -> Self {
        let content_type = header("content-type").unwrap_or_default();
        let digest_header = header("docker-content-digest");
        let true_digest = Digest::of(Algorithm::Sha256, body).to_string();
        if content_type == DOCKER_SCHEMA1_SIGNED {
            let about_other_bytes = digest_header.is_some_and(|digest| digest != true_digest);
            return Self { status, content_type, digest_header: None, body: format!("about other bytes: {about_other_bytes}") };
        }
        let body = if status == 200 { true_digest } else { error_code(body) };
        Self { status, content_type, digest_header, body }
    }
}

fn error_code(body: &[u8]) -> String {
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let code = json.and_then(|json| json["errors"][0]["code"].as_str().map(String::from));
    code.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned())
}

fn ask_fake(fake: &FakeRegistry, path: &str, accept: &str) -> Seen {
    let url = format!("http://127.0.0.1{path}");
    let answer = fake.answer(&Received { method: "GET".into(), url, headers: vec![("Accept".into(), accept.into())], body: vec![] });
    Seen::new(answer.status, |name| answer.header(name).map(String::from), answer.bytes())
}

struct RealRegistry {
    process: Child,
    port: u16,
}

impl RealRegistry {
    fn start() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("registry.yml");
        let text = format!(
            "{{version: 0.1, log: {{level: error, accesslog: {{disabled: true}}}}, storage: {{inmemory: {{}}}}, http: {{addr: '127.0.0.1:{port}'}}}}"
        );
        std::fs::write(&config, text).unwrap();
        let process = Command::new("docker-registry").arg("serve").arg(config).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let registry = Self { process, port };
        let answers = (0..100).any(|_| {
            thread::sleep(Duration::from_millis(100));
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        assert!(answers, "expected docker-registry to listen within ten seconds");
        Some(registry)
    }

    fn push(&self, repository: &str, tag: &str, image: &Image) {
        for blob in image.all_blobs() {
            let (status, headers, _) = self.send("POST", &format!("/v2/{repository}/blobs/uploads/"), &[], b"");
            assert_eq!(status, 202);
            let location = header(&headers, "location").unwrap();
            let target = &location[location.find("/v2/").unwrap()..];
            let (status, _, body) = self.send("PUT", &format!("{target}&digest={}", blob.digest), &[], &blob.bytes);
            assert_eq!(status, 201, "{}", String::from_utf8_lossy(&body));
        }
        // Children first: a registry takes no index of what it does not have.
        for manifest in image.manifests().into_iter().rev() {
            self.push_manifest(repository, &manifest.digest.to_string(), &manifest.media_type, &manifest.bytes);
        }
        self.push_manifest(repository, tag, &image.root.media_type, &image.root.bytes);
    }

    fn push_manifest(&self, repository: &str, reference: &str, media_type: &str, bytes: &[u8]) {
        let (status, _, body) =
            self.send("PUT", &format!("/v2/{repository}/manifests/{reference}"), &[("Content-Type", media_type)], bytes);
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(&body));
    }

    fn ask(&self, path: &str, accept: &str) -> Seen {
        let (status, headers, body) = self.send("GET", path, &[("Accept", accept)], b"");
        Seen::new(status, |name| header(&headers, name), &body)
    }

    /// HTTP/1.0: no chunks, and the connection ends with the answer.
    fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let fields = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>().concat();
        let head = format!("{method} {target} HTTP/1.0\r\nHost: 127.0.0.1:{}\r\nContent-Length: {}\r\n{fields}\r\n", self.port, body.len());
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let status = head[9..12].parse().unwrap();
        (status, head, answer[end + 4..].to_vec())
    }
}

impl Drop for RealRegistry {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    let fields = head.lines().skip(1).filter_map(|line| line.split_once(": "));
    fields.into_iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
}
