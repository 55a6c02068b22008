//! What methods may reach.

use std::sync::Arc;

use crate::{
    crypto::{HashPolicy, Hasher, Keyring},
    flow::Policy,
    kernel::{Seed, Timestamp},
    store::ReadStore,
};

use super::{
    oidc::Providers,
    password::{MigrationHook, PasswordPolicy},
};

/// What methods may reach while they collect. Readers only: nothing here can write.
#[derive(Clone)]
pub struct Ports {
    /// Where everything is kept.
    pub store: ReadStore,
    /// The threads that hash passwords.
    pub hasher: Hasher,
    /// How new passwords are hashed.
    pub hash_policy: HashPolicy,
    /// Which passwords will do.
    pub password_policy: Arc<PasswordPolicy>,
    /// Who knows the passwords of accounts that were moved here.
    pub migration: Option<Arc<MigrationHook>>,
    /// The providers of social sign-in.
    pub providers: Arc<Providers>,
    /// The keys under which codes and tokens are found.
    pub keys: Arc<Keyring>,
    /// What the operator decided about flows.
    pub policy: Arc<Policy>,
    /// The moment of the request.
    pub now: Timestamp,
    /// The randomness of the request.
    pub seed: Seed,
}
