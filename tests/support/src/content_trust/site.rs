//! What a trust server shows: files, each under its names.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;

use crate::content_trust::Files;
use crate::http::Answer;
use crate::http::Host;
use crate::http::Received;

/// The files of one collection, by the names that follow `_trust/tuf/`, without hashes: whoever asks for `snapshot.<hash>.json` gets
/// `snapshot.json`, whatever that is.
#[derive(Clone, Debug, Default)]
pub struct Site {
    files: BTreeMap<String, (u16, Vec<u8>)>,
}

impl Site {
    /// As an honest server shows what was published.
    pub fn new(files: &Files) -> Self {
        let mut site = Self::default();
        for (bytes, version) in files.roots.iter().zip(1..) {
            site = site.with(&format!("{version}.root.json"), bytes.clone()).with("root.json", bytes.clone());
        }
        site = site.with("timestamp.json", files.timestamp.clone()).with("snapshot.json", files.snapshot.clone());
        site = site.with("targets.json", files.targets.clone());
        files.delegated.iter().fold(site, |site, (name, bytes)| site.with(&format!("{name}.json"), bytes.clone()))
    }

    /// With another file.
    #[must_use]
    pub fn with(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(name.to_owned(), (200, bytes.into()));
        self
    }

    /// Without a file.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.files.remove(name);
        self
    }

    /// With an error in the place of a file.
    #[must_use]
    pub fn failing(mut self, name: &str, status: u16) -> Self {
        self.files.insert(name.to_owned(), (status, b"out of order".to_vec()));
        self
    }

    /// The status and the bytes behind a name, with or without a hash; 404 where there is nothing.
    pub fn get(&self, name: &str) -> (u16, &[u8]) {
        match self.files.get(name).or_else(|| self.files.get(&without_hash(name)?)) {
            Some((status, bytes)) => (*status, bytes),
            None => (404, b"{}"),
        }
    }
}

/// `snapshot.json` for `snapshot.<64 digits>.json`.
fn without_hash(name: &str) -> Option<String> {
    let (role, hash) = name.strip_suffix(".json")?.rsplit_once('.')?;
    (hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| format!("{role}.json"))
}

/// Sites by the first part of the path: `http://127.0.0.1:<port>/<name>` is the trust server of one of them.
#[derive(Clone, Debug, Default)]
pub struct Sites(Arc<Mutex<BTreeMap<String, Site>>>);

impl Sites {
    /// Shows a site from now on, in the place of what was there.
    pub fn show(&self, name: &str, site: Site) {
        self.0.lock().expect("nothing panics while it holds the sites").insert(name.to_owned(), site);
    }
}

impl Host for Sites {
    fn answer(&self, request: &Received) -> Answer {
        let sites = self.0.lock().expect("nothing panics while it holds the sites");
        let path = request.path().trim_start_matches('/');
        let Some((site, path)) = path.split_once('/').and_then(|(name, rest)| Some((sites.get(name)?, rest))) else {
            return Answer::new(404, "text/plain", "no such site");
        };
        let (status, bytes) = match path.split_once("/_trust/tuf/") {
            Some((_, name)) => site.get(name),
            // Clients ask first whether anybody is there.
            None => (200, &b"{}"[..]),
        };
        Answer::new(status, "application/json", bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content_trust::Publisher;

    #[test]
    fn a_file_is_there_with_and_without_its_hash() {
        let files = Publisher::with_releases().publish();
        let site = Site::new(&files);
        let hash = "0".repeat(64);
        assert_eq!(site.get(&format!("targets/releases.{hash}.json")), (200, files.delegated["targets/releases"].as_slice()));
        assert_eq!(site.get("1.root.json"), site.get("root.json"));
        assert_eq!(site.get("2.root.json").0, 404);
        assert_eq!(site.get(&format!("targets.{}.json", &hash[1..])).0, 404);
    }
}
