//! Advisories and packages as tests write them, and both ways to look the former up.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use pullproof::UnixTime;
use pullproof::scan::advisory::Advisory;
use pullproof::scan::ecosystem::normalised_python_name;
use pullproof::scan::ecosystem::release;
use pullproof::scan::exploited::KnownExploited;
use pullproof::scan::matching::match_packages;
use pullproof::scan::matching::questions;
use pullproof::scan::package::Distribution;
use pullproof::scan::package::Kind;
use pullproof::scan::package::Package;
use pullproof::scan::package::Source;
use pullproof::scan::report::Finding;
use pullproof::scan::report::Scan;
use pullproof::scan::source::builder::About;
use pullproof::scan::source::builder::Builder;
use pullproof::scan::source::osv::Answers;
use pullproof::scan::source::osv::Lookup;
use pullproof::scan::source::osv::Request;
use pullproof::scan::source::shard::Shard;
use pullproof::scan::source::shard::Shards;
use serde_json::Value;
use serde_json::json;

pub(crate) fn now() -> UnixTime {
    "2026-11-26T12:00:00Z".parse().unwrap()
}

pub(crate) fn distribution(id: &str, version_id: &str) -> Distribution {
    let version_id = Some(version_id.to_owned()).filter(|version| !version.is_empty());
    Distribution { id: id.to_owned(), version_id, ..Distribution::default() }
}

pub(crate) fn debian() -> Distribution {
    distribution("debian", "12")
}

pub(crate) fn package(kind: Kind, name: &str, version: &str) -> Package {
    Package {
        kind,
        name: name.to_owned(),
        version: version.to_owned(),
        source: None,
        architecture: None,
        location: "var/lib/dpkg/status".to_owned(),
        layer: 0,
    }
}

pub(crate) fn built_from(package: Package, name: &str, version: &str) -> Package {
    Package { source: Some(Source { name: name.to_owned(), version: version.to_owned() }), ..package }
}

/// A Debian package that is its own source.
pub(crate) fn deb(name: &str, version: &str) -> Package {
    built_from(package(Kind::Deb, name, version), name, version)
}

/// A record about one package, from the first version on.
pub(crate) fn record(id: &str, ecosystem: &str, name: &str, events: Value) -> Value {
    json!({ "id": id, "modified": "2026-11-01T00:00:00Z", "affected": [affected(ecosystem, name, events)] })
}

pub(crate) fn affected(ecosystem: &str, name: &str, events: Value) -> Value {
    json!({ "package": { "ecosystem": ecosystem, "name": name }, "ranges": [{ "type": "ECOSYSTEM", "events": events }] })
}

/// Debian's record of a CVE, fixed or not.
pub(crate) fn debian_record(cve: &str, name: &str, fixed: Option<&str>, urgency: &str) -> Value {
    let events = fixed.map_or_else(|| json!([{ "introduced": "0" }]), |fixed| json!([{ "introduced": "0" }, { "fixed": fixed }]));
    let mut record = record(&format!("DEBIAN-{cve}"), "Debian:12", name, events);
    record["upstream"] = json!([cve]);
    record["affected"][0]["ecosystem_specific"] = json!({ "urgency": urgency });
    record
}

pub(crate) fn parse(record: &Value) -> Advisory {
    Advisory::parse(record.to_string().as_bytes()).unwrap()
}

/// A file for every ecosystem that the records are about, and empty ones for these.
pub(crate) fn shards_with(records: &[Value], empty: &[&str], known_exploited: Option<&[&str]>) -> Shards {
    let mut shards = Shards::default();
    let mut files = files(records, known_exploited);
    for ecosystem in empty {
        files.entry((*ecosystem).to_owned()).or_insert_with(|| empty_file(ecosystem));
    }
    for bytes in files.into_values() {
        shards.add(Shard::read(bytes).unwrap()).unwrap();
    }
    shards
}

pub(crate) fn empty_file(ecosystem: &str) -> Vec<u8> {
    let header = json!({ "shard": 1, "ecosystem": ecosystem, "generatedAt": "2026-11-25T12:00:00Z", "modified": "2026-11-25T12:00:00Z",
        "advisories": 0, "attribution": [], "unread": [] });
    format!("{header}\n").into_bytes()
}

pub(crate) fn files(records: &[Value], known_exploited: Option<&[&str]>) -> BTreeMap<String, Vec<u8>> {
    let mut builder = Builder::default();
    for record in records {
        // What cannot be read is told by the shards.
        let _ = builder.add(record["id"].as_str().unwrap_or("nameless"), record.to_string().as_bytes());
    }
    let known_exploited = known_exploited.map(|cves| catalogue("2026-11-24T18:00:00Z", cves));
    builder.finish(&About { generated_at: "2026-11-25T12:00:00Z".parse().unwrap(), known_exploited })
}

