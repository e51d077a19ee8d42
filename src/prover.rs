//! Who verifies signatures: we do, or the platform where it is quicker.

use core::future::Future;

use crate::crypto::SignatureCheck;

/// Verifies signatures for us.
pub trait Prover {
    /// One answer for each check, in their order: whether it holds, or `None` where the platform cannot say and we verify it ourselves.
    /// Too few answers prove nothing.
    fn verify(&self, checks: &[&SignatureCheck]) -> impl Future<Output = Vec<Option<bool>>>;
}

/// Verifies everything here, on any platform.
#[derive(Clone, Copy, Debug, Default)]
pub struct Portable;

impl Prover for Portable {
    async fn verify(&self, checks: &[&SignatureCheck]) -> Vec<Option<bool>> {
        vec![None; checks.len()]
    }
}
