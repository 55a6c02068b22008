//! Proving an address that an account is to get once it is proven.

use super::{Engine, Visit};
use crate::{
    flow::{AddressOwner, CodePurpose, Flow, PendingChange, ProofCheck, VerificationState},
    identity::Identity,
    kernel::{AddressId, Fault, Secret},
    method::{self, Owned, code::Pending},
    store::{Credentials as _, Identities as _, Sessions as _},
};

type VerificationFlow = Flow<VerificationState>;

impl Engine {
    /// Compares a code or token with those that were sent in this flow, for an address that is somebody's or
    /// that a change waits for.
    pub(super) async fn check_proof(
        &self,
        visit: &Visit,
        flow: &VerificationFlow,
        secret: &Secret<String>,
    ) -> Result<ProofCheck, Fault> {
        let ports = self.ports(visit);
        let waiting = match &flow.state {
            VerificationState::AwaitingProof { change: Some(change), address, .. } => Some((change, address)),
            VerificationState::AwaitingProof { change: None, .. }
            | VerificationState::AwaitingAddress { .. }
            | VerificationState::Verified { .. } => None,
        };
        let purpose = CodePurpose::verifying(flow.state.by());
        let Some((change, address)) = waiting else {
            return method::code::check(&ports, purpose, flow.head.id, secret).await;
        };
        let code = match method::code::check_pending(&ports, purpose, flow.head.id, secret, change.identity)
            .await?
        {
            Pending::Fits(code) => code,
            Pending::Not(check) => return Ok(check),
        };
        let Some(account) = self.still(visit, change).await? else { return Ok(ProofCheck::Mismatch) };
        let schema = visit.runtime.schemas.of_identity(&account.identity);
        let Ok(checked) = method::profile::check(schema, &change.traits) else {
            return Ok(ProofCheck::Mismatch);
        };
        let change = method::change_traits(&ports, &account, &checked);
        let new = change.identity.verifiable_addresses.iter().find(|new| new.value == *address);
        Ok(match new.map(|new| new.id) {
            Some(address) => ProofCheck::Change { code, change: Box::new(change), address },
            None => ProofCheck::Mismatch,
        })
    }

    /// The account, if the change may still be applied to it: its owner is logged in still, and nothing else
    /// was changed meanwhile (02 §2.15).
    async fn still(&self, visit: &Visit, change: &PendingChange) -> Result<Option<Owned>, Fault> {
        let (identity, session, now) = (change.identity, change.session, visit.now);
        let found = self.store().read(move |reader| {
            let session = reader.session(session)?.filter(|session| session.is_active_at(now));
            let account = reader.identity(identity)?.filter(Identity::is_active);
            match (session.filter(|session| session.identity == identity), account) {
                (Some(_), Some(identity)) => {
                    let credentials = reader.credentials_of(identity.id)?;
                    Ok(Some(Owned { identity, credentials }))
                }
                (Some(_) | None, _) => Ok(None),
            }
        });
        Ok(found.await?.filter(|account| account.identity.traits == change.base))
    }

    /// Whose address it will be.
    pub(super) async fn owner_to_be(
        &self,
        visit: &Visit,
        change: &PendingChange,
    ) -> Result<Option<AddressOwner>, Fault> {
        let id = change.identity;
        let found = self.store().read(move |reader| reader.identity(id)).await?;
        let address = AddressId::random(&mut visit.seed.stream("address to be"));
        Ok(found.map(|identity| AddressOwner { identity, address }))
    }
}
