//! Comparing a code that proves an address with those that were sent.

use crate::{
    flow::{AddressOwner, Code, CodePurpose, ProofCheck},
    identity::Identity,
    kernel::{Fault, FlowId, Secret, Timestamp},
    method::Ports,
    store::{Codes as _, Identities as _},
};

/// Compares a code with those that were sent in this flow: one read.
///
/// # Errors
/// The store failed.
pub async fn check(
    ports: &Ports,
    purpose: CodePurpose,
    flow: FlowId,
    code: &Secret<String>,
) -> Result<ProofCheck, Fault> {
    let hashes = ports.keys.token_hashes(purpose.token(), &purpose.bound(flow, code.expose()));
    let now = ports.now;
    let found = ports
        .store
        .read(move |reader| {
            let sent = reader.codes_of(flow)?;
            let hit = sent.into_iter().find(|sent| sent.purpose == purpose && hashes.contains(&sent.hash));
            let owner = match hit.as_ref().and_then(|hit| hit.identity) {
                Some(identity) => reader.identity(identity)?,
                None => None,
            };
            Ok(hit.zip(owner))
        })
        .await?;
    Ok(found.map_or(ProofCheck::Mismatch, |(code, identity)| judge(&code, identity, now)))
}

/// What a stored code that fits is worth now.
pub(in crate::method) fn judge(code: &Code, identity: Identity, now: Timestamp) -> ProofCheck {
    let Some(address) = code.address.filter(|address| identity.address_value(*address).is_some()) else {
        return ProofCheck::Mismatch;
    };
    if code.used_at.is_some() {
        ProofCheck::Used
    } else if code.expires_at < now {
        ProofCheck::Expired
    } else {
        ProofCheck::Match { code: code.id, owner: Box::new(AddressOwner { identity, address }) }
    }
}
