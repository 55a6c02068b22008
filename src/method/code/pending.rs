//! Comparing a code or token that proves an address which somebody is only to get.

use crate::{
    flow::{CodePurpose, ProofCheck, Standing},
    kernel::{CodeId, Fault, FlowId, IdentityId, Secret},
    method::{Ports, sent},
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
    let Some(code) = sent::find(ports, purpose, flow, secret).await? else {
        return Ok(Pending::Not(ProofCheck::Mismatch));
    };
    // SECURITY: a decoy has no identity, and a code for an address that somebody has is for that alone.
    if code.identity != Some(identity) || code.address.is_some() {
        return Ok(Pending::Not(ProofCheck::Mismatch));
    }
    Ok(match code.standing_at(ports.now) {
        Standing::Used => Pending::Not(ProofCheck::Used),
        Standing::Late => Pending::Not(ProofCheck::Expired),
        Standing::Good => Pending::Fits(code.id),
    })
}
