//! Builds a snapshot, or tells everything that stands in its way.

use std::{fmt, sync::Arc};

use url::Url;

use super::{
    Runtime, WhoamiPolicy,
    letters::templates,
    migration::migration,
    pipelines::pipelines,
    policy::{policy, required},
    schema_sources::schemas,
    social::providers,
    tokens::token_templates,
};
use crate::{
    config::{Config, HashAlgorithm},
    crypto::{Argon2Costs, HashError, HashPolicy, Keyring},
    jsonnet::Jsonnet,
    method::password::{BreachList, BreachLookup, PasswordPolicy},
    net::{Guard, HttpClient, HttpError, PrivateRanges, Trust},
    wire::Projection,
};

/// One thing that stands in the way of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError {
    key: String,
    what: String,
}

impl BuildError {
    /// A problem with what stands at a key of the configuration.
    pub fn new(key: impl Into<String>, what: impl Into<String>) -> Self {
        Self { key: key.into(), what: what.into() }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.what)
    }
}

impl std::error::Error for BuildError {}

/// The way to the outside world that a configuration allows.
#[derive(Clone)]
pub struct Outside {
    /// For everything that is asked over HTTP.
    pub http: HttpClient,
    /// Whom we trust.
    pub trust: Trust,
    /// For the operator's Jsonnet.
    pub jsonnet: Jsonnet,
}

impl Outside {
    /// The way out under the rules of `clients`.
    ///
    /// # Errors
    /// The HTTP library refused.
    pub fn new(trust: Trust, config: &Config, jsonnet: Jsonnet) -> Result<Self, HttpError> {
        let ranges = match config.clients.http_forbids_private {
            true => PrivateRanges::Refused,
            false => PrivateRanges::Allowed,
        };
        let guard = Guard::new(ranges, &config.clients.private_exceptions);
        Ok(Self { http: HttpClient::build(&trust, guard)?, trust, jsonnet })
    }
}

/// Builds the snapshot of a configuration: fetches what it names and compiles everything.
///
/// # Errors
/// Everything that stands in the way, of all parts at once.
pub async fn build(
    config: Arc<Config>,
    keys: Arc<Keyring>,
    outside: &Outside,
) -> Result<Runtime, Vec<BuildError>> {
    let mut problems = Vec::new();
    let mut keep = |found: Vec<BuildError>| problems.extend(found);
    let schemas = schemas(&config, outside).await.map_err(&mut keep).ok();
    let templates = templates(&config, outside).await.map_err(&mut keep).ok();
    let hashing =
        hash_policy(&config).map_err(|error| keep(vec![BuildError::new("hashers", error.to_string())])).ok();
    let password = password_policy(&config, outside).map_err(|error| keep(vec![error])).ok();
    let hooks = pipelines(&config, outside).await.map_err(&mut keep).ok();
    let migration = migration(&config, outside).await.map_err(|error| keep(vec![error])).ok();
    let providers = providers(&config, outside).await.map_err(&mut keep).ok();
    let tokens = token_templates(&config, outside).await.map_err(&mut keep).ok();
    let (Some(schemas), Some(templates), Some(hash_policy)) = (schemas, templates, hashing) else {
        return Err(problems);
    };
    let (Some(password_policy), Some(migration), Some(tokens), Some(hooks), Some(providers)) =
        (password, migration, tokens, hooks, providers)
    else {
        return Err(problems);
    };
    let policy = policy(&config);
    let projection = Projection { public_url: policy.public_url.clone() };
    Ok(Runtime {
        policy: Arc::new(policy),
        schemas,
        hooks,
        keys,
        hash_policy,
        password_policy: Arc::new(password_policy),
        migration,
        providers: Arc::new(providers),
        whoami: WhoamiPolicy { required_aal: required(config.session.required_aal) },
        tokens,
        templates: Arc::new(templates),
        enforce_native: !config.allow_browsers_in_native_flows,
        projection,
        config,
    })
}

/// How new passwords are hashed.
///
/// # Errors
/// The costs are outside the limits that stored hashes must keep.
pub fn hash_policy(config: &Config) -> Result<HashPolicy, HashError> {
    let hashers = &config.hashers;
    match &hashers.algorithm {
        HashAlgorithm::Bcrypt => HashPolicy::bcrypt(hashers.bcrypt.cost),
        HashAlgorithm::Argon2 => HashPolicy::argon2(Argon2Costs {
            memory_kib: hashers.argon2.memory_kib,
            iterations: hashers.argon2.iterations,
            parallelism: hashers.argon2.parallelism,
            salt_length: hashers.argon2.salt_length,
            key_length: hashers.argon2.key_length,
        }),
    }
}

fn password_policy(config: &Config, outside: &Outside) -> Result<PasswordPolicy, BuildError> {
    let password = &config.methods.password;
    let breaches: Option<Arc<dyn BreachLookup>> = if password.breach_check {
        let key = "selfservice.methods.password.config.haveibeenpwned_host";
        let base = Url::parse(&format!("https://{}/", password.breach_host))
            .map_err(|error| BuildError::new(key, error.to_string()))?;
        Some(Arc::new(BreachList::new(outside.http.clone(), base)))
    } else {
        None
    };
    Ok(PasswordPolicy {
        min_length: password.min_length.into(),
        check_similarity: password.similarity_check,
        breaches,
        max_breaches: password.max_breaches.into(),
        ignore_network_errors: password.ignore_network_errors,
    })
}
