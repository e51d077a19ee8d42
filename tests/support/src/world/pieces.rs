//! Content in pieces. Each comes a moment later than it was asked for, so that what is read at the same time comes in turns.

use std::future::poll_fn;
use std::task::Poll;

use pullproof::transport::Content;
use pullproof::transport::TransportError;

/// Bytes of one piece: odd, so that nothing ends where a piece does.
const PIECE: usize = 4099;

pub(super) struct Pieces {
    bytes: Vec<u8>,
    read: usize,
    then: Vec<u8>,
    end: Option<TransportError>,
    left: u64,
    too_large: TransportError,
}

impl Pieces {
    pub(super) fn of(bytes: Vec<u8>, limit: u64, status: u16) -> Self {
        let too_large = TransportError::TooLarge { limit, status };
        Self { bytes, read: 0, then: Vec::new(), end: None, left: limit, too_large }
    }

    pub(super) fn ending_in(self, error: TransportError) -> Self {
        Self { end: Some(error), ..self }
    }

    pub(super) fn repeating(self, then: &[u8]) -> Self {
        Self { then: then.to_vec(), ..self }
    }
}

impl Content for Pieces {
    async fn next(&mut self, piece: &mut Vec<u8>) -> Result<(), TransportError> {
        let mut has_waited = false;
        poll_fn(|context| {
            if std::mem::replace(&mut has_waited, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        if self.read == self.bytes.len() && !self.then.is_empty() {
            (self.bytes, self.read) = (self.then.clone(), 0);
        }
        let end = self.bytes.len().min(self.read + PIECE);
        piece.clear();
        piece.extend_from_slice(&self.bytes[self.read..end]);
        self.read = end;
        self.left = self.left.checked_sub(piece.len() as u64).ok_or_else(|| self.too_large.clone())?;
        match self.end.clone() {
            Some(error) if piece.is_empty() => Err(error),
            _ => Ok(()),
        }
    }
}
