//! Pagination, distribution-spec "Listing Tags": `n`, `last`, and a relative `Link` to what follows.

use crate::http::Answer;
use crate::http::Received;

pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    last: Option<String>,
    size: usize,
}

/// The part of a sorted list that the request asks for: at most `limit` items, or `n` where that is less.
pub(super) fn page<T>(request: &Received, all: Vec<T>, limit: Option<usize>, key: impl Fn(&T) -> &str) -> Page<T> {
    let after = request.query("last").pop().unwrap_or_default();
    let asked = request.query("n").pop().and_then(|number| number.parse().ok());
    let size = limit.into_iter().chain(asked).min().unwrap_or(usize::MAX);
    let mut items: Vec<T> = all.into_iter().filter(|item| key(item) > after.as_str()).collect();
    let more = items.len() > size;
    items.truncate(size);
    let last = items.last().filter(|_| more).map(|item| key(item).to_owned());
    Page { items, last, size }
}

impl<T> Page<T> {
    /// Adds the link to the next page, where there is one.
    pub(super) fn linked(&self, request: &Received, answer: Answer) -> Answer {
        let Some(last) = &self.last else { return answer };
        let filter = request.query("artifactType").pop().map(|filter| format!("&artifactType={filter}")).unwrap_or_default();
        answer.with("Link", format!("<{}?n={}&last={last}{filter}>; rel=\"next\"", request.path(), self.size))
    }
}
