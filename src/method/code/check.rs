//! Comparing a code, or the token of a link, that proves an address with those that were sent.

use crate::{
    flow::{AddressOwner, Code, CodePurpose, ProofCheck, Standing},
    identity::Identity,
    kernel::{Fault, FlowId, Secret, Timestamp},
    method::{Ports, sent},
};

/// Compares a code or token with those that were sent in this flow: one read.
///
/// # Errors
/// The store failed.
pub async fn check(
    ports: &Ports,
    purpose: CodePurpose,
    flow: FlowId,
    secret: &Secret<String>,
) -> Result<ProofCheck, Fault> {
    let found = sent::find_with_owner(ports, purpose, flow, secret).await?;
    Ok(found.map_or(ProofCheck::Mismatch, |(code, identity)| judge(&code, identity, ports.now)))
}

/// What a stored code that fits is worth now.
fn judge(code: &Code, identity: Identity, now: Timestamp) -> ProofCheck {
    let Some(address) = code.address.filter(|address| identity.address_value(*address).is_some()) else {
        return ProofCheck::Mismatch;
    };
    match code.standing_at(now) {
        Standing::Used => ProofCheck::Used,
        Standing::Late => ProofCheck::Expired,
        Standing::Good => {
            ProofCheck::Match { code: code.id, owner: Box::new(AddressOwner { identity, address }) }
        }
    }
}
