//! What came of a use case, before anybody thinks of HTTP.

use crate::{
    flow::{AnyFlow, Failure, Reply},
    identity::Identity,
    kernel::Fault,
    ui::Container,
};

/// What came of a submission.
#[derive(Debug)]
pub struct Outcome {
    /// What the client is told.
    pub reply: Reply,
    /// The flow as it stands now.
    pub flow: AnyFlow,
    /// Its form as it stands now.
    pub form: Container,
    /// The identity it was about, as it stands now.
    pub identity: Option<Identity>,
    /// Whether the browser gets a new anti-CSRF token with this answer; flows that were opened on the way
    /// are bound to it.
    pub rotate_csrf: bool,
}

/// An answer of the engine: what was asked for, or a failure that the client can mend, or a fault that it
/// cannot.
pub type Answer<T> = Result<Result<T, Failure>, Fault>;
