//! What does not stay for ever: until when which things stay, and taking the rest away (02 §11.1).

use std::time::Duration;

use crate::{
    config,
    kernel::{Fault, Timestamp},
    store::{Chore, Retention as _, Store},
};

/// One kind of things, and by when those that go must have served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sweep {
    /// The kind.
    pub chore: Chore,
    /// The moment.
    pub before: Timestamp,
}

/// What goes now, when everything stays as long as it is configured.
pub fn sweeps(stay: &config::Retention, now: Timestamp) -> Vec<Sweep> {
    let stays = |chore| match chore {
        Chore::ExpiredSessions | Chore::RevokedSessions => stay.sessions,
        Chore::Flows => stay.flows,
        Chore::Codes => stay.codes,
        Chore::Payloads => stay.messages,
        Chore::Errors => stay.errors,
        Chore::Audit => stay.audit,
    };
    Chore::ALL.into_iter().map(|chore| Sweep { chore, before: now.minus(stays(chore)) }).collect()
}

/// What goes now, when everything that runs out stays `keep_last` after that, and the rest as configured.
pub fn sweeps_keeping(keep_last: Duration, stay: &config::Retention, now: Timestamp) -> Vec<Sweep> {
    let kept = |sweep: Sweep| match sweep.chore {
        Chore::ExpiredSessions | Chore::Flows | Chore::Codes => {
            Sweep { before: now.minus(keep_last), ..sweep }
        }
        Chore::RevokedSessions | Chore::Payloads | Chore::Errors | Chore::Audit => sweep,
    };
    sweeps(stay, now).into_iter().map(kept).collect()
}

/// Takes everything of one kind away, `batch` rows at a time, each batch in a transaction of its own, so that
/// nobody waits for long; tells how many went.
///
/// # Errors
/// The database failed; what went until then stays gone.
pub async fn drain(store: &Store, sweep: Sweep, batch: u32, rest: Duration) -> Result<usize, Fault> {
    let full = usize::try_from(batch).unwrap_or(usize::MAX);
    let mut total: usize = 0;
    loop {
        let Sweep { chore, before } = sweep;
        let gone = store.write(move |tx| tx.sweep(chore, before, batch)).await?;
        total = total.saturating_add(gone);
        if gone < full {
            return Ok(total);
        }
        tokio::time::sleep(rest).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(hours: u64) -> Duration {
        Duration::from_secs(hours * 3600)
    }

    fn stay() -> config::Retention {
        config::Retention {
            flows: hours(1),
            sessions: hours(2),
            codes: hours(3),
            messages: hours(4),
            errors: hours(5),
            audit: hours(6),
        }
    }

    fn ages(sweeps: &[Sweep], now: Timestamp) -> Vec<(&'static str, u64)> {
        sweeps.iter().map(|sweep| (sweep.chore.name(), now.since(sweep.before).as_secs() / 3600)).collect()
    }

    #[test]
    fn everything_stays_as_long_as_it_is_configured() {
        let now = Timestamp::parse("2026-03-01T12:00:00Z").unwrap();
        let expected = [
            ("expired sessions", 2),
            ("revoked sessions", 2),
            ("flows", 1),
            ("codes", 3),
            ("contents of messages", 4),
            ("errors", 5),
            ("audit events", 6),
        ];
        assert_eq!(ages(&sweeps(&stay(), now), now), expected);
    }

    #[test]
    fn the_command_decides_about_what_runs_out() {
        let now = Timestamp::parse("2026-03-01T12:00:00Z").unwrap();
        let expected = [
            ("expired sessions", 9),
            ("revoked sessions", 2),
            ("flows", 9),
            ("codes", 9),
            ("contents of messages", 4),
            ("errors", 5),
            ("audit events", 6),
        ];
        assert_eq!(ages(&sweeps_keeping(hours(9), &stay(), now), now), expected);
    }
}
