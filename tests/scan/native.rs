//! Layers over real HTTP, with the blocking transport of native programs.

use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::time::Duration;

use pullproof::Checker;
use pullproof::Reference;
use pullproof::Transport as _;
use pullproof::contents::Reading;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::native::NativeTransport;
use pullproof::transport::Content as _;
use pullproof::transport::Method;
use pullproof::transport::Request;
use pullproof::transport::TransportError;
use pullproof_world::Behaviour;
use pullproof_world::FakeRegistry;
use pullproof_world::Image;
use pullproof_world::ManifestSpec;
use pullproof_world::On;
use pullproof_world::Server;
use pullproof_world::behaviour;

use crate::archive::Archive;
use crate::archive::USUAL;
use crate::archive::gzip;

fn image() -> Image {
    let archive = Archive::new().file("opt/data", &vec![7; 5 << 20]).file("var/lib/dpkg/status", b"Package: a\n").end();
    ManifestSpec::new("linux/amd64")
        .layer(&gzip(&archive), Digest::of(Algorithm::Sha256, &archive))
        .layer(&archive, Digest::of(Algorithm::Sha256, &archive))
        .mint()
}

fn serving(image: &Image) -> FakeRegistry {
    FakeRegistry::new().image("team/app", "v1", image)
}

#[test]
fn layers_are_read_from_a_real_server() {
    let server = Server::start(serving(&image())).unwrap();
    let reference = Reference::parse(&format!("{}/team/app:v1", server.authority())).unwrap();
    let now = "2026-11-23T12:00:00Z".parse().unwrap();
    let checker = Checker::new(NativeTransport::new());
    let (_, contents) = pollster::block_on(checker.contents(&reference, None, now, Reading::new(&USUAL), &mut |_| {})).unwrap();
    let contents = contents.unwrap();
    assert_eq!((contents.layers().len(), contents.merged().tree.files["var/lib/dpkg/status"].layer), (2, 1));
}

/// Keeps every layer back until so many of them were asked for, and says no when that takes too long.
fn only_together(image: &Image, count: usize) -> Behaviour {
    let layers: Vec<String> = image.layers().iter().map(|layer| layer.digest.to_string()).collect();
    let asked = Arc::new((Mutex::new(0), Condvar::new()));
    Behaviour::new(move |request, answer| {
        if !layers.iter().any(|digest| request.url.ends_with(digest)) {
            return answer;
        }
        let (number, changed) = &*asked;
        let mut number = number.lock().unwrap();
        *number += 1;
        changed.notify_all();
        let (_number, waited) = changed.wait_timeout_while(number, Duration::from_secs(20), |number| *number < count).unwrap();
        if waited.timed_out() { behaviour::bad_gateway().apply(request, answer) } else { answer }
    })
}

#[test]
fn several_layers_are_on_their_way_at_once() {
    let image = image();
    let now = "2026-11-23T12:00:00Z".parse().unwrap();
    let server = Server::start(serving(&image).behave(On::blobs(), only_together(&image, 2))).unwrap();
    let reference = Reference::parse(&format!("{}/team/app:v1", server.authority())).unwrap();
    let checker = Checker::new(NativeTransport::new());
    let (_, contents) = pollster::block_on(checker.contents(&reference, None, now, Reading::new(&USUAL), &mut |_| {})).unwrap();
    assert_eq!(contents.unwrap().layers().len(), 2);
}

/// What comes of the second layer, which is not compressed.
fn read(registry: FakeRegistry, image: &Image, max_length: u64) -> Result<u64, TransportError> {
    let server = Server::start(registry).unwrap();
    let url = format!("{}/v2/team/app/blobs/{}", server.origin(), image.layers()[1].digest);
    let timeout = Duration::from_secs(20);
    let request = Request { method: Method::Get, url, headers: Vec::new(), body: Vec::new(), max_length, timeout };
    let transport = NativeTransport::new();
    pollster::block_on(async {
        let mut opened = transport.open(request, Duration::from_millis(300)).await?;
        let (mut piece, mut sum) = (Vec::new(), 0);
        loop {
            opened.content.next(&mut piece).await?;
            if piece.is_empty() {
                return Ok(sum);
            }
            sum += piece.len() as u64;
        }
    })
}

#[test]
fn limits_hold_while_it_is_read() {
    let image = image();
    let size = image.layers()[1].bytes.len() as u64;
    assert_eq!(read(serving(&image), &image, size), Ok(size));
    assert_eq!(read(serving(&image), &image, size - 1), Err(TransportError::TooLarge { limit: size - 1, status: 200 }));
    let endless = serving(&image).behave(On::blobs(), behaviour::endless());
    assert_eq!(read(endless, &image, 10 << 20), Err(TransportError::TooLarge { limit: 10 << 20, status: 200 }));
    let stalls = serving(&image).behave(On::blobs(), behaviour::stalls());
    assert_eq!(read(stalls, &image, size), Err(TransportError::Timeout));
    let silent = serving(&image).behave(On::blobs(), behaviour::silent());
    assert_eq!(read(silent, &image, size), Err(TransportError::Timeout));
}