/// CISA's catalogue of some day.
pub(crate) fn catalogue(at: &str, cves: &[&str]) -> KnownExploited {
    KnownExploited::new(at.parse().unwrap(), cves.iter().map(|cve| (*cve).to_owned()).collect()).unwrap()
}

/// OSV's server, as its code behaves: pages, some with only a token, and a refusal of more than a thousand questions.
pub(crate) struct Server {
    records: Vec<Value>,
    /// Identifiers on one page.
    page: usize,
    /// Bodies and records that it was asked for.
    pub(crate) asked: Vec<String>,
}

impl Server {
    pub(crate) fn of(records: &[Value]) -> Self {
        Self { records: records.to_vec(), page: 1000, asked: Vec::new() }
    }

    pub(crate) fn with_pages_of(self, page: usize) -> Self {
        Self { page, ..self }
    }

    /// The status and the body.
    pub(crate) fn send(&mut self, request: &Request) -> (u16, Vec<u8>) {
        self.asked.push(request.path.clone());
        let Some(body) = &request.body else {
            let id = request.path.strip_prefix("/v1/vulns/").unwrap();
            return match self.records.iter().find(|record| record["id"] == id) {
                Some(record) => (200, record.to_string().into_bytes()),
                None => (404, b"{\"code\":5,\"message\":\"Bug not found.\"}".to_vec()),
            };
        };
        assert_eq!(request.path, "/v1/querybatch");
        let body: Value = serde_json::from_slice(body).unwrap();
        let queries = body["queries"].as_array().unwrap();
        if queries.len() > 1000 {
            return (400, b"{\"code\":3,\"message\":\"Too many queries.\"}".to_vec());
        }
        let results: Vec<Value> = queries.iter().map(|query| self.result(query)).collect();
        (200, json!({ "results": results }).to_string().into_bytes())
    }

    /// Whatever is on record of the package: the server narrows that down, and we do not rely on it.
    fn result(&self, query: &Value) -> Value {
        let is_about = |record: &&Value| {
            record["affected"].as_array().into_iter().flatten().any(|affected| {
                affected["package"]["ecosystem"] == query["package"]["ecosystem"] && name(&affected["package"]) == name(&query["package"])
            })
        };
        let about: Vec<&Value> = self.records.iter().filter(is_about).collect();
        let Some(token) = query["page_token"].as_str() else {
            // The first page of a long answer has nothing but a token.
            if about.len() > self.page {
                return json!({ "next_page_token": "0" });
            }
            return page(&about, None);
        };
        let from: usize = token.parse().unwrap();
        let to = about.len().min(from + self.page);
        page(&about[from..to], (to < about.len()).then(|| to.to_string()))
    }
}

/// The server normalises Python's names.
fn name(package: &Value) -> String {
    let name = package["name"].as_str().unwrap();
    if package["ecosystem"] == "PyPI" { normalised_python_name(name) } else { name.to_owned() }
}

fn page(records: &[&Value], next: Option<String>) -> Value {
    let vulns: Vec<Value> = records.iter().map(|record| json!({ "id": record["id"], "modified": record["modified"] })).collect();
    let mut page = json!({});
    if !vulns.is_empty() {
        page["vulns"] = json!(vulns);
    }
    if let Some(token) = next {
        page["next_page_token"] = json!(token);
    }
    page
}

/// Asks a server until it has nothing more to say.
pub(crate) fn ask(server: &mut Server, distribution: Option<&Distribution>, packages: &[Package]) -> Answers {
    let mut lookup = Lookup::new(questions(distribution, packages));
    while let Some(request) = lookup.next_request() {
        let (status, body) = server.send(&request);
        assert_eq!(status, 200);
        lookup.answer(&body).unwrap();
    }
    for id in lookup.needed().into_iter().cloned().collect::<Vec<_>>() {
        let (status, body) = server.send(&Request::record(&id));
        assert_eq!(status, 200);
        lookup.record(&id, &body).unwrap();
    }
    lookup.finish(now(), None)
}

/// What both sources find, which is the same.
pub(crate) fn scan(distribution: &Distribution, packages: &[Package], records: &[Value]) -> Scan {
    let own = release(Some(distribution)).ok().map(|release| release.ecosystem);
    let asked = questions(Some(distribution), packages).into_iter().map(|question| question.ecosystem);
    let ecosystems: BTreeSet<String> = own.into_iter().chain(asked).collect();
    let empty: Vec<&str> = ecosystems.iter().map(String::as_str).collect();
    let offline = match_packages(Some(distribution), packages, &shards_with(records, &empty, None), now());
    let mut server = Server::of(records).with_pages_of(2);
    let online = match_packages(Some(distribution), packages, &ask(&mut server, Some(distribution), packages), now());
    assert_eq!(offline.findings, online.findings);
    offline
}

/// Names, states and fixes.
pub(crate) fn brief(findings: &[Finding]) -> Vec<(&str, &str, Option<&str>)> {
    findings.iter().map(|finding| (finding.id.as_str(), finding.subject.name.as_str(), finding.fixed.as_deref())).collect()
}
