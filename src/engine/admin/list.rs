//! Listing identities (02 §7.5).

use super::Account;
use crate::{
    engine::Engine,
    identity::{Credential, Identity},
    kernel::Fault,
    store::{Credentials as _, Identities as _, IdentityFilter, Reader, StoreResult, Window},
};

/// Which identities are wanted, and how much of them.
#[derive(Debug, Clone)]
pub struct IdentityQuery {
    /// Which.
    pub filter: IdentityFilter,
    /// Which part of the list.
    pub window: Window,
    /// Whether their credentials are wanted, too.
    pub credentials: bool,
    /// Whether the length of the whole list is wanted.
    pub count: bool,
}

/// A part of the list, in the order of ids.
#[derive(Debug)]
pub struct IdentityPage {
    /// The accounts; without credentials where they were not asked for.
    pub accounts: Vec<Account>,
    /// How long the whole list is, where that was asked for.
    pub total: Option<u64>,
}

impl Engine {
    /// A part of the list of identities.
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn identities(&self, query: IdentityQuery) -> Result<IdentityPage, Fault> {
        Ok(self.store().read(move |reader| page(reader, &query)).await?)
    }
}

fn page(reader: &mut Reader<'_>, query: &IdentityQuery) -> StoreResult<IdentityPage> {
    let identities = reader.identities(&query.filter, query.window)?;
    let total = query.count.then(|| reader.count_identities(&query.filter)).transpose()?;
    let credentials = if query.credentials {
        let ids: Vec<_> = identities.iter().map(|identity| identity.id).collect();
        reader.credentials_of_all(&ids)?
    } else {
        Vec::new()
    };
    Ok(IdentityPage { accounts: joined(identities, credentials), total })
}

/// Gives each identity its credentials; both are in the order of identities.
fn joined(identities: Vec<Identity>, credentials: Vec<Credential>) -> Vec<Account> {
    let mut rest = credentials.into_iter().peekable();
    let own = |identity: Identity| {
        let mut credentials = Vec::new();
        while let Some(credential) = rest.next_if(|credential| credential.identity == identity.id) {
            credentials.push(credential);
        }
        Account { identity, credentials }
    };
    identities.into_iter().map(own).collect()
}
