//! What the worker needs of the outbox: to claim messages for a while, and to say what became of them.

use std::future::Future;

use crate::{
    crypto::Sealed,
    kernel::{Fault, Lifespan, MessageId, Timestamp},
    outbox::{Attempt, Letter, Message},
};

/// The outbox as the worker sees it. One implementation, over the store.
pub trait Queue: Send + Sync {
    /// Claims up to `limit` messages that are due at `now`, the longest due first: queued ones, and those in
    /// processing whose lease has ended. A claimed message gets the status *processing*,
    /// `next_attempt_at = now + lease` and a `send_count` raised by one, all in one transaction, and is
    /// returned as it is then. Counting here makes a message that kills the process count as well.
    fn claim(
        &self,
        now: Timestamp,
        lease: Lifespan,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Message>, Fault>> + Send;

    /// Records what became of a try, in one transaction: the attempt row, and the message's new status.
    /// Only while the message is still in processing under that very lease (`next_attempt_at`); else nothing
    /// is written and the answer is [`Lease::Lost`].
    fn settle(&self, settlement: Settlement) -> impl Future<Output = Result<Lease, Fault>> + Send;
}

/// What became of one claimed message.
#[derive(Debug, Clone, PartialEq)]
pub struct Settlement {
    /// The message as it was claimed.
    pub claimed: Message,
    /// Its new status.
    pub outcome: Outcome,
    /// The attempt, with the error when there was one.
    pub attempt: Attempt,
}

/// The new status of a message after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was handed over.
    Sent,
    /// It goes back to the queue until then.
    RetryAt(Timestamp),
    /// It is given up.
    Abandoned,
}

/// Whether a settlement still counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease {
    /// It was recorded.
    Held,
    /// The lease had ended and somebody else has the message.
    Lost,
}

/// Opens what was sealed when the letter was queued.
pub trait LetterOpener: Send + Sync {
    /// The letter of a message.
    ///
    /// # Errors
    /// The key is missing, or the payload is damaged.
    fn open(&self, message: MessageId, sealed: &Sealed) -> Result<Letter, Fault>;
}
