//! Whether somebody signed a simple signing payload, and for this image.

use crate::cosign::payload::InvalidPayload;
use crate::cosign::payload::Payload;
use crate::crypto::InvalidScheme;
use crate::crypto::Message;
use crate::crypto::Obligation;
use crate::crypto::PublicKey;
use crate::crypto::Scheme;
use crate::crypto::SignatureCheck;
use crate::crypto::Step;
use crate::crypto::Unproven;
use crate::digest::Digest;

/// What the layer `bytes` say, if they are about `image` and `signature` is `key`'s, by one of `schemes`: the signature is over the
/// bytes as they are.
pub fn verify<E: From<InvalidPayload> + From<InvalidScheme>>(
    bytes: &[u8],
    signature: &[u8],
    image: Digest,
    key: &PublicKey,
    schemes: &[Scheme],
) -> Result<Unproven<Payload>, E> {
    let payload = Payload::parse(bytes)?;
    payload.about(image)?;
    let check = |scheme: &Scheme| SignatureCheck::new(key.clone(), *scheme, Message::Bytes(bytes.to_vec()), signature.to_vec());
    let checks = schemes.iter().map(check).collect::<Result<_, _>>()?;
    Ok(Unproven::new(payload, vec![Obligation::any(Step::Signature, checks)]))
}
