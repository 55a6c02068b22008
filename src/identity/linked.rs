//! Accounts at providers of social sign-in that stand for an identity.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::crypto::Sealed;

/// An account at a provider. `T` is a token in clear or, as it is stored, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedAccount<T = Sealed> {
    /// The id of the provider in the configuration.
    pub provider: String,
    /// What the provider calls the account.
    pub subject: String,
    /// What the provider handed out when the account was linked.
    pub tokens: ProviderTokens<T>,
    /// The organization that the provider belongs to.
    pub organization: Option<Uuid>,
    /// Whether whoever shows up under this name first becomes its owner.
    #[serde(default)]
    pub use_auto_link: bool,
}

/// The tokens that a provider handed out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderTokens<T = Sealed> {
    /// Says who signed in.
    pub id: Option<T>,
    /// Reads from the provider.
    pub access: Option<T>,
    /// Gets new ones.
    pub refresh: Option<T>,
}

/// The names by which these accounts are found, sorted.
pub fn account_names(accounts: &[LinkedAccount]) -> Vec<String> {
    let mut names: Vec<String> = accounts.iter().map(LinkedAccount::name).collect();
    names.sort_unstable();
    names
}

impl<T> LinkedAccount<T> {
    /// The name that it is found by. Its case is kept (02 §12).
    ///
    /// SECURITY: providers have no colon in their ids, or two of them could mean the same name; guarded by
    /// `what_makes_no_sense_is_refused_by_name`.
    pub fn name(&self) -> String {
        format!("{}:{}", self.provider, self.subject)
    }

    /// The same account with its tokens turned into something else.
    pub fn map<U>(&self, mut turn: impl FnMut(&T) -> U) -> LinkedAccount<U> {
        let ProviderTokens { id, access, refresh } = &self.tokens;
        LinkedAccount {
            provider: self.provider.clone(),
            subject: self.subject.clone(),
            tokens: ProviderTokens {
                id: id.as_ref().map(&mut turn),
                access: access.as_ref().map(&mut turn),
                refresh: refresh.as_ref().map(&mut turn),
            },
            organization: self.organization,
            use_auto_link: self.use_auto_link,
        }
    }
}
