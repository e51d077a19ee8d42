//! Who verifies signatures: we do, or the platform where it is quicker.

use core::fmt;
use core::future::Future;

use crate::crypto::SignatureCheck;

/// Verifies signatures.
pub trait Prover {
    /// For each check, in their order, whether it holds. Too few answers prove nothing.
    // Not `Send`, as the futures of a transport are not.
    fn verify(&self, checks: &[&SignatureCheck]) -> impl Future<Output = Result<Vec<bool>, ProverError>>;
}

/// Verifies everything here, on any platform.
#[derive(Clone, Copy, Debug, Default)]
pub struct Portable;

impl Prover for Portable {
    async fn verify(&self, checks: &[&SignatureCheck]) -> Result<Vec<bool>, ProverError> {
        Ok(checks.iter().map(|check| check.holds()).collect())
    }
}

/// It cannot be found out whether signatures hold. That says nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProverError;

impl ProverError {
    /// The stable code.
    pub const CODE: &'static str = "arithmetic-unavailable";
}

impl fmt::Display for ProverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whatever verifies signatures here did not answer, so nothing is known of them")
    }
}

impl core::error::Error for ProverError {}
