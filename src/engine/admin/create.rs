//! Creating an identity (02 §7.2).

use super::{
    Account, WantedIdentity,
    change::{self, Occasion},
};
use crate::{
    engine::{Answer, Engine, Visit, commit::Postmark, submit::RETRIES},
    flow::Failure,
    identity::{CheckedTraits, Payload, VaultKeys},
    store::{Conflict, StoreError},
    text::ErrorCode,
};

/// An identity that makes sense, its password hashed; only whether somebody else has its names is open.
pub(super) struct Ready {
    wanted: WantedIdentity,
    checked: CheckedTraits,
    password: Option<Payload>,
}

impl Engine {
    /// Creates an identity. No hook runs, no message is sent, and no rule for passwords applies.
    ///
    /// # Errors
    /// A fault of the system. Failures: a bad request, or a conflict with another identity.
    pub async fn create_identity(&self, visit: &Visit, wanted: WantedIdentity) -> Answer<Account> {
        match self.checked_identity(visit, wanted).await? {
            Ok(ready) => self.insert_identity(visit, &ready).await,
            Err(failure) => Ok(Err(failure)),
        }
    }

    /// Everything about a new identity that needs no database.
    pub(super) async fn checked_identity(&self, visit: &Visit, mut wanted: WantedIdentity) -> Answer<Ready> {
        let checked = match wanted.checked(&visit.runtime) {
            Ok(checked) => checked,
            Err(failure) => return Ok(Err(failure)),
        };
        let password = match self.import(visit, wanted.password.take()).await? {
            Ok(payload) => payload,
            Err(failure) => return Ok(Err(failure)),
        };
        Ok(Ok(Ready { wanted, checked, password }))
    }

    /// Writes a new identity.
    pub(super) async fn insert_identity(&self, visit: &Visit, ready: &Ready) -> Answer<Account> {
        let Ready { wanted, checked, password } = ready;
        let at = Occasion { now: visit.now, seed: &visit.seed, keys: VaultKeys::new(&visit.runtime.keys) };
        for _ in 0..=RETRIES {
            let (account, commit) = change::create(wanted, checked, password.clone(), at).into_commit();
            match self.commit(commit, Postmark::of(visit)).await {
                Ok(()) => return Ok(Ok(account)),
                Err(StoreError::Conflict(Conflict::Unique(_))) => {
                    return Ok(Err(Failure::of(ErrorCode::Conflict)));
                }
                Err(StoreError::Conflict(Conflict::Stale | Conflict::Gone)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Err(Failure::of(ErrorCode::Unavailable)))
    }
}
