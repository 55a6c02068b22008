//! What can go wrong in the store, told apart by what the caller does about it.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

use crate::kernel::{BoxError, Fault, NoAnswer};

/// The result of anything that touches the database.
pub type StoreResult<T> = Result<T, StoreError>;

/// Why the database gave no answer. A row that is not there is never an error.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Others were faster, or have what was asked for: roll back, read again, decide again.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// A row holds what this program cannot read: written by a newer version, or damaged.
    #[error("row {key} of table {table} cannot be read; was it written by a newer version?")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The key of the row.
        key: String,
        /// What was found.
        source: BoxError,
    },
    /// No database thread took the work, or it panicked.
    #[error("the database threads gave no answer")]
    Busy(#[source] NoAnswer),
    /// The database cannot be reached or is locked by others. Passes by itself or is for the operator to mend.
    #[error("the database is unavailable; check the DSN and whether it is running")]
    Unavailable(#[source] BoxError),
    /// The database refused a statement, or a value could not be written.
    #[error("the database refused a statement; are all migrations applied?")]
    Database(#[source] BoxError),
}

/// How a write met the writes of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Another row has this unique value already.
    #[error("another row has the same {0:?}")]
    Unique(Key),
    /// A row that this one refers to is gone.
    #[error("a row that is referred to is gone")]
    Gone,
    /// A row is not at the version that was read, or the database undid the work in favour of another.
    #[error("a row was changed by somebody else")]
    Stale,
}

/// What has to be unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// The identifier of a credential, per method.
    Identifier,
    /// A verifiable address, per channel.
    VerifiableAddress,
    /// A recovery address, per channel.
    RecoveryAddress,
    /// The name that another system gave an identity.
    ExternalId,
    /// The token of a session.
    SessionToken,
    /// The method of a credential, per identity.
    CredentialMethod,
    /// The id of a row: the same thing was inserted twice.
    Id,
}

/// Whether a guarded write found the one row it was meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a guard that missed means that somebody else was faster"]
pub enum Hit {
    /// It did.
    One,
    /// It did not: the row is gone, or no longer as the guard asks.
    Nothing,
}

impl Hit {
    pub(super) const fn of(rows: usize) -> Self {
        if rows == 0 { Self::Nothing } else { Self::One }
    }

    /// Turns a miss into [`Conflict::Stale`], for writes whose guard has to hold.
    ///
    /// # Errors
    /// The guard missed.
    pub fn or_stale(self) -> StoreResult<()> {
        match self {
            Self::One => Ok(()),
            Self::Nothing => Err(Conflict::Stale.into()),
        }
    }
}

impl StoreError {
    /// A row that holds what cannot be read.
    pub(super) fn corrupt(
        table: &'static str,
        key: impl std::fmt::Display,
        source: impl Into<BoxError>,
    ) -> Self {
        Self::Corrupt { table, key: key.to_string(), source: source.into() }
    }

    /// Whether the same request may succeed a little later without anybody mending anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Conflict(_) | Self::Unavailable(_) | Self::Busy(NoAnswer::Saturated) => true,
            Self::Busy(NoAnswer::Panicked) | Self::Corrupt { .. } | Self::Database(_) => false,
        }
    }

    /// The same failure for another unit of work that failed with this one.
    pub(super) fn again(&self) -> Self {
        match self {
            Self::Conflict(conflict) => Self::Conflict(*conflict),
            Self::Busy(none) => Self::Busy(*none),
            Self::Unavailable(source) => Self::Unavailable(source.to_string().into()),
            Self::Corrupt { source, .. } | Self::Database(source) => {
                Self::Database(source.to_string().into())
            }
        }
    }
}

impl From<NoAnswer> for StoreError {
    fn from(none: NoAnswer) -> Self {
        Self::Busy(none)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        if error.is_transient() {
            Self::transient("use the database", error)
        } else {
            Self::doing("use the database", error)
        }
    }
}

/// What SQLite says when another process holds the lock for longer than the busy timeout.
const LOCKED: [&str; 2] = ["database is locked", "database table is locked"];

/// What PostgreSQL says when it ends one of two transactions that wait for each other. The driver drops the
/// code of this error, and the server may speak another language; then it is a failure instead of a retry.
const DEADLOCK: &str = "deadlock detected";

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(kind, ref said) => match kind {
                DatabaseErrorKind::UniqueViolation => match violated(said.as_ref()) {
                    Some(key) => Conflict::Unique(key).into(),
                    None => Self::Database(error.into()),
                },
                DatabaseErrorKind::ForeignKeyViolation => Conflict::Gone.into(),
                DatabaseErrorKind::SerializationFailure => Conflict::Stale.into(),
                DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection => {
                    Self::Unavailable(error.into())
                }
                _ if LOCKED.contains(&said.message()) => Self::Unavailable(error.into()),
                _ if said.message() == DEADLOCK => Conflict::Stale.into(),
                _ => Self::Database(error.into()),
            },
            DieselError::BrokenTransactionManager => Self::Unavailable(error.into()),
            other => Self::Database(other.into()),
        }
    }
}

/// The key that a uniqueness violation is about. PostgreSQL names the constraint, SQLite the columns.
fn violated(said: &dyn DatabaseErrorInformation) -> Option<Key> {
    let name = match said.constraint_name() {
        Some(name) => name,
        None => said.message().strip_prefix("UNIQUE constraint failed: ")?,
    };
    Some(match name {
        "identifiers_pkey" | "identifiers.method, identifiers.identifier" => Key::Identifier,
        // Which of the two purposes it was is known to the repository, which inserts one at a time.
        "addresses_value_key" | "addresses.purpose, addresses.via, addresses.value" => Key::VerifiableAddress,
        "identities_external_id_key" | "identities.external_id" => Key::ExternalId,
        "sessions_token_key" | "sessions.token" => Key::SessionToken,
        "credentials_pkey" | "credentials.identity_id, credentials.method" => Key::CredentialMethod,
        other if other.ends_with("_pkey") || other.ends_with(".id") => Key::Id,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: DatabaseErrorKind, message: &str) -> StoreError {
        DieselError::DatabaseError(kind, Box::new(message.to_owned())).into()
    }

    #[test]
    fn a_locked_or_lost_database_is_transient_and_a_refusal_is_not() {
        assert!(said(DatabaseErrorKind::Unknown, "database is locked").is_transient());
        assert!(said(DatabaseErrorKind::UnableToSendCommand, "connection closed").is_transient());
        assert!(!said(DatabaseErrorKind::Unknown, "no such table: flows").is_transient());
        assert!(StoreError::from(NoAnswer::Saturated).is_transient());
        assert!(!Fault::from(StoreError::from(NoAnswer::Panicked)).is_transient());
    }

    #[test]
    fn an_unknown_constraint_is_a_failure_and_not_a_conflict() {
        let error = said(DatabaseErrorKind::UniqueViolation, "UNIQUE constraint failed: nobody.knows");
        assert!(matches!(error, StoreError::Database(_)));
    }

    #[test]
    fn a_guard_that_missed_is_stale() {
        assert!(Hit::of(1).or_stale().is_ok());
        assert!(matches!(Hit::of(0).or_stale(), Err(StoreError::Conflict(Conflict::Stale))));
    }
}
