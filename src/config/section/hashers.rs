//! `hashers` and `zelos.hashing`.

use std::time::Duration;

use super::Scope;

/// How passwords are hashed, in plain numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashers {
    /// For new hashes.
    pub algorithm: HashAlgorithm,
    /// Parameters of argon2id.
    pub argon2: Argon2Settings,
    /// Parameters of bcrypt.
    pub bcrypt: BcryptSettings,
}

/// The algorithm of new hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashAlgorithm {
    /// argon2id.
    Argon2,
    /// bcrypt.
    Bcrypt,
}

/// Parameters of argon2id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argon2Settings {
    /// Memory of one hash.
    pub memory_kib: u32,
    /// Passes over it.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
    /// Bytes of salt.
    pub salt_length: u32,
    /// Bytes of hash.
    pub key_length: u32,
    /// How long a hash should take; for calibration.
    pub expected_duration: Duration,
    /// How far it may be off; for calibration.
    pub expected_deviation: Duration,
    /// Bytes that all hashes together may take.
    pub dedicated_memory: u64,
}

/// Parameters of bcrypt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BcryptSettings {
    /// The cost; at least 12 outside the development mode.
    pub cost: u32,
}

/// How much hashing is done at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashingSettings {
    /// Threads; `None` for as many as cores and memory allow.
    pub threads: Option<usize>,
    /// Hashes that may wait; `None` for what patience allows.
    pub waiting_room: Option<usize>,
    /// How long one may wait.
    pub patience: Duration,
}

const BCRYPT_FLOOR: u32 = 12;
/// More memory than this is refused for stored hashes as well (03 §9.1).
const MOST_KIB: u64 = 1024 * 1024;

impl Hashers {
    pub(in crate::config) fn read(root: &Scope<'_>, dev: bool) -> Self {
        let scope = root.at("hashers");
        let algorithm = match scope.at("algorithm").text().as_deref() {
            Some("argon2") => HashAlgorithm::Argon2,
            _ => HashAlgorithm::Bcrypt,
        };
        Self { algorithm, argon2: argon2(&scope.at("argon2")), bcrypt: bcrypt(&scope.at("bcrypt"), dev) }
    }
}

fn argon2(scope: &Scope<'_>) -> Argon2Settings {
    let parallelism = scope.at("parallelism").whole().unwrap_or_else(default_parallelism);
    let kib = scope.at("memory").bytes().unwrap_or_default() / 1024;
    if kib > MOST_KIB || kib < u64::from(parallelism) * 8 {
        scope
            .at("memory")
            .problem("must be 1GB at most, and 8KB for each of hashers.argon2.parallelism at least");
    }
    Argon2Settings {
        memory_kib: u32::try_from(kib).unwrap_or(u32::MAX),
        iterations: scope.at("iterations").whole().unwrap_or(1),
        parallelism,
        salt_length: scope.at("salt_length").whole().unwrap_or(16),
        key_length: scope.at("key_length").whole().unwrap_or(32),
        expected_duration: scope.at("expected_duration").span().unwrap_or_default(),
        expected_deviation: scope.at("expected_deviation").span().unwrap_or_default(),
        dedicated_memory: scope.at("dedicated_memory").bytes().unwrap_or_default(),
    }
}

/// Twice the cores, as in Kratos, and never more than what is accepted in a stored hash.
fn default_parallelism() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    u32::try_from(cores.saturating_mul(2)).unwrap_or(u32::MAX).min(16)
}

fn bcrypt(scope: &Scope<'_>, dev: bool) -> BcryptSettings {
    let cost: u32 = scope.at("cost").whole().unwrap_or(BCRYPT_FLOOR);
    if cost < BCRYPT_FLOOR && !dev {
        scope.at("cost").warn("is too cheap to guess and is raised to 12", "set it to 12 or more");
        return BcryptSettings { cost: BCRYPT_FLOOR };
    }
    BcryptSettings { cost }
}

impl HashingSettings {
    pub(in crate::config) fn read(root: &Scope<'_>) -> Self {
        let scope = root.at("zelos.hashing");
        Self {
            threads: scope.at("threads").whole(),
            waiting_room: scope.at("waiting_room").whole(),
            patience: scope.at("patience").span().unwrap_or_default(),
        }
    }
}
