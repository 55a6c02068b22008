//! Changing an identity: as a whole (02 §7.6), or by a patch (02 §7.7).

use super::{
    Account, PatchOperation, WantedIdentity,
    change::{self, Occasion},
    document,
};
use crate::{
    engine::{Answer, Engine, Visit, commit::Postmark, submit::RETRIES},
    flow::Failure,
    identity::{Payload, VaultKeys},
    kernel::{Fault, IdentityId},
    store::{Conflict, StoreError},
    text::ErrorCode,
};

/// An account that was changed as a whole.
#[derive(Debug)]
pub struct Updated {
    /// The account as it stands now.
    pub account: Account,
    /// The schema that its traits satisfied before.
    pub schema_before: String,
}

/// What came of one try to write. Nothing: somebody else was faster, so read again and decide again.
type Tried = Option<Result<Account, Failure>>;

impl Engine {
    /// Replaces what is known about an identity. No hook runs and no message is sent; its sessions stay.
    ///
    /// # Errors
    /// A fault of the system. Failures: there is none, a bad request, or a conflict with another identity.
    pub async fn update_identity(
        &self,
        visit: &Visit,
        id: IdentityId,
        mut wanted: WantedIdentity,
    ) -> Answer<Updated> {
        let mut password = None;
        for _ in 0..=RETRIES {
            let Some(account) = self.account(id).await? else {
                return Ok(Err(Failure::of(ErrorCode::NotLocated)));
            };
            if wanted.schema_id.is_empty() {
                wanted.schema_id.clone_from(&account.identity.schema_id);
            }
            // Taken and hashed once, however often the rest is tried again.
            match self.import(visit, wanted.password.take()).await? {
                Ok(payload) => password = payload.or(password),
                Err(failure) => return Ok(Err(failure)),
            }
            if let Some(answer) = self.replace(visit, &account, &wanted, password.clone()).await? {
                let schema_before = account.identity.schema_id;
                return Ok(answer.map(|account| Updated { account, schema_before }));
            }
        }
        Ok(Err(Failure::of(ErrorCode::Unavailable)))
    }

    /// Changes an identity by a patch to its JSON.
    ///
    /// # Errors
    /// As [`Engine::update_identity`].
    pub async fn patch_identity(
        &self,
        visit: &Visit,
        id: IdentityId,
        patch: &[PatchOperation],
    ) -> Answer<Account> {
        for _ in 0..=RETRIES {
            let Some(account) = self.account(id).await? else {
                return Ok(Err(Failure::of(ErrorCode::NotLocated)));
            };
            let mut wanted = match document::patched(&visit.runtime.projection, &account, patch) {
                Ok(wanted) => wanted,
                Err(failure) => return Ok(Err(failure)),
            };
            let password = match self.import(visit, wanted.password.take()).await? {
                Ok(payload) => payload,
                Err(failure) => return Ok(Err(failure)),
            };
            if let Some(answer) = self.replace(visit, &account, &wanted, password).await? {
                return Ok(answer);
            }
        }
        Ok(Err(Failure::of(ErrorCode::Unavailable)))
    }

    async fn replace(
        &self,
        visit: &Visit,
        account: &Account,
        wanted: &WantedIdentity,
        password: Option<Payload>,
    ) -> Result<Tried, Fault> {
        let checked = match wanted.checked(&visit.runtime) {
            Ok(checked) => checked,
            Err(failure) => return Ok(Some(Err(failure))),
        };
        let at = Occasion { now: visit.now, seed: &visit.seed, keys: VaultKeys::new(&visit.runtime.keys) };
        let (account, commit) = change::update(account, wanted, &checked, password, at).into_commit();
        match self.commit(commit, Postmark::of(visit)).await {
            Ok(()) => Ok(Some(Ok(account))),
            Err(StoreError::Conflict(Conflict::Unique(_))) => Ok(Some(Err(Failure::of(ErrorCode::Unique)))),
            Err(StoreError::Conflict(Conflict::Stale | Conflict::Gone)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
