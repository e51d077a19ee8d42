//! `cargo xtask demo`: the whole of it on this machine. It needs no network and no account.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use anyhow::Context as _;
use anyhow::Result;
use pullproof::UnixTime;
use pullproof_world::Server as WorldServer;
use pullproof_world::demo;
use serde_json::Value;
use serde_json::json;

use crate::build;
use crate::console::Console;
use crate::server::Server;
use crate::shards;

/// Where the page is, unless another port is asked for.
pub(crate) const PORT: u16 = 8787;

/// Where the registry is, if that port is free: so that a reference that was copied once stays good.
const REGISTRY_PORT: u16 = 8788;

const EXAMPLES: &str = "target/xtask/demo-examples.json";
/// The public key behind the images of the demo that are signed with one.
const KEY: &str = "target/xtask/demo-cosign.pub";
/// Facts about published vulnerabilities, and which of them are known to be exploited.
const FACTS: &str = "tests/support/advisories";
const EXPLOITED: &str = "tests/support/known-exploited.json";
/// The shards of them, which the page is served with. They are no feed of advisories, so they are not where `www` would be deployed from.
const ADVISORIES: &str = "target/xtask/demo-advisories";
const LOG: &str = "target/xtask/log/demo.log";

/// Builds everything, serves it, and runs until it is interrupted.
pub(crate) fn run(console: &Console, port: u16) -> Result<()> {
    build::all(console)?;
    console.say("making shards of advisories");
    advisories(console)?;
    console.say("starting the registry, the Worker and the page");
    let registry = WorldServer::start_on(REGISTRY_PORT, demo::registry()).or_else(|_| WorldServer::start(demo::registry()))?;
    let registry = registry.authority();
    let mut worker = worker(port, &registry)?;
    let page = worker.wait_for(|line| line.strip_prefix("pullproof is ready at ").map(|url| url.trim().to_owned()))?;
    println!("{}", invitation(&page, &registry));
    worker.wait()
}

/// As of a dump of OSV's: the demo's is a folder of a few records.
fn advisories(console: &Console) -> Result<()> {
    if Path::new(ADVISORIES).exists() {
        fs::remove_dir_all(ADVISORIES)?;
    }
    let at = now()?.to_string();
    shards::run(console, &shards::Options::parse(&[FACTS, "--out", ADVISORIES, "--kev", EXPLOITED, "--at", &at])?)
}

#[expect(clippy::disallowed_methods, reason = "the shards are made when the demo starts, and say so")]
fn now() -> Result<UnixTime> {
    let seconds = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    UnixTime::from_seconds(seconds).context("expected a clock that shows a year up to 9999")
}

fn worker(port: u16, registry: &str) -> Result<Server> {
    // The page shows a title; what a check must find is for tests.
    let (signed, trust, scanned) = (demo::signed_examples(), demo::trust_examples(), demo::scanned_examples());
    let of = |example: &demo::Example| json!({ "image": format!("{registry}/{}", example.image), "title": example.sentence });
    let judged = |example: &demo::Example| {
        let mut example_of = of(example);
        example_of["policy"] = demo::policy(registry, example.image).into();
        example_of
    };
    let (good, others) = demo::EXAMPLES.split_at(1);
    let listed = good.iter().chain(&scanned).chain(others).filter(|example| example.listed);
    let examples: Vec<Value> = listed.map(of).chain(signed.iter().chain(&trust).map(judged)).collect();
    fs::create_dir_all("target/xtask")?;
    fs::write(KEY, demo::public_key())?;
    fs::write(EXAMPLES, Value::Array(examples).to_string())?;
    let mut command = Command::new("node");
    command.args([
        "worker/dev.mjs",
        "--port",
        &port.to_string(),
        "--registry",
        registry,
        "--examples",
        EXAMPLES,
        "--advisories",
        ADVISORIES,
    ]);
    Server::start(&command, Path::new(LOG))
}

fn invitation(page: &str, registry: &str) -> String {
    format!(
        "
  The page          {page}
  The registry      {registry}

  To try:
    curl '{page}/v1/check?image={registry}/demo/app:1.0'
    node pkg/dist/cli.js check {registry}/demo/tampered:1.0
    node pkg/dist/cli.js scan {registry}/demo/shop:1.0 --shards {ADVISORIES}
    node pkg/dist/cli.js check {registry}/demo/liar:1.0 --json
    node pkg/dist/cli.js check {registry}/demo/signed-key:1.0 --key {KEY}
    echo 'docker run --rm {registry}/demo/app:1.0' | node pkg/dist/cli.js pin - --kind command

  Ctrl-C ends it."
    )
}
