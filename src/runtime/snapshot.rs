//! Everything that follows from a configuration.

use std::{fmt, sync::Arc};

use super::{Schemas, TokenTemplates};
use crate::{
    config::Config,
    courier::Templates,
    crypto::{HashPolicy, Keyring},
    flow::Policy,
    hook::Pipelines,
    method::{
        oidc::Providers,
        password::{MigrationHook, PasswordPolicy},
    },
    session::RequiredAal,
    wire::Projection,
};

/// Everything that follows from a configuration. Immutable: a change makes another one.
pub struct Runtime {
    /// The configuration itself.
    pub config: Arc<Config>,
    /// What the operator decided about flows.
    pub policy: Arc<Policy>,
    /// The identity schemas.
    pub schemas: Schemas,
    /// The hooks of every moment.
    pub hooks: Pipelines,
    /// The keys of all secrets.
    pub keys: Arc<Keyring>,
    /// How new passwords are hashed.
    pub hash_policy: HashPolicy,
    /// Which passwords will do.
    pub password_policy: Arc<PasswordPolicy>,
    /// Who knows the passwords of accounts that were moved here.
    pub migration: Option<Arc<MigrationHook>>,
    /// The providers of social sign-in.
    pub providers: Arc<Providers>,
    /// What `whoami` asks for.
    pub whoami: WhoamiPolicy,
    /// What signed tokens sessions can be shown as.
    pub tokens: TokenTemplates,
    /// What letters are made of.
    pub templates: Arc<Templates>,
    /// Whether native flows refuse requests that a browser made (06, `DEV_DISABLE_API_FLOW_ENFORCEMENT`).
    pub enforce_native: bool,
    /// How things look on the wire.
    pub projection: Projection,
}

impl Runtime {
    /// Whether anybody outside may be told what a request was like.
    pub const fn tells_of_requests(&self) -> bool {
        self.hooks.call_out() || self.migration.is_some()
    }
}

/// What the operator decided about `whoami`.
#[derive(Debug, Clone, Copy)]
pub struct WhoamiPolicy {
    /// What a session must have shown.
    pub required_aal: RequiredAal,
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Runtime(…)")
    }
}
