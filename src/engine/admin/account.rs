//! One account: reading and deleting it.

use crate::{
    engine::{
        Answer, Engine, Visit,
        commit::{Commit, Postmark},
    },
    flow::{AuditEvent, Effect, Failure},
    identity::{Credential, Identity},
    kernel::{Fault, IdentityId},
    store::{Conflict, Credentials as _, Identities as _, Reader, StoreError, StoreResult},
    text::ErrorCode,
};

/// An identity with its credentials.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// The identity.
    pub identity: Identity,
    /// Its credentials, in the order of method names.
    pub credentials: Vec<Credential>,
}

impl Account {
    pub(super) fn read(reader: &mut Reader<'_>, identity: Identity) -> StoreResult<Self> {
        let credentials = reader.credentials_of(identity.id)?;
        Ok(Self { identity, credentials })
    }
}

impl Engine {
    /// The account with this id.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn account(&self, id: IdentityId) -> Result<Option<Account>, Fault> {
        let read = self.store().read(move |reader| {
            let found = reader.identity(id)?;
            found.map(|identity| Account::read(reader, identity)).transpose()
        });
        Ok(read.await?)
    }

    /// The account that another system calls so.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn account_by_external_id(&self, external_id: String) -> Result<Option<Account>, Fault> {
        let read = self.store().read(move |reader| {
            let found = reader.identity_by_external_id(&external_id)?;
            found.map(|identity| Account::read(reader, identity)).transpose()
        });
        Ok(read.await?)
    }

    /// Deletes an identity with everything that hangs on it (02 §7.8).
    ///
    /// # Errors
    /// A fault of the system. The failure is that there is none.
    pub async fn delete_identity(&self, visit: &Visit, id: IdentityId) -> Answer<()> {
        let effects =
            vec![Effect::DeleteIdentity(id), Effect::Audit(AuditEvent::new("identity.deleted").of(id))];
        let commit = Commit { flow: None, subject: None, effects };
        match self.commit(commit, Postmark::of(visit)).await {
            Ok(()) => Ok(Ok(())),
            Err(StoreError::Conflict(Conflict::Stale)) => Ok(Err(Failure::of(ErrorCode::NotLocated))),
            Err(error) => Err(error.into()),
        }
    }
}
