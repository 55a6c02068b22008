//! Taking away what has served: a batch at a time, the oldest first, each search by an index.

use diesel::{RunQueryDsl as _, sql_query, sql_types::BigInt};

use super::{
    StoreResult, Tx,
    handle::Statements as _,
    types::{RowTime, SqlTime},
};
use crate::kernel::Timestamp;

/// One kind of things that do not stay for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Chore {
    /// Sessions that ran out.
    ExpiredSessions,
    /// Sessions that were revoked.
    RevokedSessions,
    /// Flows that ran out, with their codes.
    Flows,
    /// Codes and links that ran out.
    Codes,
    /// What was in messages that were sent or given up; that they were stays known.
    Payloads,
    /// Errors for the error page.
    Errors,
    /// Rows of the audit trail.
    Audit,
}

impl Chore {
    /// All of them, in the order in which they are done.
    pub const ALL: [Self; 7] = [
        Self::ExpiredSessions,
        Self::RevokedSessions,
        Self::Flows,
        Self::Codes,
        Self::Payloads,
        Self::Errors,
        Self::Audit,
    ];

    /// What it takes away, for operators.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExpiredSessions => "expired sessions",
            Self::RevokedSessions => "revoked sessions",
            Self::Flows => "flows",
            Self::Codes => "codes",
            Self::Payloads => "contents of messages",
            Self::Errors => "errors",
            Self::Audit => "audit events",
        }
    }

    /// The statement, the same in both databases: `$1` is the age, `$2` how many at most. A test holds each
    /// against the plans of both, because a scan of a table that grows would get slower for ever.
    pub const fn statement(self) -> &'static str {
        match self {
            Self::ExpiredSessions => {
                "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions \
                 WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)"
            }
            Self::RevokedSessions => {
                "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions \
                 WHERE active = false AND updated_at <= $1 ORDER BY updated_at LIMIT $2)"
            }
            Self::Flows => {
                "DELETE FROM flows WHERE id IN (SELECT id FROM flows \
                 WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)"
            }
            Self::Codes => {
                "DELETE FROM codes WHERE id IN (SELECT id FROM codes \
                 WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)"
            }
            Self::Payloads => {
                "UPDATE messages SET payload = NULL WHERE id IN (SELECT id FROM messages \
                 WHERE payload IS NOT NULL AND status NOT IN ('queued', 'processing') AND updated_at <= $1 \
                 ORDER BY updated_at LIMIT $2)"
            }
            Self::Errors => {
                "DELETE FROM errors WHERE id IN (SELECT id FROM errors \
                 WHERE created_at <= $1 ORDER BY created_at LIMIT $2)"
            }
            Self::Audit => {
                "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at <= $1 ORDER BY at LIMIT $2)"
            }
        }
    }
}

/// Taking away what has served.
pub trait Retention {
    /// Takes at most `limit` things away that had served by `before`, the oldest first, and tells how many.
    fn sweep(&mut self, chore: Chore, before: Timestamp, limit: u32) -> StoreResult<usize>;
}

impl Retention for Tx<'_> {
    fn sweep(&mut self, chore: Chore, before: Timestamp, limit: u32) -> StoreResult<usize> {
        let statement = sql_query(chore.statement())
            .bind::<SqlTime, _>(RowTime(before))
            .bind::<BigInt, _>(i64::from(limit));
        self.statement(|conn| statement.execute(conn))
    }
}
