//! The storage service behind a registry: serves content by the digest at the end of the path, whatever stands before it.

use std::collections::BTreeMap;

use crate::cors::Cors;
use crate::http::Answer;
use crate::http::Host;
use crate::http::Received;
use crate::image::Image;

/// A bucket. Like S3 and Azure it refuses whoever sends an `Authorization` that was meant for the registry.
#[derive(Default)]
pub struct Storage {
    objects: BTreeMap<String, Vec<u8>>,
    cors: Cors,
}

impl Storage {
    /// Holds every manifest, configuration and layer of an image.
    pub fn of(image: &Image) -> Self {
        let blobs = image.manifests().into_iter().chain(image.all_blobs());
        Self { objects: blobs.map(|blob| (blob.digest.to_string(), blob.bytes.clone())).collect(), cors: Cors::none() }
    }

    /// Also serves the root of the image under a tag.
    #[must_use]
    pub fn tag(mut self, tag: &str, image: &Image) -> Self {
        self.objects.insert(tag.into(), image.root.bytes.clone());
        self
    }

    /// Sends CORS headers: its own, not the registry's.
    #[must_use]
    pub fn cors(mut self, cors: Cors) -> Self {
        self.cors = cors;
        self
    }
}

impl Host for Storage {
    fn answer(&self, request: &Received) -> Answer {
        if request.method == "OPTIONS" {
            return self.cors.preflight(request);
        }
        let object = request.path().rsplit('/').next().and_then(|name| self.objects.get(name));
        let answer = match object {
            _ if request.header("authorization").is_some() => Answer::new(
                400,
                "application/xml",
                "<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>",
            ),
            Some(bytes) => Answer::new(200, "application/octet-stream", bytes.clone()),
            None => Answer::new(404, "application/xml", "<Error><Code>NoSuchKey</Code></Error>"),
        };
        self.cors.dress(request, answer)
    }
}
