//! `secrets` and `ciphers`.

use super::Scope;
use crate::kernel::Secret;

/// Lists of secrets: the first one writes, all of them read.
#[derive(Debug, Clone)]
pub struct Secrets {
    default: SecretList,
    cookie: SecretList,
    cipher: SecretList,
    pagination: SecretList,
}

/// A list of secrets, or the fact that there is none.
#[derive(Debug, Clone)]
pub enum SecretList {
    /// None was configured. For the default list that happens with `--dev` only; the runtime then makes one and
    /// keeps it in the database.
    Missing,
    /// The configured ones, at least one; the first one writes.
    Given(Vec<Secret<String>>),
}

/// How values are sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CipherAlgorithm {
    /// Asked for no encryption, which is honoured for reading old values only.
    Noop,
    /// AES-256-GCM.
    Aes,
    /// XChaCha20-Poly1305.
    XChaCha20Poly1305,
}

impl Secrets {
    /// For one-time codes and tokens, and for whatever has no list of its own.
    pub fn default(&self) -> &SecretList {
        &self.default
    }

    /// For cookies.
    pub fn cookie(&self) -> &SecretList {
        self.cookie.or(&self.default)
    }

    /// For sealing values; a key of the right size is derived when these are the default ones.
    pub fn cipher(&self) -> &SecretList {
        self.cipher.or(&self.default)
    }

    /// For page tokens; as with [`Secrets::cipher`] they may be the default ones (03 Q15).
    pub fn pagination(&self) -> &SecretList {
        self.pagination.or(&self.default)
    }

    pub(in crate::config) fn read(root: &Scope<'_>, dev: bool) -> Self {
        let scope = root.at("secrets");
        let secrets = Self {
            default: list(&scope.at("default"), dev),
            cookie: list(&scope.at("cookie"), dev),
            cipher: list(&scope.at("cipher"), dev),
            pagination: list(&scope.at("pagination"), dev),
        };
        // SECURITY: random secrets per process would differ between replicas and restarts (03 Q14);
        // `secrets_are_required_outside_dev` in tests/config.
        if !dev && matches!(secrets.default, SecretList::Missing) && !scope.at("default").exists() {
            scope.at("default").problem_with_remedy(
                "is required and missing",
                "give a random text of 32 characters or more, or start with --dev, which makes one",
            );
        }
        secrets
    }
}

impl SecretList {
    /// The secrets, if any.
    pub fn given(&self) -> &[Secret<String>] {
        match self {
            Self::Missing => &[],
            Self::Given(secrets) => secrets,
        }
    }

    fn or<'a>(&'a self, other: &'a Self) -> &'a Self {
        if matches!(self, Self::Missing) { other } else { self }
    }
}

fn list(scope: &Scope<'_>, dev: bool) -> SecretList {
    let mut secrets = Vec::new();
    for item in scope.items() {
        let Some(secret) = item.text() else { continue };
        if is_placeholder(&secret) {
            // SECURITY: published example secrets are known to everybody; requirement 12 of 05.
            let (reason, remedy) = ("is an example, not a secret", "replace it with a random text");
            if dev { item.warn(reason, remedy) } else { item.problem_with_remedy(reason, remedy) }
        }
        secrets.push(Secret::text(secret));
    }
    if secrets.is_empty() { SecretList::Missing } else { SecretList::Given(secrets) }
}

/// Whether a secret says of itself that it is none, as those of published samples do.
fn is_placeholder(secret: &str) -> bool {
    let plain: String = secret.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let marks =
        ["changeme", "pleasechange", "insecure", "notsecure", "replacewith", "replaceme", "thisisasecret"];
    let few_letters = plain.chars().collect::<std::collections::BTreeSet<_>>().len() < 4;
    few_letters || marks.iter().any(|mark| plain.contains(mark))
}

impl CipherAlgorithm {
    pub(in crate::config) fn read(root: &Scope<'_>) -> Self {
        let scope = root.at("ciphers.algorithm");
        let algorithm = match scope.text().as_deref() {
            Some("noop") => Self::Noop,
            Some("aes") => Self::Aes,
            _ => Self::XChaCha20Poly1305,
        };
        let has_key = root.at("secrets.cipher").exists();
        if algorithm == Self::Noop {
            scope.warn(
                "is honoured for reading old values only: new ones are always encrypted",
                "choose xchacha20-poly1305 or aes",
            );
        } else if scope.is_written() && !has_key {
            root.at("secrets.cipher")
                .problem_because_of(&scope, "is required with this ciphers.algorithm and missing");
        }
        algorithm
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_secrets_are_recognised() {
        for example in [
            "PLEASE-CHANGE-ME-I-AM-VERY-INSECURE",
            "32-LONG-SECRET-NOT-SECURE-AT-ALL",
            "change_me_change_me_",
            "REPLACE-with-32-random-characters",
            "aaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(is_placeholder(example), "{example}");
        }
        assert!(!is_placeholder("9Qm2x7Lr0vTn4KcZs8YbHd3WfJp6UgEa"));
    }
}
