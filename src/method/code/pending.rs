//! Comparing a code or token that proves an address which somebody is only to get.

use crate::{
    flow::{CodePurpose, ProofCheck},
    kernel::{CodeId, Fault, FlowId, IdentityId, Secret},
    method::Ports,
    store::Codes as _,
};

/// What came of comparing a code or token with those for an address that is nobody's yet.
#[derive(Debug)]
pub enum Pending {
    /// It is the one.
    Fits(CodeId),
    /// It is not.
    Not(ProofCheck),
}

/// Compares a code or token with those that were sent in this flow to an address that `identity` is to get.
///
/// # Errors
/// The store failed.
pub async fn check_pending(
    ports: &Ports,
    purpose: CodePurpose,
    flow: FlowId,
    secret: &Secret<String>,
    identity: IdentityId,
) -> Result<Pending, Fault> {
    let hashes = ports.keys.token_hashes(purpose.token(), &purpose.bound(flow, secret.expose()));
    let sent = ports.store.read(move |reader| reader.codes_of(flow)).await?;
    let hit = sent.into_iter().find(|sent| sent.purpose == purpose && hashes.contains(&sent.hash));
    Ok(match hit {
        // SECURITY: a decoy has no identity, and a code for an address that somebody has is for that alone.
        Some(code) if code.identity != Some(identity) || code.address.is_some() => {
            Pending::Not(ProofCheck::Mismatch)
        }
        Some(code) if code.used_at.is_some() => Pending::Not(ProofCheck::Used),
        Some(code) if code.expires_at < ports.now => Pending::Not(ProofCheck::Expired),
        Some(code) => Pending::Fits(code.id),
        None => Pending::Not(ProofCheck::Mismatch),
    })
}
